/** Topics and their subscribers by HTTP, through the official SDK: a real server is subscribed. */

import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';
import {
  isGenuine,
  ok,
  parsed,
  type SnsMessage,
  type Subscriber,
  startSubscriber,
  status,
} from '../support/subscriber.ts';

let server: TestServer;
let sns: SNSClient;
const started: Subscriber[] = [];

beforeAll(async () => {
  server = await startTestServer();
  sns = new SNSClient(server.client);
});
afterEach(() => Promise.all(started.splice(0).map((one) => one.close())));
afterAll(async () => {
  sns.destroy();
  await server.close();
});

async function subscriber(): Promise<Subscriber> {
  const made = await startSubscriber();
  started.push(made);
  return made;
}

async function topic(name: string, Attributes: Record<string, string> = {}): Promise<string> {
  return (await sns.send(new CreateTopicCommand({ Name: name, Attributes }))).TopicArn!;
}

/** Retries without delay, so that no test waits for them. */
const AT_ONCE = (retries: number) =>
  JSON.stringify({ healthyRetryPolicy: { numRetries: retries, numNoDelayRetries: retries } });

const subscribe = async (TopicArn: string, { url }: Subscriber, Attributes: Record<string, string> = {}) =>
  (
    await sns.send(
      new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: url, Attributes, ReturnSubscriptionArn: true }),
    )
  ).SubscriptionArn!;

/** A subscription that its endpoint has confirmed by the link. */
async function confirmed(TopicArn: string, endpoint: Subscriber, Attributes: Record<string, string> = {}) {
  const arn = await subscribe(TopicArn, endpoint, Attributes);
  const [asked] = await endpoint.until(1);
  expect((await fetch(parsed(asked!)['SubscribeURL']!)).status).toBe(200);
  endpoint.received.length = 0;
  return arn;
}

const publish = (TopicArn: string, Message: string, more: object = {}) =>
  sns.send(new PublishCommand({ TopicArn, Message, ...more }));

