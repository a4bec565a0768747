/**
 * Fields that give numbers and instants: written as they are, as a path (`TimeoutSecondsPath`), or as JSONata; what is read while an
 * execution runs is checked then, in AWS's words.
 */

import { statesError } from '../failure.ts';
import { compilePath, instantOf } from '../paths/index.ts';
import type { Evaluate, Json, Scope } from '../scope.ts';
import { isJsonataText, readTypedJsonata } from './jsonata.ts';
import { allowOne, below, fieldName, has, member, type Range, readNumber, readText, type Site } from './site.ts';
import { take } from './take.ts';

/** A field with a `Path` beside it in the JSONPath language, and JSONata in the other. */
export function readFlexibleNumber(site: Site, name: string, range: Range): Evaluate<number> | undefined {
  const path = `${name}Path`;
  if (site.language === 'JSONPath') {
    allowOne(site, [name, path]);
    if (has(site, path)) return readNumberPath(site, name, path, range);
  } else if (isJsonataText(member(site, name))) {
    return readJsonataNumber(site, name, range);
  }
  const value = readNumber(site, name, range);
  return value === undefined ? undefined : () => value;
}

function readNumberPath(site: Site, name: string, path: string, range: Range): Evaluate<number> | undefined {
  const text = readText(site, path);
  if (text === undefined) return undefined;
  if (text.startsWith('$$')) site.report.error('Value is not a Reference Path', below(site, path));
  const evaluate = take(site, path, compilePath(text, path));
  return (
    evaluate &&
    ((scope: Scope) => {
      const value = evaluate(scope);
      const number = asNumber(value);
      if (number === undefined || (range.kind === 'integer' && !Number.isSafeInteger(number))) {
        throw statesError(
          'States.Runtime',
          `The ${path} field refers to value "${typeof value === 'string' ? value : JSON.stringify(value)}" which is not a valid ${range.kind}: ${text}`,
        );
      }
      return checked(name, number, range);
    })
  );
}

/** Texts count as the numbers that they write, as on AWS. */
function asNumber(value: Json): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^[+-]?\d+(?:\.\d+)?$/.test(value)) return undefined;
  return Number(value);
}

function checked(name: string, value: number, range: Range): number {
  if (range.checkedByReader || (value >= range.min && (range.max === undefined || value <= range.max))) return value;
  throw statesError('States.Runtime', outside(name, range));
}

function outside(name: string, { min, max }: Range): string {
  if (max !== undefined) return `${name} must be between ${min} and ${max}.`;
  return min > 0 ? `field ${name} must be positive` : `field ${name} must not be negative`;
}

function readJsonataNumber(site: Site, name: string, range: Range): Evaluate<number> | undefined {
  const evaluate = readTypedJsonata<number>(site, name, 'number');
  return (
    evaluate &&
    ((scope: Scope) => {
      const value = evaluate(scope);
      const fits = range.kind === 'float' || Number.isSafeInteger(value);
      if (fits && value >= range.min && (range.max === undefined || value <= range.max)) return value;
      const what = fits ? outside(name, range) : `The ${name} field must be an integer, but was: ${value}`;
      throw statesError('States.QueryEvaluationError', what, fieldName(site, name));
    })
  );
}

export const MAX_SECONDS = 99_999_999;

/** Seconds and SecondsPath of a Wait. */
export function readWaitSeconds(site: Site): Evaluate<number> | undefined {
  const range: Range = { kind: 'integer', min: 0, max: MAX_SECONDS };
  if (!has(site, 'SecondsPath') || site.language === 'JSONata') return readFlexibleNumber(site, 'Seconds', range);
  const text = readText(site, 'SecondsPath');
  if (text === undefined) return undefined;
  const evaluate = take(site, 'SecondsPath', compilePath(text, 'SecondsPath'));
  return evaluate && ((scope: Scope) => waitedSeconds(text, evaluate(scope)));
}

function waitedSeconds(path: string, value: Json): number {
  const number = asNumber(value);
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  const fail = (what: string) =>
    statesError('States.Runtime', `The SecondsPath parameter ${what}: ${path} == ${shown}`);
  if (number === undefined || !Number.isSafeInteger(number)) throw fail('cannot be parsed as a long value');
  if (number < 0) throw fail('references a negative value');
  if (number > MAX_SECONDS) throw statesError('States.Runtime', TOO_LONG);
  return number;
}

const TOO_LONG = 'Wait state delay is too long.';
/** AWS refuses an instant that is further off than a signed 32-bit count of seconds. */
const MAX_DELAY_MS = 2 ** 31 * 1000;

const BAD_TIMESTAMP = 'String does not match RFC3339 timestamp';

/** Timestamp and TimestampPath of a Wait. */
export function readTimestamp(site: Site): Evaluate<number> | undefined {
  if (site.language === 'JSONPath' && has(site, 'TimestampPath')) return readTimestampPath(site);
  const text = readText(site, 'Timestamp');
  if (text === undefined) return undefined;
  if (site.language === 'JSONata' && isJsonataText(text)) return readJsonataTimestamp(site);
  const instant = instantOf(text);
  if (instant === undefined) {
    site.report.error(BAD_TIMESTAMP, below(site, 'Timestamp'));
    return undefined;
  }
  return (scope: Scope) => reachable(instant, scope);
}

function reachable(instant: number, scope: Scope): number {
  if (instant - scope.now <= MAX_DELAY_MS) return instant;
  throw statesError('States.Runtime', TOO_LONG);
}

function readTimestampPath(site: Site): Evaluate<number> | undefined {
  const path = readText(site, 'TimestampPath');
  if (path === undefined) return undefined;
  const evaluate = take(site, 'TimestampPath', compilePath(path, 'TimestampPath'));
  return (
    evaluate &&
    ((scope: Scope) => {
      const value = evaluate(scope);
      const instant = typeof value === 'string' ? instantOf(value) : undefined;
      if (instant !== undefined) return reachable(instant, scope);
      const shown = typeof value === 'string' ? value : JSON.stringify(value);
      throw statesError(
        'States.Runtime',
        `The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: ${path} == ${shown}`,
      );
    })
  );
}

function readJsonataTimestamp(site: Site): Evaluate<number> | undefined {
  const evaluate = readTypedJsonata<string>(site, 'Timestamp', 'string');
  return (
    evaluate &&
    ((scope: Scope) => {
      const value = evaluate(scope);
      const instant = instantOf(value);
      if (instant !== undefined) return reachable(instant, scope);
      throw statesError(
        'States.QueryEvaluationError',
        `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${value}`,
        'Timestamp',
      );
    })
  );
}
