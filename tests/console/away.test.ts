/** A server that goes away while a page is open, and comes back: what is shown stays, nothing has to be loaded by hand. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SNS } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { signIn, visit } from '../support/console.ts';
import { seeText } from '../support/hands.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'telar-away-'));
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ folder });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
});
const browser = openBrowser();

it('is said to be away, and its pages come by themselves once it is back: one that was opened meanwhile was lost', async () => {
  const page = await browser.newPage({ allow: [/ERR_/, /did not give out this page/] });
  await signIn(page, server);
  await visit(page, server, '/console/topics');
  await seeText(page, 'There is no topic yet');
  const { port } = new URL(server.url);
  await server.close();
  await seeText(page, 'The server does not answer: what is shown here is as it was.');
  await seeText(page, 'There is no topic yet');
  // Its script has never been fetched.
  await page.getByRole('link', { name: 'Functions' }).click();
  await seeText(page, 'The server did not give out this page.');

  server = await startTestServer({ folder, port: Number(port) });
  await page.getByRole('heading', { level: 1, name: 'Functions' }).waitFor({ timeout: 30_000 });
  expect(await page.getByText('The server does not answer').count()).toBe(0);
  await page.getByRole('link', { name: 'Topics' }).click();
  await seeText(page, 'There is no topic yet');
  await new SNS(server.client).createTopic({ Name: 'made-afterwards' });
  await page.getByRole('link', { name: 'made-afterwards' }).waitFor();
});
