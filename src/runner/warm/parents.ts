/**
 * The warm parents of a runner: one for each image in use, started on first need.
 *
 * W1. Together they hold a tenth of the machine's memory at most (one may hold more): the longest unused ends first.
 * W2. One that nobody has used for a while ends by itself. One that was killed is started anew for the next job.
 * W3. An image whose parent could not be started is left alone for a while: its jobs start cold.
 */
import { createHash } from 'node:crypto';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { Cancel, Clock } from '../../base/clock.ts';
import type { ReadyImage } from '../images/image.ts';
import type { WaitingGroups } from '../waitingGroups.ts';
import { type Parent, startParent } from './parent.ts';

export type Parents = {
  /** The image's parent; started where there is none. Throws why there is none. */
  get(image: ReadyImage): Parent;
  close(): void;
};

/** In milliseconds. */
const IDLE = 15 * 60_000;
const LEFT_ALONE = 60_000;
/** Of the machine's memory. */
const SHARE = 0.1;

type Kept = { parent: Parent; used: number; memory: number; failed: number | undefined; cancelIdle: Cancel };

export function createParents(options: {
  clock: Clock;
  folder: string;
  as: 'root' | 'user';
  groups?: WaitingGroups | undefined;
}): Parents {
  const { clock, folder, as, groups } = options;
  const parents = new Map<string, Kept>();

  function begin(key: string, image: ReadyImage): Kept {
    const name = createHash('sha256').update(key).digest('hex').slice(0, 12);
    const parent = startParent({ clock, image, as, groups, folder: join(folder, name) });
    const kept: Kept = { parent, used: clock.now(), memory: 0, failed: undefined, cancelIdle: () => {} };
    parents.set(key, kept);
    parent.ready.then(
      (memory) => {
        kept.memory = memory;
        bound(kept);
      },
      () => {
        kept.failed = clock.now();
      },
    );
    return kept;
  }

  function bound(newest: Kept): void {
    const room = totalmem() * SHARE;
    const alive = [...parents.values()].filter(({ parent }) => parent.over() === undefined);
    alive.sort((a, b) => b.used - a.used);
    let held = newest.memory;
    for (const kept of alive) {
      if (kept === newest) continue;
      held += kept.memory;
      if (held > room) kept.parent.end('others needed its memory');
    }
  }

  function touch(kept: Kept): void {
    kept.used = clock.now();
    kept.cancelIdle();
    kept.cancelIdle = clock.at(kept.used + IDLE, () => kept.parent.end('nobody used it'));
  }

  return {
    get(image) {
      const key = image.mounts['python']!;
      let kept = parents.get(key);
      const over = kept?.parent.over();
      if (kept?.failed !== undefined && clock.now() - kept.failed < LEFT_ALONE) throw new Error(over);
      if (!kept || over !== undefined) kept = begin(key, image);
      touch(kept);
      return kept.parent;
    },
    close() {
      for (const { parent, cancelIdle } of parents.values()) {
        cancelIdle();
        parent.end('the server closes');
      }
      parents.clear();
    },
  };
}
