import { describe, expect, it } from 'vitest';
import { createWaiters } from './waiters.ts';

type Timer = { at: number; run: () => void };

/** A clock whose timers the test fires. */
function waitersOn() {
  const timers = new Set<Timer>();
  const waiters = createWaiters({
    at(at, run) {
      const timer = { at, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  });
  const fire = (until: number) => {
    for (const timer of [...timers].filter(({ at }) => at <= until)) {
      timers.delete(timer);
      timer.run();
    }
  };
  return { waiters, timers, fire };
}

/** Whether a wait is over, once everything that is due has run. */
async function isOver(wait: Promise<void>): Promise<boolean> {
  let over = false;
  void wait.then(() => {
    over = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return over;
}

describe('who waits at a queue', () => {
  it('is woken by what was sent between its look and its wait', async () => {
    const { waiters } = waitersOn();
    const one = waiters.enter('q');
    one.look();
    waiters.wake('q');
    expect(await isOver(one.wait(1000))).toBe(true);
  });

  it('is woken in turn, one for each message, and not by another queue', async () => {
    const { waiters } = waitersOn();
    const [first, second] = [waiters.enter('q'), waiters.enter('q')];
    const waits = [first.wait(1000), second.wait(1000)];
    waiters.wake('other');
    expect(await isOver(waits[0]!)).toBe(false);
    waiters.wake('q');
    expect(await Promise.all(waits.map(isOver))).toEqual([true, false]);
    waiters.wake('q');
    expect(await isOver(waits[1]!)).toBe(true);
  });

  it('passes its turn on when it leaves without having looked', async () => {
    const { waiters } = waitersOn();
    const [gone, stays] = [waiters.enter('q'), waiters.enter('q')];
    const wait = stays.wait(1000);
    waiters.wake('q');
    gone.leave(false);
    expect(await isOver(wait)).toBe(true);
  });

  it('is woken when the next message becomes visible, by one timer that goes with the last who waits', async () => {
    const { waiters, timers, fire } = waitersOn();
    const one = waiters.enter('q');
    waiters.wakeAt('q', 500);
    waiters.wakeAt('q', 700);
    const wait = one.wait(1000);
    expect([...timers].map(({ at }) => at)).toEqual([500, 1000]);
    fire(500);
    expect(await isOver(wait)).toBe(true);
    waiters.wakeAt('q', 800);
    one.leave(false);
    expect(timers.size).toBe(0);
  });

  it('waits no longer than it wants to, nor than the server runs', async () => {
    const { waiters, fire } = waitersOn();
    const [one, other] = [waiters.enter('q'), waiters.enter('q')];
    const waits = [one.wait(1000), other.wait(2000)];
    fire(1000);
    expect(await Promise.all(waits.map(isOver))).toEqual([true, false]);
    waiters.stop();
    expect(await isOver(waits[1]!)).toBe(true);
    expect(await isOver(other.wait(3000))).toBe(true);
  });
});
