import { expect, it } from 'vitest';
import { silentLog } from '../../../base/log.ts';
import { systemWorld } from '../../../base/world.ts';
import { createWaiters } from './tasks.ts';

const world = { ...systemWorld, log: silentLog };
const soon = () => new Promise<'asleep'>((resolve) => setTimeout(() => resolve('asleep'), 20));

it('a worker slept on though work had come between its look at the store and its sleep', async () => {
  const waiters = createWaiters({ world });
  const until = Date.now() + 60_000;
  const seen = waiters.wakes();
  waiters.wake('activity');
  const woken = waiters.wait('activity', until, seen).then(() => 'awake');
  expect(await Promise.race([woken, soon()])).toBe('awake');
  const next = waiters.wait('activity', until, waiters.wakes()).then(() => 'awake');
  expect(await Promise.race([next, soon()])).toBe('asleep');
  waiters.wake('activity');
  expect(await next).toBe('awake');
  waiters.stop();
});

it('one worker is woken for one task, the longest waiting first', async () => {
  const waiters = createWaiters({ world });
  const woken: number[] = [];
  const all = [1, 2, 3].map((n) => waiters.wait('activity', Date.now() + 60_000, 0).then(() => void woken.push(n)));
  waiters.wake('activity');
  await soon();
  expect(woken).toEqual([1]);
  waiters.stop();
  await Promise.all(all);
});
