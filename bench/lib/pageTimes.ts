/**
 * What a page of the console costs whoever opens it, measured in the page by the browser's own clocks.
 *
 * P1. A page is measured from its first moment: the watch is there before the page's own scripts.
 * P2. It is interactive when it shows its data, the main thread is idle, and no task longer than 50 ms has followed for QUIET
 *     milliseconds: then at the end of the last such task.
 */
import type { Page } from 'playwright-core';
import { READY, whenReady } from '../../tests/support/console.ts';

const QUIET = 500;
const PATIENCE = 20_000;

/** Runs in the page, as text: it is the browser's, and knows nothing of this file. */
const WATCH = `{
  const times = (globalThis.telarTimes = { idle: undefined, busyUntil: 0, frames: undefined });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) times.busyUntil = Math.max(times.busyUntil, startTime + duration);
  }).observe({ type: 'longtask', buffered: true });
  const observer = new MutationObserver(() => {
    if (!document.querySelector(${JSON.stringify(READY)})) return;
    observer.disconnect();
    requestIdleCallback(() => { times.idle = performance.now(); });
  });
  observer.observe(document, { subtree: true, childList: true, attributes: true });
}`;

/** The answer, once so much of the page is quiet that no task can still belong to its opening. */
const INTERACTIVE = `new Promise((resolve, reject) => {
  const look = () => {
    const { idle, busyUntil } = telarTimes;
    if (idle !== undefined && performance.now() - Math.max(idle, busyUntil) >= ${QUIET}) resolve(Math.max(idle, busyUntil));
    else if (performance.now() > ${2 * PATIENCE}) reject(new Error('The page is never idle.'));
    else setTimeout(look, 50);
  };
  look();
})`;

const SCRIPTS = `performance.getEntriesByType('resource')
  .filter(({ name }) => new URL(name).pathname.endsWith('.js'))
  .map(({ transferSize }) => transferSize)`;

/** The browser's own times of its frames: they fall on its 60 Hz unless it was kept from drawing. */
const FRAMES = (milliseconds: number) => `new Promise((resolve) => {
  const times = [];
  const frame = (now) => {
    times.push(now);
    if (now - times[0] < ${milliseconds}) requestAnimationFrame(frame);
    else resolve(times);
  };
  requestAnimationFrame(frame);
})`;

export type Opened = { scriptBytes: number; interactive: number };

/** Opens a page in a context that nothing was opened in: with an empty cache. */
export async function openMeasured(page: Page, url: string): Promise<Opened> {
  await page.addInitScript(WATCH);
  const answer = await page.goto(url);
  if (!answer?.ok())
    throw new Error(
      `${new URL(url).pathname} was answered ${answer?.status()}. Is the console built? npm run console:build`,
    );
  await whenReady(page, PATIENCE);
  const interactive = await page.evaluate<number>(INTERACTIVE);
  const sizes = await page.evaluate<number[]>(SCRIPTS);
  if (sizes.length === 0 || sizes.includes(0))
    throw new Error(`Scripts of ${page.url()} did not come over the wire: ${sizes}.`);
  return { scriptBytes: sizes.reduce((sum, size) => sum + size, 0), interactive };
}

/** Whole milliseconds between the frames of a page: a browser tells the time to a tenth, and 60 frames a second are 16.7 apart. */
export async function frameTimes(page: Page, milliseconds: number): Promise<number[]> {
  const times = await page.evaluate<number[]>(FRAMES(milliseconds));
  return times.slice(1).map((time, index) => Math.round(time - times[index]!));
}
