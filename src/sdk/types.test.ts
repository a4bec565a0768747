/** What the compiler refuses. `npm run types` is what makes these tests fail; at run time they only check that nothing throws. */
import { expectTypeOf, test } from 'vitest';
import {
  conditionStep,
  defineParameters,
  type definePipeline,
  equals,
  failStep,
  type greaterThan,
  type images,
  lambdaStep,
  type ModelStepOptions,
  type ProcessingStepOptions,
  type PropertyFileOptions,
  parameter,
  processingStep,
  type Ref,
  type RegisterModelStepOptions,
  type RetryOptions,
  retry,
  type S3Uri,
  shapeOf,
  type TrainingStepOptions,
  trainingStep,
  type Value,
  xgboost,
} from './index.ts';

const parameters = defineParameters({
  CodeBundleUri: parameter.s3Uri(),
  Threshold: parameter.float({ default: 0.5 }),
  Mode: parameter.string({ default: 'full', oneOf: ['full', 'small'] }),
  Force: parameter.boolean(),
});

const evaluate = processingStep({
  name: 'Evaluate',
  image: 'telar/node:24',
  instance: 'ml.m5.large',
  outputs: { report: 's3://bucket/report', plots: { to: 's3://bucket/plots' } },
  propertyFiles: {
    Report: {
      output: 'report',
      path: 'report.json',
      contents: shapeOf<{ metrics: { accuracy: number; best: boolean }; slices: { name: string; n: number }[] }>(),
    },
    Loose: { output: 'report', path: 'loose.json' },
  },
});

const train = trainingStep({
  name: 'Train',
  algorithm: xgboost('1.7-1', { num_round: 10, eval_metric: ['logloss', 'error'] }),
  inputs: { train: evaluate.outputs.report },
  output: 's3://bucket/models',
  instance: 'ml.m5.large',
});

test('parameters are references of their types', () => {
  expectTypeOf(parameters.CodeBundleUri).toExtend<Ref<S3Uri>>();
  expectTypeOf(parameters.Threshold).toExtend<Ref<number>>();
  expectTypeOf(parameters.Mode).toExtend<Ref<'full' | 'small'>>();
  expectTypeOf(parameters.Threshold).not.toExtend<Ref<string>>();
  expectTypeOf(parameters).not.toHaveProperty('Treshold');
});

test('outputs, metrics and property files exist under their names only', () => {
  expectTypeOf<keyof typeof evaluate.outputs>().toEqualTypeOf<'report' | 'plots'>();
  expectTypeOf(evaluate.outputs.report).toEqualTypeOf<Ref<S3Uri>>();
  expectTypeOf<keyof typeof evaluate.propertyFiles>().toEqualTypeOf<'Report' | 'Loose'>();
  expectTypeOf<keyof typeof train.metrics>().toEqualTypeOf<
    'train:logloss' | 'validation:logloss' | 'train:error' | 'validation:error'
  >();
  expectTypeOf(train.metrics['validation:error']).toEqualTypeOf<Ref<number>>();
});

test('a property file names an output of its step', () => {
  type Files = NonNullable<
    ProcessingStepOptions<{ report: S3Uri }, Record<string, PropertyFileOptions<'report'>>>['propertyFiles']
  >;
  expectTypeOf<{ R: { output: 'report'; path: string } }>().toExtend<Files>();
  expectTypeOf<{ R: { output: 'raport'; path: string } }>().not.toExtend<Files>();
});

test('paths into a property file are those of its shape', () => {
  const { Report, Loose } = evaluate.propertyFiles;
  type Path = Parameters<typeof Report.get>[0];
  expectTypeOf<'metrics.accuracy'>().toExtend<Path>();
  expectTypeOf<'slices[0].n'>().toExtend<Path>();
  expectTypeOf<"slices['x'].n">().toExtend<Path>();
  expectTypeOf<'metrics.acuracy'>().not.toExtend<Path>();
  expectTypeOf<'metrics'>().not.toExtend<Path>();
  expectTypeOf(Report.get('metrics.accuracy')).toEqualTypeOf<Ref<number>>();
  expectTypeOf(Report.get('metrics.best')).toEqualTypeOf<Ref<boolean>>();
  expectTypeOf(Report.get('slices[1].name')).toEqualTypeOf<Ref<string>>();
  expectTypeOf(Loose.get<number>('anything.goes')).toEqualTypeOf<Ref<number>>();
});

test('properties are those of the describe-response', () => {
  type Path = Parameters<typeof train.property>[0];
  expectTypeOf<'ModelArtifacts.S3ModelArtifacts'>().toExtend<Path>();
  expectTypeOf<'ModelArtifacts.S3ModelArtefacts'>().not.toExtend<Path>();
  expectTypeOf<"FinalMetricDataList['x'].Value">().toExtend<Path>();
  expectTypeOf<"FinalMetricDataList['x'].Valu">().not.toExtend<Path>();
  expectTypeOf(train.property("FinalMetricDataList['x'].Value")).toEqualTypeOf<Ref<number>>();
  expectTypeOf(train.property("HyperParameters['eta']")).toEqualTypeOf<Ref<string>>();
  expectTypeOf(evaluate.property("ProcessingOutputConfig.Outputs['report'].S3Output.S3Uri")).toEqualTypeOf<
    Ref<string>
  >();
});

