import { describe, expect, it } from 'vitest';
import type { Effect } from '../language.ts';
import type { AnyPipelineEvent, PipelineTask } from './events.ts';
import { pipelineLanguage } from './language.ts';
import type { ExecutionInput, PipelineState } from './state.ts';

type Step = Record<string, unknown> & { Name: string; Type: string };

const processing = (Name: string, more: Record<string, unknown> = {}): Step => ({
  Name,
  Type: 'Processing',
  Arguments: { AppSpecification: { ImageUri: 'i' } },
  ...more,
});
const dependent = (Name: string, ...DependsOn: string[]) => processing(Name, { DependsOn });
const condition = (Name: string, left: number, IfSteps: Step[], ElseSteps: Step[] = []): Step => ({
  Name,
  Type: 'Condition',
  Arguments: { Conditions: [{ Type: 'Equals', LeftValue: left, RightValue: 1 }], IfSteps, ElseSteps },
});

/** Plays an execution by hand: what it asks for lies in `effects` until it is answered. */
function play(steps: Step[], more: Partial<ExecutionInput> = {}) {
  const input: ExecutionInput = {
    executionArn: 'arn:aws:sagemaker:us-east-1:000000000000:pipeline/p/execution/abcdefghijkl',
    executionId: 'abcdefghijkl',
    pipelineArn: 'arn:aws:sagemaker:us-east-1:000000000000:pipeline/p',
    pipelineName: 'p',
    roleArn: 'arn:aws:iam::000000000000:role/r',
    region: 'us-east-1',
    definition: JSON.stringify({ Version: '2020-12-01', Steps: steps }),
    parameters: {},
    reused: {},
    leftOut: [],
    reusedFrom: undefined,
    maxParallel: undefined,
    ...more,
  };
  const state: PipelineState = pipelineLanguage.begin(JSON.parse(JSON.stringify(input)));
  const journal: AnyPipelineEvent[] = [];
  let now = 1000;
  const tell = (event: AnyPipelineEvent): Effect[] => {
    journal.push(event);
    now += 1000;
    return pipelineLanguage.apply(state, event, now);
  };
  const which = (step: string) => ({ step, start: state.steps[state.plan.byName.get(step)!]!.starts });
  return {
    state,
    tell,
    start: () => tell({ kind: 'started' }),
    succeed: (step: string) => tell({ kind: 'step-succeeded', ...which(step), result: { describe: {} } }),
    fail: (step: string, type?: 'SageMaker.JOB_INTERNAL_ERROR') =>
      tell({ kind: 'step-failed', ...which(step), failure: { reason: 'it broke', ...(type && { type }) } }),
    statusOf: (step: string) => state.steps[state.plan.byName.get(step)!]!.status,
    journal,
  };
}

const tasksOf = (effects: Effect[]) => effects.flatMap((effect) => (effect.kind === 'task' ? [effect.task] : []));
const kindsOf = (effects: Effect[]) => effects.map(({ kind }) => kind);

