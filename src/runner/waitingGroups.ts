/**
 * Control groups in which processes wait for their job. To enter a group takes up to 20 ms, in which the kernel waits for all
 * processors: a process that waits anyway does it beforehand, and the group is bounded once it is known whose it will be.
 *
 * G1. Nothing of a job runs in such a group before it was taken, and bounded, for that job (limited.ts).
 * G2. One that nobody took goes with the process that waited in it.
 */
import { mkdirSync } from 'node:fs';
import type { Clock } from '../base/clock.ts';
import { groupPlaces, joinFiles, removeGroup } from './cgroup.ts';
import type { Places } from './cgroupPlaces.ts';

export type WaitingGroup = { group: Places; join: readonly string[] };

export type WaitingGroups = {
  /** undefined where there are no control groups, or none can be made now. */
  open(): WaitingGroup | undefined;
  /** Ends what waits in it. */
  discard(waiting: WaitingGroup): void;
  /** Tries again to remove what was discarded. @returns whether nothing is left of it */
  sweep(): boolean;
};

/** Processes that were killed leave their group within moments. */
const GONE = { tries: 40, every: 25 };

let made = 0;

export function createWaitingGroups(places: Places, clock: Clock): WaitingGroups {
  const discarded = new Set<Places>();

  function sweep(): boolean {
    for (const group of discarded) if (removeGroup(group)) discarded.delete(group);
    return discarded.size === 0;
  }

  function sweepSoon(tries: number): void {
    if (!sweep() && tries > 0) clock.at(clock.now() + GONE.every, () => sweepSoon(tries - 1));
  }

  return {
    open() {
      if (Object.keys(places).length === 0) return undefined;
      const group = groupPlaces(places, `waiting-${process.pid}-${++made}`);
      try {
        for (const { folder } of Object.values(group)) mkdirSync(folder, { recursive: true });
      } catch {
        return undefined; // the job's own will say what is wrong
      }
      return { group, join: joinFiles(group) };
    },
    discard({ group }) {
      discarded.add(group);
      sweepSoon(GONE.tries);
    },
    sweep,
  };
}
