/** Functions behind rules: what they are sent, what becomes of events that they cannot have, and tokens that wait for them. */
import type { Target } from '@aws-sdk/client-eventbridge';
import { Lambda, LambdaClient } from '@aws-sdk/client-lambda';
import { type Message, SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRules, type Rules } from '../support/eventRules.ts';
import { functionRole, logged, makeFunction } from '../support/functions.ts';
import { document } from '../support/identity.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { pause } from '../support/workbench.ts';

const arnOf = (service: string, name: string) => `arn:aws:${service}:us-east-1:000000000000:${name}`;
const TELLS = 'export const handler = async (event) => console.log("told " + JSON.stringify(event));';

let server: TestServer;
let rules: Rules;
let sqs: SQS;
let lambda: Lambda;
let functionsRole: string;
beforeAll(async () => {
  server = await startTestServer();
  [sqs, lambda] = [new SQS(server.client), new Lambda(server.client)];
  rules = await openRules(server.client);
  functionsRole = await functionRole(server, 'functions');
}, 60_000);
afterAll(() => server.close());

const make = (FunctionName: string, source = TELLS, more: object = {}) =>
  makeFunction(new LambdaClient(server.client), {
    ...{ FunctionName, Role: functionsRole, files: { 'index.mjs': source }, ...more },
  });
const letIn = (FunctionName: string, rule: string) =>
  lambda.addPermission({
    ...{ FunctionName, StatementId: rule, Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com' },
    SourceArn: arnOf('events', `rule/${rule}`),
  });
/** A rule for the source of its name, without a role. */
const put = (name: string, target: Partial<Target> & { Arn: string }) =>
  rules.rule(name, { source: [name] }, { RoleArn: undefined, ...target });

/** A queue that services may send to. */
async function queue(QueueName: string): Promise<string> {
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      ...{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage' },
      Resource: arnOf('sqs', QueueName),
    },
  });
  return (await sqs.createQueue({ QueueName, Attributes: { Policy } })).QueueUrl!;
}

async function received(QueueUrl: string): Promise<Message> {
  const asked = { QueueUrl, WaitTimeSeconds: 10, MessageAttributeNames: ['All'] };
  const { Messages: [message] = [] } = await sqs.receiveMessage(asked);
  if (!message) throw new Error(`${QueueUrl} is empty`);
  return message;
}

async function told(name: string): Promise<unknown> {
  const line = (await logged(server, name, /told /)).find((each) => each.includes('told '))!;
  return JSON.parse(/told (.*)$/s.exec(line)![1]!);
}

