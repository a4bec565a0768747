/** The log of a job under AWS's names: the stream `<job>/<host>-<seconds>` of the group of its type. */
import type { LogSource } from '../ports.ts';
import type { JobKind, JobRow } from '../store.ts';

const GROUPS: Readonly<Record<JobKind, string>> = {
  Processing: '/aws/sagemaker/ProcessingJobs',
  Training: '/aws/sagemaker/TrainingJobs',
  Transform: '/aws/sagemaker/TransformJobs',
};
export const FIRST_HOST = 'algo-1';

/** @param path of the file that the host's output grows in */
export function logSource(job: Pick<JobRow, 'id' | 'kind' | 'name' | 'region'>, host: string, path: string): LogSource {
  const { id, kind, name, region } = job;
  return { id: `${id}/${host}`, region, group: GROUPS[kind], stream: `${name}/${host}`, path };
}
