/** EventBridge Scheduler through the official SDK client, on a real server that really starts what is due. */
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { EventBridge } from '@aws-sdk/client-eventbridge';
import { IAM } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import { SageMaker } from '@aws-sdk/client-sagemaker';
import {
  ConflictException,
  type CreateScheduleCommandInput,
  paginateListScheduleGroups,
  paginateListSchedules,
  ResourceNotFoundException,
  Scheduler,
  ValidationException,
} from '@aws-sdk/client-scheduler';
import { SFN } from '@aws-sdk/client-sfn';
import { SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';

const ACCOUNT = '000000000000';
const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const policy = (...Statement: object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: Statement.map((one) => ({ Effect: 'Allow', ...one })) });
const trust = (Service: string) => policy({ Principal: { Service }, Action: 'sts:AssumeRole' });
const OFF = { FlexibleTimeWindow: { Mode: 'OFF' } } as const;

let server: TestServer;
let scheduler: Scheduler;
let sfn: SFN;
let iam: IAM;
let machine: string;

beforeAll(async () => {
  server = await startTestServer();
  scheduler = new Scheduler(server.client);
  sfn = new SFN(server.client);
  iam = new IAM(server.client);
  await iam.createRole({ RoleName: 'schedules', AssumeRolePolicyDocument: trust('scheduler.amazonaws.com') });
  await iam.createRole({ RoleName: 'powerless', AssumeRolePolicyDocument: trust('scheduler.amazonaws.com') });
  await iam.createRole({ RoleName: 'machines', AssumeRolePolicyDocument: trust('states.amazonaws.com') });
  await iam.putRolePolicy({
    ...{ RoleName: 'schedules', PolicyName: 'start' },
    PolicyDocument: policy({
      ...{ Action: ['states:StartExecution', 'sagemaker:StartPipelineExecution', 'logs:*', 's3:PutObject'] },
      Resource: '*',
    }),
  });
  const definition = JSON.stringify({ StartAt: 'Done', States: { Done: { Type: 'Pass', End: true } } });
  machine = (await sfn.createStateMachine({ name: 'Nightly', definition, roleArn: role('machines') })).stateMachineArn!;
});
afterAll(() => server.close());

const target = (more: object = {}) => ({ Arn: machine, RoleArn: role('schedules'), ...more });
const create = (Name: string, more: Partial<CreateScheduleCommandInput> = {}) =>
  scheduler.createSchedule({ Name, ScheduleExpression: 'rate(1 hour)', Target: target(), ...OFF, ...more });
/** A moment from now, as `at()` takes it. */
const at = (milliseconds: number) => `at(${new Date(Date.now() + milliseconds).toISOString().slice(0, 19)})`;

/** Waits until something is so. */
async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let turn = 0; turn < 400; turn += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('It did not come to be.');
}

/** The inputs of a machine's executions. */
async function inputs(): Promise<{ schedule?: string }[]> {
  const { executions = [] } = await sfn.listExecutions({ stateMachineArn: machine });
  const described = await Promise.all(
    executions.map(({ executionArn }) => sfn.describeExecution({ executionArn: executionArn! })),
  );
  return described.map(({ input = '{}' }) => JSON.parse(input) as { schedule?: string });
}