describe('the pipeline language', () => {
  it('starts a step when everything upstream has succeeded (E1)', () => {
    const run = play([processing('a'), processing('b'), dependent('c', 'a', 'b')]);
    expect(tasksOf(run.start())).toEqual(['step:a#1', 'step:b#1']);
    expect(tasksOf(run.succeed('a'))).toEqual([]);
    expect(tasksOf(run.succeed('b'))).toEqual(['step:c#1']);
    expect(kindsOf(run.succeed('c'))).toEqual(['close']);
    expect(run.state.status).toBe('Succeeded');
  });

  it('takes one branch and skips the other with all that depends on it (E2)', () => {
    const run = play([
      condition('gate', 1, [processing('yes')], [processing('no')]),
      dependent('later', 'no'),
      dependent('last', 'gate'),
    ]);
    expect(tasksOf(run.start())).toEqual(['step:yes#1', 'step:last#1']);
    expect([run.statusOf('no'), run.statusOf('later')]).toEqual(['Skipped', 'Skipped']);
    run.succeed('yes');
    expect(kindsOf(run.succeed('last'))).toEqual(['close']);
    expect(run.state.status).toBe('Succeeded');
  });

  it('starts nothing more after a failure, and waits for what runs (E3)', () => {
    const run = play([processing('a'), processing('b'), dependent('c', 'b')]);
    run.start();
    expect(run.fail('a')).toEqual([]);
    expect(run.state.status).toBe('Executing');
    expect(kindsOf(run.succeed('b'))).toEqual(['close']);
    expect([run.state.status, run.statusOf('c')]).toEqual(['Failed', 'Waiting']);
    expect(run.state.failureReason).toBe('Step failure: One or multiple steps failed');
  });

  it('keeps to the number of steps that may run in parallel', () => {
    const run = play([processing('a'), processing('b'), processing('c')], { maxParallel: 2 });
    expect(tasksOf(run.start())).toEqual(['step:a#1', 'step:b#1']);
    expect(tasksOf(run.succeed('b'))).toEqual(['step:c#1']);
    run.tell({ kind: 'updated', maxParallel: 1 });
    expect(run.state.maxParallel).toBe(1);
  });

  it('retries as the policy says, each start under a name of its own, then gives up', () => {
    const policy = { ExceptionType: ['SageMaker.JOB_INTERNAL_ERROR'], IntervalSeconds: 10, MaxAttempts: 1 };
    const run = play([processing('a', { RetryPolicies: [policy] })]);
    run.start();
    const [timer] = run.fail('a', 'SageMaker.JOB_INTERNAL_ERROR');
    expect(timer).toEqual({ kind: 'timer', timer: 'retry:a', at: 3000 + 10_000 });
    expect(tasksOf(run.tell({ kind: 'timer', timer: 'retry:a' }))).toEqual(['step:a#2']);
    expect(kindsOf(run.fail('a', 'SageMaker.JOB_INTERNAL_ERROR'))).toEqual(['close']);
    expect(run.state.steps[0]).toMatchObject({ status: 'Failed', retries: 1, starts: 2 });
  });

  it('does not retry what no policy names', () => {
    const run = play([processing('a', { RetryPolicies: [{ ExceptionType: ['SageMaker.CAPACITY_ERROR'] }] })]);
    run.start();
    expect(kindsOf(run.fail('a', 'SageMaker.JOB_INTERNAL_ERROR'))).toEqual(['close']);
  });

  it('gives up a pending retry when another step fails for good', () => {
    const policy = { ExceptionType: ['SageMaker.JOB_INTERNAL_ERROR'], IntervalSeconds: 600 };
    const run = play([processing('a', { RetryPolicies: [policy] }), processing('b')]);
    run.start();
    run.fail('a', 'SageMaker.JOB_INTERNAL_ERROR');
    expect(kindsOf(run.fail('b'))).toEqual(['clearTimer', 'close']);
    expect([run.statusOf('a'), run.state.status]).toEqual(['Failed', 'Failed']);
  });

  it('stops running steps, and is stopped when they have', () => {
    const run = play([processing('a'), dependent('b', 'a')]);
    run.start();
    expect(run.tell({ kind: 'stop-requested' })).toEqual([{ kind: 'cancel', task: 'step:a#1' }]);
    expect(run.state.status).toBe('Stopping');
    expect(kindsOf(run.tell({ kind: 'step-stopped', step: 'a', start: 1 }))).toEqual(['close']);
    expect([run.state.status, run.statusOf('a'), run.statusOf('b')]).toEqual(['Stopped', 'Stopped', 'Waiting']);
  });

  it('retries an execution: only what did not succeed, under new starts', () => {
    const run = play([processing('a'), dependent('b', 'a'), dependent('c', 'b')]);
    run.start();
    run.succeed('a');
    run.fail('b');
    expect(run.state.status).toBe('Failed');
    const effects = run.tell({ kind: 'retry-requested' });
    expect(kindsOf(effects)).toEqual(['reopen', 'task']);
    expect(tasksOf(effects)).toEqual(['step:b#2']);
    expect(tasksOf(run.succeed('b'))).toEqual(['step:c#1']);
    run.succeed('c');
    expect([run.state.status, run.state.failureReason]).toEqual(['Succeeded', undefined]);
  });

  it('ends in a Fail step with its message, and marks the execution as failed by design', () => {
    const fail: Step = {
      Name: 'stop',
      Type: 'Fail',
      Arguments: { ErrorMessage: { 'Std:Join': { On: ' ', Values: ['too', 'low'] } } },
    };
    const run = play([condition('gate', 0, [], [fail])]);
    expect(kindsOf(run.start())).toEqual(['close']);
    expect(run.state).toMatchObject({ status: 'Failed', failedByDesign: true });
    expect(run.state.steps[1]!.failure).toEqual({ reason: 'too low' });
  });

  it('reads a property file once for all who need it, and fails the step that finds no such path', () => {
    const report = { 'Std:JsonGet': { PropertyFile: { Get: 'Steps.a.PropertyFiles.R' }, Path: 'metrics.accuracy' } };
    const gate = (name: string): Step => ({
      Name: name,
      Type: 'Condition',
      Arguments: {
        Conditions: [{ Type: 'GreaterThan', LeftValue: report, RightValue: 0.5 }],
        IfSteps: [],
        ElseSteps: [],
      },
    });
    const output = {
      OutputName: 'o',
      S3Output: { S3Uri: 's3://b/o', LocalPath: '/opt/ml/processing/o', S3UploadMode: 'EndOfJob' },
    };
    const a = processing('a', { PropertyFiles: [{ PropertyFileName: 'R', OutputName: 'o', FilePath: 'r.json' }] });
    const run = play([{ ...a, Arguments: { ProcessingOutputConfig: { Outputs: [output] } } }, gate('g1'), gate('g2')]);
    run.start();
    const describe = { ProcessingOutputConfig: { Outputs: [output] } };
    const effects = run.tell({ kind: 'step-succeeded', step: 'a', start: 1, result: { describe } });
    expect(effects).toEqual([
      { kind: 'task', task: 'read:1', body: { kind: 'read', uri: 's3://b/o/r.json' } satisfies PipelineTask },
    ]);
    run.tell({ kind: 'document-read', uri: 's3://b/o/r.json', outcome: { ok: true, value: { metrics: { f1: 1 } } } });
    expect(run.state.status).toBe('Failed');
    expect(run.state.steps[1]!.failure!.reason).toContain('metrics.accuracy');
  });

  it('reuses the steps of a source execution and leaves out what was not selected', () => {
    const run = play([processing('a'), dependent('b', 'a'), dependent('c', 'b')], {
      reused: { a: { describe: {} } },
      leftOut: ['c'],
      reusedFrom: 'arn:source',
    });
    expect(tasksOf(run.start())).toEqual(['step:b#1']);
    expect(kindsOf(run.succeed('b'))).toEqual(['close']);
    expect(run.state.status).toBe('Succeeded');
  });

  it('folds the same journal to the same state (L1)', () => {
    const steps = [processing('a'), condition('gate', 1, [processing('yes')]), dependent('z', 'a')];
    const run = play(steps);
    run.start();
    run.succeed('a');
    run.succeed('yes');
    const again = play(steps);
    for (const event of run.journal) again.tell(event);
    expect(again.state).toEqual(run.state);
  });
});
