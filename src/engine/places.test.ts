/** Where a run's events lie, when it goes on, when it is rolled back, when others are read. */
import { expect, it } from 'vitest';
import { createPlaces } from './places.ts';

/** Chains as the journal has them, and how often a whole one was followed. */
function journal() {
  const rows = new Map<number, { before: number | null }>();
  const ends = new Map<number, number>();
  let whole = 0;
  const append = (run: number) => {
    const position = Math.max(0, ...rows.keys()) + 1;
    rows.set(position, { before: ends.get(run) ?? null });
    ends.set(run, position);
    return position;
  };
  return {
    ...{ append, ends, rows, whole: () => whole },
    db: {
      end: ({ run }: { run: number }) => {
        const position = ends.get(run);
        return position === undefined ? undefined : { position };
      },
      before: ({ position }: { position: number }) => rows.get(position),
      positions: ({ run }: { run: number }) => {
        whole += 1;
        const found: { position: number }[] = [];
        for (let at = ends.get(run) ?? null; at !== null; at = rows.get(at)!.before) found.push({ position: at });
        return found;
      },
    },
  };
}

it('are followed once, and on from there as the run goes on', () => {
  const { append, db, whole } = journal();
  const places = createPlaces(db);
  expect(places.of(1)).toEqual([]);
  const first = [append(1), append(1)];
  append(2);
  expect(places.of(1)).toEqual(first);
  const then = [...first, append(1), append(1)];
  expect(places.of(1)).toEqual(then);
  expect(places.of(1)).toEqual(then);
  expect(whole()).toBe(1);
});

it('are found anew once the run was rolled back, though its places were taken by another', () => {
  const { append, db, ends, rows } = journal();
  const places = createPlaces(db);
  append(1);
  append(1);
  append(1);
  expect(places.of(1)).toEqual([1, 2, 3]);
  rows.delete(2);
  rows.delete(3);
  ends.set(1, 1);
  places.forget(1);
  append(2);
  append(1);
  expect(places.of(1)).toEqual([1, 3]);
});

it('are kept of the runs that were read last', () => {
  const { append, db, whole } = journal();
  const places = createPlaces(db, 2);
  for (const run of [1, 2, 3]) append(run);
  for (const run of [1, 2, 1, 3, 1]) places.of(run);
  expect(whole()).toBe(3);
  places.of(2);
  expect(whole()).toBe(4);
});