describe('schedules', () => {
  it('start a state machine, with what is known of the invocation', async () => {
    const Input = JSON.stringify({
      ...{ schedule: '<aws.scheduler.schedule-arn>', time: '<aws.scheduler.scheduled-time>' },
      ...{ execution: '<aws.scheduler.execution-id>', attempt: '<aws.scheduler.attempt-number>', other: '<aws.x>' },
    });
    const ScheduleExpression = at(3000);
    const { ScheduleArn } = await create('once', { ScheduleExpression, Target: target({ Input }) });
    const started = await until(async () => (await inputs()).find(({ schedule }) => schedule === ScheduleArn));
    expect(started).toEqual({
      ...{ schedule: ScheduleArn, time: `${ScheduleExpression.slice(3, -1)}Z`, attempt: '1', other: '<aws.x>' },
      execution: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(await scheduler.getSchedule({ Name: 'once' })).toMatchObject({ State: 'ENABLED' });
  });

  it('begin a rate at once, and send AWS’s notification where there is no input', async () => {
    const { ScheduleArn } = await create('hourly');
    const found = await until(async () =>
      (await inputs()).find((one) => JSON.stringify(one).includes('schedule/default/hourly')),
    );
    expect(found).toEqual({
      ...{ version: '0', id: expect.any(String), 'detail-type': 'Scheduled Event', source: 'aws.scheduler' },
      ...{ account: ACCOUNT, region: 'us-east-1', time: expect.any(String), resources: [ScheduleArn], detail: '{}' },
    });
  });

  it('go after their last invocation, if they are to', async () => {
    await create('gone', { ScheduleExpression: at(3000), ActionAfterCompletion: 'DELETE' });
    await until(() =>
      scheduler.getSchedule({ Name: 'gone' }).then(
        () => undefined,
        (error) => error instanceof ResourceNotFoundException || undefined,
      ),
    );
    expect(JSON.stringify(await inputs())).toContain('schedule/default/gone');
  });

  it('start a pipeline with parameters', async () => {
    const sagemaker = new SageMaker(server.client);
    const definition = {
      ...{ Version: '2020-12-01', Parameters: [{ Name: 'Why', Type: 'String' }] },
      Steps: [{ Name: 'Stop', Type: 'Fail', Arguments: { ErrorMessage: { Get: 'Parameters.Why' } } }],
    };
    await iam.createRole({ RoleName: 'pipelines', AssumeRolePolicyDocument: trust('sagemaker.amazonaws.com') });
    const { PipelineArn } = await sagemaker.createPipeline({
      ...{ PipelineName: 'weekly', ClientRequestToken: 'a'.repeat(32), RoleArn: role('pipelines') },
      PipelineDefinition: JSON.stringify(definition),
    });
    const PipelineParameterList = [{ Name: 'Why', Value: 'on schedule' }];
    const SageMakerPipelineParameters = { PipelineParameterList };
    await create('weekly', { Target: target({ Arn: PipelineArn, SageMakerPipelineParameters }) });
    const execution = await until(async () => {
      const listed = await sagemaker.listPipelineExecutions({ PipelineName: 'weekly' });
      return listed.PipelineExecutionSummaries?.[0];
    });
    const { PipelineExecutionArn } = execution;
    const parameters = await sagemaker.listPipelineParametersForExecution({ PipelineExecutionArn });
    expect(parameters.PipelineParameters).toEqual(PipelineParameterList);
  });

  it('call any operation, inside the store and outside', async () => {
    const logs = new CloudWatchLogs(server.client);
    const s3 = new S3(server.client);
    await s3.createBucket({ Bucket: 'marks' });
    const group = { logGroupName: '/made/by/schedule' };
    await create('universal', {
      Target: target({
        Arn: 'arn:aws:scheduler:::aws-sdk:cloudwatchlogs:createLogGroup',
        Input: '{"LogGroupName":"/made/by/schedule"}',
      }),
    });
    await create('outside', {
      Target: target({
        Arn: 'arn:aws:scheduler:::aws-sdk:s3:putObject',
        Input: '{"Bucket":"marks","Key":"<aws.scheduler.attempt-number>","Body":"here"}',
      }),
    });
    await until(async () => {
      const { logGroups } = await logs.describeLogGroups({ logGroupNamePrefix: group.logGroupName });
      return logGroups?.[0];
    });
    await until(() => s3.getObject({ Bucket: 'marks', Key: '1' }).catch(() => undefined));
  });

  it('are described with AWS’s defaults, changed as a whole, and deleted', async () => {
    const { ScheduleArn } = await create('plain', { ScheduleExpression: 'cron(0 8 ? * MON-FRI *)' });
    expect(ScheduleArn).toBe(`arn:aws:scheduler:us-east-1:${ACCOUNT}:schedule/default/plain`);
    const defaults = {
      ...{ Arn: ScheduleArn, Name: 'plain', GroupName: 'default', State: 'ENABLED' },
      ...{ ScheduleExpressionTimezone: 'UTC', ActionAfterCompletion: 'NONE', FlexibleTimeWindow: { Mode: 'OFF' } },
      Target: target({ RetryPolicy: { MaximumEventAgeInSeconds: 86400, MaximumRetryAttempts: 185 } }),
    };
    expect(await scheduler.getSchedule({ Name: 'plain' })).toMatchObject(defaults);
    const FlexibleTimeWindow = { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 } as const;
    await scheduler.updateSchedule({
      ...{ Name: 'plain', ScheduleExpression: 'rate(2 days)', ScheduleExpressionTimezone: 'Europe/Madrid' },
      ...{ Target: target(), State: 'DISABLED', Description: 'later', FlexibleTimeWindow },
    });
    expect(await scheduler.getSchedule({ Name: 'plain' })).toMatchObject({
      ...defaults,
      ...{ State: 'DISABLED', Description: 'later', ScheduleExpressionTimezone: 'Europe/Madrid', FlexibleTimeWindow },
    });
    await scheduler.deleteSchedule({ Name: 'plain' });
    await expect(scheduler.getSchedule({ Name: 'plain' })).rejects.toThrow('Schedule plain does not exist.');
  });

  it('are created once for a token', async () => {
    const ClientToken = 'token-1';
    const [first, again] = [await create('token', { ClientToken }), await create('token', { ClientToken })];
    expect(again.ScheduleArn).toBe(first.ScheduleArn);
    await expect(create('token', { ClientToken, Description: 'other' })).rejects.toThrow(ConflictException);
    await expect(create('token')).rejects.toThrow('Schedule token already exists.');
    const deleted = { Name: 'token', ClientToken: 'token-2' };
    await scheduler.deleteSchedule(deleted);
    await scheduler.deleteSchedule(deleted);
    await expect(scheduler.deleteSchedule({ Name: 'token' })).rejects.toThrow(ResourceNotFoundException);
  });

  it.each<[string, Partial<CreateScheduleCommandInput>, string | RegExp]>([
    ['the expression', { ScheduleExpression: 'cron(0 1 * * * *)' }, 'Invalid Schedule Expression cron(0 1 * * * *).'],
    [
      'the time zone',
      { ScheduleExpressionTimezone: 'Mars/Olympus' },
      /Invalid Schedule Expression Timezone Mars\/Olympus/,
    ],
    ['the window', { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }, /needs MaximumWindowInMinutes/],
    ['the start', { StartDate: new Date('2020-01-01') }, /cannot be earlier than 5 minutes ago/],
    ['the end', { EndDate: new Date('2020-01-01') }, /EndDate you specify cannot be earlier/],
    ['the key', { KmsKeyArn: `arn:aws:kms:us-east-1:${ACCOUNT}:key/a` }, /does not serve KmsKeyArn/],
  ])('are refused for %s', async (_, more, says) => {
    const refused = create('bad', more);
    await expect(refused).rejects.toThrow(ValidationException);
    await expect(refused).rejects.toThrow(says);
  });

  it.each<[string, object, string | RegExp]>([
    [
      'no ARN of a target',
      { Arn: 'arn:aws:states:us-east-1:000000000000:activity:a' },
      /Provided Arn is not in correct format/,
    ],
    [
      'what AWS has and Telar has not',
      { Arn: `arn:aws:ecs:us-east-1:${ACCOUNT}:cluster/c` },
      /does not serve schedules with tasks of ECS/,
    ],
    ['another region', { Arn: `arn:aws:states:eu-west-1:${ACCOUNT}:stateMachine:m` }, /another account or region/],
    ['an input that is no JSON', { Input: 'hello' }, /must be well-formed JSON/],
    [
      'parameters of another kind',
      { SqsParameters: { MessageGroupId: 'a' } },
      /SqsParameters is not for a target such as/,
    ],
    ['an operation that reads', { Arn: 'arn:aws:scheduler:::aws-sdk:s3:listBuckets' }, /s3:listBuckets only reads/],
    ['an operation that is none', { Arn: 'arn:aws:scheduler:::aws-sdk:s3:putThing' }, /not recognized/],
    [
      'a service that is not served',
      { Arn: 'arn:aws:scheduler:::aws-sdk:ec2:startInstances' },
      /needs ec2, which Telar does not serve/,
    ],
    [
      'a role that does not trust it',
      { RoleArn: role('machines') },
      'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
    ],
    ['a role that is not there', { RoleArn: role('nobody') }, /must allow AWS EventBridge Scheduler/],
  ])('are refused for %s', async (_, more, says) => {
    const refused = create('bad', { Target: target(more) });
    await expect(refused).rejects.toThrow(ValidationException);
    await expect(refused).rejects.toThrow(says);
  });

  it('are given up, and not forgotten by the audit trail, when their role may not', async () => {
    const before = (await inputs()).length;
    await create('denied', {
      Target: target({ RoleArn: role('powerless') }),
      ScheduleExpression: at(3000),
      ActionAfterCompletion: 'DELETE',
    });
    await until(() =>
      scheduler.getSchedule({ Name: 'denied' }).then(
        () => undefined,
        () => true,
      ),
    );
    expect((await inputs()).length).toBe(before);
  });

  it('send to queues and event buses, and dead letters that say why', async () => {
    const sqs = new SQS(server.client);
    const events = new EventBridge(server.client);
    const queue = async (QueueName: string) => {
      const { QueueUrl } = await sqs.createQueue({ QueueName });
      const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['QueueArn'] });
      return { QueueUrl, Arn: Attributes!['QueueArn']! };
    };
    const received = async (QueueUrl: string | undefined) => {
      const asked = { QueueUrl, WaitTimeSeconds: 10, MessageAttributeNames: ['All'] };
      return (await sqs.receiveMessage(asked)).Messages?.[0];
    };
    const [ordinary, dead, heard] = [await queue('ordinary'), await queue('dead'), await queue('heard')];
    await iam.putRolePolicy({
      ...{ RoleName: 'schedules', PolicyName: 'send' },
      PolicyDocument: policy({ Action: ['sqs:SendMessage', 'events:PutEvents'], Resource: '*' }),
    });
    await create('to-queue', { Target: target({ Arn: ordinary.Arn, Input: 'no JSON' }) });
    expect((await received(ordinary.QueueUrl))?.Body).toBe('no JSON');

    await sqs.setQueueAttributes({
      QueueUrl: heard.QueueUrl,
      Attributes: {
        Policy: policy({
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: heard.Arn,
        }),
      },
    });
    await events.putRule({ Name: 'hears', EventPattern: '{"source":["my.schedule"]}' });
    await events.putTargets({ Rule: 'hears', Targets: [{ Id: '1', Arn: heard.Arn }] });
    const EventBridgeParameters = { Source: 'my.schedule', DetailType: 'It is time' };
    const Arn = `arn:aws:events:us-east-1:${ACCOUNT}:event-bus/default`;
    await create('to-bus', { Target: target({ Arn, EventBridgeParameters, Input: '{"n":1}' }) });
    expect(JSON.parse((await received(heard.QueueUrl))!.Body!)).toMatchObject({
      ...{ source: 'my.schedule', 'detail-type': 'It is time', detail: { n: 1 } },
    });

    const gone = machine.replace('Nightly', 'Gone');
    await create('dies', { Target: target({ Arn: gone, Input: '{"n":2}', DeadLetterConfig: { Arn: dead.Arn } }) });
    const letter = await received(dead.QueueUrl);
    expect(letter?.Body).toBe('{"n":2}');
    expect(letter?.MessageAttributes).toMatchObject({
      ERROR_CODE: { StringValue: 'StateMachineDoesNotExist' },
      RETRY_ATTEMPTS: { StringValue: '0' },
      SCHEDULE_ARN: { StringValue: `arn:aws:scheduler:us-east-1:${ACCOUNT}:schedule/default/dies` },
      TARGET_ARN: { StringValue: gone },
    });
  });

  it('need iam:PassRole for their role', async () => {
    await iam.createUser({ UserName: 'planner' });
    const PolicyDocument = policy({ Action: 'scheduler:*', Resource: '*' });
    await iam.putUserPolicy({ UserName: 'planner', PolicyName: 'all', PolicyDocument });
    const { AccessKey } = await iam.createAccessKey({ UserName: 'planner' });
    const credentials = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    const planner = new Scheduler({ ...server.client, credentials });
    const input = { Name: 'passed', ScheduleExpression: 'rate(1 hour)', Target: target(), ...OFF };
    await expect(planner.createSchedule(input)).rejects.toThrow(/not authorized to perform: iam:PassRole/);
    expect((await planner.listSchedules({})).Schedules).toBeDefined();
  });
});

