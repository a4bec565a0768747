/** The kinds of SageMaker's jobs, as the console names them. Pure. */
import { endStatus, type JobStatus, mayStop } from '../../../../src/definition/jobs/statuses.ts';

export const KINDS = ['processing', 'training', 'transform'] as const;
export type Kind = (typeof KINDS)[number];

export const isKind = (text: string): text is Kind => (KINDS as readonly string[]).includes(text);

export const WORDS: Readonly<Record<Kind, { one: string; many: string; stop: string; tooFew: string }>> = {
  processing: {
    ...{ one: 'Processing job', many: 'Processing', stop: 'stop-processing-job --processing-job-name' },
    tooFew: 'A pipeline’s processing steps start them, and so does any SageMaker client.',
  },
  training: {
    ...{ one: 'Training job', many: 'Training', stop: 'stop-training-job --training-job-name' },
    tooFew: 'A pipeline’s training steps start them, and so does any SageMaker client.',
  },
  transform: {
    ...{ one: 'Batch transform job', many: 'Batch transform', stop: 'stop-transform-job --transform-job-name' },
    tooFew: 'A pipeline’s transform steps start them; telar predict scores a file with a model of the registry.',
  },
};

export const STATUSES: readonly JobStatus[] = ['InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped'];

/** Whether it may still change. */
export function isUnderWay(status: string): boolean {
  const known = STATUSES.find((one) => one === status);
  return known !== undefined && endStatus(known) === undefined;
}

export const isStoppable = (status: string): boolean => STATUSES.some((one) => one === status && mayStop(one));
