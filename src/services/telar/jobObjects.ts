/** DescribeJobObjects and ListObjectJobs: which objects a job has touched, and which jobs an object, as the step cache and `telar gc` know it. */
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

export function listObjectJobs(
  { jobsOfObject }: Pick<TelarPorts, 'jobsOfObject'>,
  { Bucket, Key, MaxResults }: TelarInput<'ListObjectJobs'>,
): TelarOutputs['ListObjectJobs'] {
  return {
    Jobs: jobsOfObject(Bucket, Key, MaxResults).map(({ arn, name, kind, created_at, use, version }) => ({
      ...{ JobArn: arn, JobName: name, JobType: kind, CreatedAt: new Date(created_at).toISOString() },
      Use: use === 'output' ? 'Wrote' : 'Read',
      Content: version,
    })),
  };
}
