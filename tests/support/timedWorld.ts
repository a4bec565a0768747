/** A world whose time passes only when a test lets it, with its timers and its log. */
import type { LogFields } from '../../src/base/log.ts';
import { systemWorld, type World } from '../../src/base/world.ts';

export type TimedWorld = {
  world: World;
  now(): number;
  /** Lets so many milliseconds pass, and what falls due in them happen. */
  pass(milliseconds: number): Promise<void>;
  /** Lets what is due now happen. */
  settle(): Promise<void>;
  logged: { event: string; fields: LogFields | undefined }[];
};

/** Turns of the loop in which what has fallen due is done with. */
const TURNS = 12;

export function timedWorld(start: number): TimedWorld {
  let time = start;
  let timers: { at: number; run: () => void }[] = [];
  const logged: TimedWorld['logged'] = [];
  const settle = async () => {
    for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    ...{ now: () => time, settle, logged },
    world: {
      ...systemWorld,
      log: (_level, event, fields) => void logged.push({ event, fields }),
      clock: {
        ...systemWorld.clock,
        now: () => time,
        monotonic: () => time,
        at(at, run) {
          const timer = { at, run };
          timers.push(timer);
          return () => {
            timers = timers.filter((one) => one !== timer);
          };
        },
      },
    },
    async pass(milliseconds) {
      await settle();
      const until = time + milliseconds;
      for (;;) {
        const next = timers.reduce<(typeof timers)[number] | undefined>(
          (best, one) => (one.at <= until && (!best || one.at < best.at) ? one : best),
          undefined,
        );
        if (!next) break;
        timers = timers.filter((one) => one !== next);
        time = Math.max(time, next.at);
        next.run();
        await settle();
      }
      time = until;
      await settle();
    },
  };
}
