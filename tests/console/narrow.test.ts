/** The console on a telephone: nothing of a page lies beside the window, no column is lost, and what is pressed is large enough. */
import { IAM } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import { SFN } from '@aws-sdk/client-sfn';
import { SNS } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectAccessible } from '../support/accessible.ts';
import { openBrowser } from '../support/browser.ts';
import { signIn, visit } from '../support/console.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const Bucket = 'narrow-data';
const FOLDER = 'a/folder-within/another-folder/and-one-more/';

let server: TestServer;
let topic: string;
beforeAll(async () => {
  server = await startTestServer();
  const s3 = new S3({ ...server.client, forcePathStyle: true });
  await s3.createBucket({ Bucket });
  await s3.putObject({ Bucket, Key: `${FOLDER}rows.csv`, Body: 'a,b\n1,2\n' });
  const sns = new SNS(server.client);
  topic = (await sns.createTopic({ Name: 'alerts' })).TopicArn!;
  await sns.subscribe({ TopicArn: topic, Protocol: 'email', Endpoint: 'somebody.with.a.long.name@example.com' });
  const definition = JSON.stringify({ StartAt: 'Done', States: { Done: { Type: 'Succeed' } } });
  const Statement = [{ Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  const { Role } = await new IAM(server.client).createRole({ RoleName: 'machines', AssumeRolePolicyDocument });
  const sfn = new SFN(server.client);
  const { stateMachineArn } = await sfn.createStateMachine({
    name: 'm',
    definition,
    roleArn: Role!.Arn!,
  });
  await sfn.startExecution({ stateMachineArn });
}, 60_000);
afterAll(() => server.close());
const browser = openBrowser();

it.each([
  ['the overview', () => ''],
  ['a list', () => 'machines'],
  ['what a machine has executed', () => 'machines/m'],
  ['a folder deep within', () => `data/${Bucket}?prefix=${encodeURIComponent(FOLDER)}`],
  ['a topic', () => `topics/${encodeURIComponent(topic)}`],
  ['a mail', () => 'outbox'],
])('%s fits the window, and its tables keep their names: they once shrank to nothing', async (_, path) => {
  const page = await browser.newPage({ size: { width: 390, height: 844 } });
  await signIn(page, server);
  await visit(page, server, `/console/${path()}`);
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(390);
  const widths = '[...document.querySelectorAll("table")].map((table) => table.querySelector("td")?.offsetWidth ?? 0)';
  for (const width of await page.evaluate<number[]>(widths)) expect(width).toBeGreaterThanOrEqual(80);
  await expectAccessible(page);
});
