/**
 * Many patterns at once. An event is read once, for all of them, and compared with those only that could match: each alternative
 * of a pattern is found by the values of one of its fields, the one that tells it best from the others.
 */
import { createVocabulary, everyValue, type Field, fieldOf, heldIn } from './fields.ts';
import { type Demand, demandsOf, matches, meets } from './match.ts';
import type { Alternative, Scalar } from './types.ts';

export type PatternIndex<Rule> = {
  /** The rules whose patterns match, each once. */
  matching(event: unknown): Rule[];
  /** Whether any could, of what is known of an event already. @param known by the paths of fields */
  couldMatch(known: Readonly<Record<string, Scalar>>): boolean;
};

type Entry<Rule> = { readonly rule: Rule; readonly demands: readonly Demand[]; seen: number };

/** @example indexPatterns([[rule, pattern.alternatives]]).matching(event) */
export function indexPatterns<Rule>(rules: Iterable<readonly [Rule, readonly Alternative[]]>): PatternIndex<Rule> {
  const vocabulary = createVocabulary();
  const entries: Entry<Rule>[] = [];
  for (const [rule, alternatives] of rules) {
    for (const one of alternatives) entries.push({ rule, demands: demandsOf(vocabulary, one), seen: 0 });
  }
  const { anchored, others } = anchor(entries);
  let turn = 0;
  return {
    matching(event) {
      const held = heldIn(vocabulary, event);
      const found = new Set<Rule>();
      const test = (entry: Entry<Rule>) => {
        if (entry.seen === turn) return;
        entry.seen = turn;
        if (!found.has(entry.rule) && matches(entry.demands, held)) found.add(entry.rule);
      };
      turn += 1;
      for (const [field, byValue] of anchored) {
        everyValue(held, field, (value) => {
          const alike = byValue.get(value);
          if (alike) for (const entry of alike) test(entry);
        });
      }
      for (const entry of others) test(entry);
      return [...found];
    },
    couldMatch(known) {
      const values = new Map(Object.entries(known).map(([path, value]) => [fieldOf(vocabulary, path), [value]]));
      return entries.some(({ demands }) =>
        demands.every((demand) => !values.has(demand.field) || meets(demand, values.get(demand.field)!)),
      );
    },
  };
}

type Anchors<Rule> = {
  anchored: ReadonlyMap<Field, ReadonlyMap<Scalar, readonly Entry<Rule>[]>>;
  /** Those that no value tells apart. */
  others: readonly Entry<Rule>[];
};

/** Of each entry, the field is taken whose values the fewest others ask for. */
function anchor<Rule>(entries: readonly Entry<Rule>[]): Anchors<Rule> {
  const asked = new Map<Field, Map<Scalar, number>>();
  const exact = ({ such, absent }: Demand) => such.length === 0 && !absent;
  for (const demand of entries.flatMap(({ demands }) => demands.filter(exact))) {
    const counts = inside(asked, demand.field, () => new Map<Scalar, number>());
    for (const value of demand.exactly) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const crowd = ({ field, exactly }: Demand) =>
    Math.max(...Array.from(exactly, (value) => asked.get(field)!.get(value)!));
  const anchored = new Map<Field, Map<Scalar, Entry<Rule>[]>>();
  const others: Entry<Rule>[] = [];
  for (const entry of entries) {
    const best = entry.demands
      .filter(exact)
      .map((demand) => ({ demand, crowd: crowd(demand) }))
      .reduce<{ demand: Demand; crowd: number } | undefined>(
        (least, one) => (least && least.crowd <= one.crowd ? least : one),
        undefined,
      );
    if (!best) others.push(entry);
    else {
      const byValue = inside(anchored, best.demand.field, () => new Map<Scalar, Entry<Rule>[]>());
      for (const value of best.demand.exactly) inside(byValue, value, () => [] as Entry<Rule>[]).push(entry);
    }
  }
  return { anchored, others };
}

function inside<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
