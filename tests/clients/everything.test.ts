/**
 * A project with all that there is: published, so that its rules and topics reach its functions, and exported, so that what the real
 * `terraform` plans is what `telar publish` made on the server, asked for by AWS's SDKs.
 */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventBridge } from '@aws-sdk/client-eventbridge';
import { Glue } from '@aws-sdk/client-glue';
import { Lambda } from '@aws-sdk/client-lambda';
import { S3 } from '@aws-sdk/client-s3';
import { Scheduler } from '@aws-sdk/client-scheduler';
import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, type Telar, telarIn } from '../e2e/telar.ts';
import { clientOf } from '../support/serverProcess.ts';
import { type StandIn, startStandIn } from '../support/terraform/provider.ts';
import { type Planned, planOf, runTerraform, withoutTerraform } from '../support/terraform/terraform.ts';
import { pause } from '../support/workbench.ts';

if (withoutTerraform) console.warn(`Skipped: the exported module of everything under terraform. ${withoutTerraform}`);

const ACCOUNT = '000000000000';
const Bucket = 'everything-data';
let telar: Telar;
let client: ReturnType<typeof clientOf>['client'];
let codeBundleUri: string;

beforeAll(async () => {
  telar = telarIn();
  cpSync(join(ROOT, 'tests/support/everything'), telar.folder, { recursive: true });
  writeFileSync(join(telar.folder, 'package.json'), '{"type":"module"}');
  const up = await telar.json('up', '--detach', '--port', '0');
  expect(up.status).toBe(0);
  client = clientOf(up.result['url'] as string, join(telar.folder, '.telar')).client;
  const published = await telar.json('publish');
  expect(published).toMatchObject({ status: 0 });
  codeBundleUri = (published.result['codeBundle'] as { uri: string }).uri;
}, 300_000);
afterAll(() => telar.close());

it('is published once: the second time nothing differs, permissions of functions either', {
  timeout: 60_000,
}, async () => {
  const { result } = await telar.json('publish');
  const changes = result['changes'] as { kind: string; name: string; action: string }[];
  expect(changes.filter(({ action }) => action !== 'same')).toEqual([]);
  expect(changes.flatMap(({ kind, name }) => (kind === 'permission' ? [name] : []))).toEqual([
    'judge ← rule arrived.raw',
    'judge ← topic alerts',
  ]);
});

it('lets its rules and topics invoke its functions, which nothing else said', { timeout: 60_000 }, async () => {
  const s3 = new S3({ ...client, forcePathStyle: true });
  await new SNS(client).publish({ TopicArn: `arn:aws:sns:us-east-1:${ACCOUNT}:alerts`, Message: '{"size":1001}' });
  await s3.putObject({ Bucket, Key: 'raw/one.csv', Body: 'a,b\n' });
  const seen = async () => (await s3.listObjectsV2({ Bucket, Prefix: 'seen/' })).Contents ?? [];
  for (const until = Date.now() + 50_000; (await seen()).length < 2 && Date.now() < until; ) await pause(100);
  const events = await Promise.all(
    (await seen()).map(async ({ Key }) => (await s3.getObject({ Bucket, Key })).Body!.transformToString()),
  );
  expect(events.map((text) => JSON.parse(text) as object)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ Records: [expect.objectContaining({ EventSource: 'aws:sns' })] }),
      expect.objectContaining({ object: expect.objectContaining({ key: 'raw/one.csv' }) as unknown }),
    ]),
  );
});

