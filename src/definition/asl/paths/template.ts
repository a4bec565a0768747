/**
 * Payload templates (Parameters, ResultSelector, ItemSelector, Assign and the like): members whose names end in `.$` are paths or
 * intrinsic functions and lose those two characters, everything else is passed on as it stands.
 *
 * T1. A part in which nothing is evaluated is never copied: every evaluation shares it.
 * T2. `at` of a problem is the object that holds the member, as AWS gives it: its message names the member.
 */
import type { Compiled, Problem } from '../compiled.ts';
import type { Evaluate, Json, JsonObject } from '../scope.ts';
import { pathOrIntrinsicProblem } from './fields.ts';
import { childrenOf } from './jsonPath/values.ts';
import { compilePath } from './path.ts';

/** A part of a template: a constant, or something to be evaluated. */
type Part = { readonly constant: Json } | { readonly evaluate: Evaluate };

type Findings = { readonly problems: Problem[]; readonly variables: Set<string> };

/** Deeper than any definition that AWS takes. */
const DEEPEST = 500;

/** `field` is the template's own (`Parameters`), for what is wrong with the whole; members name themselves in errors. */
export function compileTemplate(value: Json, field: string): Compiled {
  const findings: Findings = { problems: [], variables: new Set() };
  if (isDeep(value)) {
    return {
      ok: false,
      problems: [{ at: '', message: `The value for the field '${field}' is nested more than ${DEEPEST} deep` }],
    };
  }
  const part = compilePart(value, '', findings);
  if (findings.problems.length > 0) return { ok: false, problems: findings.problems };
  return { ok: true, evaluate: evaluateOf(part), variables: [...findings.variables].sort() };
}

function isDeep(value: Json): boolean {
  let level: Json[] = [value];
  for (let depth = 0; depth <= DEEPEST && level.length > 0; depth += 1)
    level = level.flatMap((item) => childrenOf(item));
  return level.length > 0;
}

function compilePart(value: Json, at: string, findings: Findings): Part {
  if (typeof value !== 'object' || value === null) return { constant: value };
  return Array.isArray(value) ? compileList(value, at, findings) : compileObject(value, at, findings);
}

function compileList(items: Json[], at: string, findings: Findings): Part {
  const parts = items.map((item, position) => compilePart(item, `${at}/${position}`, findings));
  if (parts.every((part) => 'constant' in part)) return { constant: items };
  const evaluates = parts.map(evaluateOf);
  return { evaluate: (scope) => evaluates.map((evaluate) => evaluate(scope)) };
}

function compileObject(object: JsonObject, at: string, findings: Findings): Part {
  const members = Object.entries(object).map(([name, value]) => {
    if (name.endsWith('.$')) return { name: name.slice(0, -2), part: compileDynamic(name, value, at, findings) };
    const below = `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return { name, part: compilePart(value, below, findings) };
  });
  if (members.every(({ part }) => 'constant' in part)) return { constant: object };
  return { evaluate: completed(members) };
}

/** Copies an object of all members, in their order, and sets those that are evaluated: faster than adding one after the other. */
function completed(members: readonly { name: string; part: Part }[]): Evaluate {
  const whole: JsonObject = Object.fromEntries(
    members.map(({ name, part }) => [name, 'constant' in part ? part.constant : null]),
  );
  const evaluated = members.flatMap(({ name, part }) =>
    'constant' in part ? [] : [{ name, evaluate: part.evaluate }],
  );
  return (scope) => {
    const object = { ...whole };
    for (const { name, evaluate } of evaluated) object[name] = evaluate(scope);
    return object;
  };
}

function compileDynamic(name: string, value: Json, at: string, { problems, variables }: Findings): Part {
  const compiled: Compiled =
    typeof value === 'string'
      ? compilePath(value, name)
      : { ok: false, problems: [{ at: '', message: pathOrIntrinsicProblem(name) }] };
  if (!compiled.ok) {
    problems.push(...compiled.problems.map(({ message }) => ({ at, message })));
    return { evaluate: () => null };
  }
  for (const variable of compiled.variables) variables.add(variable);
  return { evaluate: compiled.evaluate };
}

function evaluateOf(part: Part): Evaluate {
  return 'constant' in part ? () => part.constant : part.evaluate;
}
