/** The attempts of a state's work, folded from the events of its tasks: a retrier's each make another. */
import { beganBy, type EventDetails } from './events.ts';

export type AttemptStatus = 'Waiting' | 'Running' | 'Succeeded' | 'Failed' | 'TimedOut' | 'Aborted';

export type Attempt = {
  status: AttemptStatus;
  /** In milliseconds since the epoch. */
  scheduledAt: number;
  endedAt: number | undefined;
  /** `lambda:invoke`, `sagemaker:createTrainingJob.sync`, or a function's or an activity's ARN. */
  resource: string | undefined;
  /** What it was begun with, as JSON. */
  parameters: string | undefined;
  /** What it answered, as JSON. */
  output: string | undefined;
  error: string | undefined;
  cause: string | undefined;
  /** ARNs of the jobs and executions that it has begun. */
  began: readonly string[];
};

/** What an event's type says after `Task`, `Activity`, `LambdaFunction`; what is not here ends nothing. */
const STATUS: Readonly<Record<string, AttemptStatus>> = {
  Started: 'Running',
  Submitted: 'Running',
  Succeeded: 'Succeeded',
  Failed: 'Failed',
  ScheduleFailed: 'Failed',
  StartFailed: 'Failed',
  SubmitFailed: 'Failed',
  TimedOut: 'TimedOut',
};
const GOES_ON: ReadonlySet<AttemptStatus> = new Set(['Waiting', 'Running']);

export function takeWork(attempts: Attempt[], what: string, details: EventDetails, at: number): void {
  const known = attempts.at(-1);
  // Work that could not be scheduled has no event of its schedule.
  if (what === 'Scheduled' || !known || !GOES_ON.has(known.status)) attempts.push(begun(details, at));
  const attempt = attempts.at(-1)!;
  const status = STATUS[what];
  if (status === undefined) return;
  attempt.status = status;
  attempt.output = details.output ?? attempt.output;
  attempt.began = [...new Set([...attempt.began, ...beganBy(details)])];
  if (GOES_ON.has(status)) return;
  Object.assign(attempt, { endedAt: at, error: details.error, cause: details.cause });
}

/** The last one ends with its state, whoever ended that. */
export function closeAttempt(attempts: readonly Attempt[], at: number): void {
  const last = attempts.at(-1);
  if (last && GOES_ON.has(last.status)) Object.assign(last, { status: 'Aborted', endedAt: at });
}

function begun({ resource, resourceType, parameters, input }: EventDetails, at: number): Attempt {
  return {
    ...{ status: 'Waiting', scheduledAt: at, endedAt: undefined },
    resource: [resourceType, resource].filter(Boolean).join(':') || undefined,
    parameters: parameters ?? input,
    ...{ output: undefined, error: undefined, cause: undefined, began: [] },
  };
}
