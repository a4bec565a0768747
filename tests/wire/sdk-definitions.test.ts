/** Documents of the SageMaker Python SDK (tests/parity/sdk) on a running server: taken or refused by name, and run. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import fixture from '../parity/sdk/step-types.json' with { type: 'json' };
import { startTestServer, type TestServer } from '../support/server.ts';
import { openWorkbench, refusal, type Workbench } from '../support/workbench.ts';

type Name = keyof typeof fixture.definitions;

/** The bucket and the role of the documents, replaced by those of the test. */
const BUCKET = 'titanic-mlops-data';
const ROLE = 'arn:aws:iam::123456789012:role/titanic-pipeline-role';

let server: TestServer;
let bench: Workbench;

beforeAll(async () => {
  server = await startTestServer();
  bench = await openWorkbench(server, 'sdk-definitions');
  await bench.put('code/measure.ts', MEASURE);
  await bench.put('code/use.ts', USE);
  await bench.put('code/note.ts', "console.log('noted');\n");
  for (const key of ['model.tar.gz', 'payload.tar.gz']) await bench.put(key, 'model');
});
afterAll(() => server.close());

const MEASURE = `import { writeFileSync } from 'node:fs';
const report = { metrics: { accuracy: { value: 0.75 } }, classes: ['no', 'yes'] };
writeFileSync('/opt/ml/processing/output/report/report.json', JSON.stringify(report));
`;
/** Fails unless it is given what the report says. */
const USE = `import { readFileSync } from 'node:fs';
const { classes } = JSON.parse(readFileSync('/opt/ml/processing/input/report/report.json', 'utf8'));
const expected = ['--class', classes[1], '--first', classes[0]].join();
if (process.argv.slice(2).join() !== expected) throw new Error(process.argv.join());
`;

const textOf = (name: Name): string =>
  JSON.stringify(fixture.definitions[name]).replaceAll(BUCKET, bench.bucket).replaceAll(ROLE, bench.roleArn);
const create = (name: Name) => bench.createPipeline(name, textOf(name));
const run = async (name: Name, parameters: Record<string, string> = {}) => {
  await create(name);
  const { status, steps } = await bench.ended(await bench.start(name, parameters));
  return { status, steps, names: steps.map(({ StepName }) => StepName) };
};

