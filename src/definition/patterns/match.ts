/**
 * Whether what an event holds is what a pattern asks for.
 *
 * M1. Fields are asked in the order of their paths. In a list of objects all of them look at one element, but the first of them
 *     finds nothing absent that any element has: as AWS, which has chosen no element then.
 */
import { type Field, fieldOf, type Held, holds, type Place, type Vocabulary } from './fields.ts';
import type { Alternative, Scalar, Test } from './types.ts';

/** What a field may be: any of these. */
export type Demand = {
  readonly field: Field;
  readonly exactly: ReadonlySet<Scalar>;
  readonly such: readonly ((value: Scalar) => boolean)[];
  readonly absent: boolean;
};

export function demandsOf(vocabulary: Vocabulary, alternative: Alternative): readonly Demand[] {
  return [...alternative]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([path, tests]) => demandOf(fieldOf(vocabulary, path), tests));
}

function demandOf(field: Field, tests: readonly Test[]): Demand {
  return {
    field,
    exactly: new Set(tests.flatMap((test) => (test.is === 'exactly' ? [test.value] : []))),
    such: tests.flatMap((test) => (test.is === 'such' ? [test.holds] : [])),
    absent: tests.some((test) => test.is === 'absent'),
  };
}

export function meets(demand: Demand, values: readonly Scalar[]): boolean {
  for (const value of values) {
    if (demand.exactly.has(value)) return true;
    for (const test of demand.such) if (test(value)) return true;
  }
  return false;
}

export function matches(demands: readonly Demand[], held: Held): boolean {
  let later: Map<Place, Demand[]> | undefined;
  for (const demand of demands) {
    const values = held.values[demand.field.id];
    if (values && meets(demand, values)) continue;
    const place = held.lists && listOf(demand.field, held.lists);
    if (place) {
      later ??= new Map();
      later.set(place, [...(later.get(place) ?? []), demand]);
    } else if (values || !demand.absent) return false;
  }
  if (!later) return true;
  for (const [place, within] of later) if (!matchesElement(within, held.lists!.get(place)!)) return false;
  return true;
}

const listOf = (field: Field, lists: ReadonlyMap<Place, unknown>) => field.within.find((place) => lists.has(place));

function matchesElement(demands: readonly Demand[], elements: readonly Held[]): boolean {
  const [first, ...others] = demands;
  if (!first) return true;
  const nowhere = first.absent && !elements.some((element) => holds(element, first.field));
  if (nowhere) return matchesElement(others, elements);
  const present = [{ ...first, absent: false }, ...others];
  return elements.some((element) => matches(present, element));
}
