/**
 * The compiled definitions that executions run, by name: a revision's id, and for the executions of a distributed map the map's
 * state besides (`12`, `12/State`).
 *
 * C1. Revisions are never changed, so a compiled one is good for ever; the ones used longest ago are dropped.
 */
import { assert } from '../../../base/assert.ts';
import { checkedMachine } from '../../../definition/asl/parse/index.ts';
import type { Branch, Machine, MachineType, State } from '../../../definition/asl/types.ts';
import type { MachinesStore } from '../store.ts';

export type Compiled = (definition: string) => Machine;

const KEPT = 256;

export const definitionName = (revision: number, map?: string): string =>
  map === undefined ? String(revision) : `${revision}/${map}`;

export function compiledDefinitions(
  db: Pick<MachinesStore, 'revision'>,
  typeOf: (machine: number) => MachineType,
): Compiled {
  const known = new Map<string, Machine>();

  function compile(definition: string): Machine {
    const slash = definition.indexOf('/');
    if (slash >= 0) return processorOf(compiled(definition.slice(0, slash)), definition.slice(slash + 1));
    const revision = db.revision({ id: Number(definition) });
    assert(revision, `revision ${definition} of an execution's machine exists`);
    return checkedMachine(revision.definition, typeOf(revision.machine));
  }

  function compiled(definition: string): Machine {
    const machine = known.get(definition) ?? compile(definition);
    // The newest is the last: what is used stays.
    known.delete(definition);
    known.set(definition, machine);
    if (known.size > KEPT) known.delete(known.keys().next().value!);
    return machine;
  }
  return compiled;
}

/** A distributed map's processor, as the machine that its executions run. */
function processorOf(machine: Machine, state: string): Machine {
  const map = findState(machine, state);
  assert(map?.type === 'Map', `the map ${state} is in its machine`);
  return { ...map.processor, queryLanguage: machine.queryLanguage };
}

/** Names are unique in a whole machine. */
export function findState(branch: Branch, name: string): State | undefined {
  const own = branch.states.get(name);
  if (own) return own;
  for (const state of branch.states.values()) {
    const inner = state.type === 'Map' ? [state.processor] : state.type === 'Parallel' ? state.branches : [];
    for (const one of inner) {
      const found = findState(one, name);
      if (found) return found;
    }
  }
  return undefined;
}
