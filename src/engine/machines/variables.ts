/**
 * What is assigned to variables, and how much may be.
 *
 * V1. An assignment is measured before anything of its state's exit is recorded: what is too large fails the state.
 * V2. `variableBytes` is what the variables of all threads that are there come to.
 *
 * https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
 */
import { statesError } from '../../definition/asl/failure.ts';
import type { JsonObject } from '../../definition/asl/scope.ts';
import { LARGEST_PAYLOAD, written } from './flow.ts';
import { assign, type MachineState, type Thread } from './state.ts';

/** Bytes of all variables of an execution. */
const LARGEST_TOTAL = 10 * 1024 * 1024;

/** Values that are about to be assigned, each with its bytes of JSON, and the JSON of all. */
export type Assignment = { values: JsonObject; bytes: ReadonlyMap<string, number>; text: string };

/** @throws States.DataLimitExceeded when the values, or all variables with them, are too large */
export function assignment(state: MachineState, thread: Thread, values: JsonObject): Assignment {
  const bytes = new Map<string, number>();
  let text = '';
  let most = 0;
  let total = state.variableBytes;
  for (const name of Object.keys(values)) {
    const one = `${JSON.stringify(name)}:${written(values[name]!)}`;
    text += text === '' ? one : `,${one}`;
    const size = Buffer.byteLength(one);
    bytes.set(name, size);
    most += size;
    total += size - (thread.variableBytes?.get(name) ?? 0);
  }
  if (most > LARGEST_PAYLOAD) throw tooLarge(thread, 'assigns', LARGEST_PAYLOAD);
  if (total > LARGEST_TOTAL) throw tooLarge(thread, 'brings all variables to', LARGEST_TOTAL);
  return { values, bytes, text };
}

function tooLarge({ state: { name } }: Thread, does: string, most: number) {
  const cause = `The state '${name}' ${does} variables of more than ${most} bytes, the maximum of the service's limit.`;
  return statesError('States.DataLimitExceeded', cause);
}

export function assignMeasured(state: MachineState, thread: Thread, { values, bytes }: Assignment): void {
  assign(thread, values);
  thread.variableBytes ??= new Map();
  for (const [name, size] of bytes) {
    state.variableBytes += size - (thread.variableBytes.get(name) ?? 0);
    thread.variableBytes.set(name, size);
  }
}

/** The thread is gone, and its variables with it. */
export function release(state: MachineState, { variableBytes }: Thread): void {
  for (const size of variableBytes?.values() ?? []) state.variableBytes -= size;
}
