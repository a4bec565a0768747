/**
 * What the compilers of expressions answer, taken into a state.
 *
 * E1. What an expression refers to is noted with its state, for DescribeStateMachine's variableReferences.
 * E2. An expression that does not compile is reported in AWS's words where it stands.
 */
import type { Compiled } from '../compiled.ts';
import type { Evaluate, Json } from '../scope.ts';
import { below, type Site } from './site.ts';

/** Of the field `name`. */
export const take = <T extends Json>(site: Site, name: string, compiled: Compiled<T>): Evaluate<T> | undefined =>
  takeAt(site, below(site, name), compiled);

export function takeAt<T extends Json>(site: Site, place: string, compiled: Compiled<T>): Evaluate<T> | undefined {
  if (!compiled.ok) {
    for (const { at, message, code } of compiled.problems) site.report.error(message, `${place}${placeOf(at)}`, code);
    return undefined;
  }
  for (const variable of compiled.variables) {
    if (site.references && !site.references.has(variable)) site.references.set(variable, place);
  }
  return compiled.evaluate;
}

/** A JSON pointer below a field, as AWS writes places: `/a/0/b` is `/a[0]/b`. */
const placeOf = (pointer: string): string =>
  pointer
    .replaceAll(/\/(\d+)(?=\/|$)/g, '[$1]')
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');
