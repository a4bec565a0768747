/**
 * Both flows, end to end on a real server: trained, approved, predicted; then each step failed on purpose, and the alert of it
 * received by a real HTTP subscriber and through a real mail server.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailOptions, startMailServer, type TestMailServer, textOf } from '../../tests/support/mailServer.ts';
import { startTestServer, type TestServer } from '../../tests/support/server.ts';
import { isGenuine, parsed, type Subscriber, startSubscriber } from '../../tests/support/subscriber.ts';
import { type Ended, type Example, exampleOn, type Json } from '../../tests/support/titanic.ts';

const MINUTES = 60_000;
let server: TestServer;
let subscriber: Subscriber;
let mailServer: TestMailServer;
let titanic: Example;
let inputOf: (flow: string) => Json;

beforeAll(async () => {
  [subscriber, mailServer] = await Promise.all([startSubscriber(), startMailServer()]);
  server = await startTestServer({ mailServer: mailOptions(mailServer) });
  titanic = exampleOn(server);
  inputOf = await titanic.publish();
  await titanic.subscribe(subscriber);
  // The project's own subscription waits for its link to be followed.
  const [confirmation] = await mailServer.until(1);
  await fetch(/http:\/\/\S+ConfirmSubscription\S+/.exec(textOf(confirmation!))![0]);
}, 10 * MINUTES);
afterAll(async () => {
  await server?.close();
  await Promise.all([subscriber?.close(), mailServer?.close()]);
});

async function run(flow: 'training' | 'inference', changes: Json = {}): Promise<Ended> {
  return await titanic.ended(await titanic.start(flow, { ...inputOf(flow), ...changes }));
}

/** The alert of an execution, as both subscribers got it. */
async function alertOf({ arn }: Ended): Promise<{ subject: string; message: string }> {
  const about = () => subscriber.received.map(parsed).find(({ Message = '' }) => Message.includes(arn));
  const mailed = () => mailServer.mails.map(textOf).find((text) => text.replaceAll('\r\n', '').includes(arn));
  await expect.poll(about, { timeout: 20_000 }).toBeDefined();
  await expect.poll(mailed, { timeout: 20_000 }).toBeDefined();
  const message = about()!;
  expect(await isGenuine(message)).toBe(true);
  return { subject: message['Subject'] ?? '', message: message['Message']! };
}

const expectAlert = ({ message }: { message: string }, step: RegExp, error: RegExp, cause: RegExp, logs: RegExp) => {
  const lines = new Map(message.split('\n').map((line) => [line.split(':')[0]!, line]));
  expect(lines.get('Step')).toMatch(step);
  expect(lines.get('Error')).toMatch(error);
  expect(message).toMatch(cause);
  expect(lines.get('Logs')).toMatch(logs);
};

/** What happens while a role may not do something. */
async function denied<T>(RoleName: string, Action: string, work: () => Promise<T>): Promise<T> {
  const of = { RoleName, PolicyName: 'denied' };
  const Statement = [{ Effect: 'Deny', Action, Resource: '*' }];
  await titanic.iam.putRolePolicy({ ...of, PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }) });
  try {
    return await work();
  } finally {
    await titanic.iam.deleteRolePolicy(of);
  }
}

describe('before a model is approved', () => {
  it('inference fails by name, and says so', { timeout: 3 * MINUTES }, async () => {
    const failed = await run('inference');
    expect(failed).toMatchObject({
      status: 'FAILED',
      error: 'NoApprovedModel',
      cause: expect.stringContaining('no approved'),
    });
    const alert = await alertOf(failed);
    expect(alert.subject).toBe('titanic-inference failed in GetApprovedModel');
    expectAlert(
      alert,
      /GetApprovedModel$/,
      /NoApprovedModel$/,
      /has no approved version/,
      /\/aws\/lambda\/GetApprovedModel/,
    );
  });
});

