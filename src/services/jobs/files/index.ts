/** Jobs' files on this machine's disk. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { appendFile, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { World } from '../../../base/world.ts';
import { ownIdentity } from '../../../runner/processes.ts';
import type { Runner } from '../../../runner/runner.ts';
import { hostsOf } from '../hosts.ts';
import { type Job, SESSIONS } from '../plan.ts';
import type { JobPorts, LogSink } from '../ports.ts';
import { outputBatches, readReport } from './collect.ts';
import type { JobFiles } from './files.ts';
import { logSources } from './log.ts';
import { stageInputs } from './stage.ts';
import { expectWork } from './work.ts';

/** Names the boot in which a job's folder was filled. */
const STAGED = 'staged';
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
  const callOf = (job: Job) => ports.callAs(job.roleArn, job.region, SESSIONS[job.kind]);
  const foldersOf = (job: Job) => hostsOf(job).map(({ id }) => runner.folder(id));
  const staged = (job: Job) => join(runner.folder(job.id).root, STAGED);

  async function addLine(log: string, line: string): Promise<void> {
    await mkdir(dirname(log), { recursive: true });
    await appendFile(log, `${line}\n`);
  }

  const hostLogs = (job: Job) => hostsOf(job).flatMap(({ id, name }) => logSources(job, name, runner.folder(id)));

  async function finishLog(job: Job): Promise<void> {
    await notes.get(job.id);
    notes.delete(job.id);
    await Promise.all(hostLogs(job).map(logSink.finish));
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
      for (const { ml } of foldersOf(job)) await rm(ml, { recursive: true, force: true });
      await finishLog(job);
    }
  }

  function note({ id }: Pick<Job, 'id'>, line: string): void {
    const added = (notes.get(id) ?? Promise.resolve())
      .then(() => addLine(runner.folder(id).log, line))
      .catch((error: Error) => world.log('warn', 'jobs.line-lost', { job: id, message: error.message }));
    notes.set(id, added);
  }

  return {
    endLog,
    followLog: (job) => hostLogs(job).forEach(logSink.follow),
    note,
    async stage(job, signal) {
      rmSync(staged(job), { force: true });
      const { metrics, inputs, outputs } = job.plan;
      if (
        metrics.length > 0 ||
        inputs.some(({ unpacked }) => unpacked) ||
        outputs.some(({ form }) => form === 'archive')
      )
        expectWork();
      const folders = foldersOf(job).map(({ ml }) => ml);
      const found = await stageInputs(job, folders, ports.objects, callOf(job), signal, clock);
      writeFileSync(staged(job), ownIdentity().boot);
      return found;
    },
    intact(job) {
      try {
        return readFileSync(staged(job), 'utf8') === ownIdentity().boot;
      } catch {
        return false;
      }
    },
    async store(job, outputs, host) {
      const folders = foldersOf(job);
      const report = await readReport(job, folders, host, clock);
      const tell = (line: string) => note(job, line);
      return { report, batches: outputs ? outputBatches(job, folders, ports.objects, callOf(job), clock, tell) : [] };
    },
    async discard(job) {
      await keepLog(job);
      for (const { id } of hostsOf(job)) await runner.remove(id);
      for (const { id } of hostLogs(job)) await logSink.forget(id);
    },
  };
}
