/**
 * A pipeline's definition as a graph.
 *
 * G1. An edge that follows from others is not drawn: of A → B → C and A → C, the last says nothing about the order.
 * G2. What a branch's first steps hang on is their condition, by the branch's name.
 */
import { parsePipeline } from '../../../../src/definition/pipeline/parse.ts';
import type { Plan, PlanStep } from '../../../../src/definition/pipeline/plan.ts';
import type { PipelineDefinition, Problem } from '../../../../src/definition/pipeline/types.ts';
import type { GraphEdge, GraphNode } from '../../parts/graph/graph.tsx';

export type Read = { definition: PipelineDefinition; plan: Plan; nodes: GraphNode[]; edges: GraphEdge[] };

/** The last that were read: pages ask for the same one again and again. */
const kept = new Map<string, Read | { problems: Problem[] }>();
const KEPT = 8;

/** Problems, where another version of Telar took what this one does not. */
export function readDefinition(text: string): Read | { problems: Problem[] } {
  const known = kept.get(text);
  if (known) return known;
  const parsed = parsePipeline(text);
  const read = 'problems' in parsed ? parsed : { ...parsed, ...graphOf(parsed.plan) };
  for (const oldest of kept.keys()) {
    if (kept.size < KEPT) break;
    kept.delete(oldest);
  }
  kept.set(text, read);
  return read;
}

function graphOf({ steps }: Pick<Plan, 'steps'>): { nodes: GraphNode[]; edges: GraphEdge[] } {
  const needed = withoutImplied(steps.map(({ upstream }) => upstream));
  const nodes = steps.map(
    ({ name, step }): GraphNode => ({ id: name, label: step.DisplayName ?? name, kind: kindOf(step.Type) }),
  );
  const edges = steps.flatMap((step, index) => needed[index]!.map((before) => edge(steps, before, step)));
  return { nodes, edges };
}

function edge(steps: readonly PlanStep[], before: number, { name, branch }: PlanStep): GraphEdge {
  const label = branch?.condition === before ? branch.side : undefined;
  return { from: steps[before]!.name, to: name, label };
}

/**
 * Of each step's upstream those that no other of them already waits for. Steps stand after all that they wait for.
 *
 * In words of 32 steps: two thousand steps with ten edges each are decided in a few milliseconds.
 */
export function withoutImplied(upstream: readonly (readonly number[])[]): number[][] {
  const words = Math.ceil(upstream.length / 32);
  const ancestors: Uint32Array[] = [];
  return upstream.map((before) => {
    const above = new Uint32Array(words);
    for (const index of before) {
      const of = ancestors[index]!;
      for (let word = 0; word < words; word += 1) above[word]! |= of[word]!;
    }
    const needed = before.filter((index) => !(above[index >>> 5]! & (1 << (index & 31))));
    for (const index of before) above[index >>> 5]! |= 1 << (index & 31);
    ancestors.push(above);
    return needed;
  });
}

/** As people say it: `RegisterModel` is "Register model". */
export function kindOf(type: string): string {
  const spaced = type.replace(/([a-z])([A-Z])/g, '$1 $2');
  return spaced.charAt(0) + spaced.slice(1).toLowerCase();
}

/** Of the steps that a step waits for, and of those that wait for it, the names. */
export function neighboursOf(plan: Plan, name: string): { after: string[]; before: string[] } {
  const found = plan.steps[plan.byName.get(name) ?? -1];
  const names = (indexes: readonly number[] = []) => indexes.map((index) => plan.steps[index]!.name);
  return { after: names(found?.upstream), before: names(found?.downstream) };
}
