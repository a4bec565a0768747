/** Pages judged by axe: WCAG 2.2 A and AA, and what axe recommends beside. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * Throws with each violation, the elements and what to do. axe comes in as a debugger's expression, which a page's content
 * policy does not stop: the policy stays in force. A page is judged once its heading is there, never while it loads.
 * @param within a CSS selector of the only part to judge
 */
export async function expectAccessible(page: Page, within?: string): Promise<void> {
  // Behind an open dialog it is hidden from readers, and there.
  await page.locator('h1').first().waitFor({ state: 'attached' });
  await page.evaluate(AXE);
  const where = within === undefined ? 'document' : JSON.stringify(within);
  const options = JSON.stringify({ runOnly: TAGS, resultTypes: ['violations'] });
  const { violations } = await page.evaluate<AxeResults>(`axe.run(${where}, ${options})`);
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary = '' }) => `${id}: ${help}: ${target.join(' ')}: ${oneLine(failureSummary)}`),
  );
  if (found.length > 0) throw new Error(`axe found on ${page.url()}:\n  ${found.join('\n  ')}`);
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ');
