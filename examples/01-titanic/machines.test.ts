/**
 * Both flows as machines, without anything that they call: every definition is one that AWS takes, and each way through it is
 * walked with TestState, its tasks mocked by what AWS would answer.
 */
import { type MockInput, SFN } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectDocuments } from '../../src/sdk/index.ts';
import { startTestServer, type TestServer } from '../../tests/support/server.ts';
import titanic from './telar.config.ts';

const ACCOUNT = '000000000000';
const REGION = 'us-east-1';
const { machines } = projectDocuments(titanic, { account: ACCOUNT, region: REGION });
const documentOf = (name: string) => machines.find((machine) => machine.name === `titanic-${name}`)!;

let server: TestServer;
let sfn: SFN;
beforeAll(async () => {
  server = await startTestServer();
  sfn = new SFN({ ...server.client, disableHostPrefix: true });
});
afterAll(() => server.close());

type Failing = { error: string; cause: string };
type Answer = object | Failing;
const isError = (answer: Answer): answer is Failing => 'error' in answer;
/** State → what it is answered; a list for one that is entered again. */
type Mocks = Readonly<Record<string, Answer | readonly Answer[]>>;
type Walk = { path: string[]; asked: Record<string, Record<string, unknown>>; status: string; end: unknown };

/** From the state after Init to the end, each by itself, as AWS's TestState does it. */
async function walk(name: string, mocks: Mocks): Promise<Walk> {
  const { definition, startInput } = documentOf(name);
  const input = startInput('s3://titanic-mlops-data/pipeline/code/0a1b/pipeline_code.tar.gz');
  const { StartAt, States } = JSON.parse(definition) as {
    StartAt: string;
    States: Record<string, { Type: string; Next?: string }>;
  };
  const left = new Map(Object.entries(mocks).map(([state, answer]) => [state, [answer].flat()]));
  const arn = `arn:aws:states:${REGION}:${ACCOUNT}`;
  const walked: Walk = { path: [], asked: {}, status: '', end: undefined };
  let at: string | undefined = States[StartAt]!.Next;
  let given = input;
  let variables = JSON.stringify({ runDate: '2026-11-27', runId: '091500-4f1d2c3b' });
  while (at !== undefined) {
    walked.path.push(at);
    const answer = States[at]!.Type === 'Task' ? left.get(at)?.shift() : undefined;
    if (States[at]!.Type === 'Task' && !answer) throw new Error(`${at} is asked without a mock`);
    // PRESENT: every member that is there is checked, and none has to be.
    const mock: MockInput | undefined =
      answer &&
      (isError(answer) ? { errorOutput: answer } : { result: JSON.stringify(answer), fieldValidationMode: 'PRESENT' });
    const context = {
      Execution: {
        ...{ Id: `${arn}:execution:titanic-${name}:one`, Name: 'one', StartTime: '2026-11-27T09:15:00.123Z' },
        ...{ Input: JSON.parse(input) as object, RoleArn: 'arn:aws:iam::000000000000:role/r', RedriveCount: 0 },
      },
      State: { Name: at, EnteredTime: '2026-11-27T09:15:01Z', RetryCount: 0 },
      StateMachine: { Id: `${arn}:stateMachine:titanic-${name}`, Name: `titanic-${name}` },
    };
    const tested = await sfn.testState({
      ...{ definition, stateName: at, input: given, variables, inspectionLevel: 'DEBUG' },
      // AWS takes a context together with a mock only; Init, which reads it, is therefore tried in flows.test.ts.
      ...(mock && { mock, context: JSON.stringify(context) }),
      // A retry that is not used up would be tried again: the last attempt is meant.
      ...(answer && isError(answer) && { stateConfiguration: { retrierRetryCount: 99 } }),
    });
    const { afterArguments, variables: assigned } = tested.inspectionData ?? {};
    if (afterArguments) walked.asked[at] = JSON.parse(afterArguments) as Record<string, unknown>;
    walked.status = tested.status!;
    walked.end = tested.error === undefined ? JSON.parse(tested.output ?? 'null') : [tested.error, tested.cause];
    given = tested.output ?? given;
    variables = JSON.stringify({ ...(JSON.parse(variables) as object), ...(JSON.parse(assigned ?? '{}') as object) });
    at = tested.nextState;
  }
  return walked;
}

