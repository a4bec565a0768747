/** The console in a browser, for whoever opens it: tests, screenshots, benchmarks. */
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Connection } from '../../src/cli/connection.ts';
import { telarClient } from '../../src/cli/telarClient.ts';
import type { Program } from './unpackedChromium.ts';

/** The page that the shell frames, once it has its title and no part of it is loading. */
export const READY = '[data-ready]';

export function launch({ executable, env }: Program): Promise<Browser> {
  return chromium.launch({
    executablePath: executable,
    // Chromium's own sandbox wants rights that root must not use, and others may not have; the pages are ours.
    chromiumSandbox: false,
    env: { ...process.env, ...env },
  });
}

/** Signs in by a link, as `telar up` prints it, and waits until the console shows the start page. */
export async function signIn(page: Page, connection: Connection): Promise<void> {
  await page.goto(await signInLink(connection));
  await whenReady(page);
}

/** A link that signs in once. */
export async function signInLink(connection: Connection): Promise<string> {
  const { Url } = await telarClient(connection)('CreateConsoleLink', {});
  return Url;
}

/** Shows a path of the console's server, with its data. */
export async function visit(page: Page, { url }: Pick<Connection, 'url'>, path: string): Promise<void> {
  const answer = await page.goto(new URL(path, url).href);
  // A change of nothing but the fragment is answered by nobody.
  if (answer && !answer.ok())
    throw new Error(`${path} was answered ${answer.status()}. Is the console built? npm run console:build`);
  await whenReady(page);
}

/** @throws Error that says what the page shows instead */
export async function whenReady(page: Page, timeout = 15_000): Promise<void> {
  try {
    await page.locator(READY).first().waitFor({ state: 'attached', timeout });
  } catch {
    const there = (await page.locator('body').innerText()).slice(0, 500);
    throw new Error(`${page.url()} did not come to show its data within ${timeout} ms (${READY}). It shows:\n${there}`);
  }
}
