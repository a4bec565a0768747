/**
 * The executions that a map run begins: which there are to be, and what each is begun with.
 *
 * C1. The same items give the same executions, by name, input and order, also when reading begins again after a crash.
 */
import { paced } from '../../../base/pace.ts';
import type { Json } from '../../../definition/asl/scope.ts';
import type { MapState } from '../../../definition/asl/types.ts';
import { withinLimit } from '../../../engine/machines/flow.ts';
import type { MachineInput, MachineState, MapRunPlan, Thread } from '../../../engine/machines/state.ts';
import { selectItem } from '../../../engine/machines/states/distributed.ts';
import { definitionName } from '../executions/definitions.ts';
import type { ExecutionRow } from '../executions/store.ts';
import { batches } from '../items/batches.ts';
import { type Item, itemInput, type Pages } from '../items/item.ts';
import type { ReaderPorts } from '../items/ports.ts';
import { readItems, stateItems } from '../items/reader.ts';
import { childMachine, childNames } from './names.ts';
import type { MapRunRow } from './store.ts';

/** An execution to be begun: the index of its first item, how many it has, and its input. */
export type Child = { readonly first: number; readonly count: number; readonly input: string };

/** What a map run belongs to, out of the state of the execution around it. */
export type Surroundings = {
  readonly state: MachineState;
  readonly thread: Thread;
  readonly map: MapState;
  readonly plan: MapRunPlan;
  /** Ids of the machine and of the revision that the execution runs. */
  readonly machine: number;
  readonly revision: number;
};

export async function* childrenOf(around: Surroundings, run: MapRunRow, ports: ReaderPorts): Pages<Child> {
  const { map, plan } = around;
  const from = run.next_item;
  const inputs = selected(around, run, itemsOf(around, from, ports), ports);
  if (!plan.batcher) {
    let first = from;
    for await (const page of inputs) {
      const children: Child[] = [];
      for (const input of page) {
        children.push({ first, count: 1, input: withinLimit(JSON.stringify(input), map.name) });
        first += 1;
      }
      yield children;
    }
    return;
  }
  for await (const page of batches(inputs, plan.batcher))
    yield page.map(({ first, count, text }) => ({ first: from + first, count, input: text }));
}

async function* itemsOf({ map, plan }: Surroundings, from: number, ports: ReaderPorts): Pages<Item> {
  const { items, reader } = plan;
  if (items !== undefined) yield* stateItems(items, from);
  else if (reader) yield* readItems({ reader: map.distributed!.itemReader!, ...reader, from }, ports);
}

/** Items whose inputs one turn of the loop makes. */
const FEW = 64;

async function* selected(
  { state, thread }: Surroundings,
  { arn }: MapRunRow,
  items: Pages<Item>,
  { clock }: ReaderPorts,
): Pages<Json> {
  const pace = paced(clock);
  for await (const page of items)
    for (let at = 0; at < page.length; at += FEW) {
      const few = page.slice(at, at + FEW);
      yield few.map((item) => selectItem(state, thread, item, `${arn}:${item.index}`) ?? itemInput(item));
      await pace();
    }
}

/** What the engine begins an execution with. */
export function childInput(
  { state: { input: parent }, map, revision }: Surroundings,
  run: MapRunRow,
  of: Of,
): MachineInput {
  const { roleArn, region, account } = parent;
  const machine = childMachine(run.arn);
  return {
    executionArn: of.arn,
    executionName: of.name,
    stateMachineArn: machine.arn,
    stateMachineName: machine.name,
    ...{ roleArn, region, account },
    type: run.type,
    definition: definitionName(revision, map.name),
    input: of.input,
    mapRunArn: run.arn,
    // Its history goes where its parent's does.
    ...(parent.log && { log: parent.log }),
  };
}

type Of = { arn: string; name: string; input: string };

/** The row of an execution that begins now. */
export function childRow(around: Surroundings, run: MapRunRow, child: Child, now: number): Omit<ExecutionRow, 'id'> {
  const { machine, revision } = around;
  return {
    ...childNames(run.arn, child.first),
    ...{ machine, revision, machine_arn: childMachine(run.arn).arn, version_arn: null, alias_arn: null },
    ...{ status: 'RUNNING', started_at: now, ended_at: null },
    ...{ input: child.input, output: null, error: null, cause: null, trace_header: null },
    ...{ redrive_count: 0, redriven_at: null, redrive_token: null },
    ...{ map_run: run.arn, item: child.first, items: child.count },
  };
}