const PIPELINE = `arn:aws:sagemaker:${REGION}:${ACCOUNT}:pipeline/titanic-modelbuild-dev/execution/abcdefghijkl`;
const PACKAGE = `arn:aws:sagemaker:${REGION}:${ACCOUNT}:model-package/titanic-survival-xgboost/7`;
const RUN = 'run_date=2026-11-27/run_id=091500-';
const invoked = (Payload: object) => ({ ExecutedVersion: '$LATEST', Payload, StatusCode: 200 });
const described = (PipelineExecutionStatus: string) => ({
  ...{ PipelineExecutionArn: PIPELINE, PipelineExecutionStatus },
});
const cleaned = { Id: 'jr_1', JobName: 'titanic-clean', JobRunState: 'SUCCEEDED', Attempt: 0 };
const published = { MessageId: 'm' };
const verdict = (changes: object = {}) =>
  invoked({ registered: true, modelPackageArn: PACKAGE, accuracy: 0.8, f1: 0.73, reasons: [], ...changes });

const TRAINED = {
  CleanData: cleaned,
  StartPipeline: { PipelineExecutionArn: PIPELINE },
  DescribePipeline: [described('Executing'), described('Succeeded')],
  EvalMetricsLambda: verdict(),
  ApproveModel: { ModelPackageArn: PACKAGE },
  AlertNotApproved: published,
  AlertError: published,
};
const UNTIL_JUDGED = [
  ...['CleanData', 'StartPipeline', 'WaitForPipeline', 'DescribePipeline', 'IsPipelineDone'],
  ...['WaitForPipeline', 'DescribePipeline', 'IsPipelineDone', 'EvalMetricsLambda', 'MetricCheck'],
];

describe('every machine of the project', () => {
  it.each(machines)('$name has a definition without errors or warnings', async ({ definition, type }) => {
    const { result, diagnostics } = await sfn.validateStateMachineDefinition({ definition, type, severity: 'WARNING' });
    expect([result, diagnostics]).toEqual(['OK', []]);
  });
});

describe('training', () => {
  it('approves a model that is good enough, by its execution', async () => {
    const { path, asked, status, end } = await walk('training', TRAINED);
    expect(path).toEqual([...UNTIL_JUDGED, 'ApproveModel', 'Approved']);
    expect(status).toBe('SUCCEEDED');
    expect(end).toMatchObject({ approved: true, modelPackageArn: PACKAGE, f1: 0.73, runDate: '2026-11-27' });
    const cleaning = (asked['CleanData']!['Arguments'] as Record<string, string>)['--output'];
    expect(cleaning).toMatch(/^s3:\/\/titanic-mlops-data\/curated\/run_date=2026-11-27\/run_id=091500-[0-9a-f]{8}$/);
    expect(asked['StartPipeline']).toMatchObject({
      ClientRequestToken: expect.stringMatching(/^[0-9a-f]{64}$/),
      PipelineParameters: expect.arrayContaining([{ Name: 'InputTrainUri', Value: `${cleaning}/train.csv` }]),
    });
    expect(asked['ApproveModel']).toMatchObject({
      ModelApprovalStatus: 'Approved',
      ApprovalDescription: expect.stringContaining('execution:titanic-training:one'),
    });
  });

  it.each([
    ['accuracy', { accuracy: 0.77, reasons: ['accuracy 0.77 is below 0.78'] }],
    ['F1', { f1: 0.69, reasons: ['F1 0.69 is below 0.7'] }],
    ["the pipeline's gate", { registered: false, modelPackageArn: '', reasons: ['nothing was registered'] }],
  ])('says why the model is not approved: %s', async (_, changes) => {
    const { path, asked, status, end } = await walk('training', { ...TRAINED, EvalMetricsLambda: verdict(changes) });
    expect(path).toEqual([...UNTIL_JUDGED, 'AlertNotApproved', 'NotApproved']);
    expect([status, end]).toMatchObject(['SUCCEEDED', { approved: false, reasons: changes.reasons }]);
    expect(asked['AlertNotApproved']!['Message']).toContain(changes.reasons[0]);
  });

  it("names the pipeline's step that failed", async () => {
    const steps = [
      { StepName: 'DataPreProcessing', StepStatus: 'Succeeded' },
      { StepName: 'TrainModel', StepStatus: 'Failed', FailureReason: 'ClientError: no rows' },
    ];
    const { path, asked, status, end } = await walk('training', {
      ...TRAINED,
      DescribePipeline: described('Failed'),
      FindFailedStep: { PipelineExecutionSteps: steps },
    });
    expect(path.slice(-4)).toEqual(['IsPipelineDone', 'FindFailedStep', 'AlertError', 'Failed']);
    expect(asked['AlertError']!['Message']).toMatch(/Step: .*TrainModel\nError: .*\nCause: +ClientError: no rows/);
    expect([status, end]).toEqual(['FAILED', ['Pipeline.NotSucceeded', expect.stringContaining('no rows')]]);
  });

  it('names no step where none is known', async () => {
    const stopped = {
      ...TRAINED,
      DescribePipeline: described('Stopped'),
      FindFailedStep: { PipelineExecutionSteps: [] },
    };
    const { asked } = await walk('training', stopped);
    expect(asked['AlertError']!['Message']).toMatch(/step that is not known\n.*\nCause: +It was stopped/);
  });
});

