/**
 * Documents of the shapes that the SageMaker Python SDK's own unit tests of `sagemaker.workflow` make, in our words: graphs, conditions,
 * references and experiments, each understood, its order worked out, or refused by name. What each step type looks like is
 * step-types.json; what runs is tests/wire/sdk-definitions.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { parsePipeline } from '../../../src/definition/pipeline/parse.ts';

type Fields = Readonly<Record<string, unknown>>;

const get = (text: string) => ({ Get: text });
const step = (Name: string, DependsOn: readonly string[] = [], Arguments: Fields = {}): Fields => ({
  ...{ Name, Type: 'Training', Arguments },
  ...(DependsOn.length > 0 && { DependsOn }),
});
const listed = (...texts: readonly string[]): Fields => ({
  AlgorithmSpecification: { ContainerArguments: texts.map(get) },
});
const condition = (Name: string, Conditions: readonly unknown[], more: Fields = {}): Fields => ({
  ...{ Name, Type: 'Condition' },
  Arguments: { Conditions, IfSteps: [step('IfStep')], ElseSteps: [step('ElseStep')] },
  ...more,
});
const equals = (LeftValue: unknown, RightValue: unknown) => ({ Type: 'Equals', LeftValue, RightValue });

/** As the SDK writes a pipeline's document. */
function documentOf(Steps: readonly Fields[], more: Fields = {}): string {
  return JSON.stringify({
    ...{ Version: '2020-12-01', Metadata: {}, Parameters: [] },
    PipelineExperimentConfig: {
      ExperimentName: get('Execution.PipelineName'),
      TrialName: get('Execution.PipelineExecutionId'),
    },
    Steps,
    ...more,
  });
}

/** Which steps wait for which, or what is wrong. */
function graphOf(text: string): Record<string, string[]> | string[] {
  const parsed = parsePipeline(text);
  if ('problems' in parsed) return parsed.problems.map(({ message }) => message);
  const { steps } = parsed.plan;
  return Object.fromEntries(steps.map(({ name, upstream }) => [name, upstream.map((at) => steps[at]!.name).sort()]));
}

const INTEGER = { Parameters: [{ Name: 'MyInt', Type: 'Integer', DefaultValue: 2 }] };
const TEXT = { Parameters: [{ Name: 'MyStr', Type: 'String' }] };
const BRANCHES = { IfStep: ['Choice'], ElseStep: ['Choice'] };

