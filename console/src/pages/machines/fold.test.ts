/** What has become of states: those of loops, of Maps, and how they are drawn. */
import { describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../../../../src/definition/asl/history/events.ts';
import { historyFold } from '../../../../src/definition/asl/history/fold.ts';
import { outlineOf } from '../../../../src/definition/asl/outline.ts';
import { compareStates, longer } from './comparison.ts';
import { edgesOf, nodesOf, timelineOf } from './drawing.ts';
import { failedStates, offeredVisits, placeWords, summariesOf, tellingVisit } from './fold.ts';

type Row = [type: string, previous: number, details?: object];

/** An event each second, from the first on. */
function visitsOf(rows: readonly Row[]) {
  const fold = historyFold();
  fold.take(
    rows.map(
      ([type, previousEventId, details], index): HistoryEvent => ({
        ...{ id: index + 1, type, previousEventId, timestamp: index + 1 },
        ...(details && { someEventDetails: details }),
      }),
    ),
  );
  return fold.visits();
}
const entered = (type: string, name: string, previous: number): Row => [`${type}StateEntered`, previous, { name }];
const exited = (type: string, name: string, previous: number): Row => [`${type}StateExited`, previous, { name }];

/** A Map of two items, of which the second fails. */
const ITEMS: Row[] = [
  ['ExecutionStarted', 0],
  entered('Map', 'M', 0),
  ['MapStateStarted', 2, { length: 2 }],
  ['MapIterationStarted', 3, { name: 'M', index: 0 }],
  ['MapIterationStarted', 3, { name: 'M', index: 1 }],
  entered('Task', 'T', 4),
  entered('Task', 'T', 5),
  exited('Task', 'T', 6),
  ['TaskFailed', 7, { error: 'E', cause: 'why' }],
];
const FAILED: Row[] = [
  ...ITEMS,
  ['MapIterationFailed', 9, { name: 'M', index: 1 }],
  ['MapStateFailed', 10],
  ['ExecutionFailed', 11, { error: 'E' }],
];

describe('a state', () => {
  it('runs as long as any of its items runs, and has failed when one of them has', () => {
    expect(summariesOf(visitsOf(ITEMS)).get('T')).toMatchObject({
      status: 'Running',
      counts: { Running: 1, Succeeded: 1 },
    });
    const summaries = summariesOf(visitsOf(FAILED));
    expect(summaries.get('T')).toMatchObject({ status: 'Failed', counts: { Failed: 1, Succeeded: 1 }, ofItems: true });
    expect(failedStates(summaries).map(({ name }) => name)).toEqual(['T']);
    const telling = tellingVisit(summaries.get('T')!)!;
    expect([placeWords(telling), telling.error]).toEqual(['Visit 2, in M, item 1', 'E']);
  });

  it('of a loop is what its last visit was', () => {
    const rows: Row[] = [
      ['ExecutionStarted', 0],
      entered('Task', 'T', 0),
      ['TaskFailed', 2, { error: 'E' }],
      exited('Task', 'T', 3),
      entered('Task', 'T', 4),
      exited('Task', 'T', 5),
    ];
    expect(summariesOf(visitsOf(rows)).get('T')).toMatchObject({
      ...{ status: 'Succeeded', counts: { Caught: 1, Succeeded: 1 }, took: 3000, ofItems: false },
    });
  });

  it('offers the visits that failed, however many there are', () => {
    const many: Row[] = Array.from({ length: 1000 }, (_, index) => entered('Task', 'T', index === 0 ? 0 : index));
    const visits = visitsOf(many);
    visits[3]!.status = 'Failed';
    const summary = summariesOf(visits).get('T')!;
    const offered = offeredVisits(summary, visits[1]!);
    expect([offered.length, offered[0], offered[1], offered.at(-1)]).toEqual([201, visits[1], visits[3], visits[999]]);
  });
});

describe('a drawing', () => {
  const outline = outlineOf(
    JSON.stringify({
      StartAt: 'M',
      States: {
        M: {
          Type: 'Map',
          ItemProcessor: {
            StartAt: 'T',
            States: { T: { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true } },
          },
          Catch: [{ ErrorEquals: ['A.Very.Long.Name.Of.An.Error', 'Another'], Next: 'End' }],
          Next: 'End',
        },
        End: { Type: 'Succeed' },
      },
    }),
  );

  it('of a definition says what its states are', () => {
    expect(nodesOf(outline).map(({ id, parent, detail, status }) => [id, parent, detail, status])).toEqual([
      ['M', undefined, 'Map · starts here', undefined],
      ['T', 'M', 'Task · lambda:invoke · ends', undefined],
      ['End', undefined, 'Succeed · ends', undefined],
    ]);
    expect(edgesOf(outline)).toEqual([
      { from: 'M', to: 'End', aside: false, label: 'catch A.Very.Long.Name.Of.An.Er…' },
    ]);
  });

  it('of an execution says what has become of them', () => {
    const nodes = nodesOf(outline, summariesOf(visitsOf(FAILED)));
    expect(nodes.map(({ id, detail, status }) => [id, detail, status])).toEqual([
      ['M', 'Failed · 10 s · 0 of 2 items', 'Failed'],
      ['T', 'Failed · 1 of 2', 'Failed'],
      ['End', 'Succeed · ends', undefined],
    ]);
  });

  it('by time has a bar for each attempt, and none for the items of a Map', () => {
    const rows: Row[] = [
      ['ExecutionStarted', 0],
      entered('Task', 'T', 0),
      ['TaskScheduled', 2],
      ['TaskFailed', 3, { error: 'E' }],
      ['TaskScheduled', 4],
    ];
    expect(timelineOf(visitsOf(rows))).toEqual([
      {
        id: 'state-2',
        label: 'T',
        bars: [
          { from: 3000, to: 4000, status: 'Failed', title: 'Visit 1, attempt 1' },
          { from: 5000, to: undefined, status: 'Running', title: 'Visit 1, attempt 2' },
        ],
      },
    ]);
    expect(timelineOf(visitsOf(FAILED)).map(({ label }) => label)).toEqual(['M']);
  });
});

it('two executions are compared state by state, those that only one entered too', () => {
  const left = summariesOf(visitsOf([['ExecutionStarted', 0], entered('Wait', 'A', 0), exited('Wait', 'A', 2)]));
  const right = summariesOf(
    visitsOf([
      ['ExecutionStarted', 0],
      entered('Pass', 'B', 0),
      exited('Pass', 'B', 2),
      entered('Wait', 'A', 3),
      ['ExecutionAborted', 4],
      ['X', 5],
    ]),
  );
  const compared = compareStates(left, right);
  expect(compared.map((state) => [state.name, longer(state)])).toEqual([
    ['A', 0],
    ['B', undefined],
  ]);
});
