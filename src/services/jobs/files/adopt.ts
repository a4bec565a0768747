/**
 * Release 0.1.0 kept the log of each job that was over as a file, `logs/<job's id>.log`. A newer server takes them where all
 * logs are, one after the other, and removes each file once that is durable. What no job belongs to is left where it is.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../../base/log.ts';
import type { LogSink, LogSource } from '../ports.ts';
import type { JobRow } from '../store.ts';
import { FIRST_HOST, logSource } from './log.ts';

const ENDING = '.log';

type Parts = {
  /** A job by its id. */
  job(id: string): JobRow | undefined;
  logSink: LogSink;
  log: Log;
  closing(): boolean;
};

/** Never rejects: a log that cannot be taken now stays, and the next start tries again. */
export async function adoptKeptLogs(folder: string, { job, logSink, log, closing }: Parts): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (closing()) return;
    if (!name.endsWith(ENDING)) continue;
    const row = job(name.slice(0, -ENDING.length));
    if (row?.phase !== 'ended') continue;
    const path = join(folder, name);
    const source: LogSource = { ...logSource(row, FIRST_HOST, path), writtenAt: row.ended_at ?? row.created_at };
    try {
      await logSink.finish(source);
      if (closing()) return;
      await rm(path, { force: true });
      await logSink.forget(source.id);
    } catch (error) {
      log('warn', 'jobs.log-not-adopted', { file: path, message: (error as Error).message });
    }
  }
}
