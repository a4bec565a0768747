/** The console as its server gives it out, in a browser: by a link, under its content policy. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { signInLink } from '../support/console.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
const browser = openBrowser();

it('opens by a link that signs in, without a problem', async () => {
  const page = await browser.newPage();
  const answer = await page.goto(await signInLink(server));
  expect([answer?.status(), answer?.headers()['content-security-policy']]).toEqual([
    200,
    expect.stringContaining("default-src 'self'"),
  ]);
  await page.waitForFunction("document.getElementById('root')?.childElementCount > 0");
  expect(await page.title()).toContain('Telar');
});
