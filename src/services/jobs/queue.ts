/**
 * Which of the waiting jobs begins next: start-time fair queueing over requesters, with backfilling that has an end. Pure.
 *
 * Each requester's jobs are spaced along a virtual time by what they cost (the larger of their shares of the machine's processors
 * and memory); jobs are served in its order. So whoever submits a hundred jobs spaces them far apart, and another's one job stands
 * near the front. Of jobs that cost the same, each requester with jobs waiting gets as many.
 *
 * Q1. Never over capacity: what is taken fits what is free.
 * Q2. Nothing idles for nothing: a job that fits is taken, be it past others that do not fit yet, as long as those have patience.
 * Q3. Nobody starves: once `PATIENCE` machines' worth of jobs has been taken past a job, the machine is kept free for it.
 */

export type Amount = { cpus: number; memoryBytes: number };

export type Waiting = { id: string; requester: string; amount: Amount };

export type FairQueue = {
  /** What is more than the whole capacity could never begin: callers cap amounts first. */
  add(job: Waiting): void;
  /** Whether it waited. */
  remove(id: string): boolean;
  /** Takes the next job out, if one may begin. */
  take(free: Amount): Waiting | undefined;
  has(id: string): boolean;
  /** Ids in the order in which they stand. */
  order(): string[];
  size(): number;
};

/** How much may be taken past a job that does not fit, in machines. */
export const PATIENCE = 2;
/** No job is free of cost: endless tiny ones would stand still in virtual time. */
const LEAST_COST = 0.001;

type Entry = Waiting & { cost: number; tag: number; sequence: number; passed: number };

export function fits({ cpus, memoryBytes }: Amount, free: Amount): boolean {
  return cpus <= free.cpus && memoryBytes <= free.memoryBytes;
}

/** A job's share of the machine: of what it takes most of. */
export function dominantShare({ cpus, memoryBytes }: Amount, capacity: Amount): number {
  return Math.max(cpus / capacity.cpus, memoryBytes / capacity.memoryBytes);
}

export function fairQueue(capacity: Amount): FairQueue {
  /** By tag, then by arrival. */
  let waiting: Entry[] = [];
  /** Where in virtual time each requester's next job would stand. */
  const next = new Map<string, number>();
  const ids = new Set<string>();
  let virtual = 0;
  let arrivals = 0;

  function insert(entry: Entry): void {
    let [from, to] = [0, waiting.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (before(waiting[middle]!, entry)) from = middle + 1;
      else to = middle;
    }
    waiting.splice(from, 0, entry);
  }

  function place(entry: Entry): Entry {
    const tag = Math.max(virtual, next.get(entry.requester) ?? 0);
    next.set(entry.requester, tag + entry.cost);
    return { ...entry, tag };
  }

  function forget(): void {
    if (waiting.length === 0) {
      next.clear();
      virtual = 0;
      return;
    }
    for (const [requester, tag] of next) if (tag <= virtual) next.delete(requester);
  }

  return {
    add(job) {
      ids.add(job.id);
      const cost = Math.max(LEAST_COST, dominantShare(job.amount, capacity));
      insert(place({ ...job, cost, tag: 0, sequence: arrivals++, passed: 0 }));
    },
    remove(id) {
      if (!ids.delete(id)) return false;
      const gone = waiting.find((entry) => entry.id === id)!;
      // The requester's later jobs move up by what it cost.
      waiting = waiting
        .filter((entry) => entry !== gone)
        .map((entry) =>
          entry.requester === gone.requester && before(gone, entry)
            ? { ...entry, tag: Math.max(virtual, entry.tag - gone.cost) }
            : entry,
        )
        .sort((a, b) => (before(a, b) ? -1 : 1));
      next.set(gone.requester, Math.max(virtual, next.get(gone.requester)! - gone.cost));
      forget();
      return true;
    },
    take(free) {
      const found = waiting.findIndex((entry) => fits(entry.amount, free));
      if (found < 0) return undefined;
      const passed = waiting.slice(0, found);
      if (passed.some((entry) => entry.passed >= PATIENCE)) return undefined;
      const taken = waiting[found]!;
      for (const entry of passed) entry.passed += taken.cost;
      virtual = Math.max(virtual, waiting[0]!.tag);
      waiting.splice(found, 1);
      ids.delete(taken.id);
      forget();
      return { id: taken.id, requester: taken.requester, amount: taken.amount };
    },
    has: (id) => ids.has(id),
    order: () => waiting.map(({ id }) => id),
    size: () => waiting.length,
  };
}

function before(a: Entry, b: Entry): boolean {
  return a.tag === b.tag ? a.sequence < b.sequence : a.tag < b.tag;
}
