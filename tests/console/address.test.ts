/** What is open on a page stands in its address: a reload, and whoever is sent the link, see the same. */
import { SNS } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { signIn, visit } from '../support/console.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let topic: string;
beforeAll(async () => {
  server = await startTestServer();
  topic = (await new SNS(server.client).createTopic({ Name: 'alerts' })).TopicArn!;
});
afterAll(() => server.close());
const browser = openBrowser();

it('a dialog stays with a reload, and goes from the address when it is closed: it was once lost', async () => {
  const page = await browser.newPage();
  await signIn(page, server);
  await visit(page, server, `/console/topics/${encodeURIComponent(topic)}`);
  const opener = page.getByRole('button', { name: 'Publish a message' });
  await opener.click();
  const dialog = page.getByRole('dialog', { name: 'Publish to alerts' });
  await dialog.waitFor();
  expect(page.url()).toMatch(/[?&]ask=publish$/);
  await page.reload();
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(page.url()).not.toMatch(/ask/);
  await opener.click();
  await page.keyboard.press('Escape');
  await page.waitForFunction('document.activeElement?.textContent === "Publish a message"');
});

it('what is looked for in the audit trail stays, too', async () => {
  const page = await browser.newPage();
  await signIn(page, server);
  await visit(page, server, '/console/audit');
  await page.getByLabel('Find').fill('CreateTopic');
  await page.getByRole('cell', { name: 'sns:CreateTopic' }).waitFor();
  await page.reload();
  await page.getByRole('cell', { name: 'sns:CreateTopic' }).waitFor();
  expect(await page.getByLabel('Find').inputValue()).toBe('CreateTopic');
});
