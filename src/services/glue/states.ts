/** The states of job runs and the legal ways between them, as data. */
import { assert } from '../../base/assert.ts';

export type RunState =
  | 'STARTING'
  | 'RUNNING'
  | 'STOPPING'
  | 'STOPPED'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'TIMEOUT'
  /** The fault was not the script's. */
  | 'ERROR';

/** https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html */
const TRANSITIONS: Readonly<Record<RunState, readonly RunState[]>> = {
  STARTING: ['RUNNING', 'STOPPING', 'FAILED', 'TIMEOUT', 'ERROR'],
  RUNNING: ['SUCCEEDED', 'FAILED', 'STOPPING', 'TIMEOUT', 'ERROR'],
  // A script may end by itself before it hears of its stop, or be out of time already.
  STOPPING: ['STOPPED', 'SUCCEEDED', 'FAILED', 'TIMEOUT', 'ERROR'],
  STOPPED: [],
  SUCCEEDED: [],
  FAILED: [],
  TIMEOUT: [],
  ERROR: [],
};

export const isOver = (state: RunState): boolean => TRANSITIONS[state].length === 0;

export const RUN_STATES = Object.keys(TRANSITIONS) as RunState[];

/** After which a job that may be tried again is: one that ran out of time is not. */
export const isTriedAgain = (state: RunState): boolean => state === 'FAILED' || state === 'ERROR';

export function checkState(from: RunState, to: RunState): void {
  assert(TRANSITIONS[from].includes(to), `a job run goes from ${from} to ${to}`);
}
