/**
 * What CreateStateMachine would refuse, said where the machine is written.
 *
 * The compiler is the server's own: a machine that passes is one that will be accepted. It knows only the document, so that each
 * of its sentences is given the state that it is about, and what to do where that is not plain.
 */
import { compileMachine, type Diagnostic, type VariableReferences } from '../../definition/asl/parse/index.ts';
import type { Json, JsonObject } from '../../definition/asl/scope.ts';
import type { MachineType } from '../../definition/asl/types.ts';
import { must } from '../mistake.ts';

const ADVICE: Readonly<Partial<Record<Diagnostic['code'], string>>> = {
  DUPLICATE_STATE_NAME: 'Names are the whole machine’s, branches and iterations among them: rename one.',
  MISSING_END_STATE: 'Leave out the `next` of a state, or lead to one that succeeds or fails.',
  MISSING_TRANSITION_TARGET:
    'States lead to those of their own branch only: name one that is there, and take out what nothing leads to.',
  UNSUPPORTED_JSONATA_EXPRESSION: 'Read what this field has: $states.input, $states.context, variables.',
};

/**
 * @returns the variables that states read, by the states' names
 * @throws with every problem at once, each with its state's name
 */
export function checkDefinition(
  machine: { readonly name: string; readonly type: MachineType },
  document: JsonObject,
): VariableReferences {
  const compiled = compileMachine(JSON.stringify(document), machine.type);
  if (compiled.ok) return compiled.variableReferences;
  const errors = compiled.diagnostics.filter(({ severity }) => severity === 'ERROR');
  const list = errors.map((diagnostic) => `\n  - ${inWords(diagnostic)}`);
  throw new Error(`Machine '${machine.name}' cannot be published. Correct this and try again:${list.join('')}`);
}

/**
 * AWS lets a state read a variable that nothing assigns, and fails the execution when it comes there.
 *
 * @throws when there is such a state
 */
export function checkVariables(machine: string, document: JsonObject, references: VariableReferences): void {
  const assigned = new Set(assignedIn(document));
  for (const [state, names] of Object.entries(references)) {
    const missing = names.find((name) => !assigned.has(name));
    must(
      missing === undefined,
      `state '${state}' of machine '${machine}'`,
      `it reads the variable '${missing}', which no state assigns: assign it in one that comes before`,
    );
  }
}

function assignedIn(value: Json): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(assignedIn);
  const { Assign } = value;
  const own = typeof Assign === 'object' && Assign !== null ? Object.keys(Assign) : [];
  return [...own, ...Object.values(value).flatMap(assignedIn)];
}

/** A problem as its author knows it: with the name of the innermost state that it is in. */
function inWords({ code, message, location = '' }: Diagnostic): string {
  const state = [...location.matchAll(/\/States\/([^/[]+)/g)].at(-1)?.[1];
  const where = state === undefined ? '' : `In state '${state}': `;
  const place = location === '' ? '' : ` (${location})`;
  const advice = ADVICE[code];
  return `${where}${message}.${advice ? ` ${advice}` : ''}${place}`.replace('..', '.');
}
