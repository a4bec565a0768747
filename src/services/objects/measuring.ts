/**
 * How much lies under a prefix.
 *
 * M1. It is counted in short turns, up to a bound that is told; what was counted is remembered while the bucket is unchanged.
 */
import type { Clock } from '../../base/clock.ts';
import { successor } from './keys.ts';
import type { Objects } from './objects.ts';
import type { ObjectsStore } from './store.ts';

/** `whole` is false where there is more than was counted. */
export type Measure = { objects: number; bytes: number; whole: boolean };

/** A millisecond or two each. */
const PAGE = 1000;
const MOST_PAGES = 250;
const MOST_KNOWN = 1000;

export function createMeasuring(
  rows: Pick<ObjectsStore, 'amount'>,
  objects: Pick<Objects, 'bucket' | 'changesOf'>,
  clock: Pick<Clock, 'soon'>,
): (bucket: string, prefix: string) => Promise<Measure> {
  const known = new Map<string, { changes: number; measure: Measure }>();

  async function count(bucket: string, prefix: string): Promise<Measure> {
    const below = successor(prefix);
    const found = { objects: 0, bytes: 0 };
    let from = prefix;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const { count: more, bytes, last } = rows.amount(bucket, from, below, PAGE);
      found.objects += more;
      found.bytes += bytes;
      if (more < PAGE || last === null) return { ...found, whole: true };
      from = `${last}\u0000`;
      await new Promise<void>((resolve) => clock.soon(resolve));
    }
    return { ...found, whole: false };
  }

  /** @throws NoSuchBucket */
  return async (bucket, prefix) => {
    objects.bucket({ Bucket: bucket });
    const changes = objects.changesOf(bucket);
    const name = `${bucket}/${prefix}`;
    const before = known.get(name);
    if (before?.changes === changes) return before.measure;
    const measure = await count(bucket, prefix);
    if (known.size >= MOST_KNOWN) known.clear();
    // What was written meanwhile may be counted or not.
    if (objects.changesOf(bucket) === changes) known.set(name, { changes, measure });
    return measure;
  };
}
