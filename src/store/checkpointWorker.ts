/** The thread behind checkpoints.ts: one passive checkpoint for each message. */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { CheckpointReport } from './checkpoints.ts';

const { path } = workerData as { path: string };
const database = new DatabaseSync(path);
database.exec('PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=10000;');
const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');

parentPort?.on('message', () => {
  const report = (message: CheckpointReport) => parentPort?.postMessage(message);
  try {
    const row = checkpoint.get() as { log: number; checkpointed: number };
    report({ walPages: row.log, movedPages: row.checkpointed });
  } catch (error) {
    report({ error: (error as Error).message });
  }
});
