/** What is said of definitions that have been checked (checks.ts): no machine has one that cannot run. */
import { createMessage, type VariableReferences } from '../../definition/asl/parse/index.ts';
import type { InputOf, OutputOf } from '../../protocol/service.ts';
import type { Checked } from './checks.ts';
import type { Sdk } from './context.ts';
import { machineErrors } from './errors.ts';
import { MOST_DIAGNOSTICS } from './legal.ts';

/** By state, the variables that a definition refers to. @throws InvalidDefinition with all that is wrong with it */
export function requireSound(checked: Checked): VariableReferences {
  if (!checked.ok) throw machineErrors.definition(createMessage(checked.diagnostics));
  return checked.variableReferences;
}

/** Warnings are told when they are asked for; the result is that of the errors alone. */
export function diagnose(
  checked: Checked,
  { severity = 'ERROR', maxResults }: Pick<InputOf<Sdk, 'ValidateStateMachineDefinition'>, 'severity' | 'maxResults'>,
): OutputOf<Sdk, 'ValidateStateMachineDefinition'> {
  const all = checked.ok ? checked.warnings : checked.diagnostics;
  const asked = severity === 'WARNING' ? all : all.filter((diagnostic) => diagnostic.severity === 'ERROR');
  const limit = maxResults || MOST_DIAGNOSTICS;
  return {
    result: checked.ok ? 'OK' : 'FAIL',
    diagnostics: asked.slice(0, limit).map((diagnostic) => ({ ...diagnostic })),
    truncated: asked.length > limit,
  };
}