// Skipped where terraform is not installed, with the reason printed above.
describe.skipIf(withoutTerraform)('terraform plans of it what is published:', () => {
  let standIn: StandIn;
  let exported: string;
  let resources: readonly Planned[];
  const of = (type: string) => resources.filter((one) => one.type === type).map(({ values }) => values);
  const named = (type: string, name: string, by = 'name') => of(type).find((values) => values[by] === name)!;

  beforeAll(async () => {
    standIn = await startStandIn(ACCOUNT);
    expect(await telar.run('export')).toMatchObject({ status: 0, stderr: '' });
    exported = join(telar.folder, 'terraform');
    const { TF_REATTACH_PROVIDERS } = standIn;
    const settings = { TF_REATTACH_PROVIDERS, TF_VAR_code_bundle_uri: codeBundleUri };
    expect(await runTerraform(exported, ['fmt', '-check', '-diff', '-recursive'])).toEqual({ status: 0, output: '' });
    expect(await runTerraform(exported, ['init', '-input=false'], settings)).toMatchObject({ status: 0 });
    const validated = await runTerraform(exported, ['validate', '-json'], settings);
    expect(JSON.parse(validated.output)).toMatchObject({ valid: true, warning_count: 0 });
    resources = (await planOf(exported, settings)).planned_values.root_module.resources ?? [];
  }, 120_000);
  afterAll(() => standIn.close());

  it('functions, their bytes, and who may invoke them', async () => {
    const lambda = new Lambda(client);
    for (const FunctionName of ['judge', 'count_rows']) {
      const there = await lambda.getFunctionConfiguration({ FunctionName });
      expect(named('aws_lambda_function', FunctionName, 'function_name')).toMatchObject({
        ...{ role: there.Role, runtime: there.Runtime, handler: there.Handler },
        ...{ memory_size: there.MemorySize, timeout: there.Timeout, source_code_hash: there.CodeSha256 },
        description: there.Description || null,
        environment: there.Environment?.Variables ? [{ variables: there.Environment.Variables }] : [],
      });
    }
    const { EphemeralStorage } = await lambda.getFunctionConfiguration({ FunctionName: 'count_rows' });
    expect(named('aws_lambda_function', 'count_rows', 'function_name')).toMatchObject({
      ephemeral_storage: [{ size: EphemeralStorage?.Size }],
    });
    const unattended = await lambda.getFunctionEventInvokeConfig({ FunctionName: 'count_rows' });
    expect(of('aws_lambda_function_event_invoke_config')).toMatchObject([
      {
        ...{ function_name: 'count_rows', maximum_retry_attempts: unattended.MaximumRetryAttempts },
        destination_config: [
          { on_failure: [{ destination: unattended.DestinationConfig?.OnFailure?.Destination }], on_success: [] },
        ],
      },
    ]);
    const { Policy } = await lambda.getPolicy({ FunctionName: 'judge' });
    const { Statement } = JSON.parse(Policy!) as { Statement: Record<string, unknown>[] };
    expect(
      of('aws_lambda_permission').map((one) => ({
        ...{
          Sid: one['statement_id'],
          Effect: 'Allow',
          Principal: { Service: one['principal'] },
          Action: one['action'],
        },
        Resource: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:${String(one['function_name'])}`,
        Condition: { ArnLike: { 'AWS:SourceArn': one['source_arn'] } },
      })),
    ).toEqual(Statement);
  });

  it('Glue jobs, with the keys of their scripts', async () => {
    const glue = new Glue(client);
    for (const JobName of ['clean', 'clean on Spark']) {
      const { Job } = await glue.getJob({ JobName });
      const planned = named('aws_glue_job', JobName);
      expect(planned).toMatchObject({
        ...{ role_arn: Job?.Role, max_retries: Job?.MaxRetries },
        command: [
          {
            ...{ name: Job?.Command?.Name, script_location: Job?.Command?.ScriptLocation },
            python_version: Job?.Command?.PythonVersion,
          },
        ],
        execution_property: [{ max_concurrent_runs: Job?.ExecutionProperty?.MaxConcurrentRuns }],
      });
      expect(planned['default_arguments'] ?? {}).toEqual(Job?.DefaultArguments ?? {});
      // What a project leaves to Glue is Glue's: it is not in the plan.
      if (planned['max_capacity']) expect(planned['max_capacity']).toBe(Job?.MaxCapacity);
      if (planned['worker_type']) expect(planned['worker_type']).toBe(Job?.WorkerType);
    }
  });

  it('queues', async () => {
    const sqs = new SQS(client);
    const names = of('aws_sqs_queue').map(({ name }) => String(name));
    expect(names.toSorted()).toEqual(['dead', 'lines.fifo', 'orders']);
    for (const name of names) {
      const { QueueUrl } = await sqs.getQueueUrl({ QueueName: name });
      const { Attributes = {} } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['All'] });
      const planned = named('aws_sqs_queue', name);
      const given = (argument: string, otherwise: number) => String(planned[argument] ?? otherwise);
      expect(Attributes).toMatchObject({
        VisibilityTimeout: given('visibility_timeout_seconds', 30),
        MessageRetentionPeriod: given('message_retention_seconds', 345_600),
        DelaySeconds: given('delay_seconds', 0),
        ReceiveMessageWaitTimeSeconds: given('receive_wait_time_seconds', 0),
        MaximumMessageSize: given('max_message_size', -1),
      });
      expect(Attributes['FifoQueue'] === 'true').toBe(planned['fifo_queue'] === true);
      const about = (type: string, argument: string) =>
        resources
          .filter((one) => one.type === type && one.name === name.replace('.', '_'))
          .map(({ values }) => parse(values[argument]));
      const set = (attribute: 'Policy' | 'RedrivePolicy') =>
        Attributes[attribute] ? [parse(Attributes[attribute])] : [];
      expect(about('aws_sqs_queue_policy', 'policy')).toEqual(set('Policy'));
      expect(about('aws_sqs_queue_redrive_policy', 'redrive_policy')).toEqual(set('RedrivePolicy'));
    }
  });

  it('topics and subscriptions', async () => {
    const sns = new SNS(client);
    const TopicArn = `arn:aws:sns:us-east-1:${ACCOUNT}:alerts`;
    const { Attributes = {} } = await sns.getTopicAttributes({ TopicArn });
    expect(named('aws_sns_topic', 'alerts')).toMatchObject({
      display_name: Attributes['DisplayName'],
      signature_version: Number(Attributes['SignatureVersion']),
    });
    expect(of('aws_sns_topic_policy').map(({ policy }) => parse(policy))).toEqual([parse(Attributes['Policy'])]);
    expect(named('aws_sns_topic', 'ordered.fifo')).toMatchObject({
      fifo_topic: true,
      content_based_deduplication: true,
    });
    const { Subscriptions = [] } = await sns.listSubscriptionsByTopic({ TopicArn });
    const planned = of('aws_sns_topic_subscription');
    const key = (protocol: unknown, endpoint: unknown) => `${String(protocol)} ${String(endpoint)}`;
    expect(planned.map((one) => key(one['protocol'], one['endpoint'])).toSorted()).toEqual(
      Subscriptions.map((one) => key(one.Protocol, one.Endpoint)).toSorted(),
    );
    for (const { Protocol, Endpoint, SubscriptionArn } of Subscriptions) {
      // What waits to be confirmed has no ARN to be asked by.
      if (!SubscriptionArn?.startsWith('arn:')) continue;
      const { Attributes: set = {} } = await sns.getSubscriptionAttributes({ SubscriptionArn });
      const one = planned.find((each) => key(each['protocol'], each['endpoint']) === key(Protocol, Endpoint))!;
      const json = (argument: string) => (one[argument] ? parse(one[argument]) : undefined);
      const there = (attribute: string) => (set[attribute] ? parse(set[attribute]) : undefined);
      expect(json('filter_policy')).toEqual(there('FilterPolicy'));
      expect(json('redrive_policy')).toEqual(there('RedrivePolicy'));
      expect(one['filter_policy_scope'] ?? 'MessageAttributes').toBe(set['FilterPolicyScope'] ?? 'MessageAttributes');
      expect(one['raw_message_delivery'] ?? false).toBe(set['RawMessageDelivery'] === 'true');
    }
  });

  it('rules and their targets', async () => {
    const events = new EventBridge(client);
    for (const { Name, Description, EventPattern, ScheduleExpression, State } of (await events.listRules({})).Rules ??
      []) {
      const rule = named('aws_cloudwatch_event_rule', Name!);
      expect([rule['description'] ?? undefined, rule['schedule_expression'] ?? undefined]).toEqual([
        Description,
        ScheduleExpression,
      ]);
      expect(rule['event_pattern'] ? parse(rule['event_pattern']) : undefined).toEqual(
        EventPattern && parse(EventPattern),
      );
      expect(rule['state'] ?? 'ENABLED').toBe(State);
      const { Targets = [] } = await events.listTargetsByRule({ Rule: Name });
      const planned = of('aws_cloudwatch_event_target').filter((one) => one['rule'] === Name);
      expect(planned.map(targetOf)).toEqual(
        Targets.map(({ RetryPolicy, ...target }) => ({
          ...target,
          ...(RetryPolicy && {
            RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400, ...RetryPolicy },
          }),
        })),
      );
    }
    expect(of('aws_cloudwatch_event_rule')).toHaveLength(2);
    const told = await new S3({ ...client, forcePathStyle: true }).getBucketNotificationConfiguration({ Bucket });
    expect(told.EventBridgeConfiguration).toEqual({});
    expect(of('aws_s3_bucket_notification')).toMatchObject([{ bucket: Bucket, eventbridge: true }]);
  });

  it('schedules, of functions too', async () => {
    const scheduler = new Scheduler(client);
    for (const Name of ['nightly', 'often']) {
      const there = await scheduler.getSchedule({ GroupName: 'everything', Name });
      expect(named('aws_scheduler_schedule', Name)).toMatchObject({
        schedule_expression: there.ScheduleExpression,
        schedule_expression_timezone: there.ScheduleExpressionTimezone,
        target: [{ arn: there.Target?.Arn, role_arn: there.Target?.RoleArn, input: there.Target?.Input }],
      });
    }
  });

  it('and for another bucket, a rule that looks for that one', async () => {
    const { TF_REATTACH_PROVIDERS } = standIn;
    const there = { TF_REATTACH_PROVIDERS, TF_VAR_code_bundle_uri: 's3://other-data/c', TF_VAR_bucket: 'other-data' };
    const plan = JSON.stringify((await planOf(exported, there)).planned_values);
    expect(plan).not.toContain(Bucket);
    expect(plan).toContain('\\"bucket\\":{\\"name\\":[\\"other-data\\"]}');
  });

  it('not with a place of the code that would end the text it stands in', async () => {
    const { TF_REATTACH_PROVIDERS } = standIn;
    const settings = { TF_REATTACH_PROVIDERS, TF_VAR_code_bundle_uri: 's3://some-data/c","more":"' };
    expect(await runTerraform(exported, ['plan', '-input=false', '-no-color'], settings)).toMatchObject({
      status: 1,
      output: expect.stringMatching(/Give the s3:\/\/ URI of a code bundle/),
    });
  });

  it('the zips are the bytes that are named, whoever exports them', async () => {
    const zip = readFileSync(join(exported, 'functions/judge.zip'));
    expect(await telar.run('export', '--out', 'again')).toMatchObject({ status: 0 });
    expect(readFileSync(join(telar.folder, 'again/functions/judge.zip')).equals(zip)).toBe(true);
  });
});

it('no longer lets in what the project no longer says, and leaves what others have said', {
  timeout: 60_000,
}, async () => {
  const lambda = new Lambda(client);
  const mine = { StatementId: 'mine', Action: 'lambda:InvokeFunction', Principal: 's3.amazonaws.com' };
  await lambda.addPermission({ FunctionName: 'judge', ...mine });
  const config = join(telar.folder, 'telar.config.ts');
  writeFileSync(
    config,
    readFileSync(config, 'utf8').replace("arn: functionArn(judge), inputPath: '$.detail'", 'arn: topicArn(alerts)'),
  );
  const changes = (await telar.json('publish')).result['changes'] as { kind: string; name: string; action: string }[];
  expect(changes.filter(({ kind, action }) => kind === 'permission' && action !== 'same')).toMatchObject([
    { name: 'judge ← telar-rule-arrived_raw-33238c6c', action: 'delete' },
  ]);
  const { Policy } = await lambda.getPolicy({ FunctionName: 'judge' });
  const { Statement } = JSON.parse(Policy!) as { Statement: { Sid: string }[] };
  expect(Statement.map(({ Sid }) => Sid)).toEqual(['telar-topic-alerts', 'mine']);
});

/** A planned target as EventBridge lists it. */
function targetOf(planned: Readonly<Record<string, unknown>>) {
  const block = (name: string) => (planned[name] as Record<string, unknown>[] | undefined)?.[0];
  const [transformer, pipeline, sqs] = ['input_transformer', 'sagemaker_pipeline_target', 'sqs_target'].map(block);
  const [retry, lost] = ['retry_policy', 'dead_letter_config'].map(block);
  const parameters = pipeline?.['pipeline_parameter_list'] as { name: string; value: string }[] | undefined;
  const whole = {
    ...{ Id: planned['target_id'], Arn: planned['arn'], RoleArn: planned['role_arn'] },
    ...{ Input: planned['input'], InputPath: planned['input_path'] },
    InputTransformer: transformer && {
      ...{ InputPathsMap: transformer['input_paths'], InputTemplate: transformer['input_template'] },
    },
    SageMakerPipelineParameters: parameters && {
      PipelineParameterList: parameters.map(({ name, value }) => ({ Name: name, Value: value })),
    },
    SqsParameters: sqs && { MessageGroupId: sqs['message_group_id'] },
    RetryPolicy: retry && {
      MaximumRetryAttempts: retry['maximum_retry_attempts'],
      MaximumEventAgeInSeconds: retry['maximum_event_age_in_seconds'],
    },
    DeadLetterConfig: lost && { Arn: lost['arn'] },
  };
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined && value !== null));
}

function parse(text: unknown): unknown {
  return JSON.parse(String(text));
}
