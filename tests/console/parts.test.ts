/**
 * The console's parts in a browser, on the gallery's page, built and given out under the console's content policy: judged by
 * axe in both themes, and used with the keyboard.
 */
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from '../support/accessible.ts';
import { openBrowser } from '../support/browser.ts';
import { focused } from '../support/hands.ts';

const CONSOLE = path.join(import.meta.dirname, '../../console');
/** No stricter in what it allows than src/server/console/files.ts: own scripts and styles, nothing inline. */
const POLICY = "default-src 'self'; img-src 'self' data:";
const TYPES: Record<string, string> = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript' };

const browser = openBrowser();
let folder: string;
let server: http.Server;
let url: string;

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'telar-parts-'));
  await build({
    configFile: path.join(CONSOLE, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: folder, rolldownOptions: { input: path.join(CONSOLE, 'gallery.html') } },
  });
  server = http.createServer((request, response) => {
    const name = path.join(folder, (request.url ?? '').replace(/^\/console\//, ''));
    if (!fs.existsSync(name) || !fs.statSync(name).isFile()) return response.writeHead(404).end();
    response.setHeader('content-security-policy', POLICY);
    response.setHeader('content-type', TYPES[path.extname(name)] ?? 'application/octet-stream');
    return response.end(fs.readFileSync(name));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/console/gallery.html`;
});
afterAll(() => {
  server?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

async function open(tab: string, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
  const page = await browser.newPage({ colorScheme });
  await page.goto(`${url}#${tab}`);
  await page.locator('.tabs-content[data-state=active] .section').first().waitFor();
  return page;
}

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  it.each(['controls', 'lists', 'drawings', 'graphs', 'live'])('the %s are accessible', async (tab) => {
    const page = await open(tab, theme);
    if (tab === 'drawings') await page.locator('.chart-plot canvas').first().waitFor();
    await expectAccessible(page);
  });

  it('so are a dialog and a menu', async () => {
    const page = await open('controls', theme);
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Dialog' }).click();
    await page.getByRole('dialog').waitFor();
    await expectAccessible(page);
  });
});

describe('a dialog', () => {
  it('holds the focus while it is open, and gives it back', async () => {
    const page = await open('controls');
    await page.getByRole('button', { name: 'Dialog' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Start an execution' });
    await dialog.waitFor();
    for (let key = 0; key < 12; key += 1) {
      await page.keyboard.press('Tab');
      expect(await dialog.locator(':focus').count()).toBe(1);
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await focused(page)).toBe('button "Dialog"');
  });

  it('that asks stays open, and says why, when what it asked for fails', async () => {
    const page = await open('controls');
    await page.getByRole('button', { name: 'Stop' }).click();
    const dialog = page.getByRole('dialog', { name: 'Stop the execution?' });
    await dialog.getByRole('button', { name: 'Stop' }).click();
    await dialog.getByRole('alert').waitFor();
    expect(await dialog.getByRole('alert').innerText()).toMatch(
      /^The execution has ended\.\s+What it is now .* try again\.\s+ConflictException$/,
    );
  });
});

describe('a table of ten thousand rows', () => {
  it('has few of them in the page, and is walked with the keyboard to its end', async () => {
    const page = await open('lists');
    const grid = page.getByRole('grid', { name: 'Executions' });
    expect(await grid.getByRole('row').count()).toBeLessThan(80);
    await grid.getByRole('row', { name: 'execution-0' }).first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await grid.locator('[aria-selected=true]').innerText()).toMatch(/^execution-2\b/);
    await page.keyboard.press('End');
    await expect.poll(() => focused(page)).toMatch(/^row "execution-9999 /);
    expect(await grid.getByRole('row').count()).toBeLessThan(80);
  });

  it('is sorted by a column, both ways', async () => {
    const page = await open('lists');
    const header = page.getByRole('columnheader', { name: 'AUC' });
    const first = page.locator('.table-row').first();
    await header.getByRole('button').click();
    expect(await header.getAttribute('aria-sort')).toBe('descending');
    expect(await first.innerText()).toContain('0.998');
    await header.getByRole('button').click();
    expect(await header.getAttribute('aria-sort')).toBe('ascending');
    expect(await first.innerText()).toContain('0.5');
  });

  it('asks for more when its end comes near', async () => {
    const page = await open('lists');
    await page.locator('.table-scroll').evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await page.getByText(/10,[1-9]00 rows loaded/).waitFor();
  });
});

describe('a log of more lines than a browser could scroll through', () => {
  it('is searched to its end, and shows what was found', async () => {
    const page = await open('lists');
    const needle = page.getByLabel('Search the log');
    await needle.fill('warning');
    await page.getByText('46 lines', { exact: true }).waitFor();
    await needle.press('Enter');
    await needle.press('Enter');
    await page.getByText('2 of 46 lines').waitFor();
    await page.locator('.log-current', { hasText: 'epoch 9973 ' }).waitFor();
    await needle.press('Shift+Enter');
    await needle.press('Shift+Enter');
    await page.getByText('46 of 46 lines').waitFor();
    await page.locator('.log-current', { hasText: 'epoch 448785 ' }).waitFor();
    expect(await page.locator('.log-line').count()).toBeLessThan(120);
    expect(await page.locator('.log-current').innerText()).not.toContain('\u001b');
  });
});

describe('a graph', () => {
  it('is walked along its edges, selected and folded with the keyboard', async () => {
    const page = await open('graphs');
    const list = page.getByRole('listbox').first();
    const active = async () => {
      const id = await list.getAttribute('aria-activedescendant');
      return page.locator(`[id="${id}"]`).getAttribute('aria-label');
    };
    await list.focus();
    const walked: (string | null)[] = [];
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp']) {
      await page.keyboard.press(key);
      walked.push(await active());
    }
    expect(walked).toEqual([
      'Prepare, Processing, Succeeded, 12 s',
      'ForEachRegion, Map, Running, 3 of 8, 4 steps inside',
      'TrainTheModelOfOneRegionWithEverything, Training, Running',
      'ForEachRegion, Map, Running, 3 of 8, 4 steps inside',
    ]);
    await page.keyboard.press('Enter');
    expect(await list.getByRole('option', { selected: true }).getAttribute('aria-label')).toBe(walked[3]);
    await page.keyboard.press(' ');
    expect(await active()).toBe('ForEachRegion, Map, Running, 3 of 8, 4 steps inside, folded');
    expect(await list.getByRole('option').count()).toBe(4);
  });

  it('of 2,000 steps has in the page what is near the window, until all of it is shown', async () => {
    const page = await open('graphs');
    const graph = page.locator('.graph').nth(1);
    const options = graph.getByRole('option');
    expect(await options.count()).toBeLessThan(400);
    await graph.getByRole('button', { name: 'Show the whole graph' }).click();
    await expect.poll(() => options.count()).toBe(2000);
    expect(await graph.locator('text').count()).toBe(0);
  });
});

it('a chart has its figures as a table', async () => {
  const page = await open('drawings');
  await page.getByRole('button', { name: 'Show as a table' }).first().click();
  const table = page.getByRole('table', { name: 'Loss' });
  expect(await table.getByRole('row').count()).toBe(51);
  expect(await table.getByRole('row').nth(1).innerText()).toMatch(/^0\s+1\s+1\.1$/);
});