describe('a subscription by HTTP', () => {
  it('is asked for, confirmed by its link alone, and then sent signed messages', async () => {
    const arn = await topic('confirmed', { DisplayName: 'Alerts' });
    const endpoint = await subscriber();
    const pending = await sns.send(new SubscribeCommand({ TopicArn: arn, Protocol: 'http', Endpoint: endpoint.url }));
    expect(pending.SubscriptionArn).toBe('pending confirmation');
    const [asked] = await endpoint.until(1);
    const question = parsed(asked!);
    expect(asked).toMatchObject({
      method: 'POST',
      headers: {
        'x-amz-sns-message-type': 'SubscriptionConfirmation',
        'x-amz-sns-message-id': question['MessageId'],
        'x-amz-sns-topic-arn': arn,
        'content-type': 'text/plain; charset=UTF-8',
        'user-agent': 'Amazon Simple Notification Service Agent',
      },
    });
    expect(Object.keys(question)).toEqual([
      ...['Type', 'MessageId', 'Token', 'TopicArn', 'Message', 'SubscribeURL', 'Timestamp', 'SignatureVersion'],
      ...['Signature', 'SigningCertURL'],
    ]);
    expect(question['Message']).toBe(
      `You have chosen to subscribe to the topic ${arn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`,
    );
    expect(await isGenuine(question)).toBe(true);
    // Nothing is sent before it is confirmed.
    await publish(arn, 'too early');
    const answer = await (await fetch(question['SubscribeURL']!)).text();
    const [, subscription] = /<SubscriptionArn>(.*)<\/SubscriptionArn>/.exec(answer)!;
    const { MessageId } = await publish(arn, 'Accuracy fell to 0.71', { Subject: 'Gate' });
    const [, told] = await endpoint.until(2);
    const message = parsed(told!);
    expect(Object.keys(message)).toEqual([
      ...['Type', 'MessageId', 'TopicArn', 'Subject', 'Message', 'Timestamp', 'SignatureVersion', 'Signature'],
      ...['SigningCertURL', 'UnsubscribeURL'],
    ]);
    expect(message).toMatchObject({
      Type: 'Notification',
      MessageId,
      Subject: 'Gate',
      Message: 'Accuracy fell to 0.71',
    });
    expect(told!.headers).toMatchObject({
      'x-amz-sns-message-type': 'Notification',
      'x-amz-sns-message-id': MessageId,
      'x-amz-sns-topic-arn': arn,
      'x-amz-sns-subscription-arn': subscription,
    });
    expect(told!.body).toMatch(/^\{\n {2}"Type" : "Notification",\n {2}"MessageId" : "/);
    expect(await isGenuine(message)).toBe(true);
    expect(await isGenuine({ ...message, Message: 'Accuracy rose' } as SnsMessage)).toBe(false);
  });

  it('is signed with SHA-256 where the topic says so', async () => {
    const arn = await topic('version-2');
    await sns.send(
      new SetTopicAttributesCommand({ TopicArn: arn, AttributeName: 'SignatureVersion', AttributeValue: '2' }),
    );
    const endpoint = await subscriber();
    await confirmed(arn, endpoint);
    await publish(arn, 'Hello');
    const message = parsed((await endpoint.until(1))[0]!);
    expect(message['SignatureVersion']).toBe('2');
    expect(await isGenuine(message)).toBe(true);
  });

  it('carries attributes, and the text alone where it is raw', async () => {
    const arn = await topic('raw');
    const [whole, raw] = [await subscriber(), await subscriber()];
    await confirmed(arn, whole);
    await confirmed(arn, raw, { RawMessageDelivery: 'true' });
    const MessageAttributes = {
      model: { DataType: 'String', StringValue: 'titanic' },
      bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 3]) },
    };
    await publish(arn, 'plain text', { MessageAttributes });
    const message = JSON.parse((await whole.until(1))[0]!.body);
    expect(message.MessageAttributes).toEqual({
      model: { Type: 'String', Value: 'titanic' },
      bytes: { Type: 'Binary', Value: 'AQID' },
    });
    const [bare] = await raw.until(1);
    expect(bare).toMatchObject({ body: 'plain text', headers: { 'x-amz-sns-rawdelivery': 'true' } });
  });

  it('is ended by the link of a message, and restored by that of the goodbye', async () => {
    const arn = await topic('ended');
    const endpoint = await subscriber();
    const subscription = await confirmed(arn, endpoint);
    await publish(arn, 'one');
    const message = parsed((await endpoint.until(1))[0]!);
    expect((await fetch(message['UnsubscribeURL']!)).status).toBe(200);
    const goodbye = parsed((await endpoint.until(2))[1]!);
    expect(goodbye).toMatchObject({
      Type: 'UnsubscribeConfirmation',
      Message: `You have chosen to deactivate subscription ${subscription}.\nTo cancel this operation and restore the subscription, visit the SubscribeURL included in this message.`,
    });
    expect(await isGenuine(goodbye)).toBe(true);
    const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn: arn }));
    expect(Attributes).toMatchObject({ SubscriptionsConfirmed: '0', SubscriptionsDeleted: '1' });
    await publish(arn, 'nobody hears it');
    await fetch(goodbye['SubscribeURL']!);
    await publish(arn, 'three');
    expect(parsed((await endpoint.until(3))[2]!)['Message']).toBe('three');
  });

  it('that was confirmed with AuthenticateOnUnsubscribe is not ended by a link', async () => {
    const arn = await topic('kept');
    const endpoint = await subscriber();
    const subscription = await subscribe(arn, endpoint);
    const { Token } = parsed((await endpoint.until(1))[0]!);
    const confirm = new ConfirmSubscriptionCommand({ TopicArn: arn, Token, AuthenticateOnUnsubscribe: 'true' });
    expect(await sns.send(confirm)).toMatchObject({ SubscriptionArn: subscription });
    await publish(arn, 'one');
    const link = parsed((await endpoint.until(2))[1]!)['UnsubscribeURL']!;
    const refused = await fetch(link);
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('AuthenticateOnUnsubscribe')]);
    await sns.send(new UnsubscribeCommand({ SubscriptionArn: subscription }));
    await expect(
      sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn: subscription })),
    ).rejects.toMatchObject({ name: 'NotFoundException' });
  });

  it('does not confirm with a token that was not sent, nor anything else without a signature', async () => {
    const arn = await topic('guarded');
    const ask = (query: Record<string, string>) => fetch(`${server.url}/?${new URLSearchParams(query)}`);
    const wrong = await ask({ Action: 'ConfirmSubscription', TopicArn: arn, Token: 'guess' });
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('Invalid parameter: Token')]);
    for (const Action of ['Publish', 'ListTopics', 'DeleteTopic']) {
      expect((await ask({ Action, TopicArn: arn, Message: 'Hello' })).status).toBe(403);
    }
  });
});

