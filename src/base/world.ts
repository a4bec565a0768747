/**
 * What a server needs from outside itself, in one value: time, randomness, its log, and the points at which a test may
 * crash it. Production passes `systemWorld`; tests/simulate passes a seeded one.
 */
import { type Clock, systemClock } from './clock.ts';
import { jsonLog, type Log } from './log.ts';
import { type Random, systemRandom } from './random.ts';

/** The named instants at which a crash would hurt most. A test that seizes one throws from it. */
export type CrashPoint =
  | 'commit:before' // the group is written, not committed
  | 'commit:after' // committed, not yet synced: nobody has been told
  | 'sync:after' // durable, not yet acknowledged
  | 'effect:before' // an effect is about to start
  | 'effect:after' // an effect was carried out inside its transaction
  | 'job:launch' // the job is recorded as launching, no process exists
  | 'job:launched' // the process exists, its identity is not recorded
  | 'job:output'; // the job ended, its outputs are being stored

export type World = {
  clock: Clock;
  random: Random;
  log: Log;
  /** Does nothing, unless a test has seized the point. */
  crashPoint(point: CrashPoint): void;
};

export const systemWorld: World = {
  clock: systemClock,
  random: systemRandom,
  log: jsonLog((line) => void process.stderr.write(line), systemClock.now),
  crashPoint: () => {},
};
