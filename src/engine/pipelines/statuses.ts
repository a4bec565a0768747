/**
 * The statuses of pipeline executions and their steps, and which may follow which: data, shared with the console.
 *
 * T1. A status moves only along its table; what may be done to an execution is told from the table, too.
 */

/** As ListPipelineExecutionSteps says it, and two of Telar's own: `Waiting` for its turn, `Skipped` by a condition. */
export type StepStatus =
  | 'Waiting'
  | 'Skipped'
  | 'Starting'
  | 'Executing'
  | 'Stopping'
  | 'Stopped'
  | 'Failed'
  | 'Succeeded';

/** Stopped and Failed steps wait again when their execution is retried. */
export const STEP_TRANSITIONS: Readonly<Record<StepStatus, readonly StepStatus[]>> = {
  Waiting: ['Starting', 'Skipped'],
  Skipped: [],
  Starting: ['Executing', 'Succeeded', 'Failed', 'Stopping', 'Stopped'],
  Executing: ['Starting', 'Succeeded', 'Failed', 'Stopping', 'Stopped'],
  Stopping: ['Succeeded', 'Failed', 'Stopped'],
  Stopped: ['Waiting'],
  Failed: ['Waiting'],
  Succeeded: [],
};

export type ExecutionStatus = 'Executing' | 'Stopping' | 'Stopped' | 'Failed' | 'Succeeded';

export const EXECUTION_TRANSITIONS: Readonly<Record<ExecutionStatus, readonly ExecutionStatus[]>> = {
  Executing: ['Stopping', 'Failed', 'Succeeded'],
  Stopping: ['Stopped', 'Failed', 'Succeeded'],
  Stopped: ['Executing'],
  Failed: ['Executing'],
  Succeeded: [],
};

const follows = (status: string, next: ExecutionStatus): boolean =>
  Object.hasOwn(EXECUTION_TRANSITIONS, status) && EXECUTION_TRANSITIONS[status as ExecutionStatus].includes(next);

/** StopPipelineExecution is refused in every other status. */
export const mayStop = (status: string): boolean => follows(status, 'Stopping');

/** RetryPipelineExecution is refused in every other status, and after a Fail step. */
export const mayRetry = (status: string): boolean => follows(status, 'Executing');

const ENDED: ReadonlySet<StepStatus> = new Set(['Skipped', 'Stopped', 'Failed', 'Succeeded']);

export function hasEnded(status: StepStatus): boolean {
  return ENDED.has(status);
}
