/** The thread behind removal.ts: removes folders, one after the other. */
import { rmSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { Removed } from './removal.ts';

parentPort!.on('message', (path: string) => {
  let message: string | undefined;
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    ({ message } = error as Error);
  }
  parentPort!.postMessage(message satisfies Removed);
});
