/** What the console's tests stand on (tests/support/browser.ts and beside), tried on pages made for it: that it sees what it must see. */
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from '../support/accessible.ts';
import { openBrowser } from '../support/browser.ts';
import { focused, seeText, tabTo } from '../support/hands.ts';

/** As the console is given out. */
const POLICY = "default-src 'self'";

const page = (body: string, head = '') =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Telar</title><link rel="icon" href="/icon.svg">${head}</head><body><main><h1>Telar</h1>${body}</main></body></html>`;

const FILES: Record<string, string> = {
  '/icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  '/': page('<p>All is well.</p>', '<link rel="stylesheet" href="/style.css">'),
  '/style.css':
    'body{background:white;color:black}@media(prefers-color-scheme:dark){body{background:#111;color:white}}',
  '/says': page('', '<script src="/says.js"></script>'),
  '/says.js': "console.error('boom');console.warn('only a warning')",
  '/throws': page('', '<script src="/throws.js"></script>'),
  '/throws.js': "throw new Error('thrown away')",
  '/asks': page('', '<script src="/asks.js"></script>'),
  '/asks.js': "fetch('/nowhere')",
  '/leaks': page('', '<script src="/leaks.js"></script>'),
  '/leaks.js': "new Image().src='https://elsewhere.invalid/?secret'",
  '/inline': page('<script>document.title = "run"</script>'),
  '/faint': page(
    '<p class="faint">Hardly to be read</p><button></button>',
    '<link rel="stylesheet" href="/faint.css">',
  ),
  '/faint.css': '.faint{color:#ccc;background:#fff}',
  '/keys': page(
    '<button>One</button><a href="/">Two</a><button tabindex="-1">Never</button><input aria-label="Three">',
  ),
  '/letters': page('', '<link rel="stylesheet" href="/letters.css"><script src="/letters.js" defer></script>'),
  '/letters.css': 'canvas{border:0}',
  '/letters.js': `const context = document.body.appendChild(document.createElement('canvas')).getContext('2d');
    window.drawn = (text, font) => {
      context.clearRect(0, 0, 300, 150);
      context.font = '40px ' + font;
      context.fillText(text, 5, 60);
      const { data } = context.getImageData(0, 0, 300, 150);
      const ink = data.filter((value, index) => index % 4 === 3 && value > 0).length;
      return { ink, width: context.measureText(text).width };
    };`,
};

let server: http.Server;
let url: string;
beforeAll(async () => {
  const types: Record<string, string> = { '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml' };
  server = http.createServer((request, response) => {
    const file = FILES[request.url ?? ''];
    const type = types[path.extname(request.url ?? '')] ?? 'text/html';
    response.writeHead(file === undefined ? 404 : 200, { 'content-type': type, 'content-security-policy': POLICY });
    response.end(file ?? 'There is no such page.');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const pictures = fs.mkdtempSync(path.join(os.tmpdir(), 'telar-pictures-'));
const browser = openBrowser({ pictures });
afterAll(() => fs.rmSync(pictures, { recursive: true }));

describe('a page', () => {
  it('without problems has none', async () => {
    const page = await browser.newPage();
    await page.goto(url);
    await seeText(page, 'All is well.');
    expect(browser.problems(page)).toEqual([]);
    expect(await browser.finish(page)).toBeUndefined();
  });

  it.each([
    ['/says', /^console error: boom \(.*\/says\.js:1\)$/],
    ['/throws', /^uncaught Error: thrown away/],
    ['/asks', /^answer 404: GET .*\/nowhere$/],
    ['/leaks', /^request to another host: GET https:\/\/elsewhere\.invalid\/\?secret$/],
    ['/inline', /^console error: .*Content Security Policy/],
    ['/missing', /^answer 404: GET .*\/missing$/],
  ])('%s fails its test, with a picture, unless that is allowed', async (place, problem) => {
    const page = await browser.newPage();
    await page.goto(url + place);
    await expect.poll(() => browser.problems(page)).toContainEqual(expect.stringMatching(problem));
    const error = await browser.finish(page).catch((reason: Error) => reason);
    const picture = /picture: (.*\.png)$/.exec((error as Error).message)?.[1];
    expect(fs.readFileSync(picture!).subarray(1, 4).toString()).toBe('PNG');

    const allowed = await browser.newPage({ allow: [problem, /Content Security Policy|^request failed/] });
    await allowed.goto(url + place);
    await allowed.waitForLoadState('networkidle');
    expect(browser.problems(allowed)).toEqual([]);
  });

  // Fails by the check after it, which is what is shown here.
  it.fails('that said an error fails its test though nothing in it failed', async () => {
    const page = await browser.newPage();
    await page.goto(`${url}/says`);
  });

  it('of a test that failed otherwise leaves its picture', async () => {
    const page = await browser.newPage();
    await page.goto(url);
    const picture = await browser.finish(page, true);
    expect(fs.statSync(picture!).size).toBeGreaterThan(1000);
  });
});

describe('axe', () => {
  it('passes a page without violations, while its content policy holds', async () => {
    const page = await browser.newPage({ allow: [/Content Security Policy/] });
    await page.goto(url);
    await expectAccessible(page);
    await page.evaluate(
      "document.body.append(Object.assign(document.createElement('script'), { text: 'window.ran = true' }))",
    );
    expect(await page.evaluate('window.ran')).toBeUndefined();
  });

  it('finds faint text and a button without a name', async () => {
    const page = await browser.newPage();
    await page.goto(`${url}/faint`);
    const { message } = await expectAccessible(page).then(
      () => new Error('nothing was found'),
      (reason: Error) => reason,
    );
    expect(message).toMatch(/color-contrast: .* contrast of 1\.6/);
    expect(message).toMatch(/button-name: Buttons must/);
    await expectAccessible(page, 'h1');
  });
});

describe('looks', () => {
  it('draws letters with fonts that it has', async () => {
    const page = await browser.newPage();
    await page.goto(`${url}/letters`);
    const drawn = (text: string, font: string) =>
      page.evaluate<{ ink: number; width: number }>(`drawn(${JSON.stringify(text)}, ${JSON.stringify(font)})`);
    expect((await drawn(' ', 'sans-serif')).ink).toBe(0);
    const [narrow, wide] = [await drawn('iiii', 'sans-serif'), await drawn('WWWW', 'sans-serif')];
    expect(narrow.ink).toBeGreaterThan(100);
    // Without a font every letter is the same box.
    expect(wide.width).toBeGreaterThan(2 * narrow.width);
    expect((await drawn('iiii', 'monospace')).width).toBe((await drawn('WWWW', 'monospace')).width);
  });

  it('follow the colour scheme', async () => {
    const ground = async (colorScheme: 'light' | 'dark') => {
      const page = await browser.newPage({ colorScheme });
      await page.goto(url);
      return page.evaluate('getComputedStyle(document.body).backgroundColor');
    };
    expect([await ground('light'), await ground('dark')]).toEqual(['rgb(255, 255, 255)', 'rgb(17, 17, 17)']);
  });
});

describe('hands', () => {
  it('walk forth and back by Tab alone', async () => {
    const page = await browser.newPage();
    await page.goto(`${url}/keys`);
    await tabTo(page.getByRole('textbox', { name: 'Three' }));
    expect(await focused(page)).toBe('textbox "Three"');
    await tabTo(page.getByRole('button', { name: 'One' }), { back: true });
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await seeText(page, 'All is well.');
  });

  it('say what was on the way to what no key reaches', async () => {
    const page = await browser.newPage();
    await page.goto(`${url}/keys`);
    await expect(tabTo(page.getByRole('button', { name: 'Never' }), { most: 4 })).rejects.toThrow(
      /button "One", link "Two", textbox "Three"/,
    );
  });

  it('say what is to be seen where a text is not', async () => {
    const page = await browser.newPage();
    await page.goto(url);
    await expect(seeText(page, 'Nothing of that', 100)).rejects.toThrow(
      /"Nothing of that" was not to be seen.*All is well\./s,
    );
  });
});
