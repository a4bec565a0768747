/** What the compiler refuses of state machines. `npm run types` is what makes these tests fail; at run time nothing must throw. */
import { expectTypeOf, test } from 'vitest';
import {
  awsSdk,
  type Call,
  type Duration,
  type Expression,
  type Kit,
  lambda,
  type Readable,
  type State,
  type StateMachineOptions,
  type States,
  sagemaker,
  sqs,
  stepFunctions,
  text,
  type Written,
} from '../index.ts';
import { kitOf } from './kit.ts';

type Variables = { n: number; s: string; files: { key: string }[]; verdict: { f1: number; why?: string } };
const { states, variables, ...kit } = kitOf<{ minimum: number }, Variables>();
const name = 'EvalMetricsLambda';

test('a state leads only to states of its branch', () => {
  expectTypeOf(kit.pass({ next: 'Clean' })).toEqualTypeOf<State<'Clean'>>();
  expectTypeOf(kit.pass()).toEqualTypeOf<State<never>>();
  const guarded = kit.task(lambda.invoke({ FunctionName: name }), { next: 'A', catch: [{ next: 'B' }] });
  expectTypeOf(guarded).toEqualTypeOf<State<'A' | 'B'>>();
  const decided = kit.choice({ choices: [{ condition: true, next: 'Yes' }], default: 'No' });
  expectTypeOf(decided).toEqualTypeOf<State<'Yes' | 'No'>>();
  expectTypeOf<{ Start: State<'Clean'>; Clean: State<never> }>().toExtend<States<'Start' | 'Clean'>>();
  expectTypeOf<{ Start: State<'Cleen'>; Clean: State<never> }>().not.toExtend<States<'Start' | 'Clean'>>();
});

test('a state written by hand leads to what its text names', () => {
  const byHand = kit.raw({
    Type: 'Task',
    Resource: 'arn:aws:states:::sns:publish',
    Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Alert' }],
    Next: 'Done',
  });
  expectTypeOf(byHand).toEqualTypeOf<State<'Alert' | 'Done'>>();
  const choice = kit.raw({ Type: 'Choice', Choices: [{ Variable: '$.a', IsNull: true, Next: 'X' }], Default: 'Y' });
  expectTypeOf(choice).toEqualTypeOf<State<'X' | 'Y'>>();
});

test('variables have their declared names and types', () => {
  expectTypeOf(variables.n).toExtend<Expression<number>>();
  expectTypeOf(variables.n).not.toExtend<Expression<string>>();
  expectTypeOf(variables.verdict.why).toExtend<Expression<string>>();
  expectTypeOf(variables).not.toHaveProperty('m');
  expectTypeOf(variables.files[0].key).toExtend<Expression<string>>();
  type Assign = NonNullable<Parameters<typeof kit.pass>[0]>['assign'];
  expectTypeOf<{ n: Expression<number> }>().toExtend<Assign>();
  expectTypeOf<{ n: Expression<string> }>().not.toExtend<Assign>();
  expectTypeOf<NonNullable<Assign>>().not.toHaveProperty('m');
});

test('what the machine was started with has its type', () => {
  expectTypeOf(states.context.Execution.Input.minimum).toExtend<Expression<number>>();
  expectTypeOf(states.context.Execution.Input).not.toHaveProperty('maximum');
  expectTypeOf(states.errorOutput.Cause).toExtend<Expression<string>>();
});

test('results have the type of what was called', () => {
  type Result<C> = C extends Call<infer R> ? R : never;
  const evaluated = lambda.invoke<{ f1: number }>({ FunctionName: name });
  expectTypeOf<Result<typeof evaluated>['Payload']>().toEqualTypeOf<{ f1: number }>();
  const started = awsSdk('sagemaker', 'startPipelineExecution', { PipelineName: 'p' });
  expectTypeOf<Readable<Result<typeof started>>['PipelineExecutionArn']>().toExtend<Expression<string>>();
  const described = awsSdk('sagemaker', 'describeModel', { ModelName: variables.s });
  expectTypeOf<Readable<Result<typeof described>>['CreationTime']>().toExtend<Expression<string>>();
  const child = stepFunctions.startExecution.sync2<{ rows: number }>({
    StateMachineArn: 'arn',
    Input: { n: variables.n },
  });
  expectTypeOf<Result<typeof child>['Output']>().toEqualTypeOf<{ rows: number }>();
  const told = sqs.sendMessage.waitForTaskToken<{ ok: boolean }>({
    QueueUrl: 'q',
    MessageBody: { t: states.context.Task.Token },
  });
  expectTypeOf<Result<typeof told>>().toEqualTypeOf<{ ok: boolean }>();
});

