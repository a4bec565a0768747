import type { PipelineExecutionStep } from '@aws-sdk/client-sagemaker';
import { describe, expect, it } from 'vitest';
import { makeStyle } from '../render/style.ts';
import { drawTree } from './tree.ts';
import { type ExecutionStatus, type ExecutionView, lastPart, planOf, stepViews } from './view.ts';

const job = (Name: string, DependsOn: string[] = []) => ({ Name, Type: 'Processing', DependsOn, Arguments: {} });
const PLANNED = planOf(
  JSON.stringify({
    Version: '2020-12-01',
    Steps: [
      job('Prepare'),
      {
        Name: 'Gate',
        Type: 'Condition',
        DependsOn: ['Prepare'],
        Arguments: {
          Conditions: [{ Type: 'Equals', LeftValue: 1, RightValue: 1 }],
          IfSteps: [job('Register')],
          ElseSteps: [{ Name: 'Refuse', Type: 'Fail', Arguments: { ErrorMessage: 'no' } }],
        },
      },
      job('After', ['Register']),
    ],
  }),
);

const T = Date.parse('2026-11-21T10:00:00Z');
const listed = (StepName: string, more: Partial<PipelineExecutionStep> = {}): PipelineExecutionStep => ({
  StepName,
  StepStatus: 'Succeeded',
  StartTime: new Date(T),
  EndTime: new Date(T + 1500),
  ...more,
});
const gate = (Outcome: 'True' | 'False') => listed('Gate', { Metadata: { Condition: { Outcome } } });
const statuses = (steps: PipelineExecutionStep[], status: ExecutionStatus) =>
  Object.fromEntries(stepViews(PLANNED, steps, status).map((step) => [step.name, step.status]));

describe('steps that AWS does not list', () => {
  it('wait while the execution runs', () => {
    expect(statuses([listed('Prepare', { StepStatus: 'Executing' })], 'Executing')).toEqual({
      Prepare: 'Executing',
      Gate: 'Waiting',
      Register: 'Waiting',
      Refuse: 'Waiting',
      After: 'Waiting',
    });
  });

  it('are skipped in the branch not taken and after it, as soon as the verdict is there', () => {
    expect(statuses([listed('Prepare'), gate('False')], 'Executing')).toMatchObject({
      Register: 'Skipped',
      Refuse: 'Waiting',
      After: 'Skipped',
    });
  });

  it('were not started when the execution failed before them', () => {
    expect(statuses([listed('Prepare', { StepStatus: 'Failed' })], 'Failed')).toMatchObject({
      Gate: 'NotStarted',
      After: 'NotStarted',
    });
  });
});

describe('a step', () => {
  it('carries what its metadata says', () => {
    const arn = 'arn:aws:sagemaker:us-east-1:000000000000:processing-job/p';
    const source = 'arn:…/execution/before';
    const [step] = stepViews(
      PLANNED,
      [
        listed('Prepare', {
          AttemptCount: 2,
          Metadata: { ProcessingJob: { Arn: arn } },
          CacheHitResult: { SourcePipelineExecutionArn: source },
        }),
      ],
      'Executing',
    );
    expect(step).toMatchObject({ jobArn: arn, retries: 2, cachedFrom: source, startedAt: T, endedAt: T + 1500 });
  });

  it('stands below its condition', () => {
    const views = stepViews(PLANNED, [], 'Executing');
    expect(views.map(({ name, depth }) => [name, depth])).toEqual([
      ['Prepare', 0],
      ['Gate', 0],
      ['Register', 1],
      ['Refuse', 1],
      ['After', 0],
    ]);
  });
});

describe('the tree', () => {
  const view = (steps: PipelineExecutionStep[], status: ExecutionStatus): ExecutionView => ({
    arn: 'arn:aws:sagemaker:us-east-1:000000000000:pipeline/titanic/execution/abc',
    id: 'abc',
    pipeline: 'titanic',
    pipelineArn: '',
    displayName: '',
    status,
    reason: undefined,
    startedAt: T,
    endedAt: undefined,
    parameters: {},
    steps: stepViews(PLANNED, steps, status),
  });
  const style = makeStyle({ isTTY: false, environment: { LANG: 'C.UTF-8' }, platform: 'linux' });

  it('shows status, time and what each step is doing', () => {
    const running = view([listed('Prepare', { StepStatus: 'Executing', EndTime: undefined })], 'Executing');
    const drawing = { style, now: T + 4200, notes: new Map([['Prepare', 'Collecting pandas']]), tick: 0 };
    expect(drawTree(running, drawing)).toEqual([
      'titanic abc  Executing  4.2 s',
      '  ⠋ Prepare     4.2 s · Collecting pandas',
      '  ○ Gate',
      '  ○ ├ Register',
      '  ○ └ Refuse',
      '  ○ After',
    ]);
  });

  it('shows cache hits, verdicts and what was left out', () => {
    const cached = { CacheHitResult: { SourcePipelineExecutionArn: 'x' } };
    const lines = drawTree(view([listed('Prepare', cached), gate('False')], 'Executing'), {
      ...{ style, now: T, notes: new Map(), tick: 0 },
    });
    expect(lines.slice(1, 4)).toEqual([
      '  ↺ Prepare     1.5 s · cache hit',
      '  ✓ Gate        does not hold',
      '  – ├ Register  skipped',
    ]);
  });
});

describe('a tree that is higher than the terminal', () => {
  it('shows what is happening, and counts the rest', () => {
    const steps = Array.from({ length: 2000 }, (_, index) => job(`S${index}`));
    const planned = planOf(JSON.stringify({ Version: '2020-12-01', Steps: steps }));
    const seen = steps
      .slice(0, 1201)
      .map(({ Name }, index) => listed(Name, index === 1200 ? { StepStatus: 'Executing', EndTime: undefined } : {}));
    const view: ExecutionView = {
      ...{
        arn: '',
        id: 'x',
        pipeline: 'long',
        pipelineArn: '',
        displayName: '',
        status: 'Executing',
        reason: undefined,
      },
      ...{ startedAt: T, endedAt: undefined, parameters: {}, steps: stepViews(planned, seen, 'Executing') },
    };
    const style = makeStyle({ isTTY: false, environment: { LANG: 'C.UTF-8' }, platform: 'linux' });
    const lines = drawTree(view, { style, now: T, notes: new Map(), tick: 0 }, 10);
    expect(lines).toHaveLength(10);
    expect(lines[2]).toMatch(/S1200/);
    expect(lines.at(-1)).toBe('  1200 succeeded, 1 executing, 799 waiting');
  });
});

describe('the last part of an ARN', () => {
  it('is its name', () => {
    expect(lastPart('arn:aws:sagemaker:r:a:pipeline/p/execution/x')).toBe('x');
  });
});
