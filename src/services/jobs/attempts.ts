/**
 * The attempts of a job: a training job whose RetryStrategy allows it begins anew when it failed for a reason that is not its own.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_RetryStrategy.html
 *
 * T1. Each attempt has an id of its own, made of the first one's, so that from the last all others are known.
 */
import type { Job } from './plan.ts';
import type { Ending } from './row.ts';
import type { JobRow } from './store.ts';

const LATER = /-r(\d+)$/;

/** Ids end in eight drawn characters, and after them only in this. */
const attemptOf = (id: string): number => Number(LATER.exec(id)?.[1] ?? 1);

const attemptId = (id: string, attempt: number): string =>
  attempt === 1 ? id.replace(LATER, '') : `${id.replace(LATER, '')}-r${attempt}`;

/** The id under which a job that would end so begins anew, or undefined when it ends. */
export function nextAttempt({ id, plan }: Job, row: JobRow, { internal }: Ending): string | undefined {
  const attempt = attemptOf(id);
  return internal && row.status === 'InProgress' && attempt <= plan.retries ? attemptId(id, attempt + 1) : undefined;
}

/** The job as each of its attempts knew it, the last one last. */
export function attemptsOf(job: Job): Job[] {
  return Array.from({ length: attemptOf(job.id) }, (_, index) => ({ ...job, id: attemptId(job.id, index + 1) }));
}
