/** Who gets into the console, as a person meets it: keys, links, signing out, colours, and the way through it without a mouse. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { leadingTo } from '../../src/cli/browser.ts';
import { expectAccessible } from '../support/accessible.ts';
import { openBrowser } from '../support/browser.ts';
import { signIn, signInLink } from '../support/console.ts';
import { focused, seeText, tabTo } from '../support/hands.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
const browser = openBrowser();
const REFUSED = [/401/];

it('signs in with keys, after saying that wrong ones are wrong', async () => {
  const page = await browser.newPage({ allow: REFUSED });
  await page.goto(`${server.url}/console/registry`);
  await expectAccessible(page);
  await page.getByLabel('Access key ID').fill(server.credentials.accessKeyId);
  await page.getByLabel('Secret access key').fill('x'.repeat(40));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await seeText(page, /telar env/);
  await page.getByLabel('Secret access key').fill(server.credentials.secretAccessKey);
  await page.getByRole('button', { name: 'Sign in' }).click();
  // The address that was asked for is the one that is shown.
  await page.getByRole('heading', { level: 1, name: 'Model registry' }).waitFor();
});

it('says of a link that was used before what to do, and forgets it', async () => {
  const link = await signInLink(server);
  const first = await browser.newPage();
  await first.goto(link);
  await first.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  expect(first.url()).not.toContain('link=');
  const second = await browser.newPage({ allow: REFUSED });
  await second.goto(link);
  await seeText(second, /telar console/);
  await second.getByRole('button', { name: 'Sign in' }).waitFor();
});

it('is reached over the page that `telar up` opens', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'telar-test-'));
  try {
    const page = await browser.newPage();
    await page.goto(leadingTo(await signInLink(server), folder));
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('keeps a session over a reload, and ends it when signed out', async () => {
  const page = await browser.newPage({ allow: REFUSED });
  await signIn(page, server);
  await page.reload();
  await page.getByRole('button', { name: 'admin' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
});

it.each(['light', 'dark'] as const)(
  'is accessible in %s colours, which can be changed and are kept',
  async (colorScheme) => {
    const page = await browser.newPage({ colorScheme });
    await signIn(page, server);
    await expectAccessible(page);
    const other = colorScheme === 'light' ? 'dark' : 'light';
    await page.getByRole('button', { name: colorScheme === 'light' ? 'Dark colours' : 'Light colours' }).click();
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe(other);
    await expectAccessible(page);
  },
);

it('is walked with the keyboard alone', async () => {
  const page = await browser.newPage();
  await signIn(page, server);
  await page.keyboard.press('Tab');
  expect(await focused(page)).toContain('Skip to the page');
  await tabTo(page.getByRole('link', { name: 'Model registry' }).first());
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Model registry' }).waitFor();
});

it('names an address that it does not know', async () => {
  const page = await browser.newPage();
  await signIn(page, server);
  await page.goto(`${server.url}/console/nowhere`);
  await seeText(page, 'There is no such page');
});

it('tells that it is live, and shows what was made elsewhere without being asked', async () => {
  const page = await browser.newPage();
  await signIn(page, server);
  await page.goto(`${server.url}/console/registry`);
  await seeText(page, 'No model is registered yet');
  await page.getByText('Live', { exact: true }).waitFor();
  const { SageMaker } = await import('@aws-sdk/client-sagemaker');
  await new SageMaker(server.client).createModelPackageGroup({ ModelPackageGroupName: 'made-elsewhere' });
  await page.getByRole('link', { name: 'made-elsewhere' }).waitFor();
});