describe('a document of the SDK', () => {
  it('with every parameter, variable and condition runs', async () => {
    const { status, steps, names } = await run('parameters', { Needed: 'it is' });
    expect([status, names]).toEqual(['Failed', ['First', 'Second', 'Told']]);
    expect(steps[2]).toMatchObject({ StepDisplayName: 'What is told', StepStatus: 'Failed' });
    expect(steps[2]?.FailureReason).toMatch(
      /^a 3 0\.25 true it is parameters\/\d{4}-\S+ \d{4}-\S+ arn:aws:sagemaker:\S+:pipeline\/parameters [a-z0-9]{12} arn:\S+$/,
    );
  });

  it('takes start values as Python writes them, and refuses others by name', async () => {
    const { steps, names } = await bench
      .start('parameters', { Needed: 'n', Flag: 'False', Whole: '3', Ratio: '0.5' })
      .then((arn) => bench.ended(arn))
      .then(({ steps: all }) => ({ steps: all, names: all.map(({ StepName }) => StepName) }));
    // 0.5 is not less than 0.5.
    expect(names).toEqual(['First', 'NotFirst']);
    expect(steps[1]?.FailureReason).toBe('A condition of the first gate does not hold.');
    const start = (parameters: Record<string, string>) => refusal(bench.start('parameters', parameters));
    expect((await start({})).message).toMatch(/Needed/);
    expect((await start({ Needed: 'n', Text: 'c' })).message).toMatch(/Text/);
    expect((await start({ Needed: 'n', Whole: '1.5' })).message).toMatch(/Whole/);
    expect((await start({ Needed: 'n', Flag: 'maybe' })).message).toMatch(/Flag/);
  });

  it('with property files and documents runs, and takes its first step from the cache then', async () => {
    const first = await run('property-files');
    expect([first.status, first.names]).toEqual(['Succeeded', ['Measure', 'Gate', 'Use']]);
    const again = await bench.ended(await bench.start('property-files'));
    expect(again.status).toBe('Succeeded');
    expect(again.steps.map(({ CacheHitResult }) => CacheHitResult !== undefined)).toEqual([true, false, false]);
  });

  it('with explicit order and custom prefixes runs in that order', async () => {
    const { status, names } = await run('order');
    expect([status, names]).toEqual(['Succeeded', ['One', 'Two', 'Three']]);
  });

  it('that compares times and names its experiment runs', async () => {
    const get = (text: string) => ({ Get: text });
    const told = ['PipelineExperimentConfig.ExperimentName', 'PipelineExperimentConfig.TrialName'].map(get);
    const later = { LeftValue: get('Execution.StartDateTime'), RightValue: '2020-12-01' };
    await bench.createPipeline('times', {
      ...{ Version: '2020-12-01', Metadata: {}, Parameters: [] },
      PipelineExperimentConfig: { ExperimentName: 'MyExperiment', TrialName: 'MyTrial' },
      Steps: [
        {
          ...{ Name: 'Since', Type: 'Condition' },
          Arguments: {
            Conditions: [
              {
                Type: 'Or',
                Conditions: [
                  { Type: 'LessThan', ...later },
                  { Type: 'GreaterThan', ...later },
                ],
              },
              { Type: 'Not', Condition: { Type: 'LessThanOrEqualTo', ...later } },
            ],
            IfSteps: [
              { Name: 'Tell', Type: 'Fail', Arguments: { ErrorMessage: { 'Std:Join': { On: ' ', Values: told } } } },
            ],
            ElseSteps: [],
          },
        },
      ],
    });
    const { steps } = await bench.ended(await bench.start('times'));
    expect(steps.at(-1)?.FailureReason).toBe('MyExperiment MyTrial');
  });

  it('with an experiment runs', async () => {
    expect(await run('experiment')).toMatchObject({ status: 'Failed', names: ['Stop'] });
  });

  it('that registers a model with all its reports runs', async () => {
    const { status, steps } = await run('register');
    expect(status).toBe('Succeeded');
    const ModelPackageName = steps[0]?.Metadata?.RegisterModel?.Arn;
    const report = (kind: string) => ({ ContentType: 'application/json', S3Uri: `s3://${bench.bucket}/${kind}.json` });
    expect(await bench.sagemaker.describeModelPackage({ ModelPackageName })).toMatchObject({
      ModelPackageGroupName: 'group',
      ModelPackageDescription: 'What it is.',
      ModelApprovalStatus: 'Approved',
      ModelMetrics: {
        ModelQuality: { Statistics: report('statistics'), Constraints: report('constraints') },
        ModelDataQuality: { Statistics: report('data-statistics') },
        Bias: { Report: report('bias') },
        Explainability: { Report: report('explainability') },
      },
      DriftCheckBaselines: { ModelQuality: { Statistics: report('baseline') } },
      CustomerMetadataProperties: { owner: 'data' },
      Domain: 'MACHINE_LEARNING',
      Task: 'CLASSIFICATION',
      SamplePayloadUrl: `s3://${bench.bucket}/payload.tar.gz`,
      SkipModelValidation: 'All',
    });
  });

  it.each(['script-processor', 'training', 'repack', 'function', 'callback'] as const)('is taken: %s', async (name) => {
    expect(await create(name)).toMatch(new RegExp(`:pipeline/${name}$`));
  });

  it.each([
    ['tuning', /^Step 'Tune' has the type Tuning, which this Telar does not run yet\. .*in a Training step/],
    ['automl', /^Step 'Auto' has the type AutoML, .*Train with an algorithm of your choice/],
    ['quality-check', /^Step 'Quality' has the type QualityCheck, .*let a Condition step read the report/],
    ['clarify-check', /^Step 'Bias' has the type ClarifyCheck, .*let a Condition step read the report/],
    ['endpoint', /^Step 'Config' has the type EndpointConfig, .*with a RegisterModel step/],
    ['inference-component', /^Step 'Component' has the type InferenceComponent, .*with a RegisterModel step/],
    ['lineage', /^Step 'Lineage' has the type Lineage, .*Leave it out: what each job read and wrote is recorded/],
    ['emr', /^Telar does not run EMR steps\. It needs an EMR cluster\. Use a Processing step/],
    ['notebook-job', /^Step 'Notebook' is a notebook job, .*jupyter nbconvert --to script/],
  ] as const)('is refused by name: %s', async (name, message) => {
    const refused = await refusal(create(name));
    expect(refused.name).toBe('ValidationException');
    expect(refused.message).toMatch(message);
  });

  it('with an MLflow server is refused by name, and so is a start that names an experiment of it', async () => {
    const definition = {
      ...fixture.definitions.experiment,
      MlflowConfig: { MlflowResourceArn: 'arn:aws:sagemaker:mlflow' },
    };
    const refused = await refusal(bench.createPipeline('tracked', definition));
    expect(refused.message).toMatch(/^Telar does not support MlflowConfig: it keeps no MLflow server/);
    await bench.createPipeline('untracked', { ...definition, MlflowConfig: null });
    const request = { PipelineName: 'untracked', MlflowExperimentName: 'e', ClientRequestToken: randomUUID() };
    const start = await refusal(bench.sagemaker.startPipelineExecution(request));
    expect(start.message).toMatch(/^Telar does not support MlflowExperimentName/);
  });

  it.each(['EMRServerless', 'Bedrock', 'BedrockCustomModel'])(
    'of a step type of other services is refused: %s',
    async (Type) => {
      const definition = { Version: '2020-12-01', Steps: [{ Name: 'Other', Type, Arguments: {} }] };
      const refused = await refusal(bench.createPipeline('other', definition));
      expect(refused.message).toMatch(new RegExp(`^Telar does not run ${Type} steps\\. It needs .*\\. Use a `));
    },
  );
});
