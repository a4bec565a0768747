/**
 * What sets things going, as a person meets it: a schedule, a rule, a queue, a topic, a function and the outbox are made by the SDKs,
 * looked at, and each is tried by its button.
 */
import { EventBridge } from '@aws-sdk/client-eventbridge';
import { IAM } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SageMaker } from '@aws-sdk/client-sagemaker';
import { Scheduler, type Target } from '@aws-sdk/client-scheduler';
import { SFN } from '@aws-sdk/client-sfn';
import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from '../support/accessible.ts';
import { openBrowser } from '../support/browser.ts';
import { signIn, visit } from '../support/console.ts';
import { functionRole, makeFunction } from '../support/functions.ts';
import { seeText } from '../support/hands.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let topic: string;
const sqs = () => new SQS(server.client);
const arnOf = (service: string, resource: string) => `arn:aws:${service}:${server.region}:000000000000:${resource}`;

beforeAll(async () => {
  server = await startTestServer();
  await Promise.all([makeQueues(), makeTopic(), makeFunctions(), makeMachine()]);
  await Promise.all([makeSchedules(), makeRules()]);
}, 120_000);
afterAll(() => server.close());
const browser = openBrowser();

async function makeQueues(): Promise<void> {
  await sqs().createQueue({ QueueName: 'dead' });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf('sqs', 'dead'), maxReceiveCount: 3 });
  await sqs().createQueue({ QueueName: 'work', Attributes: { RedrivePolicy } });
}

async function makeTopic(): Promise<void> {
  const sns = new SNS(server.client);
  topic = (await sns.createTopic({ Name: 'alerts' })).TopicArn!;
  for (const name of ['else', 'someone']) {
    await sns.subscribe({ TopicArn: topic, Protocol: 'email', Endpoint: `${name}@example.com` });
  }
}

async function makeFunctions(): Promise<void> {
  const Role = await functionRole(server, 'functions');
  const files = {
    'index.mjs':
      'export const handler = async (event) => { console.log("seen", event.n); return { twice: event.n * 2 }; };',
  };
  // Two: one that a rule's target starts would be warm when it is invoked by hand.
  for (const FunctionName of ['double', 'listener']) {
    await makeFunction(new LambdaClient(server.client), { FunctionName, Role, files });
  }
}

/** Disabled ones: what they start, the test buttons start. */
async function makeSchedules(): Promise<void> {
  const RoleArn = await roleOf('scheduler.amazonaws.com');
  const scheduler = new Scheduler(server.client);
  await scheduler.createSchedule({
    ...{ Name: 'nightly', ScheduleExpression: 'cron(30 2 ? * MON-FRI *)', ScheduleExpressionTimezone: 'Europe/Madrid' },
    ...{ FlexibleTimeWindow: { Mode: 'OFF' }, Description: 'Every night' },
    Target: { Arn: arnOf('sqs', 'work'), RoleArn, Input: 'by the clock' },
  });
  const { QueueUrl } = await sqs().getQueueUrl({ QueueName: 'work' });
  const targets: Record<string, Omit<Target, 'RoleArn'>> = {
    pipeline: {
      Arn: await makePipeline(),
      SageMakerPipelineParameters: { PipelineParameterList: [{ Name: 'Depth', Value: '3' }] },
    },
    operation: {
      Arn: 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage',
      Input: JSON.stringify({ QueueUrl, MessageBody: 'sent by <aws.scheduler.schedule-arn>' }),
    },
    bus: {
      ...{ Arn: arnOf('events', 'event-bus/orders'), Input: '{"amount": 99}' },
      EventBridgeParameters: { Source: 'shop', DetailType: 'Order Placed' },
    },
  };
  await scheduler.createSchedule({
    ...{ Name: 'denied', ScheduleExpression: 'rate(1 day)', FlexibleTimeWindow: { Mode: 'OFF' } },
    Target: { Arn: arnOf('states', 'stateMachine:m'), RoleArn },
  });
  await new EventBridge(server.client).createEventBus({ Name: 'orders' });
  for (const [Name, target] of Object.entries(targets)) {
    await scheduler.createSchedule({
      ...{ Name, ScheduleExpression: 'rate(1 day)', State: 'DISABLED', FlexibleTimeWindow: { Mode: 'OFF' } },
      Target: { ...target, RoleArn } as Target,
    });
  }
}

