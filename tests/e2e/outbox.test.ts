/** Topics of a project and the outbox, through the real `telar`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clientOf } from '../support/serverProcess.ts';
import { pause } from '../support/workbench.ts';
import { type Telar, telarIn } from './telar.ts';

const config = (subscriptions: object[], displayName = 'Titanic') => `
import { defineProject, defineTopic } from 'telar';
const alerts = defineTopic({ name: 'alerts', displayName: ${JSON.stringify(displayName)}, subscriptions: ${JSON.stringify(subscriptions)} });
export default defineProject({ name: 'small', bucket: 'small-data', topics: [alerts] });
`;
const ana = { protocol: 'email', endpoint: 'ana@example.com' };

let telar: Telar;
let sns: SNSClient;
const configure = (text: string) => writeFileSync(join(telar.folder, 'telar.config.ts'), text);

beforeAll(async () => {
  telar = telarIn();
  writeFileSync(join(telar.folder, 'package.json'), '{"type":"module"}');
  const up = await telar.json('up', '--detach', '--port', '0');
  expect(up.status).toBe(0);
  sns = new SNSClient(clientOf(String(up.result['url']), join(telar.folder, '.telar')).client);
}, 60_000);
afterAll(async () => {
  sns.destroy();
  await telar.close();
});

type Change = { kind: string; name: string; action: string; details: string[] };
async function published(...args: string[]) {
  const { result, stderr } = await telar.json('publish', ...args);
  expect(stderr).toBe('');
  const changes = (result['changes'] as Change[]).filter(({ kind }) => kind === 'topic' || kind === 'subscription');
  return changes.map(({ kind, name, action, details }) => [kind, name, action, ...details]);
}

it('publishes topics, shows mails, and confirms by them', async () => {
  expect((await telar.run('outbox')).stdout).toContain('The outbox is empty');
  configure(config([ana]));
  expect(await published()).toEqual([
    ['topic', 'alerts', 'create'],
    ['subscription', 'alerts → email ana@example.com', 'create'],
  ]);
  let listed = await telar.json('outbox');
  while ((listed.result['messages'] as unknown[]).length === 0) {
    await pause(20);
    listed = await telar.json('outbox');
  }
  const shown = await telar.run('outbox', 'show', '1');
  expect(shown.stdout).toContain('Subject: AWS Notification - Subscription Confirmation');
  expect(shown.stdout).toContain('outbox confirm 1');
  const confirmed = await telar.run('outbox', 'confirm', '1');
  expect(confirmed.stdout).toContain(
    'messages of arn:aws:sns:us-east-1:000000000000:alerts are sent to ana@example.com',
  );
  await sns.send(
    new PublishCommand({ TopicArn: 'arn:aws:sns:us-east-1:000000000000:alerts', Message: 'F1 fell', Subject: 'Gate' }),
  );
  while (!(await telar.run('outbox')).stdout.includes('Gate')) await pause(20);
  expect((await telar.run('outbox', 'show', '2')).stdout).toMatch(/From: {4}"Titanic" <.*\n[\s\S]*F1 fell/);
  expect(await telar.run('outbox', 'confirm', '2')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('does not ask for a confirmation'),
  });
  expect(await telar.run('outbox', 'show', 'x')).toMatchObject({ status: 2 });
});

it('changes what differs, and ends what is left out only when it is told to', async () => {
  configure(config([{ ...ana, filter: { severity: ['high'] } }], 'Olympic'));
  expect(await published()).toEqual([
    ['topic', 'alerts', 'change', 'DisplayName: Titanic becomes Olympic'],
    ['subscription', 'alerts → email ana@example.com', 'change', 'FilterPolicy: none becomes {"severity":["high"]}'],
  ]);
  configure(config([], 'Olympic'));
  expect(await published()).toEqual([['topic', 'alerts', 'same']]);
  expect(await published('--prune')).toEqual([
    ['topic', 'alerts', 'same'],
    ['subscription', 'alerts → email ana@example.com', 'delete', 'the project no longer has it'],
  ]);
  configure(
    "import { defineProject } from 'telar';\nexport default defineProject({ name: 'small', bucket: 'small-data' });",
  );
  expect(await published('--prune')).toEqual([
    ['topic', 'alerts', 'delete', 'the project no longer has it; its subscriptions end with it'],
  ]);
});

it('refuses a mail server that it cannot send to, before it starts', async () => {
  const up = await telar.run('up', '--port', '0', '--smtp', 'mail.example.com', '--mail-from', 'a@b.example');
  expect(up).toMatchObject({ status: 2, stderr: expect.stringContaining('smtp://user@host:587') });
});
