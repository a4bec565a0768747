/** Executions side by side. */
import { describe, expect, it } from 'vitest';
import type { ExecutionStep } from '../../../../src/services/telar/api.ts';
import { figureRows, stepRows } from './comparison.ts';

const at = (second: number) => new Date(1000 * second).toISOString();
const ran = (StepName: string, seconds: number, more: Partial<ExecutionStep> = {}) =>
  ({ StepName, StepStatus: 'Succeeded', StartTime: at(0), EndTime: at(seconds), ...more }) as ExecutionStep;
const over = (...Steps: ExecutionStep[]) => ({ Steps, ExecutionStatus: 'Succeeded' });

describe('steps', () => {
  it('stand beside each other, what only one has at its place', () => {
    const rows = stepRows(over(ran('A', 2), ran('Old', 1)), over(ran('A', 5), ran('New', 1)));
    expect(rows.map(({ name, longer, differs }) => [name, longer, differs])).toEqual([
      ['A', 3000, false],
      ['Old', undefined, true],
      ['New', undefined, true],
    ]);
  });

  it('of which one came from the cache took no time to compare', () => {
    const [row] = stepRows(over(ran('A', 9)), over(ran('A', 0, { CacheSourceArn: 'arn' })));
    expect(row).toMatchObject({ longer: undefined, differs: true, right: { cached: true } });
  });

  it('that one execution never began are not said to wait', () => {
    const waits = { StepName: 'A', StepStatus: 'Waiting' } as ExecutionStep;
    const [row] = stepRows({ Steps: [waits], ExecutionStatus: 'Failed' }, over(ran('A', 1)));
    expect(row?.left?.status).toBe('NotStarted');
  });
});

it('figures say how much more the right has, and what one lacks', () => {
  const left = [
    {
      step: 'Evaluate',
      figures: [
        { name: 'accuracy', value: 0.75 },
        { name: 'f1', value: 0.5 },
      ],
    },
  ];
  const right = [
    {
      step: 'Evaluate',
      figures: [
        { name: 'accuracy', value: 0.875 },
        { name: 'auc', value: 0.9 },
      ],
    },
  ];
  expect(figureRows(left, right)).toEqual([
    { step: 'Evaluate', name: 'accuracy', left: 0.75, right: 0.875, more: 0.125 },
    { step: 'Evaluate', name: 'f1', left: 0.5, right: undefined, more: undefined },
    { step: 'Evaluate', name: 'auc', left: undefined, right: 0.9, more: undefined },
  ]);
});
