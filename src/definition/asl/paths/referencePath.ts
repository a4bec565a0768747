/**
 * Reference paths, which lead to exactly one place (ResultPath): read, and a value put there.
 *
 * R1. Putting changes nothing in place: what lies along the path is copied, all else is shared.
 */

import type { Problem } from '../compiled.ts';
import { statesError } from '../failure.ts';
import type { Json } from '../scope.ts';
import type { ReferencePath } from '../types.ts';
import { compileQuery } from './jsonPath/query.ts';
import { isObject, jsonOf, memberOf } from './jsonPath/values.ts';

/** @example compileReferencePath('$.a[0]') // { ok: true, path: { text: '$.a[0]', steps: ['a', 0] } } */
export function compileReferencePath(
  text: string,
): { ok: true; path: ReferencePath } | { ok: false; problems: readonly Problem[] } {
  const refuse = (reason: string) => ({
    ok: false as const,
    problems: [{ at: '', message: `Value is not a Reference Path: ${reason}` }],
  });
  if (!text.startsWith('$')) return refuse("Reference path didn't start with '$'");
  const compiled = compileQuery(text);
  if (!compiled.ok) return refuse(compiled.reason);
  const { root, direct } = compiled.query;
  if (root.kind !== 'document') return refuse('It must begin in the input: $, then . or [');
  if (!direct?.every((step) => typeof step === 'string' || step >= 0)) {
    return refuse('It must lead to one place: names and indices alone, without @ , : ? * .. and functions');
  }
  return { ok: true, path: { text, steps: direct } };
}

/**
 * `document` with `value` at the path; objects that are missing on the way are made.
 *
 * @example putAt(path('$.a.b'), { c: 1 }, 2) // { c: 1, a: { b: 2 } }
 * @throws States.ResultPathMatchFailure where the document has no place for it
 */
export function putAt(path: ReferencePath, document: Json, value: Json): Json {
  return putBelow(path.steps, document, value, (step) =>
    statesError('States.ResultPathMatchFailure', `Unable to apply step "${step}" to input ${jsonOf(document)}`),
  );
}

function putBelow(
  steps: readonly (string | number)[],
  here: Json | undefined,
  value: Json,
  conflict: (step: string | number) => Error,
): Json {
  const [step, ...others] = steps;
  if (step === undefined) return value;
  if (typeof step === 'string') {
    if (here !== undefined && !isObject(here)) throw conflict(step);
    return { ...here, [step]: putBelow(others, memberOf(here, step), value, conflict) };
  }
  if (!Array.isArray(here) || step > here.length) throw conflict(step);
  const copy = [...here];
  copy[step] = putBelow(others, here[step], value, conflict);
  return copy;
}
