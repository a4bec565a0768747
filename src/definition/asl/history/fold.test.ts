/** Histories as AWS writes them, folded into what is shown. */
import { describe, expect, it } from 'vitest';
import type { HistoryEvent } from './events.ts';
import { historyFold } from './fold.ts';

type Row = [type: string, previous: number, details?: object];

/** @param first the id of the first row */
const events = (rows: readonly Row[], first = 1): HistoryEvent[] =>
  rows.map(([type, previousEventId, details], index) => ({
    ...{ id: first + index, type, previousEventId, timestamp: new Date((first + index) * 1000) },
    ...(details && { someEventDetails: details }),
  })) as HistoryEvent[];
const entered = (type: string, name: string, previous: number): Row => [`${type}StateEntered`, previous, { name }];
const exited = (type: string, name: string, previous: number): Row => [`${type}StateExited`, previous, { name }];
const brief = (rows: readonly Row[]) => {
  const fold = historyFold();
  fold.take(events(rows));
  return fold.states();
};
const JOB = 'arn:aws:sagemaker:us-east-1:000000000000:training-job/j';

describe("an execution's states", () => {
  it('are a line each, however often a loop enters them', () => {
    const loop: Row[] = [
      ['ExecutionStarted', 0],
      entered('Wait', 'W', 0),
      exited('Wait', 'W', 2),
      entered('Choice', 'C', 3),
      exited('Choice', 'C', 4),
      entered('Wait', 'W', 5),
    ];
    expect(brief(loop)).toMatchObject([
      { name: 'W', status: 'Running', visits: 2, startedAt: 6000, endedAt: undefined },
      { name: 'C', status: 'Succeeded', visits: 1, endedAt: 5000 },
    ]);
  });

  it('say how often work was tried again, and that a catcher took the error', () => {
    const failed = { error: 'E', cause: 'why' };
    const rows: Row[] = [
      ['ExecutionStarted', 0],
      entered('Task', 'T', 0),
      ['TaskScheduled', 2],
      ['TaskFailed', 3, failed],
      ['TaskScheduled', 4],
      ['TaskFailed', 5, failed],
      exited('Task', 'T', 6),
      entered('Succeed', 'End', 7),
    ];
    expect(brief(rows)).toMatchObject([
      { name: 'T', status: 'Caught', retries: 1, error: 'E', cause: 'why' },
      { name: 'End', status: 'Running' },
    ]);
    expect(brief([...rows.slice(0, 6), ['ExecutionFailed', 6, failed]])).toMatchObject([
      { status: 'Failed', retries: 1, error: 'E' },
    ]);
  });

  it('know the jobs that their tasks have begun, and not what they only describe', () => {
    const output = JSON.stringify({ TrainingJobArn: JOB });
    const rows = (resource: string): Row[] => [
      ['ExecutionStarted', 0],
      entered('Task', 'T', 0),
      ['TaskScheduled', 2, { resource }],
      ['TaskSubmitted', 3, { resource, output }],
      ['TaskSucceeded', 4, { resource, output }],
    ];
    expect(brief(rows('createTrainingJob.sync'))[0]!.began).toEqual([JOB]);
    expect(brief(rows('describeTrainingJob'))[0]!.began).toEqual([]);
  });

  it('count the items of a Map, and list none of the states inside of it', () => {
    const rows: Row[] = [
      ['ExecutionStarted', 0],
      entered('Map', 'M', 0),
      ['MapStateStarted', 2, { length: 3 }],
      ['MapIterationStarted', 3, { name: 'M', index: 0 }],
      entered('Pass', 'P', 4),
      exited('Pass', 'P', 5),
      ['MapIterationSucceeded', 6, { name: 'M', index: 0 }],
      ['MapIterationStarted', 6, { name: 'M', index: 1 }],
      entered('Task', 'P2', 8),
      ['TaskFailed', 9, { error: 'E' }],
      ['MapIterationFailed', 10, { name: 'M', index: 1 }],
      ['MapStateFailed', 11],
      ['ExecutionFailed', 12, { error: 'E' }],
    ];
    expect(brief(rows)).toMatchObject([
      { name: 'M', status: 'Failed', error: 'E', items: { total: 3, started: 2, succeeded: 1, failed: 1, aborted: 0 } },
    ]);
    expect(brief(rows)).toHaveLength(1);
  });

  it('stand below their Parallel, and the one that failed tells it from those that were aborted', () => {
    const rows: Row[] = [
      ['ExecutionStarted', 0],
      entered('Parallel', 'Both', 0),
      ['ParallelStateStarted', 2],
      entered('Wait', 'A', 3),
      entered('Task', 'B', 3),
      ['TaskScheduled', 5],
      ['TaskFailed', 6, { error: 'E', cause: 'b' }],
      ['WaitStateAborted', 7],
      ['ParallelStateFailed', 7],
      exited('Parallel', 'Both', 9),
      entered('Pass', 'After', 10),
    ];
    expect(brief(rows)).toMatchObject([
      { name: 'Both', depth: 0, status: 'Caught', error: 'E', cause: 'b' },
      { name: 'A', depth: 1, status: 'Aborted' },
      { name: 'B', depth: 1, status: 'Failed' },
      { name: 'After', depth: 0, status: 'Running' },
    ]);
  });

  it('go on where a redrive takes them up again', () => {
    const fold = historyFold();
    fold.take(
      events([
        ['ExecutionStarted', 0],
        entered('Task', 'T', 0),
        ['TaskScheduled', 2],
        ['TaskFailed', 3, { error: 'E' }],
        ['ExecutionFailed', 4, { error: 'E' }],
      ]),
    );
    expect(fold.states()).toMatchObject([{ status: 'Failed' }]);
    const news = fold.take(
      events([['ExecutionRedriven', 5], ['TaskScheduled', 6], ['TaskSucceeded', 7], exited('Task', 'T', 8)], 6),
    );
    expect(fold.states()).toMatchObject([{ status: 'Succeeded', visits: 1, retries: 0 }]);
    expect(news.filter(({ event }) => event === 'state')).toMatchObject([
      { status: 'Running' },
      { status: 'Succeeded' },
    ]);
    expect(fold.last()).toBe(9);
  });
});

