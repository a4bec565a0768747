/** Two executions of a machine, state by state. Pure. */
import type { StateSummary } from './fold.ts';

export type ComparedState = { name: string; left: StateSummary | undefined; right: StateSummary | undefined };

/** As the left one entered them, then what only the right one did. */
export function compareStates(
  left: ReadonlyMap<string, StateSummary>,
  right: ReadonlyMap<string, StateSummary>,
): ComparedState[] {
  const names = new Set([...left.keys(), ...right.keys()]);
  return [...names].map((name) => ({ name, left: left.get(name), right: right.get(name) }));
}

/** By how many milliseconds the right one took longer; undefined where only one was there. */
export function longer({ left, right }: ComparedState): number | undefined {
  return left && right ? right.took - left.took : undefined;
}
