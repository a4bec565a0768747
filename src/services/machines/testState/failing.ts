/**
 * What becomes of a tested state's error: another attempt, a catcher's way, or the end. The rules are the engine's (F1, F2); which
 * retrier and catcher it was is told besides.
 */
import { isStatesError } from '../../../definition/asl/failure.ts';
import type { TaskState } from '../../../definition/asl/types.ts';
import { backoff, leavingByCatch, matches } from '../../../engine/machines/failing.ts';
import type { Left } from '../../../engine/machines/flow.ts';
import type { Failure } from '../../../engine/machines/state.ts';
import type { Inspection, Test } from './test.ts';

export type Ended =
  | { readonly status: 'SUCCEEDED'; readonly left: Left; readonly next: string | undefined }
  | { readonly status: 'CAUGHT_ERROR'; readonly failure: Failure; readonly left: Left; readonly next: string }
  | { readonly status: 'RETRIABLE' | 'FAILED'; readonly failure: Failure };

type Details = NonNullable<Inspection['errorDetails']>;

/** @param failure the error of the state's work, or of what was evaluated for it */
export function failed(test: Test, failure: Failure): Ended {
  const { asked, state, thread, inspection } = test;
  const guards = guardsOf(test);
  const details: Details = {};
  const retryIndex = guards.retry.findIndex(({ errorEquals }) => matches(errorEquals, failure.error));
  const retrier = guards.retry[retryIndex];
  if (retrier) {
    const done = asked.configuration.retrierRetryCount ?? 0;
    details.retryIndex = retryIndex;
    inspection.errorDetails = details;
    if (done < retrier.maxAttempts) {
      details.retryBackoffIntervalSeconds = Math.round(backoff(retrier, done));
      return { status: 'RETRIABLE', failure };
    }
  }
  const catchIndex = guards.catch.findIndex(({ errorEquals }) => matches(errorEquals, failure.error));
  const catcher = guards.catch[catchIndex];
  if (!catcher) return { status: 'FAILED', failure };
  details.catchIndex = catchIndex;
  inspection.errorDetails = details;
  try {
    const left = leavingByCatch(state, thread, catcher, failure);
    return { status: 'CAUGHT_ERROR', failure, left, next: catcher.next };
  } catch (error) {
    if (!isStatesError(error)) throw error;
    return { status: 'FAILED', failure: failureOf(error) };
  }
}

type Guards = Pick<TaskState, 'retry' | 'catch'>;

function guardsOf({ thread: { state } }: Test): Guards {
  return state.type === 'Task' || state.type === 'Map' || state.type === 'Parallel' ? state : { retry: [], catch: [] };
}

/** An evaluation's error: States.Runtime ends the execution, whatever stands in Retry and Catch. */
export function evaluationFailed(test: Test, error: unknown): Ended {
  if (!isStatesError(error)) throw error;
  const failure = failureOf(error);
  return failure.error === 'States.Runtime' ? { status: 'FAILED', failure } : failed(test, failure);
}

function failureOf({ failure: { error, cause } }: { failure: Failure }): Failure {
  return { ...(error === undefined ? undefined : { error }), ...(cause === undefined ? undefined : { cause }) };
}
