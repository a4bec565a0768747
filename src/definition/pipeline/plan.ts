/**
 * The order in which a pipeline's steps can run.
 *
 * P1. `steps` is topological: every index in `upstream` is smaller than the step's own.
 * P2. The steps of both branches stand in the plan beside all others; a branch's step has its condition upstream.
 * P3. A step that depends on a Condition step waits for its verdict only, not for the steps of its branches.
 * P4. Linear in steps and edges; among steps that are ready together the document's order decides.
 */
import type { Survey } from './survey.ts';
import type { ParameterDefinition, Step } from './types.ts';

export type PlanStep = {
  /** Its place in `Plan.steps`. */
  index: number;
  name: string;
  step: Step;
  /** Steps that must have ended well first: explicit DependsOn, every reference, a branch step's condition. Ascending. */
  upstream: number[];
  /** Steps that have this one upstream. Ascending. */
  downstream: number[];
  /** The Condition step in whose branch this step stands. */
  branch?: { condition: number; side: 'if' | 'else' };
};

export type Plan = {
  steps: PlanStep[];
  byName: ReadonlyMap<string, number>;
  parameters: ReadonlyMap<string, ParameterDefinition>;
};

/** For each step of a survey, what it waits for: indexes into `survey.steps`, each once. Unknown names are left out. */
export function upstreamOf(survey: Survey): number[][] {
  return survey.steps.map((node) => {
    const upstream = new Set<number>();
    if (node.branch) upstream.add(node.branch.condition.index);
    for (const { name } of node.dependsOn) addIndex(upstream, survey, name);
    for (const { reference } of node.references) {
      if ('step' in reference) addIndex(upstream, survey, reference.step);
    }
    return [...upstream];
  });
}

function addIndex(into: Set<number>, survey: Survey, name: string): void {
  const node = survey.stepByName.get(name);
  if (node) into.add(node.index);
}

/** A topological order of a graph, or its cycles: one for each knot, its members in the order in which they wait. */
export function topologicalOrder(
  upstream: readonly (readonly number[])[],
): { order: number[] } | { cycles: number[][] } {
  const downstream = invert(upstream);
  const waiting = upstream.map((indexes) => indexes.length);
  const order = waiting.flatMap((count, index) => (count === 0 ? [index] : []));
  for (let next = 0; next < order.length; next++) {
    for (const index of downstream[order[next]!]!) {
      waiting[index]! -= 1;
      if (waiting[index] === 0) order.push(index);
    }
  }
  return order.length === upstream.length ? { order } : { cycles: cyclesAmong(upstream, waiting) };
}

function invert(upstream: readonly (readonly number[])[]): number[][] {
  const downstream: number[][] = upstream.map(() => []);
  for (const [index, indexes] of upstream.entries()) for (const before of indexes) downstream[before]!.push(index);
  return downstream;
}

/** Walks from each step that never became ready to one that it waits for, until a step comes up again. */
function cyclesAmong(upstream: readonly (readonly number[])[], waiting: readonly number[]): number[][] {
  const walkOf = new Map<number, number>();
  const cycles: number[][] = [];
  for (const start of upstream.keys()) {
    if (waiting[start] === 0 || walkOf.has(start)) continue;
    const walk: number[] = [];
    let at = start;
    while (!walkOf.has(at)) {
      walkOf.set(at, start);
      walk.push(at);
      at = upstream[at]!.find((index) => waiting[index]! > 0)!;
    }
    if (walkOf.get(at) === start) cycles.push(walk.slice(walk.indexOf(at)));
  }
  return cycles;
}

/** The plan of a definition that has passed every rule. @param order of `survey.steps`, topological */
export function planFrom(
  survey: Survey,
  upstream: readonly (readonly number[])[],
  order: readonly number[],
  parameters: readonly ParameterDefinition[],
): Plan {
  const placeOf = new Map(order.map((node, index) => [node, index]));
  const planned = (node: number) => placeOf.get(node)!;
  const steps = order.map((node, index): PlanStep => {
    const { name, raw, branch } = survey.steps[node]!;
    return {
      index,
      name,
      step: raw as Step,
      upstream: upstream[node]!.map(planned).sort((left, right) => left - right),
      downstream: [],
      ...(branch && { branch: { condition: planned(branch.condition.index), side: branch.side } }),
    };
  });
  for (const step of steps) for (const before of step.upstream) steps[before]!.downstream.push(step.index);
  return {
    steps,
    byName: new Map(steps.map((step) => [step.name, step.index])),
    parameters: new Map(parameters.map((parameter) => [parameter.Name, parameter])),
  };
}
