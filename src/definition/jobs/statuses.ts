/** The statuses of SageMaker's jobs and the legal ways between them, as data: for the service that goes them and for whoever offers one. */
import { assert } from '../../base/assert.ts';

export type JobStatus = 'InProgress' | 'Completed' | 'Failed' | 'Stopping' | 'Stopped';
export type EndStatus = 'Completed' | 'Failed' | 'Stopped';

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html */
const STATUS_TRANSITIONS: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  InProgress: ['Completed', 'Failed', 'Stopping'],
  Stopping: ['Stopped', 'Completed', 'Failed'],
  Completed: [],
  Failed: [],
  Stopped: [],
};

const isEnd = (status: JobStatus): status is EndStatus => STATUS_TRANSITIONS[status].length === 0;

/** The status of a job that is over, else undefined. */
export function endStatus(status: JobStatus): EndStatus | undefined {
  return isEnd(status) ? status : undefined;
}

export const mayStop = (status: JobStatus): boolean => STATUS_TRANSITIONS[status].includes('Stopping');

export function checkStatus(from: JobStatus, to: JobStatus): void {
  assert(STATUS_TRANSITIONS[from].includes(to), `a job goes from ${from} to ${to}`);
}
