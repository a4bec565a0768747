import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Amount, dominantShare, type FairQueue, fairQueue, fits, PATIENCE, type Waiting } from './queue.ts';

const CAPACITY: Amount = { cpus: 8, memoryBytes: 32 };

type Act =
  | { kind: 'add'; requester: string; amount: Amount }
  | { kind: 'end'; which: number }
  | { kind: 'stop'; which: number };

const amount = fc.record({ cpus: fc.integer({ min: 0, max: 8 }), memoryBytes: fc.integer({ min: 0, max: 32 }) });
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('add' as const), requester: fc.constantFrom('a', 'b', 'c'), amount }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('end' as const), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop' as const), which: fc.nat(20) }) },
);

/** A machine that takes whatever it may, and tells what was taken past whom. */
function machine(queue: FairQueue) {
  const all = new Map<string, Waiting>();
  const running = new Map<string, Waiting>();
  const begun: string[] = [];
  const passed = new Map<string, number>();
  const free = (): Amount => {
    const left = { ...CAPACITY };
    for (const job of running.values()) {
      left.cpus -= job.amount.cpus;
      left.memoryBytes -= job.amount.memoryBytes;
    }
    return left;
  };
  return {
    running,
    begun,
    passed,
    free,
    job: (id: string) => all.get(id)!,
    add(requester: string, wants: Amount) {
      const job = { id: `${requester}${all.size}`, requester, amount: wants };
      all.set(job.id, job);
      queue.add(job);
      return job.id;
    },
    fill() {
      for (;;) {
        const order = queue.order();
        const taken = queue.take(free());
        if (!taken) return;
        const cost = Math.max(0.001, dominantShare(taken.amount, CAPACITY));
        for (const id of order.slice(0, order.indexOf(taken.id))) passed.set(id, (passed.get(id) ?? 0) + cost);
        running.set(taken.id, taken);
        begun.push(taken.id);
      }
    },
    end(which: number) {
      const id = [...running.keys()][which % Math.max(1, running.size)];
      if (id) running.delete(id);
    },
  };
}

function play(acts: readonly Act[], check: (queue: FairQueue, on: ReturnType<typeof machine>) => void) {
  const queue = fairQueue(CAPACITY);
  const on = machine(queue);
  for (const each of acts) {
    if (each.kind === 'add') on.add(each.requester, each.amount);
    else if (each.kind === 'end') on.end(each.which);
    else queue.remove(queue.order()[each.which % Math.max(1, queue.size())] ?? '');
    on.fill();
    check(queue, on);
  }
  return { queue, on };
}

describe('a fair queue', () => {
  it('never gives more than there is', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 120 }), (acts) => {
        play(acts, (_, on) => {
          expect(on.free().cpus).toBeGreaterThanOrEqual(0);
          expect(on.free().memoryBytes).toBeGreaterThanOrEqual(0);
        });
      }),
    );
  });

  it('leaves nothing idle that a waiting job could use, unless it is kept for one that has waited long', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 120 }), (acts) => {
        play(acts, (queue, on) => {
          const order = queue.order();
          const first = order.findIndex((id) => fits(on.job(id).amount, on.free()));
          if (first < 0) return;
          expect(order.slice(0, first).some((id) => (on.passed.get(id) ?? 0) >= PATIENCE)).toBe(true);
        });
      }),
    );
  });

  it('lets no job be passed for ever, however large it is', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
        const { on } = play(acts, () => {});
        for (const cost of on.passed.values()) expect(cost).toBeLessThan(PATIENCE + 1);
      }),
    );
  });

  it('begins every job once those that run come to an end', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 120 }), (acts) => {
        const { queue, on } = play(acts, () => {});
        for (let rounds = 0; queue.size() > 0 && rounds < 1000; rounds += 1) {
          on.end(0);
          on.fill();
        }
        expect(queue.size()).toBe(0);
        expect(new Set(on.begun).size).toBe(on.begun.length);
      }),
    );
  });

  it("serves requesters in turn: another's one job waits for a few of a hundred, not for all", () => {
    const queue = fairQueue(CAPACITY);
    const on = machine(queue);
    const small = { cpus: 4, memoryBytes: 1 };
    for (let index = 0; index < 100; index += 1) on.add('many', small);
    on.fill();
    const one = on.add('one', small);
    for (let index = 0; index < 3; index += 1) {
      on.end(0);
      on.fill();
    }
    expect(on.begun).toContain(one);
    expect(on.begun.length).toBeLessThan(7);
  });

  it('gives each of several requesters with equal jobs as many, at every moment', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 5, max: 30 }), { minLength: 2, maxLength: 5 }), (counts) => {
        const queue = fairQueue(CAPACITY);
        const on = machine(queue);
        counts.forEach((count, who) => {
          for (let index = 0; index < count; index += 1) on.add(`r${who}-`, { cpus: 8, memoryBytes: 1 });
        });
        const served = counts.map(() => 0);
        on.fill();
        while (on.running.size > 0) {
          served[Number(/^r(\d)/.exec(on.begun.at(-1)!)![1])]! += 1;
          if (served.every((done, who) => done < counts[who]!))
            expect(Math.max(...served) - Math.min(...served)).toBeLessThanOrEqual(1);
          on.end(0);
          on.fill();
        }
      }),
    );
  });

  it('keeps the machine free for a large job that small ones keep passing', () => {
    const queue = fairQueue(CAPACITY);
    const on = machine(queue);
    const small = { cpus: 1, memoryBytes: 1 };
    for (let index = 0; index < 8; index += 1) on.add('small', small);
    on.fill();
    const large = on.add('large', CAPACITY);
    for (let index = 0; index < 60 && !on.running.has(large); index += 1) {
      on.add('small', small);
      on.end(0);
      on.fill();
    }
    expect(on.running.has(large)).toBe(true);
  });

  it('moves a requester up who takes jobs back', () => {
    const queue = fairQueue(CAPACITY);
    const on = machine(queue);
    const ids = Array.from({ length: 10 }, () => on.add('a', CAPACITY));
    const other = [on.add('b', CAPACITY), on.add('b', CAPACITY)];
    for (const id of ids.slice(0, 9)) queue.remove(id);
    expect(queue.order()).toEqual([ids[9], ...other]);
    expect(queue.remove('unknown')).toBe(false);
  });

  it('holds ten thousand without being slow', () => {
    const queue = fairQueue(CAPACITY);
    for (let index = 0; index < 10_000; index += 1)
      queue.add({ id: `${index}`, requester: `${index % 7}`, amount: CAPACITY });
    for (let index = 0; index < 10_000; index += 1) expect(queue.take(CAPACITY)).toBeDefined();
    expect(queue.size()).toBe(0);
  });
});
