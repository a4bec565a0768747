/** Notifications by mail: through a real mail server, and in the outbox, which shows them with and without one. */

import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateTopicCommand,
  GetTopicAttributesCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { telarClient } from '../../src/cli/telarClient.ts';
import type { TelarOutputs } from '../../src/services/telar/api.ts';
import { mailOptions, startMailServer, type TestMailServer, textOf } from '../support/mailServer.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let mailServer: TestMailServer;
let server: TestServer;
let sns: SNSClient;

beforeAll(async () => {
  mailServer = await startMailServer();
  server = await startTestServer({ mailServer: mailOptions(mailServer) });
  sns = new SNSClient(server.client);
});
afterEach(() => void mailServer.mails.splice(0));
afterAll(async () => {
  sns.destroy();
  await server.close();
  await mailServer.close();
});

const outboxOf = async ({ url, credentials, region }: TestServer) => {
  const telar = telarClient({ url, credentials, region });
  const list = await telar('ListOutbox', {});
  return Promise.all(list.Messages.map(({ Id }) => telar('GetOutboxMessage', { Id })));
};

type OutboxMessage = TelarOutputs['GetOutboxMessage'];
async function outboxUntil(from: TestServer, ready: (all: OutboxMessage[]) => boolean): Promise<OutboxMessage[]> {
  for (;;) {
    const all = await outboxOf(from);
    if (ready(all)) return all;
    await sleep(10);
  }
}

async function subscribed(client: SNSClient, name: string, Protocol: string, Attributes: Record<string, string> = {}) {
  const { TopicArn } = await client.send(new CreateTopicCommand({ Name: name, Attributes }));
  const answer = await client.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint: `${name}@example.com` }));
  expect(answer.SubscriptionArn).toBe('pending confirmation');
  return TopicArn!;
}

const linkIn = (text: string) => /http:\/\/127\.0\.0\.1:\d+\/\?Action=\S+/.exec(text)![0];

describe('a subscription by mail', () => {
  it('is confirmed by the link in a mail, and then sent texts', async () => {
    const arn = await subscribed(sns, 'ana', 'email', { DisplayName: 'Titanic "prod"' });
    const [question] = await mailServer.until(1);
    expect(question).toMatchObject({ from: 'telar@example.com', to: ['ana@example.com'], user: 'telar' });
    expect(question!.text).toContain('Subject: AWS Notification - Subscription Confirmation');
    expect(question!.text).toContain('From: "Titanic \\"prod\\"" <telar@example.com>');
    expect(textOf(question!)).toContain(`You have chosen to subscribe to the topic:\r\n${arn}`);
    expect((await fetch(linkIn(textOf(question!)))).status).toBe(200);
    await sns.send(new PublishCommand({ TopicArn: arn, Message: 'F1 fell to 0.71 — ¡ojo!', Subject: 'Gate' }));
    const [, told] = await mailServer.until(2);
    expect(told!.text).toContain('Subject: Gate');
    expect(textOf(told!)).toMatch(/^F1 fell to 0.71 — ¡ojo!\r\n\r\n--\r\nIf you wish to stop receiving/);
    // The link at the end of it ends the subscription.
    expect((await fetch(linkIn(textOf(told!)))).status).toBe(200);
    const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn: arn }));
    expect(Attributes).toMatchObject({ SubscriptionsConfirmed: '0', SubscriptionsDeleted: '1' });
    const kept = await outboxUntil(server, (all) => all.filter(({ Status }) => Status === 'Mailed').length === 2);
    expect(kept).toMatchObject([
      { Kind: 'notification', To: 'ana@example.com', Subject: 'Gate', TopicArn: arn, Status: 'Mailed' },
      {
        Kind: 'confirmation',
        To: 'ana@example.com',
        From: '"Titanic \\"prod\\"" <telar@example.com>',
        Status: 'Mailed',
      },
    ]);
  });

  it('is sent the whole notification as JSON where it asks for it', async () => {
    const arn = await subscribed(sns, 'json', 'email-json');
    const [question] = await mailServer.until(1);
    const { SubscribeURL, Type } = JSON.parse(textOf(question!)) as Record<string, string>;
    expect(Type).toBe('SubscriptionConfirmation');
    await fetch(SubscribeURL!);
    await sns.send(new PublishCommand({ TopicArn: arn, Message: 'Hello' }));
    const [, told] = await mailServer.until(2);
    expect(JSON.parse(textOf(told!))).toMatchObject({ Type: 'Notification', TopicArn: arn, Message: 'Hello' });
  });

  it('says in the outbox that its mail waits while the mail server is busy, and that it failed once it is refused', async () => {
    mailServer.refuse(1, 451);
    await subscribed(sns, 'busy', 'email');
    const busy = ({ To }: OutboxMessage) => To === 'busy@example.com';
    const [waiting] = (await outboxUntil(server, (all) => all.some((one) => busy(one) && one.FailureReason))).filter(
      busy,
    );
    expect(waiting).toMatchObject({ Status: 'Waiting', FailureReason: expect.stringContaining('Not now') });
    mailServer.refuse(1, 550);
    await subscribed(sns, 'refused', 'email');
    const failed = await outboxUntil(server, (all) => all.some(({ Status }) => Status === 'Failed'));
    expect(failed.filter(({ Status }) => Status === 'Failed')).toMatchObject([{ To: 'refused@example.com' }]);
  });
});

describe('without a mail server', () => {
  let alone: TestServer;
  let client: SNSClient;
  beforeAll(async () => {
    alone = await startTestServer();
    client = new SNSClient(alone.client);
  });
  afterAll(async () => {
    client.destroy();
    await alone.close();
  });

  it('mails are in the outbox, links and all', async () => {
    const arn = await subscribed(client, 'ana', 'email');
    const [question] = await outboxUntil(alone, (all) => all.length === 1);
    expect(question).toMatchObject({ Kind: 'confirmation', To: 'ana@example.com', Status: 'Kept' });
    await fetch(linkIn(question!.Body));
    await client.send(new PublishCommand({ TopicArn: arn, Message: 'Hello', Subject: 'Greeting' }));
    const [told] = await outboxUntil(alone, (all) => all.length === 2);
    expect(told).toMatchObject({
      Kind: 'notification',
      Subject: 'Greeting',
      Body: expect.stringMatching(/^Hello\n\n--\n/),
    });
    const telar = telarClient({ url: alone.url, credentials: alone.credentials, region: alone.region });
    const first = await telar('ListOutbox', { MaxResults: 1 });
    expect(first).toMatchObject({ Messages: [{ Id: told!.Id }], Next: told!.Id });
    expect(await telar('ListOutbox', { Before: first.Next })).toMatchObject({ Messages: [{ Id: question!.Id }] });
    await expect(telar('GetOutboxMessage', { Id: 999 })).rejects.toThrow('There is no mail 999 in the outbox');
  });
});
