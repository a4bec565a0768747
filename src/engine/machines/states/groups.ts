/** Parallel, and Map within the execution: threads in threads. */
import { statesError } from '../../../definition/asl/failure.ts';
import type { Json } from '../../../definition/asl/scope.ts';
import type { MapState, ParallelState } from '../../../definition/asl/types.ts';
import { argumentsOf, effectiveInput, evaluate } from '../flow.ts';
import { member, record, recordOf } from '../history.ts';
import { enterNext, resume, startIterations } from '../progress.ts';
import { type Group, type MachineState, newThread, type Thread } from '../state.ts';
import { startDistributed } from './distributed.ts';

/** Iterations of an inline Map at once, at most. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const MOST_ITERATIONS = 40;

export function startParallel(state: MachineState, thread: Thread, { branches }: ParallelState): void {
  const input = argumentsOf(state, thread, effectiveInput(state, thread));
  const started = recordOf(state, thread, 'ParallelStateStarted');
  const group = newGroup(thread, 'Parallel', input, [], branches.length);
  thread.waiting = { kind: 'group', group };
  branches.forEach((branch, index) => {
    const child = newThread(state, group, index, branch, input, started);
    group.children.push(child);
    group.running += 1;
    enterNext(state, child);
  });
}

/** The items of an inline Map. @throws when they are no list */
export function itemsOf(state: MachineState, thread: Thread, map: MapState, input: Json): readonly Json[] {
  const items = map.items ? evaluate(state, thread, map.items, input) : input;
  if (Array.isArray(items)) return items;
  if (map.flow.language === 'JSONPath') {
    const path = (map.itemsPath ?? '$').replace(/^\$\$/, '$');
    throw statesError('States.Runtime', `Reference path "${path}" must point to array.`);
  }
  throw statesError(
    'States.QueryEvaluationError',
    `Map state input must be an array but was: ${JSON.stringify(items)}`,
  );
}

export function startMap(state: MachineState, thread: Thread, map: MapState): void {
  if (map.distributed) return startDistributed(state, thread, map, map.distributed);
  const input = effectiveInput(state, thread);
  const items = itemsOf(state, thread, map, input);
  const limit = evaluate(state, thread, map.maxConcurrency, input);
  const started = recordOf(state, thread, 'MapStateStarted', member('length', items.length));
  if (items.length === 0) {
    record(state, 'MapStateSucceeded', started);
    return resume(state, thread, []);
  }
  const most = Math.min(limit === 0 ? MOST_ITERATIONS : limit, MOST_ITERATIONS);
  const group = newGroup(thread, 'Map', input, items, most);
  thread.waiting = { kind: 'group', group };
  startIterations(state, group, started);
}

function newGroup(owner: Thread, kind: Group['kind'], input: Json, items: readonly Json[], most: number): Group {
  return { owner, kind, input, items, children: [], results: [], next: 0, running: 0, most };
}
