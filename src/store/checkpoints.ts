/**
 * Moves the WAL's pages into state.db beside the server, on a worker thread with a connection of its own, so that the
 * loop neither copies pages nor waits for their sync.
 */
import { extname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import type { Log } from '../base/log.ts';

export type CheckpointReport = { walPages: number; movedPages: number } | { error: string };

/** A checkpoint is asked for after this many commits, or sooner never: each costs one pass over the new pages. */
const COMMITS_BETWEEN = 1000;
/** A passive checkpoint cannot restart a WAL that is being written; above this many pages (of 4 kB) the loop does it, between two groups. */
const TOO_LONG = 16_384;

export type Checkpoints = { afterCommit(): void; stop(): Promise<void> };

export function startCheckpoints(path: string, database: DatabaseSync, log: Log): Checkpoints {
  let worker: Worker | undefined;
  let commits = 0;
  let busy = false;

  function start(): Worker {
    // The worker runs from source in development and from compiled JavaScript when published.
    const file = new URL(`./checkpointWorker${extname(import.meta.url)}`, import.meta.url);
    const started = new Worker(file, { workerData: { path } });
    started.unref();
    started.on('message', finished);
    started.on('error', (error) => finished({ error: error.message }));
    return started;
  }

  function finished(report: CheckpointReport): void {
    busy = false;
    if ('error' in report) log('warn', 'store.checkpoint-failed', { message: report.error });
    else if (report.walPages > TOO_LONG && !database.isTransaction) database.exec('PRAGMA wal_checkpoint(RESTART)');
  }

  return {
    afterCommit() {
      commits += 1;
      if (commits < COMMITS_BETWEEN || busy) return;
      commits = 0;
      busy = true;
      worker ??= start();
      worker.postMessage('checkpoint');
    },
    async stop() {
      await worker?.terminate();
    },
  };
}
