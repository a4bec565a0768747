/** Lists of jobs, of whichever kind, in one shape: the server's pages, filters and order. */
import type { ProcessingJobStatus, TrainingJobStatus, TransformJobStatus } from '@aws-sdk/client-sagemaker';
import { type Paged, usePages } from '../../data/queries.ts';
import type { Kind } from './kinds.ts';

export type JobSummary = {
  name: string;
  arn: string;
  status: string;
  created: number | undefined;
  ended: number | undefined;
};

export type JobFilter = { status: string; name: string };

const NEWEST = { SortBy: 'CreationTime', SortOrder: 'Descending', MaxResults: 100 } as const;

/** The jobs of one kind, the newest first. */
export function useJobs(kind: Kind, { status, name }: JobFilter): Paged<JobSummary> {
  const named = { ...NEWEST, ...(name !== '' && { NameContains: name }) };
  const processing = usePages(
    'sagemaker',
    'ListProcessingJobs',
    { ...named, ...(status !== '' && { StatusEquals: status as ProcessingJobStatus }) },
    ({ ProcessingJobSummaries = [] }) =>
      ProcessingJobSummaries.map((job) => ({
        ...{
          name: job.ProcessingJobName ?? '',
          arn: job.ProcessingJobArn ?? '',
          status: job.ProcessingJobStatus ?? '',
        },
        ...{ created: job.CreationTime, ended: job.ProcessingEndTime },
      })),
    { enabled: kind === 'processing', steady: true },
  );
  const training = usePages(
    'sagemaker',
    'ListTrainingJobs',
    { ...named, ...(status !== '' && { StatusEquals: status as TrainingJobStatus }) },
    ({ TrainingJobSummaries = [] }) =>
      TrainingJobSummaries.map((job) => ({
        ...{ name: job.TrainingJobName ?? '', arn: job.TrainingJobArn ?? '', status: job.TrainingJobStatus ?? '' },
        ...{ created: job.CreationTime, ended: job.TrainingEndTime },
      })),
    { enabled: kind === 'training', steady: true },
  );
  const transform = usePages(
    'sagemaker',
    'ListTransformJobs',
    { ...named, ...(status !== '' && { StatusEquals: status as TransformJobStatus }) },
    ({ TransformJobSummaries = [] }) =>
      TransformJobSummaries.map((job) => ({
        ...{ name: job.TransformJobName ?? '', arn: job.TransformJobArn ?? '', status: job.TransformJobStatus ?? '' },
        ...{ created: job.CreationTime, ended: job.TransformEndTime },
      })),
    { enabled: kind === 'transform', steady: true },
  );
  return { processing, training, transform }[kind];
}
