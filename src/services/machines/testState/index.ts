/** TestState: a state is tried, without a machine and without a trace of it in the store. */

import type { World } from '../../../base/world.ts';
import { isStatesError } from '../../../definition/asl/failure.ts';
import type { JsonObject } from '../../../definition/asl/scope.ts';
import type { State } from '../../../definition/asl/types.ts';
import { withinLimit } from '../../../engine/machines/flow.ts';
import { assign } from '../../../engine/machines/state.ts';
import type { Call, OutputOf } from '../../../protocol/service.ts';
import type { Sdk } from '../context.ts';
import { type Ended, evaluationFailed, failed } from './failing.ts';
import { workMap, workParallel } from './map.ts';
import { type Asked, requireTest, type TestInput } from './request.ts';
import { decide, type Worked } from './steps.ts';
import { type CallParts, workTask } from './task.ts';
import { beginTest, type Test } from './test.ts';

export type TestOutput = OutputOf<Sdk, 'TestState'>;
export type TestParts = CallParts & { readonly world: Pick<World, 'clock' | 'random'> };

/** @throws InvalidDefinition, InvalidExecutionInput, ValidationException, AccessDeniedException */
export async function testState(parts: TestParts, request: TestInput, call: Call): Promise<TestOutput> {
  const asked: Asked = requireTest(parts.integrations, request);
  const test = beginTest(parts, asked, call);
  const ended = await end(parts, test, asked.state);
  return answer(test, ended, request.inspectionLevel ?? 'INFO');
}

async function end(parts: TestParts, test: Test, state: State): Promise<Ended> {
  try {
    const worked = await work(parts, test, state);
    if (worked.kind === 'failed') return failed(test, worked.failure);
    withinLimit(JSON.stringify(worked.left.output), state.name);
    return { status: 'SUCCEEDED', left: worked.left, next: worked.next };
  } catch (error) {
    if (!isStatesError(error)) throw error;
    return evaluationFailed(test, error);
  }
}

function work(parts: TestParts, test: Test, state: State): Worked | Promise<Worked> {
  switch (state.type) {
    case 'Task':
      return workTask(parts, test, state);
    case 'Map':
      return workMap(parts, test, state);
    case 'Parallel':
      return workParallel(test, state);
    default:
      return decide(test, state);
  }
}

function answer(test: Test, ended: Ended, level: 'INFO' | 'DEBUG' | 'TRACE'): TestOutput {
  const { thread, texts, inspection } = test;
  if ('left' in ended && ended.left.assigned) assign(thread, ended.left.assigned);
  const variables: JsonObject = Object.fromEntries(thread.variables ?? []);
  if (Object.keys(variables).length > 0) inspection.variables = JSON.stringify(variables);
  return {
    ...('left' in ended ? { output: texts.whole(ended.left.output) } : undefined),
    ...('failure' in ended ? ended.failure : undefined),
    ...(level === 'INFO' ? undefined : { inspectionData: inspection }),
    ...('next' in ended && ended.next !== undefined ? { nextState: ended.next } : undefined),
    status: ended.status,
  };
}
