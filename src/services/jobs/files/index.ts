/** Jobs' files on this machine's disk. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { appendFile, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { World } from '../../../base/world.ts';
import { ownIdentity } from '../../../runner/processes.ts';
import type { Runner } from '../../../runner/runner.ts';
import type { Job } from '../plan.ts';
import type { JobPorts } from '../ports.ts';
import { outputBatches, readReport } from './collect.ts';
import type { JobFiles } from './files.ts';
import { stageInputs } from './stage.ts';
import { expectWork } from './work.ts';

/** Where the logs of jobs are: in their folders while these exist, together afterwards. */
export type JobLogs = {
  pathOf(id: string): string;
  /** Takes a log out of its job's folder. */
  keep(id: string): Promise<void>;
};

export function jobLogs(runner: Pick<Runner, 'folder'>, logsFolder: string): JobLogs {
  const kept = (id: string) => join(logsFolder, `${id}.log`);
  return {
    pathOf: (id) => (existsSync(kept(id)) ? kept(id) : runner.folder(id).log),
    async keep(id) {
      const { log } = runner.folder(id);
      if (!existsSync(log)) return;
      await mkdir(logsFolder, { recursive: true });
      try {
        await rename(log, kept(id));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
        const partial = `${kept(id)}.partial`;
        await copyFile(log, partial);
        await rename(partial, kept(id));
        await rm(log, { force: true });
      }
    },
  };
}

/** Names the boot in which a job's folder was filled. */
const STAGED = 'staged';
const SESSION = 'SageMaker';

export type JobFilesContext = {
  world: World;
  ports: Pick<JobPorts, 'objects' | 'callAs'>;
  runner: Pick<Runner, 'folder' | 'remove'>;
  logs: JobLogs;
};

export function createJobFiles({ world, ports, runner, logs }: JobFilesContext): JobFiles {
  const { clock } = world;
  /** Lines are added one after the other, and before the folder is moved away. */
  const notes = new Map<string, Promise<void>>();
  const callOf = (job: Job) => ports.callAs(job.roleArn, job.region, SESSION);
  const staged = (job: Job) => join(runner.folder(job.id).root, STAGED);

  async function addLine(log: string, line: string): Promise<void> {
    await mkdir(dirname(log), { recursive: true });
    await appendFile(log, `${line}\n`);
  }

  return {
    note({ id }, line) {
      const added = (notes.get(id) ?? Promise.resolve())
        .then(() => addLine(runner.folder(id).log, line))
        .catch((error: Error) => world.log('warn', 'jobs.line-lost', { job: id, message: error.message }));
      notes.set(id, added);
    },
    async stage(job, signal) {
      const { ml } = runner.folder(job.id);
      rmSync(staged(job), { force: true });
      const { metrics, outputs } = job.plan;
      if (metrics.length > 0 || outputs.some(({ form }) => form === 'archive')) expectWork();
      const found = await stageInputs(job, ml, ports.objects, callOf(job), signal);
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
    async store(job, outputs) {
      const folder = runner.folder(job.id);
      const report = await readReport(job, folder, clock);
      return { report, batches: outputs ? outputBatches(job, folder, ports.objects, callOf(job), clock) : [] };
    },
    async discard({ id }) {
      await notes.get(id);
      notes.delete(id);
      await logs.keep(id);
      await runner.remove(id);
    },
  };
}