describe('schedule groups', () => {
  it('hold schedules, are listed page by page, and take theirs with them', async () => {
    const arn = `arn:aws:scheduler:us-east-1:${ACCOUNT}:schedule-group/reports`;
    expect(await scheduler.createScheduleGroup({ Name: 'reports' })).toMatchObject({ ScheduleGroupArn: arn });
    await expect(scheduler.createScheduleGroup({ Name: 'reports' })).rejects.toThrow(
      'Schedule group reports already exists.',
    );
    await expect(create('a', { GroupName: 'nowhere' })).rejects.toThrow('Schedule group nowhere does not exist.');
    for (const name of ['a', 'b', 'c']) await create(name, { GroupName: 'reports', State: 'DISABLED' });
    await create('b', { State: 'DISABLED' });
    const names: (string | undefined)[] = [];
    for await (const page of paginateListSchedules({ client: scheduler, pageSize: 2 }, { GroupName: 'reports' }))
      names.push(...page.Schedules!.map(({ Name }) => Name));
    expect(names).toEqual(['a', 'b', 'c']);
    const both = await scheduler.listSchedules({ NamePrefix: 'b', State: 'DISABLED' });
    expect(both.Schedules!.map(({ GroupName, Name }) => `${GroupName}/${Name}`)).toEqual(['default/b', 'reports/b']);
    const groups: (string | undefined)[] = [];
    for await (const page of paginateListScheduleGroups({ client: scheduler, pageSize: 1 }, {}))
      groups.push(...page.ScheduleGroups!.map(({ Name }) => Name));
    expect(groups).toEqual(['default', 'reports']);
    await scheduler.deleteScheduleGroup({ Name: 'reports' });
    await until(() =>
      scheduler.getScheduleGroup({ Name: 'reports' }).then(
        () => undefined,
        () => true,
      ),
    );
    await expect(scheduler.getSchedule({ GroupName: 'reports', Name: 'a' })).rejects.toThrow(ResourceNotFoundException);
    expect(await scheduler.getSchedule({ Name: 'b' })).toMatchObject({ GroupName: 'default' });
  });

  it('have tags, and say by one what becomes of missed schedules', async () => {
    const Tags = [{ Key: 'telar:missed', Value: 'skip' }];
    const { ScheduleGroupArn: ResourceArn } = await scheduler.createScheduleGroup({ Name: 'tagged', Tags });
    await scheduler.tagResource({ ResourceArn, Tags: [{ Key: 'team', Value: 'data' }] });
    expect((await scheduler.listTagsForResource({ ResourceArn })).Tags).toEqual(
      [{ Key: 'team', Value: 'data' }, ...Tags].sort((x, y) => (x.Key < y.Key ? -1 : 1)),
    );
    await scheduler.untagResource({ ResourceArn, TagKeys: ['team'] });
    expect((await scheduler.listTagsForResource({ ResourceArn })).Tags).toEqual(Tags);
    const wrong = scheduler.tagResource({ ResourceArn, Tags: [{ Key: 'telar:missed', Value: 'sometimes' }] });
    await expect(wrong).rejects.toThrow(/run-once or skip, and not 'sometimes'/);
  });

  it('begin with one that is always there', async () => {
    expect(await scheduler.getScheduleGroup({ Name: 'default' })).toMatchObject({ Name: 'default', State: 'ACTIVE' });
    await expect(scheduler.deleteScheduleGroup({ Name: 'default' })).rejects.toThrow(/cannot be deleted/);
  });
});
