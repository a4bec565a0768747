/** Definitions: compiled when they come, so that no machine has one that cannot run. */
import {
  type CompileOptions,
  compileMachine,
  createMessage,
  type Diagnostic,
  variableReferences,
} from '../../definition/asl/parse/index.ts';
import type { MachineType } from '../../definition/asl/types.ts';
import type { InputOf, OutputOf } from '../../protocol/service.ts';
import type { Sdk } from './context.ts';
import { machineErrors } from './errors.ts';
import { DEFAULT_TYPE, MOST_DIAGNOSTICS } from './legal.ts';

/** @throws InvalidDefinition with all that is wrong */
export function requireDefinition(text: string, type: MachineType, options: CompileOptions): void {
  const compiled = compileMachine(text, type, options);
  if (!compiled.ok) throw machineErrors.definition(createMessage(compiled.diagnostics));
}

/** By state, the variables that it refers to; of states that refer to any. */
export function referencesIn(text: string): Record<string, string[]> {
  return Object.fromEntries(Object.entries(variableReferences(text)).map(([state, names]) => [state, [...names]]));
}

type Answer = OutputOf<Sdk, 'ValidateStateMachineDefinition'>;

/** Warnings are told when they are asked for; the result is that of the errors alone. */
export function validateDefinition({
  definition = '',
  type = DEFAULT_TYPE,
  severity = 'ERROR',
  maxResults,
}: InputOf<Sdk, 'ValidateStateMachineDefinition'>): Answer {
  const compiled = compileMachine(definition, type);
  const all: readonly Diagnostic[] = compiled.ok ? compiled.warnings : compiled.diagnostics;
  const asked = severity === 'WARNING' ? all : all.filter((diagnostic) => diagnostic.severity === 'ERROR');
  const limit = maxResults || MOST_DIAGNOSTICS;
  return {
    result: compiled.ok ? 'OK' : 'FAIL',
    diagnostics: asked.slice(0, limit).map((diagnostic) => ({ ...diagnostic })),
    truncated: asked.length > limit,
  };
}
