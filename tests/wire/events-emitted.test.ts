/** What services tell of what happens in them: real pipelines, jobs, model packages and executions, heard by a rule. */
import { SageMaker } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openRules, type Rules, type Sent } from '../support/eventRules.ts';
import { processingStep } from '../support/nodeSteps.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';

let server: TestServer;
let rules: Rules;
let bench: Workbench;

beforeAll(async () => {
  server = await startTestServer({ jobLimits: { grace: 200 } });
  rules = await openRules(server.client);
  bench = await openWorkbench(server, 'emitted');
});
afterAll(() => server.close());

const inOrder = (events: Sent[], member: string) => events.map(({ detail }) => detail[member]);

it('a pipeline, its steps and their jobs tell of every change, in order', async () => {
  const [runs, steps, jobs] = [await rules.keeper('runs'), await rules.keeper('steps'), await rules.keeper('jobs')];
  const source = ['aws.sagemaker'];
  await rules.rule('runs', { source, 'detail-type': [{ suffix: 'Pipeline Execution Status Change' }] }, { Arn: runs });
  await rules.rule('steps', { source, 'detail-type': [{ wildcard: '*Step Status Change' }] }, { Arn: steps });
  await rules.rule('jobs', { source, 'detail-type': ['SageMaker Processing Job State Change'] }, { Arn: jobs });
  const script = await bench.put('told/code/nothing.ts', '');
  const step = processingStep('prepare', { roleArn: bench.roleArn, script });
  await bench.createPipeline('told', { Version: '2020-12-01', Steps: [step] });
  const arn = await bench.start('told');
  expect((await bench.ended(arn)).status).toBe('Succeeded');

  const told = await rules.sent(runs, 2);
  expect(inOrder(told, 'currentPipelineExecutionStatus')).toEqual(['Executing', 'Succeeded']);
  expect(inOrder(told, 'previousPipelineExecutionStatus')).toEqual([null, 'Executing']);
  expect(told[1]).toMatchObject({
    ...{ 'detail-type': 'SageMaker Model Building Pipeline Execution Status Change', source: 'aws.sagemaker' },
    resources: [arn.replace(/\/execution\/.*/, ''), arn],
    detail: { pipelineExecutionArn: arn, executionEndTime: expect.stringMatching(/Z$/) },
  });

  const moves = await rules.sent(steps, 3);
  expect(inOrder(moves, 'currentStepStatus')).toEqual(['Starting', 'Executing', 'Succeeded']);
  expect(inOrder(moves, 'previousStepStatus')).toEqual([null, 'Starting', 'Executing']);
  const [{ Metadata } = {}] = await bench.steps(arn);
  const jobArn = Metadata?.ProcessingJob?.Arn;
  expect(moves[2]?.detail).toMatchObject({
    ...{ stepName: 'prepare', stepType: 'Processing', metadata: { processingJob: { arn: jobArn } } },
    pipelineExecutionArn: arn,
  });

  const changes = await rules.sent(jobs, 2);
  expect(inOrder(changes, 'ProcessingJobStatus')).toEqual(['InProgress', 'Completed']);
  expect(changes[1]).toMatchObject({ resources: [jobArn], detail: { ProcessingJobArn: jobArn } });
  expect(changes[1]?.detail['ProcessingEndTime']).toBeTypeOf('number');
});

it('a model package tells of its registration and of its approval', async () => {
  const Arn = await rules.keeper('packages');
  const pattern = {
    'detail-type': ['SageMaker Model Package State Change'],
    detail: { ModelPackageGroupName: ['told'] },
  };
  await rules.rule('packages', pattern, { Arn });
  const sagemaker = new SageMaker(server.client);
  await sagemaker.createModelPackageGroup({ ModelPackageGroupName: 'told' });
  const { ModelPackageArn } = await sagemaker.createModelPackage({ ModelPackageGroupName: 'told' });
  await sagemaker.updateModelPackage({ ModelPackageArn, ModelApprovalStatus: 'Approved' });
  const told = await rules.sent(Arn, 2);
  expect(inOrder(told, 'ModelApprovalStatus')).toEqual(['PendingManualApproval', 'Approved']);
  expect(inOrder(told, 'UpdatedModelPackageFields')).toEqual([undefined, ['ModelApprovalStatus']]);
  expect(told[1]).toMatchObject({
    resources: [ModelPackageArn],
    detail: { ModelPackageStatus: 'Completed', ModelPackageVersion: 1 },
  });
});

it('an execution tells when it begins and how it ends; what nobody listens to is not told', async () => {
  const Fail = { Type: 'Fail', Error: 'Broken', Cause: 'on purpose' };
  const failing = await rules.keeper('failing', JSON.stringify({ StartAt: 'Fail', States: { Fail } }));
  const Arn = await rules.keeper('statuses');
  await rules.rule('statuses', { source: ['aws.states'], detail: { stateMachineArn: [failing] } }, { Arn });
  const { executionArn } = await rules.sfn.startExecution({ stateMachineArn: failing, input: '{"a": 1}' });
  const told = await rules.sent(Arn, 2);
  expect(inOrder(told, 'status')).toEqual(['RUNNING', 'FAILED']);
  expect(told[1]).toMatchObject({
    ...{ 'detail-type': 'Step Functions Execution Status Change', resources: [executionArn] },
    detail: { input: '{"a": 1}', error: 'Broken', cause: 'on purpose', redriveStatus: 'REDRIVABLE', output: null },
  });
  // The keeper's own executions are heard by no rule: they are of another machine.
  expect(await rules.kept(Arn)).toHaveLength(2);
});

it('an object tells of its creation, where its bucket has EventBridge switched on', async () => {
  const Arn = await rules.keeper('arrivals');
  const pattern = {
    source: ['aws.s3'],
    'detail-type': ['Object Created'],
    detail: { object: { key: [{ prefix: 'raw/' }] } },
  };
  await rules.rule('arrivals', pattern, { Arn });
  const Bucket = bench.bucket;
  await bench.s3.putObject({ Bucket, Key: 'raw/before.csv', Body: 'a' });
  await bench.s3.putBucketNotificationConfiguration({
    Bucket,
    NotificationConfiguration: { EventBridgeConfiguration: {} },
  });
  for (const Key of ['other/a.csv', 'raw/a.csv']) await bench.s3.putObject({ Bucket, Key, Body: 'a,b' });
  const [event] = await rules.sent(Arn, 1);
  expect(event).toMatchObject({
    ...{ source: 'aws.s3', 'detail-type': 'Object Created', resources: [`arn:aws:s3:::${Bucket}`] },
    detail: { bucket: { name: Bucket }, object: { key: 'raw/a.csv', size: 3 }, reason: 'PutObject' },
  });
  expect(await rules.kept(Arn)).toHaveLength(1);
});