it('whatever a link is made of, it changes nothing without its secret, and never breaks the server', async () => {
  const arn = await topic('linked');
  const endpoint = await subscriber();
  const subscription = await confirmed(arn, endpoint);
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom(arn, subscription, `${subscription}x`, 'arn:aws:sns:eu-west-1::', '__proto__'),
  );
  const link = fc
    .array(
      fc.tuple(
        fc.constantFrom(
          'Action',
          'TopicArn',
          'Token',
          'SubscriptionArn',
          'AuthenticateOnUnsubscribe',
          'Version',
          'X-Amz-Signature',
        ),
        fc.oneof(fc.constantFrom('ConfirmSubscription', 'Publish', 'DeleteTopic'), text),
      ),
      { maxLength: 6 },
    )
    .map((pairs) => new URLSearchParams(pairs).toString());
  await fc.assert(
    fc.asyncProperty(link, async (query) => {
      const answer = await fetch(`${server.url}/?${query}`);
      await answer.text();
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
    }),
    { numRuns: 150 },
  );
  const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn: arn }));
  expect(Attributes).toMatchObject({ SubscriptionsConfirmed: '1', SubscriptionsPending: '0' });
});

describe('what goes wrong at an endpoint', () => {
  it('is tried again as the policy says: an endpoint that fails twice gets the message once it answers', async () => {
    const arn = await topic('retried');
    const endpoint = await subscriber();
    await confirmed(arn, endpoint, { DeliveryPolicy: AT_ONCE(3) });
    endpoint.answers((request, response, nth) => status(nth < 3 ? 503 : 200)(request, response, nth));
    const { MessageId } = await publish(arn, 'Hello');
    const bodies = (await endpoint.until(3)).map((one) => parsed(one)['MessageId']);
    expect(bodies).toEqual([MessageId, MessageId, MessageId]);
    await publish(arn, 'next');
    expect(parsed((await endpoint.until(4))[3]!)['Message']).toBe('next');
  });

  it('is not tried again where the endpoint refuses it, and no redirect is followed', async () => {
    const arn = await topic('refused');
    const [endpoint, elsewhere] = [await subscriber(), await subscriber()];
    await confirmed(arn, endpoint, { DeliveryPolicy: AT_ONCE(3) });
    endpoint.answers((_, response, nth) => {
      if (nth === 1) response.writeHead(404).end();
      else if (nth === 2) response.writeHead(307, { location: elsewhere.url }).end();
      else response.writeHead(200).end();
    });
    await publish(arn, 'one');
    await endpoint.until(1);
    await publish(arn, 'two');
    await endpoint.until(2);
    await publish(arn, 'three');
    expect((await endpoint.until(3)).map((one) => parsed(one)['Message'])).toEqual(['one', 'two', 'three']);
    expect(elsewhere.received).toEqual([]);
  });

  it('holds up nobody else: endpoints that hang, that break off and that answer without end', async () => {
    const arn = await topic('held-up');
    const endpoints = await Promise.all(Array.from({ length: 4 }, subscriber));
    const [hung, broken, endless, well] = endpoints as [Subscriber, Subscriber, Subscriber, Subscriber];
    for (const one of endpoints) await confirmed(arn, one, { DeliveryPolicy: AT_ONCE(1) });
    hung.answers(() => {});
    broken.answers((request) => void request.socket.destroy());
    endless.answers((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'.repeat(1000)), 5);
      response.on('close', () => clearInterval(timer));
    });
    for (let nth = 0; nth < 20; nth += 1) await publish(arn, String(nth));
    const all = (await well.until(20)).map((one) => parsed(one)['Message']);
    expect(all.sort((one, other) => Number(one) - Number(other))).toEqual(
      Array.from({ length: 20 }, (_, nth) => String(nth)),
    );
    // Its status was that of success: it is sent each once, however long its answers take.
    await endless.until(20);
    expect(hung.received.length).toBeLessThanOrEqual(4);
    // Each is tried again once, and each time once more at once where its connection had served before.
    const tries = new Map<string, number>();
    const triedAgain = () => tries.size === 20 && [...tries.values()].every((times) => times >= 2);
    for (let seen = 0; !triedAgain(); seen += 1) {
      const message = parsed((await broken.until(seen + 1))[seen]!)['Message']!;
      tries.set(message, (tries.get(message) ?? 0) + 1);
    }
    expect(Math.max(...tries.values())).toBeLessThanOrEqual(4);
  });

  it('keeps to the pace that an endpoint asks for', async () => {
    const arn = await topic('paced');
    const endpoint = await subscriber();
    const policy = JSON.stringify({ throttlePolicy: { maxReceivesPerSecond: 20 } });
    await confirmed(arn, endpoint, { DeliveryPolicy: policy });
    for (let nth = 0; nth < 5; nth += 1) await publish(arn, String(nth));
    const times = (await endpoint.until(5)).map(({ at }) => at);
    expect(times.at(-1)! - times[0]!).toBeGreaterThanOrEqual(150);
  });
});

