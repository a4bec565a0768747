/** Small machines for the tests of this folder, and what the compiler says of them. */
import type { Json, JsonObject } from '../scope.ts';
import type { Machine, MachineType, State } from '../types.ts';
import type { Diagnostic } from './diagnostics.ts';
import { type CompileOptions, compileMachine } from './machine.ts';

export const ARN = 'arn:aws:states:::lambda:invoke';
export const PASS: JsonObject = { Type: 'Pass', End: true };
export const GRAPH: JsonObject = { StartAt: 'Inner', States: { Inner: PASS } };

type Options = CompileOptions & { type?: MachineType };

/** `code message at location` of each diagnostic; the code alone is left out where it is SCHEMA_VALIDATION_FAILED. */
export function saidOf(definition: Json | string, { type = 'STANDARD', ...options }: Options = {}): string[] {
  const text = typeof definition === 'string' ? definition : JSON.stringify(definition);
  const compiled = compileMachine(text, type, options);
  return (compiled.ok ? compiled.warnings : compiled.diagnostics).map(sayOf);
}

function sayOf({ code, message, location }: Diagnostic): string {
  const prefix = code === 'SCHEMA_VALIDATION_FAILED' ? '' : `${code}: `;
  return `${prefix}${message} @ ${location ?? '-'}`;
}

/** A machine of one state that ends. */
export const machineOf = (state: JsonObject, more: JsonObject = {}): JsonObject => ({
  StartAt: 'X',
  States: { X: state },
  ...more,
});

export const said = (state: JsonObject, more: JsonObject = {}, options?: Options): string[] =>
  saidOf(machineOf(state, more), options);

export function compiled(definition: JsonObject, type: MachineType = 'STANDARD'): Machine {
  const result = compileMachine(JSON.stringify(definition), type);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics, null, 2));
  return result.machine;
}

export function stateOf<T extends State['type']>(state: JsonObject & { Type: T }, more: JsonObject = {}) {
  return compiled(machineOf(state, more)).states.get('X') as Extract<State, { type: T }>;
}