test('S3 URIs are checked, and a text to come is none', () => {
  expectTypeOf<'bucket/key'>().not.toExtend<Value<S3Uri>>();
  expectTypeOf<Ref<string>>().not.toExtend<Value<S3Uri>>();
  expectTypeOf<Ref<S3Uri>>().toExtend<Value<string>>();
  expectTypeOf<{ Get: string }>().not.toExtend<Ref<string>>();
});

test('conditions compare like with like', () => {
  expectTypeOf<Ref<string>>().not.toExtend<Parameters<typeof greaterThan>[0]>();
  expectTypeOf(equals<'full' | 'small'>)
    .parameter(1)
    .not.toExtend<'tiny'>();
  expectTypeOf<'tiny'>().not.toExtend<Parameters<typeof equals<'full' | 'small'>>[1]>();
  expectTypeOf<'full'>().toExtend<Parameters<typeof equals<'full' | 'small'>>[1]>();
  equals(parameters.Mode, 'full');
  equals(parameters.Force, true);
});

test('nothing waits for a Fail step, and conditions do not nest', () => {
  const fail = failStep({ name: 'Fail', message: 'no' });
  const gate = conditionStep({ name: 'Gate', conditions: [equals(parameters.Mode, 'full')], elseSteps: [fail] });
  type Options = ModelStepOptions;
  expectTypeOf<(typeof fail)[]>().not.toExtend<NonNullable<Options['dependsOn']>>();
  expectTypeOf<(typeof gate)[]>().toExtend<NonNullable<Options['dependsOn']>>();
  expectTypeOf<(typeof gate)[]>().not.toExtend<NonNullable<Parameters<typeof conditionStep>[0]['ifSteps']>>();
  expectTypeOf<[]>().not.toExtend<Parameters<typeof conditionStep>[0]['conditions']>();
});

test('retries name faults that the step can have, and one limit', () => {
  const capacity = retry({ on: ['SageMaker.CAPACITY_ERROR'], maxAttempts: 2 });
  const throttling = retry({ on: ['Step.THROTTLING'], expireAfterMinutes: 5 });
  expectTypeOf<(typeof capacity)[]>().toExtend<NonNullable<TrainingStepOptions<string>['retry']>>();
  expectTypeOf<(typeof throttling)[]>().toExtend<NonNullable<RegisterModelStepOptions['retry']>>();
  expectTypeOf<(typeof capacity)[]>().not.toExtend<NonNullable<RegisterModelStepOptions['retry']>>();
  type Options = RetryOptions<'Step.THROTTLING'>;
  expectTypeOf<{ on: 'Step.THROTTLING'[]; maxAttempts: number; expireAfterMinutes: number }>().not.toExtend<Options>();
  expectTypeOf<{ on: 'Step.THROTTLING'[] }>().not.toExtend<Options>();
});

test('instance types, versions, approvals and raw members are AWS’s', () => {
  type Options = ProcessingStepOptions<Record<never, never>, Record<never, never>>;
  expectTypeOf<'ml.m55.large'>().not.toExtend<Options['instance']>();
  expectTypeOf<'1.8-1'>().not.toExtend<Parameters<typeof images.xgboost>[0]>();
  expectTypeOf<'Pending'>().not.toExtend<RegisterModelStepOptions['approval']>();
  expectTypeOf<keyof NonNullable<Options['raw']>>().toExtend<string>();
  expectTypeOf<NonNullable<Options['raw']>>().not.toHaveProperty('NetworkConfg');
  expectTypeOf<{ NetworkConfig: { EnableNetworkIsolation: 'yes' } }>().not.toExtend<NonNullable<Options['raw']>>();
  expectTypeOf<{ NetworkConfig: { EnableNetworkIsolation: Ref<boolean> } }>().toExtend<NonNullable<Options['raw']>>();
});

test('a pipeline’s start parameters are its parameters', () => {
  type Start = NonNullable<Parameters<typeof definePipeline<typeof parameters>>[0]['startParameters']>;
  expectTypeOf<{ Threshold: number; Mode: 'small' }>().toExtend<ReturnType<Start>>();
  expectTypeOf<{ Threshold: string }>().not.toExtend<ReturnType<Start>>();
  expectTypeOf<ReturnType<Start>>().not.toHaveProperty('Treshold');
});

test('a Lambda step’s outputs have their declared types', () => {
  const ask = lambdaStep({ name: 'Ask', functionArn: 'arn:aws:lambda:x', outputs: { n: 'Integer', ok: 'Boolean' } });
  expectTypeOf(ask.outputs).toEqualTypeOf<{ readonly n: Ref<number>; readonly ok: Ref<boolean> }>();
});
