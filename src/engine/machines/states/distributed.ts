/**
 * A distributed Map: its items run as executions of their own, which a map run begins and counts. For the execution that the Map is
 * a state of, the map run is one task.
 *
 * D1. What the map run needs is evaluated once, when the state is entered; only ItemSelector is evaluated for each item, by whoever
 *     runs the map run, in the scope that the waiting thread has. It takes its chance from the item's own seed, never from the
 *     execution's, so that a journal folds the same however often an item was looked at.
 * D2. A redrive of the execution goes on with the same map run; a retry of the state begins another one.
 */
import { uuid } from '../../../base/random.ts';
import { isStatesError, statesError } from '../../../definition/asl/failure.ts';
import type { Evaluate, Json, JsonObject } from '../../../definition/asl/scope.ts';
import type { Distributed, MapState } from '../../../definition/asl/types.ts';
import { chanceOf } from '../chance.ts';
import { scopeOf } from '../context.ts';
import { taskName } from '../events.ts';
import { threadFailed } from '../failing.ts';
import { effectiveInput, evaluate } from '../flow.ts';
import { member, members, record, recordOf } from '../history.ts';
import { resume } from '../progress.ts';
import type { Failure, MachineState, MapItem, MapRunPlan, Thread } from '../state.ts';

export function startDistributed(state: MachineState, thread: Thread, map: MapState, distributed: Distributed): void {
  const input = effectiveInput(state, thread);
  const items = distributed.itemReader ? undefined : stateItems(state, thread, map, input);
  const length = items === undefined ? 0 : Object.keys(items).length;
  recordOf(state, thread, 'MapStateStarted', member('length', length));
  const plan = planOf(state, thread, map, distributed, input);
  const { account, region, stateMachineName } = state.input;
  const label = distributed.label ?? uuid(state.chance);
  const arn = `arn:aws:states:${region}:${account}:mapRun:${machineOf(stateMachineName)}/${label}:${uuid(state.chance)}`;
  const started = recordOf(state, thread, 'MapRunStarted', member('mapRunArn', arn));
  thread.mapRun = { arn, started, redrives: 0, plan: items === undefined ? plan : { ...plan, items } };
  startTask(state, thread, arn);
}

/** Of an execution that a map run has begun, the name is that of the machine, a slash and the map's label. */
const machineOf = (name: string): string => name.split('/', 1)[0]!;

function stateItems(state: MachineState, thread: Thread, map: MapState, input: Json): Json[] | JsonObject {
  const items = map.items ? evaluate(state, thread, map.items, input) : input;
  if (typeof items === 'object' && items !== null) return items;
  throw statesError(
    'States.QueryEvaluationError',
    `Map state input must be an array or an object but was: ${JSON.stringify(items)}`,
  );
}

function planOf(
  state: MachineState,
  thread: Thread,
  map: MapState,
  { itemReader, itemBatcher, resultWriter, toleratedFailureCount, toleratedFailurePercentage }: Distributed,
  input: Json,
): MapRunPlan {
  const given = <T extends Json>(expression: Evaluate<T> | undefined): T | undefined =>
    expression && evaluate(state, thread, expression, input);
  return {
    input,
    maxConcurrency: evaluate(state, thread, map.maxConcurrency, input),
    ...present({
      toleratedFailureCount: given(toleratedFailureCount),
      toleratedFailurePercentage: given(toleratedFailurePercentage),
      reader: itemReader && {
        arguments: evaluate(state, thread, itemReader.arguments, input),
        ...present({ maxItems: given(itemReader.maxItems) }),
      },
      batcher:
        itemBatcher &&
        present({
          batchInput: given(itemBatcher.batchInput),
          maxItemsPerBatch: given(itemBatcher.maxItemsPerBatch),
          maxInputBytesPerBatch: given(itemBatcher.maxInputBytesPerBatch),
        }),
      writer: resultWriter && { arguments: given(resultWriter.arguments) ?? {} },
    }),
  };
}

/** A member for each that has a value. */
type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function present<T extends object>(values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>;
}

function startTask(state: MachineState, thread: Thread, mapRunArn: string): void {
  const task = taskName(thread.id, thread.starts);
  thread.starts += 1;
  thread.waiting = { kind: 'task', task };
  state.effects.push({ kind: 'task', task, body: { kind: 'map-run', thread: thread.id, mapRunArn } });
}

/** Whether the thread waits for a map run, as it may for an integration. */
export const runsMap = (thread: Thread): boolean => thread.state.type === 'Map';

export function mapRunSucceeded(state: MachineState, thread: Thread, output: Json): void {
  const { started } = thread.mapRun!;
  const succeeded = record(state, 'MapRunSucceeded', thread.previous);
  record(state, 'MapStateSucceeded', succeeded);
  // As AWS links them since November 2024: the state's exit follows the map run's start.
  thread.previous = started;
  thread.mapRun = undefined;
  resume(state, thread, output);
}

export function mapRunFailed(state: MachineState, thread: Thread, failure: Failure): void {
  thread.waiting = undefined;
  recordOf(state, thread, 'MapRunFailed', members(failure));
  threadFailed(state, thread, failure);
}

/** The map run that the thread's state failed with goes on: what has succeeded in it is kept (D2). */
export function redriveMapRun(state: MachineState, thread: Thread): void {
  const run = thread.mapRun!;
  run.redrives += 1;
  run.started = recordOf(
    state,
    thread,
    'MapRunRedriven',
    `${member('mapRunArn', run.arn)},${member('redriveCount', run.redrives)}`,
  );
  startTask(state, thread, run.arn);
}

/**
 * What ItemSelector makes of an item (D1).
 *
 * @param chance names the item: the same gives the same
 * @throws StatesError, its cause naming the state as that of any other field
 */
export function selectItem(state: MachineState, thread: Thread, item: MapItem, chance: string): Json | undefined {
  const { itemSelector } = thread.state as MapState;
  if (!itemSelector) return undefined;
  const { fill } = chanceOf(chance);
  try {
    return itemSelector({ ...scopeOf(state, thread, thread.mapRun!.plan.input, { item }), random: fill });
  } catch (error) {
    if (!isStatesError(error)) throw error;
    const where = `An error occurred while executing the state '${thread.state.name}' (entered at the event id #${thread.entered}). `;
    throw statesError(error.failure.error, where + error.failure.cause, error.failure.location);
  }
}