const PREDICTED = {
  CleanData: cleaned,
  GetApprovedModel: invoked({ modelPackageArn: PACKAGE, version: 7, codeBundleUri: 's3://b/c', codeSha: '0a1b' }),
  CreateModel: { ModelArn: `arn:aws:sagemaker:${REGION}:${ACCOUNT}:model/titanic-x` },
  Transform: { TransformJobName: 'titanic-x', TransformJobStatus: 'Completed', ModelName: 'titanic-x' },
  WriteManifest: invoked({ manifestUri: 's3://b/manifest.json', rows: 2, first: [] }),
  Summarise: { FailedEntryCount: 0, Entries: [{ EventId: 'e' }] },
  AlertError: published,
};

describe('inference', () => {
  it('predicts with the newest approved model, under the run', async () => {
    const { path, asked, status, end } = await walk('inference', PREDICTED);
    expect(path).toEqual([
      ...['CleanData', 'GetApprovedModel', 'CreateModel', 'Transform', 'WriteManifest', 'Summarise'],
    ]);
    expect(status).toBe('SUCCEEDED');
    expect(end).toMatchObject({ rows: 2, modelPackageArn: PACKAGE, manifestUri: 's3://b/manifest.json' });
    expect(asked['CreateModel']).toMatchObject({
      ModelName: expect.stringMatching(/^titanic-20261127-091500-[0-9a-f]{8}$/),
      PrimaryContainer: { ModelPackageName: PACKAGE },
    });
    expect(JSON.stringify(asked['Transform'])).toContain(`predictions/${RUN}`);
    expect(asked['Summarise']).toMatchObject({
      Entries: [{ Source: 'titanic.inference', Detail: { modelPackageArn: PACKAGE, rows: 2 } }],
    });
  });

  it('cleans with the same job as training, by the same arguments but the purpose', async () => {
    const [trained, predicted] = await Promise.all([walk('training', TRAINED), walk('inference', PREDICTED)]);
    const [a, b] = [trained, predicted].map(
      ({ asked }) => asked['CleanData'] as { JobName: string; Arguments: object },
    );
    expect([a!.JobName, Object.keys(a!.Arguments)]).toEqual([b!.JobName, Object.keys(b!.Arguments)]);
  });
});

/** Every task of both flows, and what it fails with. */
const FAILURES = [
  ...['CleanData', 'StartPipeline', 'DescribePipeline', 'FindFailedStep'].map((state) => ['training', state] as const),
  ...['EvalMetricsLambda', 'ApproveModel', 'AlertNotApproved'].map((state) => ['training', state] as const),
  ...['CleanData', 'GetApprovedModel', 'CreateModel', 'Transform', 'WriteManifest', 'Summarise'].map(
    (state) => ['inference', state] as const,
  ),
];

describe('any error', () => {
  it.each(FAILURES)('in %s, %s, becomes an alert with step, error, cause and logs', async (flow, state) => {
    const answers: Mocks = flow === 'training' ? TRAINED : PREDICTED;
    const judged = state === 'AlertNotApproved' && { EvalMetricsLambda: verdict({ f1: 0.1, reasons: ['F1'] }) };
    const stopped = state === 'FindFailedStep' && { DescribePipeline: described('Failed') };
    const failing = { error: 'States.TaskFailed', cause: `what ${state} says` };
    const { path, asked, status, end } = await walk(flow, { ...answers, ...judged, ...stopped, [state]: failing });
    expect(path.slice(-3)).toEqual([state, 'AlertError', 'Failed']);
    const { Message, Subject } = asked['AlertError'] as { Message: string; Subject: string };
    expect(Subject).toBe(`titanic-${flow} failed in ${state}`);
    expect(Message).toMatch(
      new RegExp(
        `Flow: +titanic-${flow}\nRun: +run_date=2026-11-27 run_id=\\S+\nStep: +${state}\nError: +States.TaskFailed\nCause: +what ${state} says\nLogs: +\\S.*\nExecution: +arn:`,
      ),
    );
    expect([status, end]).toEqual(['FAILED', ['States.TaskFailed', `${state}: what ${state} says`]]);
  });

  it('is told of by the execution itself when the alert cannot be sent', async () => {
    const failing = { error: 'States.TaskFailed', cause: 'no rows' };
    const silent = { error: 'SNS.NotFoundException', cause: 'Topic does not exist' };
    const { path, end } = await walk('inference', { ...PREDICTED, CleanData: failing, AlertError: silent });
    expect([path.at(-1), end]).toEqual(['Failed', ['States.TaskFailed', 'CleanData: no rows']]);
  });
});
