/** Names and texts that somebody chose to do harm with, or that are merely long. */
import { IAM } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import { SFN } from '@aws-sdk/client-sfn';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { signIn, visit } from '../support/console.ts';
import { seeText } from '../support/hands.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const Bucket = 'hostile-names';
const HTML = '<img src=x onerror=document.title="taken">';
/** What follows is written from the right: a program that looks like a table. */
const TURNED = 'table\u202Evsc.exe';
const SHELL = "a'; touch taken; echo '$(touch taken)`touch taken`";
const LONG = 'a-very-long-cause-'.repeat(600);

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const s3 = new S3({ ...server.client, forcePathStyle: true });
  await s3.createBucket({ Bucket });
  for (const Key of [HTML, TURNED, SHELL]) await s3.putObject({ Bucket, Key, Body: `${HTML},${TURNED}\n1,2\n` });
}, 60_000);
afterAll(() => server.close());
const browser = openBrowser();

async function open(path: string): Promise<Page> {
  const page = await browser.newPage();
  await signIn(page, server);
  await visit(page, server, `/console/${path}`);
  return page;
}

const object = (key: string) => `data/${Bucket}/object?key=${encodeURIComponent(key)}`;
const commandOf = (page: Page) => page.locator('.command-text').first().innerText();

it('HTML in a name or in a file is text', async () => {
  const page = await open(object(HTML));
  await page.getByRole('table', { name: 'Columns' }).getByText('<img src=x').waitFor();
  expect(await page.locator('main img').count()).toBe(0);
  expect(await page.title()).toContain('<img src=x');
});

it('a letter that turns the direction of writing is told by its number: a program once looked like a table', async () => {
  const page = await open(`data/${Bucket}`);
  await page.getByRole('link', { name: 'table⟨U+202E⟩vsc.exe' }).click();
  await page.getByRole('heading', { level: 1, name: 'table⟨U+202E⟩vsc.exe' }).waitFor();
  expect(await commandOf(page)).toContain('table⟨U+202E⟩vsc.exe');
});

it('a name in a command line is one word to the shell: a folder’s once was not', async () => {
  const page = await open(object(SHELL));
  expect(await commandOf(page)).toContain(`a'\\''; touch taken; echo '\\''$(touch taken)`);
  await visit(page, server, `/console/data/${Bucket}?prefix=${encodeURIComponent('; touch taken/')}`);
  await seeText(page, `aws s3 ls 's3://${Bucket}/; touch taken/'`);
});

it('a cause of ten thousand letters is shown by its beginning: it once filled the page', async () => {
  const Statement = [{ Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  const { Role } = await new IAM(server.client).createRole({ RoleName: 'machines', AssumeRolePolicyDocument });
  const sfn = new SFN(server.client);
  const definition = JSON.stringify({ StartAt: 'No', States: { No: { Type: 'Fail', Error: HTML, Cause: LONG } } });
  const made = await sfn.createStateMachine({ name: 'fails', definition, roleArn: Role!.Arn! });
  const { executionArn } = await sfn.startExecution({ stateMachineArn: made.stateMachineArn });
  const page = await open(`machine-executions/${encodeURIComponent(executionArn!)}`);
  const more = page.getByRole('button', { name: '… 10,200 more letters' });
  await more.click();
  await seeText(page, LONG);
});
