/** Who may invoke, with which worker: on a clock that the test moves. */
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../base/clock.ts';
import type { Worker } from '../../runner/functions/worker.ts';
import { createPool, type Kept, type Lease, type Wanted } from './pool.ts';

function testClock() {
  let now = 0;
  const timers = new Set<{ at: number; run: () => void }>();
  const clock: Clock = {
    ...{ now: () => now, monotonic: () => now, soon: (run) => run() },
    at(at, run) {
      const timer = { at, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  };
  return {
    clock,
    pass(milliseconds: number) {
      now += milliseconds;
      for (const timer of [...timers].sort((a, b) => a.at - b.at)) {
        if (timer.at > now || !timers.delete(timer)) continue;
        timer.run();
      }
    },
  };
}

const GIGABYTE = 1024 ** 3;
function made(options: { workers?: number; memoryBytes?: number; reserved?: number } = {}) {
  const { clock, pass } = testClock();
  const { workers = 2, memoryBytes = 100 * GIGABYTE, reserved = 0 } = options;
  const pool = createPool({ clock, workers, memoryBytes, reservedInAll: () => reserved });
  const ended: string[] = [];
  let count = 0;
  const worker = (): Kept => {
    const id = `w${++count}`;
    const end = async () => void ended.push(id);
    return { worker: { id, over: () => false } as Worker, end, expires: Number.MAX_SAFE_INTEGER };
  };
  /** Takes, and starts a worker where none rests. */
  const take = async (wanted: Partial<Wanted>, patience = 0, waits = false) => {
    const key = wanted.key ?? `${wanted.functionId ?? 1}/a`;
    const whole = { key, functionId: 1, region: 'r', reserved: undefined, memoryBytes: GIGABYTE, ...wanted };
    const lease = await pool.take(whole, patience, waits);
    if (typeof lease === 'object' && !lease.worker) lease.put(worker());
    return lease;
  };
  return { pool, pass, ended, take };
}
const lease = (taken: unknown) => taken as Lease;

describe('a worker that rests', () => {
  it('serves the next invocation of its version, and no other', async () => {
    const { take, ended } = made();
    const first = lease(await take({}));
    first.release(true);
    const second = lease(await take({}));
    expect(second.worker?.worker.id).toBe('w1');
    expect(lease(await take({ key: '1/b' })).worker).toBeUndefined();
    expect(ended).toEqual([]);
  });

  it('ends when it is not to serve again, when its version changes, and when it has rested long', async () => {
    const { take, pool, pass, ended } = made({ workers: 9 });
    lease(await take({})).release(false);
    lease(await take({})).release(true);
    const busy = lease(await take({ key: '1/b' }));
    pool.retire(1, ['1/c']);
    expect(ended).toEqual(['w1', 'w2']);
    busy.release(true);
    expect(ended).toEqual(['w1', 'w2', 'w3']);
    lease(await take({})).release(true);
    for (let minute = 0; minute < 6; minute += 1) pass(60_000);
    expect(ended).toEqual(['w1', 'w2', 'w3', 'w4']);
  });

  it('makes room for another function, the longest rested first', async () => {
    const { take, ended, pass } = made();
    lease(await take({ functionId: 1 })).release(true);
    pass(1);
    lease(await take({ functionId: 2 })).release(true);
    await take({ functionId: 3 });
    expect(ended).toEqual(['w1']);
  });
});

describe('who finds no room', () => {
  it('is told so without patience, and waits with it', async () => {
    const { take, pass } = made({ workers: 1 });
    const first = lease(await take({ functionId: 1 }));
    expect(await take({ functionId: 2 })).toBe('machine');
    const patient = take({ functionId: 2 }, 1000);
    const impatient = take({ functionId: 3 }, 10);
    pass(11);
    expect(await impatient).toBe('machine');
    first.release(true);
    expect(typeof (await patient)).toBe('object');
  });

  it('waits in turn with other functions', async () => {
    const { take } = made({ workers: 1 });
    const order: string[] = [];
    let holder = lease(await take({ functionId: 1 }));
    const waiting = [1, 1, 1, 2].map(async (functionId) => {
      const taken = lease(await take({ functionId }, 1000));
      order.push(String(functionId));
      holder = taken;
    });
    for (let served = 0; served < 4; served += 1) {
      holder.release(true);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(waiting);
    expect(order).toEqual(['1', '2', '1', '1']);
  });

  it('is held to memory as well, but one alone always fits', async () => {
    const { take } = made({ workers: 9, memoryBytes: 3 * GIGABYTE });
    const large = lease(await take({ memoryBytes: 4 * GIGABYTE }));
    expect(await take({ functionId: 2 })).toBe('machine');
    large.release(false);
    expect(typeof (await take({ functionId: 2 }))).toBe('object');
  });
});

describe('concurrency', () => {
  it('is bounded by the share of a function', async () => {
    const { take } = made({ workers: 9 });
    const first = lease(await take({ reserved: 1 }));
    expect(await take({ reserved: 1 }, 1000)).toBe('reserved');
    const waits = take({ reserved: 1 }, 1000, true);
    first.release(true);
    expect(typeof (await waits)).toBe('object');
    expect(await take({ functionId: 2, reserved: 0 })).toBe('reserved');
  });

  it('of functions without one is bounded by what is left of the account', async () => {
    const { take } = made({ workers: 9, reserved: 999 });
    await take({ functionId: 1 });
    expect(await take({ functionId: 2 }, 1000)).toBe('concurrency');
    expect(typeof (await take({ functionId: 3, reserved: 5 }))).toBe('object');
  });
});
