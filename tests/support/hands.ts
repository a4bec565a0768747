/** What a test does with a page as somebody without a mouse does: walk with Tab, read what is there. */
import type { Locator, Page } from 'playwright-core';

/**
 * Presses Tab until the element has the focus.
 * @throws Error with what had the focus on the way, where the walk comes round, or `most` presses are over
 */
export async function tabTo(target: Locator, { back = false, most = 100 } = {}): Promise<void> {
  const page = target.page();
  await target.waitFor();
  const passed: string[] = [];
  for (let presses = 0; presses <= most; presses += 1) {
    if (await hasFocus(target)) return;
    await page.keyboard.press(back ? 'Shift+Tab' : 'Tab');
    passed.push(await focused(page));
  }
  const way = passed.slice(0, 20).join(', ');
  throw new Error(
    `${target} did not get the focus by ${most} presses of Tab. On the way were: ${way}${passed.length > 20 ? ', …' : ''}.`,
  );
}

const hasFocus = (target: Locator) =>
  target.evaluate((element: { matches(selector: string): boolean }) => element.matches(':focus'));

/** The role and name of what has the focus, as `button "Start"`. */
export async function focused(page: Page): Promise<string> {
  const element = page.locator(':focus');
  if ((await element.count()) === 0) return 'nothing';
  return (await element.ariaSnapshot()).split('\n')[0]!.replace(/^- /, '').replace(/:$/, '');
}

/** Waits until the text can be seen. Fails with what can be seen instead. */
export async function seeText(page: Page, text: string | RegExp, timeout = 15_000): Promise<Locator> {
  const found = page.getByText(text).filter({ visible: true }).first();
  try {
    await found.waitFor({ timeout });
    return found;
  } catch {
    const there = (await page.locator('body').innerText()).slice(0, 2000);
    throw new Error(`"${text}" was not to be seen on ${page.url()} within ${timeout} ms. There was:\n${there}`);
  }
}
