/** DescribeJobObjects: which objects a job has read and written, as the step cache and `telar gc` know it. */
import type { TelarInput, TelarOutputs } from './api.ts';
import { errors } from './errors.ts';
import type { TelarPorts } from './ports.ts';

type Seen = ReturnType<TelarPorts['jobObjects']>['reads'];

export function describeJobObjects(
  { jobUse, jobObjects }: Pick<TelarPorts, 'jobUse' | 'jobObjects'>,
  { JobArn, MaxObjects }: TelarInput<'DescribeJobObjects'>,
): TelarOutputs['DescribeJobObjects'] {
  if (!jobUse.job(JobArn)) throw errors.noJob(JobArn);
  const { reads, outputs } = jobObjects(JobArn);
  const told = (objects: Seen) =>
    objects.slice(0, MaxObjects).map(({ bucket, key, version }) => ({ Bucket: bucket, Key: key, Content: version }));
  return {
    ...{ Read: told(reads), ReadLeftOut: Math.max(0, reads.length - MaxObjects) },
    ...{ Wrote: told(outputs), WroteLeftOut: Math.max(0, outputs.length - MaxObjects) },
  };
}
