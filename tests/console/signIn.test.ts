/** The ways into the console, in a browser: by a link, by keys and the keyboard alone; and what is said to whom neither lets in. */
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from '../support/accessible.ts';
import { openBrowser } from '../support/browser.ts';
import { signIn, signInLink, whenReady } from '../support/console.ts';
import { seeText, tabTo } from '../support/hands.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
const browser = openBrowser();

const THEMES = ['light', 'dark'] as const;

describe('a link', () => {
  it.each(THEMES)('signs in without a problem, to an accessible page (%s)', async (colorScheme) => {
    const page = await browser.newPage({ colorScheme });
    const answer = await page.goto(await signInLink(server));
    expect(answer?.headers()['content-security-policy']).toContain("default-src 'self'");
    await whenReady(page);
    await seeText(page, 'Overview');
    await expectAccessible(page);
  });

  it('signs in once: who follows it again is told to make another', async () => {
    const link = await signInLink(server);
    const first = await browser.newPage();
    await first.goto(link);
    await whenReady(first);
    const second = await browser.newPage({ allow: [/^answer 401: POST .*\/console\/session$/] });
    await second.goto(link);
    await seeText(second, /This link was used before.*'telar console' makes a new one/);
  });

  it('signs in though a question from before it is answered after it, by "nobody"', async () => {
    const page = await browser.newPage();
    await page.route('**/console/session', async (route) => {
      if (route.request().method() !== 'GET') return route.continue();
      const answer = await route.fetch();
      await setTimeout(1000);
      return route.fulfill({ response: answer });
    });
    await page.goto(await signInLink(server));
    await whenReady(page);
    await setTimeout(1500);
    await whenReady(page, 100);
  });

  it('lets in for as long as the page keeps its half, in other tabs too', async () => {
    const page = await browser.newPage();
    await signIn(page, server);
    const other = await browser.newPage({ storage: await page.context().storageState() });
    await other.goto(`${server.url}/console/`);
    await whenReady(other);
  });
});

describe('keys', () => {
  it('sign in by the keyboard alone', async () => {
    const page = await browser.newPage();
    await page.goto(`${server.url}/console/`);
    await tabTo(page.getByLabel('Access key ID'));
    await page.keyboard.type(server.credentials.accessKeyId);
    await tabTo(page.getByLabel('Secret access key'));
    await page.keyboard.type(server.credentials.secretAccessKey);
    await page.keyboard.press('Enter');
    await whenReady(page);
    await tabTo(page.getByRole('link', { name: 'Skip to the page' }), { back: true });
  });

  it('that are wrong are refused in a sentence', async () => {
    const page = await browser.newPage({ allow: [/^answer 401: POST .*\/console\/session$/] });
    await page.goto(`${server.url}/console/`);
    await page.getByLabel('Access key ID').fill('AKIANOBODY');
    await page.getByLabel('Secret access key').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await seeText(page, 'These keys are unknown, wrong, or no longer active.');
    await expectAccessible(page);
  });

  it.each(THEMES)('are asked for on an accessible page (%s)', async (colorScheme) => {
    const page = await browser.newPage({ colorScheme });
    await page.goto(`${server.url}/console/`);
    await seeText(page, 'Sign in with an access key');
    await expectAccessible(page);
  });
});