async function makePipeline(): Promise<string> {
  const { PipelineArn } = await new SageMaker(server.client).createPipeline({
    ...{ PipelineName: 'small', RoleArn: await roleOf('sagemaker.amazonaws.com') },
    PipelineDefinition: JSON.stringify({
      ...{ Version: '2020-12-01', Parameters: [{ Name: 'Depth', Type: 'String', DefaultValue: '1' }] },
      Steps: [{ Name: 'End', Type: 'Fail', Arguments: { ErrorMessage: 'It ends here.' } }],
    }),
  });
  return PipelineArn!;
}

async function makeMachine(): Promise<void> {
  const definition = JSON.stringify({ StartAt: 'Done', States: { Done: { Type: 'Succeed' } } });
  const roleArn = await roleOf('states.amazonaws.com');
  await new SFN(server.client).createStateMachine({ name: 'm', definition, roleArn });
}

async function roleOf(Service: string): Promise<string> {
  const Statement = [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  const RoleName = Service.split('.')[0]!;
  return (await new IAM(server.client).createRole({ RoleName, AssumeRolePolicyDocument })).Role!.Arn!;
}

async function makeRules(): Promise<void> {
  const events = new EventBridge(server.client);
  const EventPattern = JSON.stringify({ source: ['shop'], detail: { amount: [{ numeric: ['>', 50] }] } });
  await events.putRule({ Name: 'large-orders', EventPattern });
  await events.putTargets({
    Rule: 'large-orders',
    Targets: [{ Id: 'keep', Arn: arnOf('sqs', 'work'), Input: '"an order"' }],
  });
  await events.putRule({ Name: 'templated', EventPattern: JSON.stringify({ source: ['shop'] }) });
  const InputTransformer = {
    InputPathsMap: { order: '$.detail.order' },
    InputTemplate: '{"text":"order <order> by <aws.events.rule-name>","order":<order>}',
  };
  await events.putTargets({ Rule: 'templated', Targets: [{ Id: 'one', Arn: arnOf('sqs', 'work'), InputTransformer }] });
  const RoleArn = await roleOf('events.amazonaws.com');
  await events.putRule({ Name: 'everything', EventPattern: JSON.stringify({ source: ['nobody'] }) });
  await events.putTargets({
    Rule: 'everything',
    Targets: [
      { Id: 'machine', Arn: arnOf('states', 'stateMachine:m'), RoleArn },
      { Id: 'function', Arn: arnOf('lambda', 'function:listener'), Input: '{"n": 4}' },
      { Id: 'topic', Arn: topic },
    ],
  });
}

async function takeAll(): Promise<string[]> {
  const { QueueUrl } = await sqs().getQueueUrl({ QueueName: 'work' });
  const { Messages = [] } = await sqs().receiveMessage({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 2 });
  for (const { ReceiptHandle } of Messages) await sqs().deleteMessage({ QueueUrl, ReceiptHandle });
  return Messages.map(({ Body = '' }) => Body);
}

async function open(path: string): Promise<Page> {
  const page = await browser.newPage();
  await signIn(page, server);
  await visit(page, server, `/console${path}`);
  return page;
}

const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click();

it('lists a schedule in words, starts its target now, and switches it off', async () => {
  const page = await open('/schedules');
  await seeText(page, 'Monday to Friday at 02:30');
  await seeText(page, 'Europe/Madrid');
  await page.getByRole('link', { name: 'nightly' }).click();
  await page.getByRole('heading', { level: 1, name: 'nightly' }).waitFor();
  await page.getByRole('list', { name: 'Next occurrences' }).getByRole('listitem').nth(4).waitFor();
  await seeText(page, /Nothing is on record/);
  await press(page, 'Test');
  await seeText(page, 'sqs:SendMessage');
  await press(page, 'Start now');
  await seeText(page, /Message .* is in the queue/);
  expect(await takeAll()).toEqual(['by the clock']);
  await press(page, 'Done');

  await press(page, 'Disable');
  await seeText(page, 'telar schedule disable nightly');
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
  await seeText(page, 'It is disabled: nothing occurs.');
  const there = await new Scheduler(server.client).getSchedule({ Name: 'nightly' });
  expect(there).toMatchObject({ State: 'DISABLED', Description: 'Every night', Target: { Input: 'by the clock' } });
});

it("tries a rule's pattern with an event that it waits for, and one that it does not, and sends to its target", async () => {
  const page = await open('/rules');
  await page.getByRole('link', { name: 'large-orders' }).click();
  await page.getByRole('tab', { name: 'Test' }).click();
  // It begins with an event that the rule waits for.
  await press(page, 'Test the pattern');
  await seeText(page, 'The rule would match this event.');
  const event = page.getByLabel('Event', { exact: true });
  await event.fill((await event.inputValue()).replace('shop', 'my.app'));
  await press(page, 'Test the pattern');
  await seeText(page, 'The rule would not match this event.');
  await page.getByLabel('Sample').selectOption('An object was created');
  await seeText(page, /Only events with a source of your own/);

  await page.getByRole('tab', { name: 'Targets' }).click();
  await press(page, 'Test keep');
  await press(page, 'Send now');
  await seeText(page, /Message .* is in the queue/);
  expect(await takeAll()).toEqual(['"an order"']);
});

it('tells in the list and on its page that what a schedule would start was refused', async () => {
  const page = await open('/schedules');
  await page
    .getByRole('row', { name: /denied/ })
    .getByText('Refused')
    .waitFor();
  await page.getByRole('link', { name: 'denied' }).click();
  await page.getByRole('table', { name: 'Last firings' }).getByText('AccessDeniedException').waitFor();
});

it.each([
  ['pipeline', /An execution was started/, /\/console\/pipelines\/small\/executions\//],
  ['operation', /It answered .*MessageId/, undefined],
  ['bus', /Event .* is on the bus/, /\/console\/rules\?bus=orders/],
])('starts what the schedule %s starts', async (name, said, href) => {
  const page = await open(`/schedules/default/${name}`);
  await press(page, 'Test');
  await press(page, 'Start now');
  await seeText(page, said);
  const opens = page.getByRole('dialog').getByRole('link', { name: 'Open' });
  if (href) expect(await opens.getAttribute('href')).toMatch(href);
  else expect(await takeAll()).toEqual([`sent by ${arnOf('scheduler', 'schedule/default/operation')}`]);
});

it('sends each target of a rule what it would get', async () => {
  const page = await open('/rules/default/everything');
  for (const [target, said] of [
    ['machine', /An execution was started/],
    ['function', /The function has the event/],
    ['topic', /Message .* was published/],
  ] as const) {
    await press(page, `Test ${target}`);
    await press(page, 'Send now');
    await seeText(page, said);
    await press(page, 'Done');
  }
  const { executions } = await new SFN(server.client).listExecutions({
    stateMachineArn: arnOf('states', 'stateMachine:m'),
  });
  expect(executions).toHaveLength(1);
});

it('sends what the rule would make of an event, and shows it before: its template once stood aside', async () => {
  const page = await open('/rules/default/templated?show=test');
  await page.getByLabel('Sample').selectOption('An event of your own');
  await seeText(page, 'order 17 by templated');
  await page.getByRole('tab', { name: 'Targets' }).click();
  await press(page, 'Test one');
  const event = page.getByLabel('The event');
  await event.fill('{"detail":{"order":18}}');
  await seeText(page, 'order 18 by templated');
  await seeText(page, /aws sqs send-message .*order 18 by templated/);
  await press(page, 'Send now');
  await seeText(page, /Message .* is in the queue/);
  expect(await takeAll()).toEqual(['{"text":"order 18 by templated","order":18}']);
});

it('puts an event on a bus', async () => {
  const page = await open('/rules');
  await press(page, 'Put an event');
  await page.getByLabel('Source').fill('aws.shop');
  await page.getByRole('button', { name: 'Put the event' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByLabel('Source').fill('shop');
  await page.getByRole('button', { name: 'Put the event' }).click();
  await seeText(page, /is on the bus default/);
});

it('confirms a subscription from the outbox, publishes to it, and reads the mail', async () => {
  const page = await open('/outbox');
  await seeText(page, /someone@example.com/);
  await press(page, 'Confirm the subscription');
  await seeText(page, /Messages are sent to someone@example.com from now on/);

  await visit(page, server, `/console/topics/${encodeURIComponent(topic)}`);
  await seeText(page, 'Confirmed');
  await press(page, 'Confirm else@example.com');
  await seeText(page, /^telar outbox confirm \d+$/);
  await page.getByRole('dialog').getByRole('button', { name: 'Confirm' }).click();
  await seeText(page, /Messages are sent to else@example.com from now on/);
  await press(page, 'Publish a message');
  await page.getByLabel('Subject').fill('It is late');
  await page.getByLabel('Message', { exact: true }).fill('The run of tonight has not begun.');
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await seeText(page, /Message .* was published/);
  await press(page, 'Done');
  const mails = page.getByRole('region', { name: 'Last mails' });
  await mails.getByRole('link', { name: 'It is late' }).first().waitFor();

  await visit(page, server, '/console/outbox');
  await page.getByRole('heading', { level: 2, name: 'It is late' }).waitFor();
  await seeText(page, /The run of tonight has not begun/);
  await page
    .getByRole('row', { name: /else@example.com/ })
    .last()
    .click();
  await page.getByRole('heading', { level: 2, name: /Subscription Confirmation/ }).waitFor();
  expect(page.url()).toMatch(/\/console\/outbox\/\d+$/);
  // Links of a mail are text: nothing that is opened by chance.
  expect(await page.getByRole('article').getByRole('link').count()).toBe(1);
});

it('sends a message to a queue, looks at it, and purges the queue', async () => {
  const page = await open('/queues');
  await page.getByRole('link', { name: 'work', exact: true }).click();
  await press(page, 'Send a message');
  await page.getByLabel('Message', { exact: true }).fill('{"n": 1}');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await seeText(page, /is in the queue/);
  await press(page, 'Done');
  await press(page, 'Look at messages');
  await page.getByRole('row', { name: /"n": 1/ }).waitFor();
  await press(page, 'Purge');
  await page.getByRole('dialog').getByRole('button', { name: 'Purge' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await press(page, 'Look at messages');
  await seeText(page, 'No message can be received now');
});

it('sends dead letters back to where they came from', async () => {
  await takeAll();
  const { QueueUrl } = await sqs().getQueueUrl({ QueueName: 'work' });
  await sqs().sendMessage({ QueueUrl, MessageBody: 'poison' });
  for (let receives = 0; receives < 4; receives += 1) {
    await sqs().receiveMessage({ QueueUrl, VisibilityTimeout: 0, WaitTimeSeconds: 0 });
  }
  const page = await open('/queues/dead');
  await press(page, 'Send them back');
  await page.getByRole('dialog').getByRole('button', { name: 'Send them back' }).click();
  await page.getByRole('table', { name: 'What was sent back' }).getByText('Completed').waitFor();
  expect(await takeAll()).toEqual(['poison']);
});

it('invokes a function, and tells its answer, its log, and whether it started cold', async () => {
  const page = await open('/functions');
  await page.getByRole('row', { name: /^double .* not yet / }).waitFor();
  await page.getByRole('link', { name: 'double' }).click();
  await page.getByLabel('Event', { exact: true }).fill('{"n": 21}');
  await press(page, 'Invoke');
  await seeText(page, 'It answered.', 60_000);
  await seeText(page, '42');
  await seeText(page, /^Cold/);
  await press(page, 'Invoke');
  await seeText(page, 'Warm');
  await page.getByRole('tab', { name: 'Log' }).click();
  await page
    .getByRole('log')
    .getByText(/seen 21/)
    .first()
    .waitFor();
  await visit(page, server, '/console/functions');
  await page.getByRole('row', { name: /^double .* (now|\d+ s ago) / }).waitFor();
});

describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
  it('is accessible', async () => {
    const page = await browser.newPage({ colorScheme });
    await signIn(page, server);
    const paths = [
      ...['/schedules', '/schedules/default/nightly', '/rules', '/rules/default/large-orders'],
      ...['/rules/default/large-orders?show=test', '/topics', `/topics/${encodeURIComponent(topic)}`, '/outbox'],
      ...['/queues', '/queues/work', '/queues/dead', '/functions', '/functions/double'],
      ...['/functions/double?show=configuration', '/functions/double?show=log'],
    ];
    for (const path of paths) {
      await visit(page, server, `/console${path}`);
      await expectAccessible(page);
    }
  }, 120_000);
});
