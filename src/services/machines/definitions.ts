/** Definitions: compiled when they come, so that no machine has one that cannot run. */
import {
  compileMachine,
  createMessage,
  type Diagnostic,
  type VariableReferences,
} from '../../definition/asl/parse/index.ts';
import type { MachineType } from '../../definition/asl/types.ts';
import type { InputOf, OutputOf } from '../../protocol/service.ts';
import type { Sdk } from './context.ts';
import { machineErrors } from './errors.ts';
import { DEFAULT_TYPE, MOST_DIAGNOSTICS } from './legal.ts';

/** By state, the variables that a definition refers to. @throws InvalidDefinition with all that is wrong with it */
export function requireDefinition(text: string, type: MachineType): VariableReferences {
  const compiled = compileMachine(text, type);
  if (!compiled.ok) throw machineErrors.definition(createMessage(compiled.diagnostics));
  return compiled.variableReferences;
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