describe('training and inference', () => {
  let trained: Ended;

  it('trains, and approves the model by the execution', { timeout: 5 * MINUTES }, async () => {
    trained = await run('training');
    expect(trained).toMatchObject({ status: 'SUCCEEDED', output: { approved: true } });
    const { modelPackageArn, accuracy, f1, runDate, runId } = trained.output as Record<string, string>;
    expect([accuracy, f1]).toEqual([210 / 262, expect.closeTo(0.7347, 4)]);
    const described = await titanic.sagemaker.describeModelPackage({ ModelPackageName: modelPackageArn });
    expect(described).toMatchObject({
      ModelApprovalStatus: 'Approved',
      ApprovalDescription: expect.stringContaining(trained.arn),
    });
    const under = (what: string, name: string) =>
      `s3://titanic-mlops-data/${what}/run_date=${runDate}/run_id=${runId}/${name}`;
    expect(JSON.parse(await titanic.read(under('curated', 'cleaning.json')))).toMatchObject({
      rows: { read: 1309, kept: 1309, rejected: 0 },
    });
    expect(JSON.parse(await titanic.read(under('reports', 'verdict.json')))).toMatchObject({
      modelPackageArn,
      reasons: [],
    });
  });

  it('predicts with it: the predictions, their manifest, the numbers', { timeout: 3 * MINUTES }, async () => {
    const predicted = await run('inference');
    expect(predicted).toMatchObject({ status: 'SUCCEEDED', output: { rows: 262 } });
    const { predictionsUri, manifestUri } = predicted.output as Record<string, string>;
    expect(predictionsUri).toMatch(/\/predictions\/run_date=\d{4}-\d\d-\d\d\/run_id=\d{6}-[0-9a-f]{8}$/);
    const lines = (await titanic.read(`${predictionsUri}/passengers.csv.out`)).trimEnd().split('\n');
    const survived = new Map(
      readFileSync(join(import.meta.dirname, 'data/titanic.csv'), 'utf8')
        .split('\n')
        .map((line) => line.split(',', 2) as [string, string]),
    );
    const right = lines.filter((line) => {
      const [id, probability] = line.split(',');
      return survived.get(id!) === (Number(probability) > 0.5 ? '1' : '0');
    });
    // As the pipeline's evaluation measured the same passengers: the same rules, the same model.
    expect([lines.length, right.length]).toEqual([262, 210]);
    expect(JSON.parse(await titanic.read(manifestUri!))).toMatchObject({
      model_package_arn: trained.output['modelPackageArn'],
      execution_arn: predicted.arn,
      code_sha: expect.stringMatching(/^([0-9a-f]{40}|manual)/),
      inputs: [{ uri: 's3://titanic-mlops-data/scoring/passengers.csv', rows: 262 }],
      rows: { read: 262, kept: 262, rejected: 0, predicted: 262 },
    });
  });
});

