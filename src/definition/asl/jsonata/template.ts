/**
 * JSON of a definition in which expressions stand: Output, Arguments, Assign and their like.
 *
 * M1. What holds no expression is one constant: it is shared by all results, and not copied.
 */
import type { Problem } from '../compiled.ts';
import type { Evaluate, Json, JsonObject, Scope } from '../scope.ts';
import { type CompiledJsonata, compileJsonata, isJsonata } from './expression.ts';

type Part = { readonly constant: Json } | { readonly evaluate: Evaluate };
type Found = { readonly problems: Problem[]; readonly variables: Set<string>; readonly states: Set<string> };

/** @param field where it stands in its state, as AWS names it: `Output`, `Arguments` */
export function compileJsonataTemplate(value: Json, field: string): CompiledJsonata {
  const found: Found = { problems: [], variables: new Set(), states: new Set() };
  const part = compilePart(value, field, '', found);
  if (found.problems.length > 0) return { ok: false, problems: found.problems };
  const evaluate = 'evaluate' in part ? part.evaluate : () => part.constant;
  return { ok: true, evaluate, variables: [...found.variables].sort(), states: [...found.states].sort() };
}

/** `field` is AWS's name of the place at run time (`Output/a[0]`); `at` that of problems (`/a/0`). */
function compilePart(value: Json, field: string, at: string, found: Found): Part {
  if (typeof value === 'string') return isJsonata(value) ? compileText(value, field, at, found) : { constant: value };
  if (typeof value !== 'object' || value === null) return { constant: value };
  if (Array.isArray(value)) {
    const parts = value.map((item, index) => compilePart(item, `${field}[${index}]`, `${at}/${index}`, found));
    return parts.some(isDynamic)
      ? { evaluate: (scope) => parts.map((part) => partIn(part, scope)) }
      : { constant: value };
  }
  const members = Object.entries(value).map(
    ([name, member]) => [name, compilePart(member, `${field}/${name}`, `${at}/${name}`, found)] as const,
  );
  if (!members.some(([, part]) => isDynamic(part))) return { constant: value };
  return { evaluate: (scope) => objectOf(members, scope) };
}

const isDynamic = (part: Part) => 'evaluate' in part;
const partIn = (part: Part, scope: Scope): Json => ('evaluate' in part ? part.evaluate(scope) : part.constant);

function objectOf(members: readonly (readonly [string, Part])[], scope: Scope): JsonObject {
  const object: JsonObject = {};
  for (const [name, part] of members) {
    const value = partIn(part, scope);
    if (name !== '__proto__') object[name] = value;
    else Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  }
  return object;
}

function compileText(text: string, field: string, at: string, found: Found): Part {
  const compiled = compileJsonata(text, field);
  if (!compiled.ok) {
    found.problems.push(...compiled.problems.map((problem) => ({ ...problem, at })));
    return { constant: text };
  }
  for (const name of compiled.variables) found.variables.add(name);
  for (const name of compiled.states ?? []) found.states.add(name);
  return { evaluate: compiled.evaluate };
}