describe('a document of the shapes in the unit tests of the SDK', () => {
  it.each<[string, string, Record<string, string[]>]>([
    [
      'a parameter without a default',
      documentOf([step('MyStep', [], { Environment: { Value: get('Parameters.MyStr') } })], TEXT),
      { MyStep: [] },
    ],
    [
      'references in a list: a parameter, the execution, its experiment, another step',
      documentOf(
        [
          step('Second', [], listed('Steps.First.ModelArtifacts.S3ModelArtifacts')),
          step(
            'First',
            [],
            listed('Parameters.MyStr', 'Execution.PipelineExecutionId', 'PipelineExperimentConfig.TrialName'),
          ),
        ],
        TEXT,
      ),
      { First: [], Second: ['First'] },
    ],
    [
      'an experiment by name',
      documentOf([step('A')], { PipelineExperimentConfig: { ExperimentName: 'MyExperiment', TrialName: 'MyTrial' } }),
      { A: [] },
    ],
    ['no experiment', documentOf([step('A')], { PipelineExperimentConfig: null }), { A: [] }],
    [
      'a graph that parts and joins',
      documentOf([
        ...[step('G', ['E', 'D']), step('E', ['C']), step('F', ['C'])],
        ...[step('C', ['B']), step('D', ['B']), step('B', ['A']), step('A')],
      ]),
      { A: [], B: ['A'], C: ['B'], D: ['B'], E: ['C'], F: ['C'], G: ['D', 'E'] },
    ],
    [
      'a condition that waits by name',
      documentOf([step('A'), condition('Choice', [equals(get('Parameters.MyInt'), 1)], { DependsOn: ['A'] })], INTEGER),
      { A: [], Choice: ['A'], ...BRANCHES },
    ],
    [
      'a condition that waits for what it compares',
      documentOf([step('A'), condition('Choice', [equals(get('Steps.A.TrainingJobStatus'), 'Completed')])]),
      { A: [], Choice: ['A'], ...BRANCHES },
    ],
    [
      'conditions in conditions: not, in, or, and a time compared with a date',
      documentOf(
        [
          condition('Choice', [
            { Type: 'Not', Condition: equals(get('Parameters.MyStr'), 'no') },
            { Type: 'In', QueryValue: get('Parameters.MyStr'), Values: ['abc', 'def'] },
            {
              Type: 'Or',
              Conditions: [
                { Type: 'GreaterThan', LeftValue: get('Execution.StartDateTime'), RightValue: '2020-12-01' },
                equals(get('Parameters.MyStr'), 'Success'),
              ],
            },
          ]),
        ],
        TEXT,
      ),
      { Choice: [], ...BRANCHES },
    ],
    [
      'a model of a step, a job that scores with it, and what was tuned by position',
      documentOf([
        {
          ...{ Name: 'Score', Type: 'Transform' },
          Arguments: {
            ModelName: get('Steps.Make.ModelName'),
            TransformInput: { DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://my-bucket/rows' } } },
            TransformOutput: { S3OutputPath: 's3://my-bucket/scores' },
            TransformResources: { InstanceCount: 1, InstanceType: 'ml.c4.4xlarge' },
          },
          CacheConfig: { Enabled: true, ExpireAfter: 'PT1H' },
        },
        {
          ...{ Name: 'Make', Type: 'Model', DisplayName: 'Make', Description: 'Makes it.', DependsOn: ['A'] },
          Arguments: {
            ExecutionRoleArn: 'DummyRole',
            PrimaryContainer: {
              ...{ Environment: {}, Image: 'fakeimage' },
              ModelDataUrl: {
                'Std:Join': { On: '/', Values: ['s3:/', get('Steps.A.InputDataConfig[0].ChannelName')] },
              },
            },
          },
        },
        step('A'),
      ]),
      { A: [], Make: ['A'], Score: ['Make'] },
    ],
    [
      'every kind of retry',
      documentOf([
        {
          ...step('A'),
          RetryPolicies: [
            {
              ...{ ExceptionType: ['Step.SERVICE_FAULT', 'Step.THROTTLING'] },
              ...{ IntervalSeconds: 5, BackoffRate: 2.0, MaxAttempts: 5 },
            },
            {
              ExceptionType: ['SageMaker.JOB_INTERNAL_ERROR'],
              IntervalSeconds: 1,
              BackoffRate: 1.5,
              ExpireAfterMin: 5,
            },
            { ExceptionType: ['SageMaker.CAPACITY_ERROR', 'SageMaker.RESOURCE_LIMIT'], MaxAttempts: 10 },
          ],
        },
      ]),
      { A: [] },
    ],
  ])('is understood: %s', (_, text, graph) => {
    expect(graphOf(text)).toEqual(graph);
  });

  it('is understood: two thousand steps with one parameter', () => {
    const steps = Array.from({ length: 2000 }, (_, at) =>
      step(`MyStep${at}`, [], { Environment: { Value: get('Parameters.MyStr') } }),
    );
    expect(Object.keys(graphOf(documentOf(steps, TEXT)))).toHaveLength(2000);
  });

  it.each<[string, string, RegExp]>([
    ['a name twice', documentOf([step('foo'), step('foo')]), /^There is more than one step 'foo'\./],
    [
      'a gate in a gate',
      documentOf([
        {
          ...{ Name: 'Outer', Type: 'Condition' },
          Arguments: { Conditions: [equals(1, 1)], IfSteps: [condition('Choice', [equals(1, 1)])], ElseSteps: [] },
        },
      ]),
      /^Condition step 'Choice' stands inside a branch of 'Outer': conditions do not nest\./,
    ],
    [
      'a name again in a branch',
      documentOf([step('IfStep'), condition('Choice', [equals(1, 1)], { DependsOn: ['IfStep'] })]),
      /^There is more than one step 'IfStep'\./,
    ],
    [
      'a step that waits for none',
      documentOf([step('foo', ['undefined_step'])]),
      /^Step 'foo' names the step 'undefined_step'/,
    ],
    [
      'a circle',
      documentOf([step('A', ['C']), step('B', ['A']), step('C', ['B'])]),
      /^Steps 'A', 'C' and 'B' wait for one another in a circle/,
    ],
    [
      'a step type that there is not',
      documentOf([{ Name: 'A', Type: 'Nothing', Arguments: {} }]),
      /^There is no step type 'Nothing'\./,
    ],
  ])('is refused by name: %s', (_, text, says) => {
    const problems = graphOf(text);
    expect(problems).toEqual([expect.stringMatching(says)]);
  });
});
