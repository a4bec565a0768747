/**
 * Where the events of a run lie in the journal, the oldest first. A run's events are chained from the last one back, and whoever reads
 * a long history page by page would follow the whole chain for each page: of the runs that were read last, what was found is kept.
 *
 * P1. What is kept is followed on from the run's end, and found anew where it is not in that chain.
 * P2. Whoever rolls back a run's events forgets it here: their places may become another run's.
 */
import type { engineStore } from './store.ts';

export type Places = { of(run: number): readonly number[]; forget(run: number): void };

const KEPT = 16;

export function createPlaces(
  db: Pick<ReturnType<typeof engineStore>, 'end' | 'before' | 'positions'>,
  most = KEPT,
): Places {
  const known = new Map<number, number[]>();

  function find(run: number): number[] {
    const end = db.end({ run })?.position;
    const kept = known.get(run);
    if (end === undefined) return [];
    const since = kept && sinceLast(kept.at(-1)!, end);
    return since
      ? [...kept, ...since]
      : db
          .positions({ run })
          .map(({ position }) => position)
          .reverse();
  }

  /** What has come after a place; undefined where the chain does not lead to it. A later event lies at a greater place. */
  function sinceLast(last: number, end: number): number[] | undefined {
    const found: number[] = [];
    let at: number | null = end;
    for (; at !== null && at > last; at = db.before({ position: at })?.before ?? null) found.push(at);
    return at === last ? found.reverse() : undefined;
  }

  return {
    of(run) {
      const places = find(run);
      known.delete(run);
      known.set(run, places);
      if (known.size > most) known.delete(known.keys().next().value!);
      return places;
    },
    forget: (run) => void known.delete(run),
  };
}
