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
/**
 * A passive checkpoint cannot restart a WAL that is being written. Above TOO_LONG pages (of 4 kB) the loop does it, between two
 * groups, once so few are left to be moved that it takes a moment: until then one passive checkpoint follows the other, each of
 * what was written during the one before, which is less each time. Where even that does not get there, the WAL is restarted at
 * ANYWAY.
 */
const TOO_LONG = 16_384;
const FEW = 512;
const ANYWAY = 131_072;

/** In bytes: a page and what the WAL says of it. */
const FRAME = 4096 + 24;

export type Checkpoints = { afterCommit(): void; stop(): Promise<void> };

/** @param used told how many bytes of the WAL are in use */
export function startCheckpoints(
  path: string,
  database: DatabaseSync,
  log: Log,
  used: (bytes: number) => void,
): Checkpoints {
  let worker: Worker | undefined;
  let commits = 0;
  let busy = false;
  /** How long the WAL was when the checkpoint before began. */
  let seen = 0;

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
    if ('error' in report) return log('warn', 'store.checkpoint-failed', { message: report.error });
    const { walPages } = report;
    const written = walPages - seen;
    seen = walPages;
    used(walPages * FRAME);
    if (walPages <= TOO_LONG) return;
    if (written > FEW && walPages < ANYWAY) ask();
    else if (!database.isTransaction) database.exec('PRAGMA wal_checkpoint(RESTART)');
  }

  function ask(): void {
    commits = 0;
    busy = true;
    worker ??= start();
    worker.postMessage('checkpoint');
  }

  return {
    afterCommit() {
      commits += 1;
      if (commits >= COMMITS_BETWEEN && !busy) ask();
    },
    async stop() {
      await worker?.terminate();
    },
  };
}
