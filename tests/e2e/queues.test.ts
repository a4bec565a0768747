/** Queues of a project, through the real `telar`: made, changed and pruned. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clientOf } from '../support/serverProcess.ts';
import { type Telar, telarIn } from './telar.ts';

const config = (orders: string, queues = '[orders, dead]') => `
import { defineProject, defineQueue } from 'telar';
const dead = defineQueue({ name: 'orders-dead', retention: 1209600 });
const orders = defineQueue({ name: 'orders', deadLetters: { queue: dead, maxReceiveCount: 3 }${orders} });
export default defineProject({ name: 'small', bucket: 'small-data', queues: ${queues} });
`;

let telar: Telar;
let client: ReturnType<typeof clientOf>['client'];
const configure = (text: string) => writeFileSync(join(telar.folder, 'telar.config.ts'), text);

beforeAll(async () => {
  telar = telarIn();
  writeFileSync(join(telar.folder, 'package.json'), '{"type":"module"}');
  const up = await telar.json('up', '--detach', '--port', '0');
  expect(up.status).toBe(0);
  client = clientOf(String(up.result['url']), join(telar.folder, '.telar')).client;
}, 60_000);
afterAll(() => telar.close());

type Change = { kind: string; name: string; action: string; details: string[] };
async function published(...args: string[]) {
  const { result, stderr } = await telar.json('publish', ...args);
  expect(stderr).toBe('');
  const changes = (result['changes'] as Change[]).filter(({ kind }) => kind === 'queue');
  return changes.map(({ name, action, details }) => [name, action, ...details]);
}

it('are published, changed where they differ, and pruned', async () => {
  configure(config(''));
  expect(await published()).toEqual([
    ['orders-dead', 'create'],
    ['orders', 'create'],
  ]);
  expect(await published()).toEqual([
    ['orders-dead', 'same'],
    ['orders', 'same'],
  ]);
  configure(config(', visibilityTimeout: 90'));
  expect(await published()).toEqual([
    ['orders-dead', 'same'],
    ['orders', 'change', 'VisibilityTimeout: 30 becomes 90'],
  ]);
  const sqs = new SQS(client);
  const { QueueUrl } = await sqs.getQueueUrl({ QueueName: 'orders' });
  const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['All'] });
  expect(Attributes).toMatchObject({ VisibilityTimeout: '90', RedrivePolicy: expect.stringContaining('orders-dead') });
  await sqs.createQueue({ QueueName: 'of-others' });
  configure(config('', '[dead]'));
  expect(await published('--prune')).toEqual([
    ['orders-dead', 'same'],
    ['orders', 'delete', 'the project no longer has it; its messages go with it'],
  ]);
  expect((await sqs.listQueues({})).QueueUrls?.map((url) => url.split('/').at(-1))).toEqual([
    'of-others',
    'orders-dead',
  ]);
});
