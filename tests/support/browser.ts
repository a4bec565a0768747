/**
 * A browser for the tests of one file. Every page is a context of its own: what one keeps, no other sees.
 *
 * B1. A test fails if its page said an error, threw one, got an error for an answer, or asked any host but this machine; what
 *     it is to expect, it names (`allow`).
 * B2. Of every page of a failed test a picture stays, in a temporary folder whose path is told.
 * B3. Where there is no Chromium, each test is skipped with the reason.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { findChromium } from './chromium.ts';
import { launch } from './console.ts';
import { watchProblems } from './pageProblems.ts';

export type PageOptions = {
  colorScheme?: 'light' | 'dark';
  /** Cookies and local storage, as `page.context().storageState()` gave them. */
  storage?: Exclude<BrowserContextOptions['storageState'], undefined>;
  /** Problems that the test expects. */
  allow?: readonly RegExp[];
  size?: { width: number; height: number };
};

export type TestBrowser = {
  newPage(options?: PageOptions): Promise<Page>;
  /** What went wrong on a page so far, each as a sentence; what was allowed is left out. */
  problems(page: Page): readonly string[];
  /**
   * Closes a page, as the end of its test does. Throws where it has problems, with them and the path of its picture.
   * @param failed its test failed otherwise: a picture is taken of it, whose path is answered
   */
  finish(page: Page, failed?: boolean): Promise<string | undefined>;
};

/** With animations still and the same words everywhere. */
const ALIKE = { reducedMotion: 'reduce', locale: 'en-US', timezoneId: 'UTC' } as const;
const SIZE = { width: 1280, height: 800 };

/**
 * Starts a browser before the tests of the file and closes it after them.
 * @param options `pictures` is the folder for the pictures of failed tests; a temporary one, made for the first of them
 * @example const browser = openBrowser(); it('…', async () => { const page = await browser.newPage({ colorScheme: 'dark' }); });
 */
export function openBrowser(options: { pictures?: string } = {}): TestBrowser {
  let browser: Browser | undefined;
  let missing: string | undefined;
  let folder = options.pictures;
  const pictures = () => {
    folder ??= mkdtempSync(join(tmpdir(), 'telar-pictures-'));
    return folder;
  };
  const open = new Map<Page, () => readonly string[]>();

  const finish = async (page: Page, failed = false): Promise<string | undefined> => {
    const problems = open.get(page)?.() ?? [];
    open.delete(page);
    try {
      const picture = failed || problems.length > 0 ? await takePicture(page, pictures()) : undefined;
      if (problems.length > 0)
        throw new Error(`The page had problems:\n  ${problems.join('\n  ')}\n  picture: ${picture}`);
      return picture;
    } finally {
      await page.context().close();
    }
  };

  beforeAll(async () => {
    const found = await findChromium({ say: (line) => void process.stderr.write(`Telar: ${line}.\n`) });
    if ('missing' in found) missing = found.missing;
    else browser = await launch(found);
  });
  beforeEach((context) => {
    if (missing !== undefined) context.skip(`No browser: ${missing}`);
  });
  afterEach(async ({ task }) => {
    const failed = task.result?.state === 'fail';
    const ends = await Promise.allSettled([...open.keys()].map((page) => finish(page, failed)));
    for (const end of ends) {
      if (end.status === 'fulfilled' && end.value)
        process.stderr.write(`${task.name}: picture of its page: ${end.value}\n`);
    }
    const reasons = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
    if (reasons.length > 0) throw reasons.length === 1 ? reasons[0] : new AggregateError(reasons, reasons.join('\n'));
  });
  afterAll(() => browser?.close());

  return {
    finish,
    problems: (page) => open.get(page)?.() ?? [],
    async newPage({ colorScheme = 'light', storage, allow = [], size = SIZE } = {}) {
      const context = await browser!.newContext({
        ...ALIKE,
        colorScheme,
        viewport: size,
        ...(storage !== undefined && { storageState: storage }),
      });
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      open.set(page, watchProblems(page, allow));
      return page;
    },
  };
}

/** Answers where it is, or why there is none: a page that hangs must not hide why its test failed. */
async function takePicture(page: Page, folder: string): Promise<string> {
  const path = join(folder, `${randomUUID()}.png`);
  try {
    await page.screenshot({ path, fullPage: true, timeout: 10_000 });
    return path;
  } catch (error) {
    return `none (${(error as Error).message.split('\n')[0]})`;
  }
}
