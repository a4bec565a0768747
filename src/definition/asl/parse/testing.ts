/** Small machines for the tests of this folder, and what the compiler says of them. */
import { describe, expect, test } from 'vitest';
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

export type Row = [title: string, state: JsonObject, ...diagnostics: string[]];

/** Each a machine of one state, X. */
export function rows(title: string, more: JsonObject, table: Row[]): void {
  describe(title, () => {
    test.each(table)('%s', (_title, state, ...diagnostics) => {
      expect(said(state, more)).toEqual(diagnostics);
    });
  });
}

export const JSONATA = { QueryLanguage: 'JSONata' };
export const TASK = { Type: 'Task', Resource: ARN, End: true };
export const WAIT = { Type: 'Wait', End: true };
export const MAP = { Type: 'Map', End: true };
export const INLINE = { ...MAP, ItemProcessor: GRAPH };
export const DISTRIBUTED = {
  ...MAP,
  ItemProcessor: { ...GRAPH, ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } },
};
export const only = (fields: string) => `There should only be one of the following fields: [${fields}]`;
export const exactly = (fields: string) => `This object should have only one of the following fields: [${fields}]`;
export const oneOf = (values: string) => `Value should be one of the following: [${values}]`;
export const required = (fields: string) => `These fields are required: [${fields}]`;
export const other = (own: string, field: string) =>
  `The QueryLanguage is set to '${own}', but field '${field}' is only supported for the '${own === 'JSONPath' ? 'JSONata' : 'JSONPath'}' QueryLanguage`;
export const unknown = (arn: string) =>
  `The resource provided ${arn} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. @ /States/X/Resource`;

export const END = 'MISSING_END_STATE: Workflow has no terminal state @ -';
export const choices = (...Choices: JsonObject[]) => ({ Type: 'Choice', Choices });
export const KINDS = 'The object must have only one of the following fields, [And, Or, Not, Variable, Condition]';
