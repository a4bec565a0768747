/** Answers about steps, folded. */
import { describe, expect, it } from 'vitest';
import type { ExecutionStep } from '../../../../src/services/telar/api.ts';
import { type Read, readDefinition } from './definition.ts';
import { countsOf, detailOf, firstFailed, nodeFolder, timelineRows } from './steps.ts';

const step = (StepName: string, more: Partial<ExecutionStep> = {}): ExecutionStep => ({
  StepName,
  StepStatus: 'Waiting',
  StartTime: undefined,
  EndTime: undefined,
  Retries: undefined,
  Outcome: undefined,
  ArnOfWork: undefined,
  CacheSourceArn: undefined,
  ReusedFromArn: undefined,
  LeftOut: undefined,
  FailureReason: undefined,
  ...more,
});
const at = (second: number) => new Date(1000 * second).toISOString();

const read = readDefinition(
  JSON.stringify({
    Version: '2020-12-01',
    Steps: ['A', 'B', 'C'].map((Name) => ({ Name, Type: 'Fail', Arguments: { ErrorMessage: Name } })),
  }),
) as Read;

describe('nodes', () => {
  it('stay the same while their step does', () => {
    const fold = nodeFolder(read);
    const [a, b, c] = [step('A'), step('B'), step('C')];
    const before = fold([a, b, c], 'Executing');
    const moved = { ...b, StepStatus: 'Executing' as const };
    const after = fold([a, moved, c], 'Executing');
    expect([after[0] === before[0], after[1] === before[1], after[2] === before[2]]).toEqual([true, false, true]);
    expect(after[1]).toMatchObject({ id: 'B', status: 'Executing', kind: 'Fail' });
  });

  it('that never began are not said to wait once all is over', () => {
    const fold = nodeFolder(read);
    const a = step('A');
    expect(fold([a], 'Executing')[0]?.status).toBe('Waiting');
    expect(fold([a], 'Failed')[0]?.status).toBe('NotStarted');
  });

  it.each([
    [{ StartTime: at(0), EndTime: at(3) }, 'Training · 3.0 s'],
    [{ StartTime: at(0), EndTime: at(0), CacheSourceArn: 'arn' }, 'Training · cached'],
    [{ Outcome: 'False' as const }, 'Training · does not hold'],
    [{ Retries: 2, StartTime: at(0) }, 'Training · retry 2'],
    [{ LeftOut: true as const }, 'Training · left out'],
    [{}, 'Training'],
  ])('say %j as "%s"', (more, detail) => expect(detailOf('Training', step('T', more))).toBe(detail));
});

describe('the timeline', () => {
  it('has what has begun, in the order of beginning', () => {
    const steps = [
      step('Late', { StepStatus: 'Executing', StartTime: at(9) }),
      step('Never'),
      step('First', { StepStatus: 'Succeeded', StartTime: at(1), EndTime: at(4) }),
      step('Beside', { StepStatus: 'Failed', StartTime: at(1), EndTime: at(2) }),
    ];
    const rows = timelineRows(steps, 'Executing');
    expect(rows.map(({ id }) => id)).toEqual(['First', 'Beside', 'Late']);
    expect(rows[0]?.bars).toEqual([{ from: at(1), to: at(4), status: 'Succeeded', title: 'First' }]);
    expect(rows[2]?.bars[0]?.to).toBeUndefined();
  });
});

describe('summaries', () => {
  const steps = [
    step('A', { StepStatus: 'Succeeded' }),
    step('B', { StepStatus: 'Failed', EndTime: at(9) }),
    step('C', { StepStatus: 'Failed', EndTime: at(3) }),
    step('D'),
  ];
  it('count, what wants attention first', () => {
    expect(countsOf(steps, 'Failed')).toEqual([
      ['Failed', 2],
      ['Succeeded', 1],
      ['NotStarted', 1],
    ]);
  });
  it('find what failed first', () => expect(firstFailed(steps)).toBe('C'));
});
