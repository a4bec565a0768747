/**
 * Folders that jobs get, made before their job is known: two dozen small files take the file system milliseconds.
 *
 * F1. What is ready is nobody's, and the same for every job of its kind: nothing of a job is in it before it is the job's.
 */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';

export type ReadyFolders = {
  /**
   * Has the folder at `place`: a ready one of this kind, or one that `make` makes there now. The next of this kind is made soon.
   *
   * @param make the same for every job of the kind; may be called again for a folder that it has made
   */
  take(kind: string, place: string, make: (folder: string) => void): void;
  /** Makes no more. Whoever made `folder` removes it. */
  close(): void;
};

/** Between the taking of one and the making of the next, in milliseconds: not while the job begins. */
const BREATHER = 8;
/** More are not kept. */
const MOST_KINDS = 8;

export function createReadyFolders({ folder, clock }: { folder: string; clock: Clock }): ReadyFolders {
  const ready = new Map<string, string>();
  let made = 0;
  let closed = false;

  function makeNext(kind: string, make: (folder: string) => void): void {
    if (closed || ready.has(kind) || ready.size >= MOST_KINDS) return;
    const path = join(folder, String(++made));
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      make(path);
      ready.set(kind, path);
    } catch {
      rmSync(path, { recursive: true, force: true }); // the next job has its own made, and says what is wrong
    }
  }

  return {
    take(kind, place, make) {
      const found = ready.get(kind);
      ready.delete(kind);
      if (!found || !moved(found, place)) make(place);
      clock.at(clock.now() + BREATHER, () => makeNext(kind, make));
    },
    close() {
      closed = true;
    },
  };
}

/** Not where one is already: the launch is tried again. */
function moved(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch {
    rmSync(from, { recursive: true, force: true });
    return false;
  }
}
