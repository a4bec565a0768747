/** Queues under repeated kill -9 of the server: what was acknowledged is there, and what was deleted does not come back. */
import { SQS } from '@aws-sdk/client-sqs';
import { afterEach, expect, it } from 'vitest';
import { startVictim, type Victim } from '../support/killing.ts';
import { removeFolder } from '../support/serverProcess.ts';
import { pause } from '../support/workbench.ts';

const KILLS = 3;
let victim: Victim | undefined;

afterEach(async () => {
  await victim?.close();
  if (victim) await removeFolder(victim.folder);
});

const refused = () => undefined;

it('keep what they have acknowledged, once, whenever the server was killed', async () => {
  victim = await startVictim();
  const sqs = new SQS({ ...victim.client.client, maxAttempts: 1 });
  const attributes = { FifoQueue: 'true', VisibilityTimeout: '1' };
  const { QueueUrl } = await sqs.createQueue({ QueueName: 'killed.fifo', Attributes: attributes });
  const sent: number[] = [];
  const deleted: number[] = [];
  const receivedAfterDeletion: number[] = [];
  /** A server that was killed may have done it, and may not. */
  const perhaps: number[] = [];
  let at = 0;
  const send = async () => {
    const number = at++;
    const message = {
      MessageBody: String(number),
      MessageDeduplicationId: String(number),
      MessageGroupId: `g${number % 3}`,
    };
    if (await sqs.sendMessage({ QueueUrl, ...message }).catch(refused)) sent.push(number);
  };
  const receive = async () => {
    const { Messages = [] } = (await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 3 }).catch(refused)) ?? {};
    for (const { Body, ReceiptHandle } of Messages) {
      if (deleted.includes(Number(Body))) receivedAfterDeletion.push(Number(Body));
      if (await sqs.deleteMessage({ QueueUrl, ReceiptHandle }).catch(refused)) deleted.push(Number(Body));
      else perhaps.push(Number(Body));
    }
  };
  for (let kill = 0; kill < KILLS; kill += 1) {
    const killed = pause(200 + 90 * kill).then(() => victim!.killAndRestart());
    let over = false;
    void killed.then(() => {
      over = true;
    });
    while (!over) {
      await Promise.all([send(), send(), receive()]);
      await pause(30);
    }
  }
  const until = Date.now() + 20_000;
  const left = () => sent.filter((number) => !deleted.includes(number) && !perhaps.includes(number));
  while (left().length > 0 && Date.now() < until) {
    await receive();
    await pause(20);
  }
  expect(sent.length).toBeGreaterThan(KILLS);
  expect(left()).toEqual([]);
  expect(perhaps.length).toBeLessThan(sent.length / 2);
  expect(receivedAfterDeletion).toEqual([]);
});
