/** Jobs' files on this machine's disk. */
import { readFileSync } from 'node:fs';
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { World } from '../../../base/world.ts';
import { ownIdentity } from '../../../runner/processes.ts';
import type { Runner } from '../../../runner/runner.ts';
import type { Job } from '../plan.ts';
import type { JobPorts, LogSink } from '../ports.ts';
import { outputBatches, readReport } from './collect.ts';
import type { JobFiles } from './files.ts';
import { FIRST_HOST, logSource } from './log.ts';
import { stageInputs } from './stage.ts';

/** Names the boot in which a job's folder was filled. */
const STAGED = 'staged';
const SESSION = 'SageMaker';
/** How often the end of a log is tried, and how long to wait between, in milliseconds. */
const LOG_ATTEMPTS = 3;
const LOG_AGAIN_AFTER = 1000;

export type JobFilesContext = {
  world: World;
  ports: Pick<JobPorts, 'objects' | 'callAs'>;
  runner: Pick<Runner, 'folder' | 'remove'>;
  logSink: LogSink;
};

export function createJobFiles({ world, ports, runner, logSink }: JobFilesContext): JobFiles {
  const { clock } = world;
  /** Lines are added one after the other, and before the folder is moved away. */
  const notes = new Map<string, Promise<void>>();
  const callOf = (job: Job) => ports.callAs(job.roleArn, job.region, SESSION);
  const staged = (job: Job) => join(runner.folder(job.id).root, STAGED);

  async function addLine(log: string, line: string): Promise<void> {
    await mkdir(dirname(log), { recursive: true });
    await appendFile(log, `${line}\n`);
  }

  const logOf = (job: Job, host = FIRST_HOST) => logSource(job, host, runner.folder(job.id).log);

  async function finishLog(job: Job): Promise<void> {
    await notes.get(job.id);
    notes.delete(job.id);
    await logSink.finish(logOf(job));
  }

  /** A disk that is full is made free by the end of the job that filled it: its log must not keep that from being told. */
  async function endLog(job: Job): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await finishLog(job);
      } catch (error) {
        world.log('warn', 'jobs.log-not-ended', { job: job.arn, attempt, message: (error as Error).message });
        if (attempt === LOG_ATTEMPTS) return;
        await new Promise<void>((resolve) => void clock.at(clock.now() + LOG_AGAIN_AFTER, resolve));
      }
    }
  }

  /** Ends the log, if need be in the room that the job's own files leave. */
  async function keepLog(job: Job): Promise<void> {
    try {
      await finishLog(job);
    } catch {
      await rm(runner.folder(job.id).ml, { recursive: true, force: true });
      await finishLog(job);
    }
  }

  return {
    endLog,
    followLog: (job) => logSink.follow(logOf(job)),
    note({ id }, line) {
      const added = (notes.get(id) ?? Promise.resolve())
        .then(() => addLine(runner.folder(id).log, line))
        .catch((error: Error) => world.log('warn', 'jobs.line-lost', { job: id, message: error.message }));
      notes.set(id, added);
    },
    async stage(job, signal) {
      const { ml } = runner.folder(job.id);
      await rm(staged(job), { force: true });
      const found = await stageInputs(job, ml, ports.objects, callOf(job), signal);
      await writeFile(staged(job), ownIdentity().boot);
      return found;
    },
    intact(job) {
      try {
        return readFileSync(staged(job), 'utf8') === ownIdentity().boot;
      } catch {
        return false;
      }
    },
    async store(job, outputs) {
      const folder = runner.folder(job.id);
      const report = await readReport(job, folder, clock);
      return { report, batches: outputs ? outputBatches(job, folder, ports.objects, callOf(job), clock) : [] };
    },
    async discard(job) {
      await keepLog(job);
      await runner.remove(job.id);
      await logSink.forget(logOf(job).id);
    },
  };
}
