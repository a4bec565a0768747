/** The log of a job under AWS's names: the stream `<job>/<host>-<seconds>` of the group of its type. */
import { join } from 'node:path';
import type { JobFolder } from '../../../runner/runner.ts';
import type { Job } from '../plan.ts';
import type { LogSource } from '../ports.ts';
import type { JobKind, JobRow } from '../store.ts';

const GROUPS: Readonly<Record<JobKind, string>> = {
  Processing: '/aws/sagemaker/ProcessingJobs',
  Training: '/aws/sagemaker/TrainingJobs',
  Transform: '/aws/sagemaker/TransformJobs',
  // Each says itself where its output goes.
  Glue: '/aws-glue/jobs/output',
};
export const FIRST_HOST = 'algo-1';

/** @param path of the file that the host's output grows in */
export function logSource(job: Pick<JobRow, 'id' | 'kind' | 'name' | 'region'>, host: string, path: string): LogSource {
  const { id, kind, name, region } = job;
  return { id: `${id}/${host}`, region, group: GROUPS[kind], stream: `${name}/${host}`, path };
}

/** What is shipped of one host of a job: its output and, where it writes them apart, its errors. */
export function logSources(job: Job, host: string, folder: Pick<JobFolder, 'log' | 'ml'>): LogSource[] {
  const { log } = job.plan;
  const output = logSource(job, host, folder.log);
  if (!log) return [output];
  const { group, stream, errors } = log;
  const named = { ...output, group, stream, exact: true };
  if (!errors) return [named];
  return [named, { ...named, id: `${output.id}/errors`, group: errors.group, path: join(folder.ml, errors.file) }];
}
