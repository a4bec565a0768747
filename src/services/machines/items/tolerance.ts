/**
 * How many failed items a distributed Map tolerates.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-asl-use-map-state-distributed.html
 *
 * T1. Without a threshold none is tolerated. With both, passing either of them is too much.
 * T2. Failed items are counted, not failed executions: all of a failed batch.
 * T3. A percentage is one of all items: it is judged when all of them are known, not before.
 */
import { type StatesFailure, statesError } from '../../../definition/asl/failure.ts';

export type Tolerance = { readonly count?: number; readonly percentage?: number };

/** @param given what ToleratedFailureCount and ToleratedFailurePercentage give @throws StatesError for values that are out of range */
export function tolerance(given: Tolerance): Tolerance {
  const { count, percentage } = given;
  if (count !== undefined && count < 0)
    throw statesError('States.Runtime', 'ToleratedFailureCount cannot be negative.');
  if (percentage !== undefined && !(percentage >= 0 && percentage <= 100))
    throw statesError('States.Runtime', 'ToleratedFailurePercentage must be between 0 and 100.');
  return given;
}

/** @param total undefined while items are still being read */
export function isExceeded({ count, percentage }: Tolerance, failed: number, total: number | undefined): boolean {
  if (failed === 0) return false;
  if (count === undefined && percentage === undefined) return true;
  if (count !== undefined && failed > count) return true;
  // Of no items there are no failed ones. Multiplied, so that 1 of 3 compares exactly with what it is.
  return percentage !== undefined && total !== undefined && failed * 100 > percentage * total;
}

export const TOLERANCE_EXCEEDED: StatesFailure = {
  error: 'States.ExceedToleratedFailureThreshold',
  cause: 'The specified tolerated failure threshold was exceeded',
};
