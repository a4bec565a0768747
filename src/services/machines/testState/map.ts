/**
 * Map and Parallel, whose iterations and branches do not run: the mock says what they come to. Of a Map everything around them is
 * looked at: its items, each item's input, batches, and how many failures it tolerates.
 *
 * https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html
 */
import type { Json } from '../../../definition/asl/scope.ts';
import type { Distributed, MapState, ParallelState } from '../../../definition/asl/types.ts';
import { argumentsOf, effectiveInput, evaluate } from '../../../engine/machines/flow.ts';
import { isExceeded, TOLERANCE_EXCEEDED, type Tolerance, tolerance } from '../items/tolerance.ts';
import { testErrors } from './errors.ts';
import { iterationsOf } from './iterations.ts';
import { itemsFor, type MapParts } from './mapItems.ts';
import { leavingShown, left, shownInput, type Worked } from './steps.ts';
import type { Test } from './test.ts';

/** AWS tells nothing of a Parallel's input. @throws StatesError */
export function workParallel(test: Test, parallel: ParallelState): Worked {
  const { state, thread } = test;
  argumentsOf(state, thread, effectiveInput(state, thread));
  return mocked(test, parallel.next);
}

/** @throws StatesError; ValidationException for more failures than there are iterations */
export async function workMap(parts: MapParts, test: Test, map: MapState): Promise<Worked> {
  const { asked, state, thread, inspection } = test;
  const input = shownInput(test);
  const items = await itemsFor(parts, test, map, input);
  inspection.maxConcurrency = evaluate(state, thread, map.maxConcurrency, input);
  const writer = map.distributed?.resultWriter?.arguments;
  if (writer) evaluate(state, thread, writer, input);
  const tolerated = toleranceOf(test, map.distributed, input);
  const iterations = items && (await iterationsOf(parts, test, map, items, input));
  const failures = asked.configuration.mapIterationFailureCount ?? 0;
  if (iterations !== undefined && failures > iterations) throw testErrors.tooManyFailures();
  // Without a threshold AWS's test lets failures pass, which an execution would not.
  const bounded = tolerated.count !== undefined || tolerated.percentage !== undefined;
  if (asked.mock?.kind === 'result' && bounded && isExceeded(tolerated, failures, iterations)) {
    return { kind: 'failed', failure: TOLERANCE_EXCEEDED };
  }
  return mocked(test, map.next);
}

function mocked(test: Test, next: string | undefined): Worked {
  const { mock } = test.asked;
  // Neither is tested without one (requireRunnable).
  if (mock?.kind !== 'result') return { kind: 'failed', failure: mock?.failure ?? {} };
  return left(leavingShown(test, mock.value), next);
}

function toleranceOf(
  { state, thread, inspection }: Test,
  distributed: Distributed | undefined,
  input: Json,
): Tolerance {
  const { toleratedFailureCount, toleratedFailurePercentage } = distributed ?? {};
  const given: { count?: number; percentage?: number } = {};
  if (toleratedFailureCount) {
    given.count = evaluate(state, thread, toleratedFailureCount, input);
    inspection.toleratedFailureCount = given.count;
  }
  if (toleratedFailurePercentage) {
    given.percentage = evaluate(state, thread, toleratedFailurePercentage, input);
    inspection.toleratedFailurePercentage = given.percentage;
  }
  return tolerance(given);
}