describe('a chat', () => {
  it('agrees by its answer, and is sent text', async () => {
    const arn = await topic('chat');
    const [slack, teams] = [await subscriber(), await subscriber()];
    slack.answers((request, response, nth) => status(nth === 1 ? 500 : 200)(request, response, nth));
    const subscription = await subscribe(arn, slack, { TelarFormat: 'slack', DeliveryPolicy: AT_ONCE(2) });
    await subscribe(arn, teams, { TelarFormat: 'teams' });
    expect(JSON.parse((await slack.until(2))[1]!.body)).toEqual({
      text: `Messages of the topic ${arn} are sent here from now on.`,
    });
    const isConfirmed = async () =>
      (await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn: subscription }))).Attributes![
        'PendingConfirmation'
      ] === 'false';
    while (!(await isConfirmed())) await sleep(10);
    await teams.until(1);
    const count = async () =>
      (await sns.send(new GetTopicAttributesCommand({ TopicArn: arn }))).Attributes!['SubscriptionsConfirmed'];
    while ((await count()) !== '2') await sleep(10);
    await publish(arn, 'F1 < 0.8 & falling', { Subject: 'Gate' });
    const [, , told] = await slack.until(3);
    expect(told!.headers['content-type']).toBe('application/json; charset=UTF-8');
    expect(JSON.parse(told!.body)).toEqual({ text: '*Gate*\nF1 &lt; 0.8 &amp; falling' });
    expect(JSON.parse((await teams.until(2))[1]!.body)).toEqual({ text: '**Gate**\n\nF1 < 0.8 & falling' });
  });
});

