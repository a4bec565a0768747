/**
 * The thread behind intake.ts: digests and writes the blocks of uploads, each upload's in the order in which they come.
 * Descriptors are the process's, so that the loop opens, syncs and closes the files that are written here.
 */
import { writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { createHasher, type Hasher } from '../protocol/checksums.ts';
import type { IntakeAnswer, IntakeTask } from './intake.ts';

type Upload = { descriptor: number; hashers: readonly Hasher[]; failed: boolean };

const uploads = new Map<number, Upload>();

function answer(message: IntakeAnswer, transferred: readonly ArrayBuffer[] = []): void {
  parentPort!.postMessage(message, transferred);
}

/** The system may write less than it was given, for example when the disk is about to be full. */
function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
}

function take(upload: number, block: ArrayBuffer, length: number): void {
  const found = uploads.get(upload);
  let error: { message: string; code: string | undefined } | undefined;
  if (found && !found.failed) {
    const bytes = new Uint8Array(block, 0, length);
    try {
      for (const hasher of found.hashers) hasher.update(bytes);
      writeAll(found.descriptor, bytes);
    } catch (caught) {
      const { message, code } = caught as NodeJS.ErrnoException;
      found.failed = true;
      error = { message, code };
    }
  }
  answer({ kind: 'taken', upload, block, error }, [block]);
}

parentPort!.on('message', (task: IntakeTask) => {
  switch (task.kind) {
    case 'begin': {
      const hashers = task.algorithms.map(createHasher);
      uploads.set(task.upload, { descriptor: task.descriptor, hashers, failed: false });
      return;
    }
    case 'block':
      return take(task.upload, task.block, task.length);
    case 'end': {
      const digests = uploads.get(task.upload)?.hashers.map((hasher) => hasher.digest()) ?? [];
      uploads.delete(task.upload);
      return answer({ kind: 'ended', upload: task.upload, digests });
    }
  }
});
