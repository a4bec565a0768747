/**
 * Where a problem is, and the list that problems are gathered in.
 *
 * I1. Linear: a place is a link to its parent and is written out only for problems that are kept; at most MAX_PROBLEMS
 *     are, however many a hostile document has.
 */
import { MAX_PROBLEMS } from './limits.ts';
import type { Json, Problem } from './types.ts';

/** A place in the document; the document itself when there is no parent. */
export type Place = { parent: Place | undefined; key: string | number };

export const DOCUMENT: Place = { parent: undefined, key: '$' };

export function inside(parent: Place, key: string | number): Place {
  return { parent, key };
}

/** The JSON path of a place. @example '$.Steps[2].Arguments.RoleArn' */
function formatPlace(place: Place): string {
  const parts: string[] = [];
  for (let at = place; at.parent; at = at.parent) {
    if (typeof at.key === 'number') parts.push(`[${at.key}]`);
    else parts.push(/^[A-Za-z_]\w*$/.test(at.key) ? `.${at.key}` : `['${at.key.slice(0, 80)}']`);
  }
  return `$${parts.reverse().join('')}`;
}

/** What a message calls the thing at a place. @example 'DependsOn[3]' */
export function label(place: Place): string {
  if (!place.parent) return 'The pipeline definition';
  if (typeof place.key === 'string') return place.key.slice(0, 80);
  return `${label(place.parent)}[${place.key}]`;
}

/** A message that is costly to make is given as a function: it is called only if the problem is kept. */
export type Report = (place: Place, rule: string, message: string | (() => string)) => void;

export type ProblemList = { report: Report; problems(): Problem[] };

export function problemList(): ProblemList {
  const kept: Problem[] = [];
  let more = 0;
  return {
    report(place, rule, message) {
      if (kept.length >= MAX_PROBLEMS) more += 1;
      else kept.push({ path: formatPlace(place), rule, message: typeof message === 'string' ? message : message() });
    },
    problems() {
      if (more === 0) return kept;
      const message = `${more} more problems are not listed. Correct those above first, then try again.`;
      return [...kept, { path: '$', rule: 'too-many-problems', message }];
    },
  };
}

export function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own member of an object; undefined for anything else. */
export function memberOf(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** What a value is, for messages. @example kindOf([]) === 'a list' */
export function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'boolean') return `the boolean ${value}`;
  if (typeof value === 'number') return `the number ${value}`;
  return `the string '${value.length > 60 ? `${value.slice(0, 57)}...` : value}'`;
}

/** `'a', 'b' and 'c'`, and how many more beyond a dozen. */
export function quoteList(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => `'${name.slice(0, 80)}'`);
  if (names.length > shown.length) return `${shown.join(', ')} and ${names.length - shown.length} more`;
  return shown.length > 1 ? `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}` : (shown[0] ?? 'none');
}