describe('a subscription', () => {
  it('is the same one when it is asked for again, and refused when it is to be another', async () => {
    const arn = await topic('again');
    const endpoint = await subscriber();
    const first = await confirmed(arn, endpoint);
    expect(await subscribe(arn, endpoint)).toBe(first);
    await expect(subscribe(arn, endpoint, { RawMessageDelivery: 'true' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: 'Invalid parameter: Attributes Reason: Subscription already exists with different attributes',
    });
    await sns.send(
      new SetSubscriptionAttributesCommand({
        ...{ SubscriptionArn: first, AttributeName: 'RawMessageDelivery', AttributeValue: 'true' },
      }),
    );
    const { Attributes } = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn: first }));
    expect(Attributes).toMatchObject({
      ...{ RawMessageDelivery: 'true', PendingConfirmation: 'false', Protocol: 'http' },
      SubscriptionPrincipal: 'arn:aws:iam::000000000000:user/admin',
    });
  });

  it('does not show the password of its address', async () => {
    const arn = await topic('secret');
    const endpoint = await subscriber();
    endpoint.answers(ok);
    const withPassword = { ...endpoint, url: endpoint.url.replace('//', '//telar:secret@') };
    const subscription = await subscribe(arn, withPassword);
    const [asked] = await endpoint.until(1);
    expect(asked!.headers.authorization).toBe(`Basic ${Buffer.from('telar:secret').toString('base64')}`);
    const shown = [
      await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: arn })),
      await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn: subscription })),
    ];
    expect(JSON.stringify(shown)).toContain('//telar:****@');
    expect(JSON.stringify(shown)).not.toContain('secret@');
  });

  it.each([
    ['http', 'ftp://example.com/', 'Invalid parameter: Endpoint must match the specified protocol'],
    ['email', 'nobody', 'Invalid parameter: Email address'],
    ['sqs', 'queue', 'Invalid parameter: SQS endpoint ARN'],
    ['lambda', 'arn:aws:sqs:us-east-1:000000000000:q', 'Invalid parameter: Lambda endpoint ARN'],
    ['carrier-pigeon', 'coop', 'Invalid parameter: Amazon SNS does not support this protocol string: carrier-pigeon'],
    ['sms', '+34600000000', /Telar does not deliver by sms/],
    ['firehose', 'arn:aws:firehose:us-east-1:000000000000:deliverystream/d', /Telar does not deliver by firehose/],
  ])('by %s to %s is refused', async (Protocol, Endpoint, message) => {
    const TopicArn = await topic('refusals');
    await expect(sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint }))).rejects.toMatchObject({
      ...{ name: 'InvalidParameterException', message: expect.stringMatching(message) },
    });
  });

  it('does not lead back to this server', async () => {
    const TopicArn = await topic('circle');
    const to = (Endpoint: string) => sns.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint }));
    for (const url of [server.url, server.url.replace('127.0.0.1', 'localhost')])
      await expect(to(url)).rejects.toThrow('it is the address of this Telar server itself');
  });
});

describe("links with SNS's own names", () => {
  it('lead to this server for whoever comes by its proxy, certificate and all', async () => {
    const named = await startTestServer({ notificationLinks: 'aws' });
    const client = new SNSClient(named.client);
    const { TopicArn } = await client.send(new CreateTopicCommand({ Name: 'named' }));
    const endpoint = await subscriber();
    await client.send(new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: endpoint.url }));
    const question = parsed((await endpoint.until(1))[0]!);
    // What validators of messages ask for (sns-validator): an https address of SNS's that ends in .pem.
    const host = 'sns.us-east-1.amazonaws.com';
    expect(question['SigningCertURL']).toMatch(
      /^https:\/\/sns\.us-east-1\.amazonaws\.com\/SimpleNotificationService-[0-9a-f]{32}\.pem$/,
    );
    expect(question['SubscribeURL']).toMatch(
      /^https:\/\/sns\.us-east-1\.amazonaws\.com\/\?Action=ConfirmSubscription&/,
    );
    const here = (link: string) => link.replace(`https://${host}`, named.url);
    const certificate = await ask(here(question['SigningCertURL']!), host);
    expect(certificate).toMatchObject({ status: 200, body: expect.stringMatching(/^-----BEGIN CERTIFICATE-----/) });
    expect(await isGenuine({ ...question, SigningCertURL: here(question['SigningCertURL']!) } as SnsMessage)).toBe(
      true,
    );
    expect(await ask(here(question['SubscribeURL']!), host)).toMatchObject({ status: 200 });
    // In a bucket that the host names, the path is a key like any other.
    expect((await ask(here(question['SigningCertURL']!), 'bucket.s3.amazonaws.com')).status).toBe(403);
    client.destroy();
    await named.close();
  });
});

function ask(url: string, host: string): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { host } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode, body }));
    }).on('error', reject);
  });
}