describe('an alert with the reasons', () => {
  it('when the metrics are below a threshold of the flow', { timeout: 5 * MINUTES }, async () => {
    const refused = await run('training', { f1Threshold: 0.99 });
    expect(refused).toMatchObject({ status: 'SUCCEEDED', output: { approved: false } });
    const { subject, message } = await alertOf(refused);
    expect(subject).toBe('titanic-training: the model was not approved');
    expect(message).toMatch(/Reasons: +F1 0\.7346\d+ is below 0\.99\nModel: +arn:aws:sagemaker:\S+model-package\//);
  });

  it("when the pipeline's own gate refuses: nothing is registered", { timeout: 5 * MINUTES }, async () => {
    const refused = await run('training', { accuracyThreshold: 0.99 });
    expect(refused).toMatchObject({ status: 'SUCCEEDED', output: { approved: false } });
    const { message } = await alertOf(refused);
    expect(message).toMatch(/Reasons: +the pipeline's gate refused the model.*accuracy 0\.8\d+ is below 0\.99\n/);
    expect(message).toMatch(/Model: +nothing was registered\n/);
  });
});

describe('an alert with step, error, cause and logs', () => {
  it('when the cleaning is given no passengers', { timeout: 3 * MINUTES }, async () => {
    const rawUri = await titanic.put('scoring/broken.csv', 'a,b\n1,2\n');
    for (const [flow, input] of [
      ['training', { rawUri }],
      ['inference', { inputUri: rawUri }],
    ] as const) {
      const failed = await run(flow, input);
      expect(failed.status).toBe('FAILED');
      expectAlert(
        await alertOf(failed),
        /CleanData$/,
        /States\.TaskFailed$/,
        /lacks the columns PassengerId/,
        /\/aws-glue\/python-jobs\//,
      );
    }
  });

  it('when the pipeline fails', { timeout: 3 * MINUTES }, async () => {
    const failed = await run('training', {
      codeBundleUri: 's3://titanic-mlops-data/pipeline/code/gone/pipeline_code.tar.gz',
    });
    expect(failed).toMatchObject({ status: 'FAILED', error: 'Pipeline.NotSucceeded' });
    expectAlert(
      await alertOf(failed),
      /in the pipeline's step DataPreProcessing$/,
      /Pipeline\.NotSucceeded$/,
      /gone/,
      /ProcessingJobs/,
    );
  });

  it('when it is started without what it needs', { timeout: 3 * MINUTES }, async () => {
    const failed = await run('training', { codeBundleUri: undefined });
    expect(failed).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expectAlert(await alertOf(failed), /StartPipeline$/, /QueryEvaluationError$/, /codeBundleUri/, /none/);
  });

  it.each([
    ['CreateModel', 'titanic-inference-flow-role', 'sagemaker:CreateModel', /AmazonSageMakerException$/, /none/],
    // Whom the model acts as may write no predictions any more.
    ['Transform', 'titanic-model-role', 's3:PutObject', /States\.TaskFailed$/, /TransformJobs/],
    ['WriteManifest', 'titanic-write-manifest-role', 's3:PutObject', /ClientError$/, /\/aws\/lambda\/WriteManifest/],
    ['Summarise', 'titanic-inference-flow-role', 'events:PutEvents', /AccessDenied/, /none/],
  ] as const)('when the inference may not: %s', { timeout: 3 * MINUTES }, async (state, role, action, error, logs) => {
    const failed = await denied(role, action, () => run('inference'));
    expect(failed.status).toBe('FAILED');
    expectAlert(await alertOf(failed), new RegExp(`${state}$`), error, /AccessDenied|not authorized/, logs);
  });

  // That it may not follow it at all is tried again for more than a minute: machines.test.ts has what comes of it.
  it("when the pipeline's failed step cannot be found", { timeout: 3 * MINUTES }, async () => {
    const codeBundleUri = 's3://titanic-mlops-data/pipeline/code/gone/pipeline_code.tar.gz';
    const failed = await denied('titanic-training-flow-role', 'sagemaker:ListPipelineExecutionSteps', () =>
      run('training', { codeBundleUri }),
    );
    expect(failed.status).toBe('FAILED');
    const alert = await alertOf(failed);
    expectAlert(alert, /FindFailedStep$/, /SageMaker\.SageMakerException$/, /not authorized/, /ProcessingJobs/);
  });

  it('when a model cannot be judged, or not be approved', { timeout: 5 * MINUTES }, async () => {
    const [judged, chosen, approved] = await denied('titanic-training-flow-role', 'sagemaker:UpdateModelPackage', () =>
      Promise.all([run('training', { f1Threshold: 'high' }), run('training', { f1Threshold: true }), run('training')]),
    );
    expectAlert(
      await alertOf(judged),
      ...[/EvalMetricsLambda$/, /TypeError$/, /not supported between/, /\/aws\/lambda\/EvalMetricsLambda/],
    );
    expectAlert(await alertOf(approved), /ApproveModel$/, /SageMaker\.SageMakerException$/, /not authorized/, /none/);
    // A Choice has no Catch: nobody was told.
    expect(chosen).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    const { message } = await alertOf(chosen);
    expect(message).toContain(`A flow was stopped: FAILED. Execution: ${chosen.arn}`);
    expect(message).toMatch(/"Error: States\.QueryEvaluationError"\n"Cause: .*the state 'MetricCheck'.*\n"Logs: /);
  });
});

describe('by itself', () => {
  const executions = async (flow: string) =>
    (await titanic.sfn.listExecutions({ stateMachineArn: titanic.arnOf('states', `stateMachine:titanic-${flow}`) }))
      .executions ?? [];

  it('a training begins when data arrives, with what telar run gives it', { timeout: 3 * MINUTES }, async () => {
    const before = await executions('training');
    const [header, ...rows] = readFileSync(join(import.meta.dirname, 'data/titanic.csv'), 'utf8').split('\n');
    // One passenger more, and one that is there already.
    await titanic.put('raw/more.csv', [header, rows[0]!.replace(/^1,/, '9001,'), rows[1], ''].join('\n'));
    await expect.poll(async () => (await executions('training')).length, { timeout: 20_000 }).toBe(before.length + 1);
    const [newest] = await executions('training');
    const ended = await titanic.ended(newest!.executionArn!);
    expect(ended.cause).toBe(undefined);
    const { input } = await titanic.sfn.describeExecution({ executionArn: newest!.executionArn });
    expect(JSON.parse(input!)).toEqual(inputOf('training'));
    const { runDate, runId } = ended.output as Record<string, string>;
    const cleaning = `s3://titanic-mlops-data/curated/run_date=${runDate}/run_id=${runId}/cleaning.json`;
    expect(JSON.parse(await titanic.read(cleaning))).toMatchObject({
      rows: { read: 1311, kept: 1310, rejected: 1 },
      rejected: { 'PassengerId was there before': 1 },
    });
    // What the run itself writes lies elsewhere, and starts nothing.
    expect(await executions('training')).toHaveLength(before.length + 1);
  });

  it('is alerted of a flow that somebody stops', { timeout: 3 * MINUTES }, async () => {
    const executionArn = await titanic.start('training', inputOf('training'));
    await titanic.sfn.stopExecution({ executionArn });
    const stopped = await titanic.ended(executionArn);
    expect(stopped.status).toBe('ABORTED');
    expect((await alertOf(stopped)).message).toContain(`A flow was stopped: ABORTED. Execution: ${executionArn}`);
  });
});