describe('the visits', () => {
  const visits = (rows: readonly Row[]) => {
    const fold = historyFold();
    fold.take(events(rows));
    return fold.visits();
  };

  it('have each attempt of their work, with what it was asked, answered or failed with', () => {
    const found = visits([
      ['ExecutionStarted', 0],
      ['TaskStateEntered', 0, { name: 'T', input: '{"a":1}' }],
      ['TaskScheduled', 2, { resourceType: 'sagemaker', resource: 'createTrainingJob.sync', parameters: '{"b":2}' }],
      ['TaskStarted', 3],
      ['TaskTimedOut', 4, { error: 'States.Timeout' }],
      ['TaskScheduled', 5, { resourceType: 'sagemaker', resource: 'createTrainingJob.sync', parameters: '{"b":3}' }],
      ['TaskSubmitted', 6, { resource: 'createTrainingJob.sync', output: JSON.stringify({ TrainingJobArn: JOB }) }],
      ['TaskSucceeded', 7, { resource: 'createTrainingJob.sync', output: '{"c":4}' }],
      ['TaskStateExited', 8, { name: 'T', output: '{"d":5}' }],
    ]);
    expect(found).toMatchObject([
      { id: 2, name: 'T', input: '{"a":1}', output: '{"d":5}', status: 'Succeeded', retries: 1 },
    ]);
    expect(found[0]!.attempts).toMatchObject([
      {
        status: 'TimedOut',
        scheduledAt: 3000,
        endedAt: 5000,
        error: 'States.Timeout',
        parameters: '{"b":2}',
        began: [],
      },
      { status: 'Succeeded', scheduledAt: 6000, endedAt: 8000, output: '{"c":4}', parameters: '{"b":3}', began: [JOB] },
    ]);
    expect(found[0]!.attempts[0]!.resource).toBe('sagemaker:createTrainingJob.sync');
  });

  it('end an attempt that their state does not wait for', () => {
    const found = visits([
      ['ExecutionStarted', 0],
      entered('Task', 'T', 0),
      ['LambdaFunctionScheduled', 2, { resource: 'arn:aws:lambda:us-east-1:0:function:f', input: '{}' }],
      ['ExecutionAborted', 3],
    ]);
    expect(found[0]).toMatchObject({
      status: 'Aborted',
      attempts: [{ status: 'Aborted', endedAt: 4000, parameters: '{}' }],
    });
  });

  it('in a Map know their item, however deep in it they are', () => {
    const found = visits([
      ['ExecutionStarted', 0],
      entered('Map', 'M', 0),
      ['MapStateStarted', 2, { length: 2 }],
      ['MapIterationStarted', 3, { name: 'M', index: 0 }],
      ['MapIterationStarted', 3, { name: 'M', index: 1 }],
      entered('Pass', 'A', 5),
      entered('Parallel', 'P', 4),
      exited('Pass', 'A', 6),
      entered('Pass', 'B', 8),
      ['ParallelStateStarted', 7],
      entered('Pass', 'In', 10),
    ]);
    expect(found.map(({ name, item, parent }) => [name, item, parent?.name])).toEqual([
      ['M', undefined, undefined],
      ['A', 1, 'M'],
      ['P', 0, 'M'],
      ['B', 1, 'M'],
      ['In', 0, 'P'],
    ]);
  });

  it('know the run of a distributed Map, and why it failed', () => {
    const mapRunArn = 'arn:aws:states:us-east-1:0:mapRun:m/L:1';
    const found = visits([
      ['ExecutionStarted', 0],
      entered('Map', 'M', 0),
      ['MapStateStarted', 2],
      ['MapRunStarted', 3, { mapRunArn }],
      ['MapRunFailed', 4, { error: 'States.ExceedToleratedFailureThreshold' }],
      ['MapStateFailed', 5],
      ['ExecutionFailed', 6, { error: 'States.ExceedToleratedFailureThreshold' }],
    ]);
    expect(found).toMatchObject([{ mapRunArn, status: 'Failed', error: 'States.ExceedToleratedFailureThreshold' }]);
  });

  it('are the same from a history that comes as JSON carries it, in seconds, and in parts', () => {
    const rows = [['ExecutionStarted', 0], entered('Wait', 'W', 0), exited('Wait', 'W', 2)] as Row[];
    const [first, ...rest] = events(rows).map((event) => ({ ...event, timestamp: event.id! }));
    const fold = historyFold();
    fold.take([first!]);
    fold.take(rest);
    expect(fold.visits()).toEqual(visits(rows));
    expect(fold.last()).toBe(3);
  });
});