test('arguments are those of the API, with expressions of the right types', () => {
  type Transform = Parameters<typeof sagemaker.createTransformJob.sync>[0];
  expectTypeOf<Expression<string>>().toExtend<Transform['TransformJobName']>();
  expectTypeOf<Expression<number>>().not.toExtend<Transform['TransformJobName']>();
  expectTypeOf<{ TransformJobName: string }>().not.toExtend<Transform>();
  type SdkAction = Parameters<typeof awsSdk<'sagemaker', 'describeModel'>>[1];
  expectTypeOf<SdkAction>().toEqualTypeOf<'describeModel'>();
  expectTypeOf<Readable<string>>().toExtend<Written<'Approved' | 'Rejected' | undefined>>();
  expectTypeOf<'Aproved'>().not.toExtend<Written<'Approved' | 'Rejected' | undefined>>();
  expectTypeOf(text`a`).toExtend<Written<string>>();
});

test('services that run no job have no .sync', () => {
  expectTypeOf(sagemaker.createModel).not.toHaveProperty('sync');
  expectTypeOf(lambda.invoke).not.toHaveProperty('sync');
  expectTypeOf(sagemaker.createTrainingJob).not.toHaveProperty('waitForTaskToken');
});

test('lengths of time are written with their unit', () => {
  expectTypeOf<'5m'>().toExtend<Duration>();
  expectTypeOf<'PT5M'>().toExtend<Duration>();
  expectTypeOf<'5'>().not.toExtend<Duration>();
  expectTypeOf<'5 minutes'>().not.toExtend<Duration>();
  type Wait = Parameters<Kit<unknown, Variables>['wait']>[0];
  expectTypeOf<{ for: '5m'; until: '2026-12-24T18:00:00Z' }>().not.toExtend<Wait>();
  expectTypeOf<{ next: 'A' }>().not.toExtend<Wait>();
});

test('a Map’s iteration is given the item, what was selected of it, or the batch', () => {
  kit.map({
    items: variables.files,
    itemProcessor: (file) => {
      expectTypeOf(file.key).toExtend<Expression<string>>();
      expectTypeOf(file).not.toHaveProperty('kee');
      return { One: kit.pass() };
    },
  });
  kit.map({
    items: variables.files,
    itemSelector: (file, index) => ({ path: text`in/${file.key}`, index, limit: 3 }),
    itemProcessor: (selected) => {
      expectTypeOf(selected.path).toExtend<Expression<string>>();
      expectTypeOf(selected.index).toExtend<Expression<number>>();
      return { One: kit.pass() };
    },
  });
  kit.map({
    items: variables.files,
    distributed: { executionType: 'EXPRESS', itemBatcher: { maxItemsPerBatch: 10, batchInput: { s: variables.s } } },
    itemProcessor: (batch) => {
      expectTypeOf(batch.Items[0].key).toExtend<Expression<string>>();
      expectTypeOf(batch.BatchInput.s).toExtend<Expression<string>>();
      return { One: kit.pass() };
    },
  });
});

test('a machine is of functions or written by hand, never both', () => {
  type Options = StateMachineOptions<unknown, Record<never, never>, 'A'>;
  type Written = { name: 'm'; role: 'arn:aws:iam::1:role/r'; definition: string };
  expectTypeOf<Written>().toExtend<Options>();
  expectTypeOf<Written & { states: () => { A: State<never> } }>().not.toExtend<Options>();
});
