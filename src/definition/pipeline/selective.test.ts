import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePipeline } from './parse.ts';
import type { Plan } from './plan.ts';
import { selectSteps } from './selective.ts';

/** A plan of Processing steps that wait for one another as given. */
function planOf(edges: Record<string, string[]>): Plan {
  const Steps = Object.entries(edges).map(([Name, DependsOn]) => ({
    Name,
    Type: 'Processing',
    DependsOn,
    Arguments: {},
  }));
  const parsed = parsePipeline(JSON.stringify({ Version: '2020-12-01', Steps }));
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.plan;
}
const select = (plan: Plan, ...names: string[]) =>
  selectSteps(plan, { SelectedSteps: names.map((StepName) => ({ StepName })) });

const abalone = planOf({
  process: [],
  train: ['process'],
  eval: ['train', 'process'],
  gate: ['eval'],
  notify: ['process'],
});

function named(plan: Plan, selection: ReturnType<typeof selectSteps>) {
  if ('problems' in selection) return selection.problems.map(({ message }) => message);
  const names = (indexes: number[]) => indexes.map((index) => plan.steps[index]!.name).sort();
  return { run: names(selection.run), reused: names(selection.reused), leftOut: names(selection.leftOut) };
}

test('what lies before is reused, what lies after or aside is left out', () => {
  expect(named(abalone, select(abalone, 'train', 'eval'))).toEqual({
    run: ['eval', 'train'],
    reused: ['process'],
    leftOut: ['gate', 'notify'],
  });
  expect(named(abalone, select(abalone, 'process'))).toMatchObject({ run: ['process'], reused: [] });
});

test('a step between two selected ones must be selected', () => {
  expect(named(abalone, select(abalone, 'train', 'gate'))).toContainEqual(
    expect.stringMatching(/^Step 'eval' lies between 'train' and 'gate'/),
  );
});

test('selected steps must be connected', () => {
  expect(named(abalone, select(abalone, 'train', 'notify'))).toEqual([
    expect.stringMatching(/must be connected, and 'notify' cannot be reached from 'train'/),
  ]);
});

test('unknown names, none and too many are refused', () => {
  expect(selectSteps(abalone, { SelectedSteps: [{ StepName: 'trian' }] })).toEqual({
    problems: [
      {
        path: '$.SelectiveExecutionConfig.SelectedSteps[0].StepName',
        rule: 'unknown-step',
        message: expect.stringMatching(/Did you mean 'train'/),
      },
    ],
  });
  expect(named(abalone, select(abalone))).toEqual([expect.stringMatching(/these are 0/)]);
  expect(named(abalone, select(abalone, ...Array(51).fill('train')))).toEqual([expect.stringMatching(/these are 51/)]);
});

test('any accepted selection divides the plan, and what runs needs only what runs or is reused', () => {
  const graph = fc.array(fc.array(fc.nat({ max: 11 }), { maxLength: 3 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(graph, fc.array(fc.nat({ max: 11 }), { minLength: 1, maxLength: 6 }), (edges, chosen) => {
      const entries = edges.map((list, node) => [
        `s${node}`,
        list.filter((other) => other < node).map((other) => `s${other}`),
      ]);
      const plan = planOf(Object.fromEntries(entries));
      const selection = select(plan, ...chosen.map((node) => `s${node % edges.length}`));
      if ('problems' in selection) return;
      const { run, reused, leftOut } = selection;
      expect([...run, ...reused, ...leftOut].sort((a, b) => a - b)).toEqual([...plan.steps.keys()]);
      const runs = new Set(run);
      const taken = new Set(reused);
      for (const index of run) {
        for (const before of plan.steps[index]!.upstream) expect(runs.has(before) || taken.has(before)).toBe(true);
      }
      for (const index of reused) {
        for (const before of plan.steps[index]!.upstream) expect(taken.has(before)).toBe(true);
      }
    }),
  );
});