describe('a function behind a rule', () => {
  it('is sent what the transformer makes of the event', async () => {
    const Arn = await make('transformed');
    await letIn('transformed', 'transformed');
    await put('transformed', {
      Arn,
      InputTransformer: {
        InputPathsMap: { key: '$.detail.object.key', size: '$.detail.object.size', who: '$.source' },
        InputTemplate: '{"uri": "s3://data/<key>", "size": <size>, "who": <who>, "rule": "<aws.events.rule-name>"}',
      },
    });
    await rules.put('transformed', { object: { key: 'raw/"a".csv', size: 12 } });
    expect(await told('transformed')).toEqual({
      ...{ uri: 's3://data/raw/"a".csv', size: 12, who: 'transformed', rule: 'transformed' },
    });
  });

  it('that does not let the rule in leaves its events to the dead-letter queue, as does one that is gone', async () => {
    const dead = await queue('dead');
    const DeadLetterConfig = { Arn: arnOf('sqs', 'dead') };
    const Arn = await make('closed');
    const rule = await put('closed', { Arn, DeadLetterConfig });
    const id = await rules.put('closed', { n: 1 });
    const refused = await received(dead);
    expect(JSON.parse(refused.Body!)).toMatchObject({ id, detail: { n: 1 } });
    expect(refused.MessageAttributes).toMatchObject({
      ...{ RULE_ARN: { StringValue: rule }, TARGET_ARN: { StringValue: Arn } },
      ...{ ERROR_CODE: { StringValue: 'NO_PERMISSIONS' }, RETRY_ATTEMPTS: { StringValue: '0' } },
      ERROR_MESSAGE: { StringValue: expect.stringContaining('lambda:InvokeFunction') },
    });
    await sqs.deleteMessage({ QueueUrl: dead, ReceiptHandle: refused.ReceiptHandle });

    // Deleted after it had let the rule in: who may come has gone with it.
    const Deleted = await make('deleted');
    await letIn('deleted', 'deleted');
    await put('deleted', { Arn: Deleted, DeadLetterConfig });
    await lambda.deleteFunction({ FunctionName: 'deleted' });
    const lost = await rules.put('deleted', { n: 2 });
    const left = await received(dead);
    expect(JSON.parse(left.Body!)).toMatchObject({ id: lost, detail: { n: 2 } });
    expect(left.MessageAttributes).toMatchObject({ TARGET_ARN: { StringValue: Deleted } });
    await sqs.deleteMessage({ QueueUrl: dead, ReceiptHandle: left.ReceiptHandle });

    // With a role that may invoke anything, what is missing is the function.
    const RoleArn = await rules.role('invokers', 'events.amazonaws.com', 'lambda:InvokeFunction');
    await put('gone', { Arn: arnOf('lambda', 'function:gone'), RoleArn, DeadLetterConfig });
    await rules.put('gone', {});
    expect((await received(dead)).MessageAttributes).toMatchObject({
      ERROR_CODE: { StringValue: 'NO_RESOURCE' },
      ERROR_MESSAGE: { StringValue: expect.stringContaining('Function not found') },
      RETRY_ATTEMPTS: { StringValue: '0' },
    });
  });

  it('that throws has had its event: it is the function’s own dead-letter queue that gets it', async () => {
    const [dead, own] = [await queue('rule-dead'), await queue('function-dead')];
    const Arn = await make('throws', 'export const handler = async ({ detail }) => { throw new Error(detail.why); };', {
      DeadLetterConfig: { TargetArn: arnOf('sqs', 'function-dead') },
    });
    await lambda.putFunctionEventInvokeConfig({ FunctionName: 'throws', MaximumRetryAttempts: 0 });
    await letIn('throws', 'throws');
    await put('throws', { Arn, DeadLetterConfig: { Arn: arnOf('sqs', 'rule-dead') } });
    const id = await rules.put('throws', { why: 'not today' });
    const { Body, MessageAttributes } = await received(own);
    expect(JSON.parse(Body!)).toMatchObject({ id, detail: { why: 'not today' } });
    expect(MessageAttributes).toMatchObject({
      ...{ ErrorCode: { StringValue: '200' }, ErrorMessage: { StringValue: 'not today' } },
      RequestID: { StringValue: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
    const { Messages } = await sqs.receiveMessage({ QueueUrl: dead });
    expect(Messages).toBeUndefined();
  });
});

describe('a state machine that puts an event and waits', () => {
  const definition = (more: object = {}) =>
    JSON.stringify({
      StartAt: 'Ask',
      States: {
        Ask: {
          ...{ Type: 'Task', Resource: 'arn:aws:states:::events:putEvents.waitForTaskToken', End: true },
          Parameters: {
            Entries: [
              {
                ...{ Source: 'asks', DetailType: 'Approval Wanted', EventBusName: 'default' },
                Detail: { 'token.$': '$$.Task.Token', 'model.$': '$.model' },
              },
            ],
          },
          ...more,
        },
      },
    });

  /** A machine of that definition, started: the execution's ARN. */
  async function started(name: string, input: object, more: object = {}): Promise<string> {
    await rules.iam.putRolePolicy({
      ...{ RoleName: 'keepers', PolicyName: 'put' },
      PolicyDocument: document({ Effect: 'Allow', Action: 'events:PutEvents', Resource: '*' }),
    });
    const stateMachineArn = await rules.keeper(name, definition(more));
    return (await rules.sfn.startExecution({ stateMachineArn, input: JSON.stringify(input) })).executionArn!;
  }

  async function ended(executionArn: string) {
    for (;;) {
      const execution = await rules.sfn.describeExecution({ executionArn });
      if (execution.status !== 'RUNNING') return execution;
      await pause(20);
    }
  }

  it('goes on with what the function behind the rule has answered with the token', async () => {
    const answers = `
      import { SFNClient, SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
      const sfn = new SFNClient();
      export const handler = async ({ token, model }) => {
        const output = JSON.stringify({ model, approved: true });
        await sfn.send(new SendTaskSuccessCommand({ taskToken: token, output }));
      };`;
    const Arn = await make('answers', answers);
    await letIn('answers', 'approvals');
    const pattern = { source: ['asks'], detail: { model: [{ prefix: 'good' }] } };
    await rules.rule('approvals', pattern, { Arn, RoleArn: undefined, InputPath: '$.detail' });
    const execution = await ended(await started('asks-function', { model: 'good-1' }));
    expect(execution).toMatchObject({ status: 'SUCCEEDED', output: '{"model":"good-1","approved":true}' });
  });

  it('fails with what a client says that has read the token from a queue, and is told of its heartbeats', async () => {
    const url = await queue('asked');
    await rules.rule(
      'asked',
      { source: ['asks'], detail: { model: ['bad'] } },
      {
        ...{ Arn: arnOf('sqs', 'asked'), RoleArn: undefined },
      },
    );
    const executionArn = await started('asks-queue', { model: 'bad' }, { HeartbeatSeconds: 60 });
    const { Body } = await received(url);
    const event = JSON.parse(Body!) as { resources: string[]; detail: { token: string } };
    // AWS says who has put it.
    expect(event.resources).toEqual([arnOf('states', 'stateMachine:asks-queue'), executionArn]);
    const { token: taskToken } = event.detail;
    await rules.sfn.sendTaskHeartbeat({ taskToken });
    await rules.sfn.sendTaskFailure({ taskToken, error: 'Refused', cause: 'too many false alarms' });
    expect(await ended(executionArn)).toMatchObject({
      ...{ status: 'FAILED', error: 'Refused', cause: 'too many false alarms' },
    });
    await expect(rules.sfn.sendTaskSuccess({ taskToken, output: '{}' })).rejects.toMatchObject({
      name: 'TaskTimedOut',
    });
    const { events = [] } = await rules.sfn.getExecutionHistory({ executionArn });
    expect(events.map(({ type }) => type)).toEqual([
      ...['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSubmitted'],
      ...['TaskFailed', 'ExecutionFailed'],
    ]);
  });

  it('of which nobody hears times out', async () => {
    const executionArn = await started('asks-nobody', { model: 'unknown' }, { TimeoutSeconds: 1 });
    expect(await ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });
});
