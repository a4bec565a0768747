/** Two executions, folded into rows that stand side by side. */

import type { ExecutionStep } from '../../../../src/services/telar/api.ts';
import type { Figure } from './figures.ts';
import { statusOf, tookOf } from './steps.ts';

export type Side<T> = { left: T | undefined; right: T | undefined };

export type StepRow = Side<{ status: string; took: number | undefined; cached: boolean; step: ExecutionStep }> & {
  name: string;
  /** Milliseconds that the right took longer; undefined where one of them did not run. */
  longer: number | undefined;
  /** The status, or whether the cache was used, is another. */
  differs: boolean;
};

type Steps = { Steps: readonly ExecutionStep[]; ExecutionStatus: string };

/** In the order of the left's plan, and then what only the right has. */
export function stepRows(left: Steps, right: Steps): StepRow[] {
  const [of, beside] = [sides(left), sides(right)];
  return [...new Set([...of.keys(), ...beside.keys()])].map((name) => {
    const [one, other] = [of.get(name), beside.get(name)];
    const ran = one?.took !== undefined && other?.took !== undefined && !one.cached && !other.cached;
    return {
      ...{ name, left: one, right: other },
      longer: ran ? other.took! - one.took! : undefined,
      differs: one?.status !== other?.status || one?.cached !== other?.cached,
    };
  });
}

function sides({ Steps, ExecutionStatus }: Steps) {
  return new Map(
    Steps.map((step) => [
      step.StepName,
      { status: statusOf(step, ExecutionStatus), took: tookOf(step), cached: step.CacheSourceArn !== undefined, step },
    ]),
  );
}

export type FigureSet = { step: string; figures: readonly Figure[] };
export type FigureRow = Side<number> & { step: string; name: string; more: number | undefined };

export function figureRows(left: readonly FigureSet[], right: readonly FigureSet[]): FigureRow[] {
  const rows = new Map<string, FigureRow>();
  const put = (sets: readonly FigureSet[], side: 'left' | 'right') => {
    for (const { step, figures } of sets) {
      for (const { name, value } of figures) {
        const key = `${step} ${name}`;
        const row = rows.get(key) ?? { step, name, left: undefined, right: undefined, more: undefined };
        rows.set(key, { ...row, [side]: value });
      }
    }
  };
  put(left, 'left');
  put(right, 'right');
  return [...rows.values()].map((row) => ({
    ...row,
    more: row.left === undefined || row.right === undefined ? undefined : row.right - row.left,
  }));
}
