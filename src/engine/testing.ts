/** A world for the engine's tests: time that stands still until it is told to pass, and a disk that can be full. */
import { silentLog } from '../base/log.ts';
import { systemWorld, type World } from '../base/world.ts';

type Timer = { at: number; run: () => void };

export type StillWorld = {
  world: World;
  /** Whether commits find the disk full. */
  fill(whether: boolean): void;
  /** Sets the clock, without time passing: timers count what passes. */
  stepBy(milliseconds: number): void;
  /** Lets time pass, and what falls due in it happen in its order; then lets the loop come to rest. */
  pass(milliseconds: number): Promise<void>;
};

export function stillWorld(start = 1_000_000): StillWorld {
  let time = start;
  let step = 0;
  let timers: Timer[] = [];
  let full = false;
  const world: World = {
    ...systemWorld,
    log: silentLog,
    clock: {
      ...systemWorld.clock,
      now: () => time + step,
      at(at, run) {
        const timer = { at: at - step, run };
        timers.push(timer);
        return () => {
          timers = timers.filter((one) => one !== timer);
        };
      },
    },
    crashPoint(point) {
      if (full && point === 'commit:before') throw new Error('database or disk is full');
    },
  };
  return {
    world,
    fill(whether) {
      full = whether;
    },
    stepBy(milliseconds) {
      step += milliseconds;
    },
    async pass(milliseconds) {
      const until = time + milliseconds;
      for (;;) {
        const next = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        timers = timers.filter((one) => one !== next);
        time = Math.max(time, next.at);
        next.run();
        await settled();
      }
      time = until;
      await settled();
    },
  };
}

/** Until what the loop has to do at once is done. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 40; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
