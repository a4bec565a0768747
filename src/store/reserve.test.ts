import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog } from '../base/log.ts';
import { systemWorld, type World } from '../base/world.ts';
import { keepReserve } from './reserve.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'telar-reserve-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Timers fire when the test says so. */
function timers() {
  let due: (() => void)[] = [];
  const clock: World['clock'] = {
    ...systemWorld.clock,
    at(_at, run) {
      due.push(run);
      return () => {
        due = due.filter((each) => each !== run);
      };
    },
  };
  const fire = () => {
    const now = due;
    due = [];
    for (const run of now) run();
  };
  return { world: { ...systemWorld, clock, log: silentLog }, fire, waiting: () => due.length };
}

const full = Object.assign(new Error('database or disk is full'), { errcode: 13 });

it('takes room, gives it up when the disk is full, and takes it again', async () => {
  const path = join(folder, 'reserve');
  const { world, fire, waiting } = timers();
  const reserve = keepReserve(path, world);
  expect(existsSync(path)).toBe(false);
  fire();
  await expect.poll(() => existsSync(path)).toBe(true);
  expect(statSync(path).blocks * 512).toBeGreaterThanOrEqual(4 * 1024 * 1024);
  reserve.onError(new Error('UNIQUE constraint failed'));
  expect(existsSync(path)).toBe(true);
  reserve.onError(full);
  expect([existsSync(path), waiting()]).toEqual([false, 1]);
  reserve.onError(full);
  expect(waiting()).toBe(1);
  fire();
  await expect.poll(() => existsSync(path)).toBe(true);
  await reserve.stop();
  expect(waiting()).toBe(0);
});

it('that cannot take room says so and tries again, and harms nobody', async () => {
  const { world, fire, waiting } = timers();
  const said: string[] = [];
  const reserve = keepReserve(join(folder, 'none', 'reserve'), { ...world, log: (_level, event) => said.push(event) });
  fire();
  await expect.poll(() => said).toEqual(['store.no-reserve']);
  expect(waiting()).toBe(1);
  reserve.onError(full);
  await reserve.stop();
});
