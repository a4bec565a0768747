/** Histories as AWS writes them, folded into what is shown. */
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
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
