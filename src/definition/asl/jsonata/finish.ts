/**
 * What an evaluation has made becomes plain JSON: no marks, no objects without a prototype, no functions.
 *
 * R1. What came in from the scope is shared, not copied, and not looked into (U1).
 * R2. What stands in several places of a value is made once, and counts in each: no result is larger as a document than a value
 *     may be in memory.
 */
import type { Json, JsonObject } from '../scope.ts';
import { measure } from './data.ts';
import { spendText } from './limits.ts';
import { type Dict, isCallable, isFreshDict, isFreshList, isList, type List, type Run, type Value } from './values.ts';

/** JSON has no such numbers: AWS writes their names. */
const jsonNumber = (value: number): Json => (Number.isFinite(value) ? value + 0 : String(value));

/** A function, or something that holds one, is no result. */
export const UNSUPPORTED = Symbol('unsupported');

export function finish(value: Exclude<Value, undefined>, run: Run): Json | typeof UNSUPPORTED {
  if (typeof value === 'object' && value !== null && !isFresh(value)) return value as Json;
  if (typeof value === 'object' && value !== null) spendText(run, measure(value, run, new Map()).characters);
  const copies = new Map<List | Dict, Json>();
  let supported = true;
  const plain = (part: Value): Json => {
    if (isCallable(part)) {
      supported = false;
      return null;
    }
    if (typeof part === 'number') return jsonNumber(part);
    if (typeof part !== 'object' || part === null) return part ?? null;
    if (!isFresh(part)) return part as Json;
    const known = copies.get(part);
    if (known !== undefined) return known;
    const copy = isList(part) ? part.map(plain) : plainObject(part, plain);
    copies.set(part, copy);
    return copy;
  };
  const result = plain(value);
  return supported ? result : UNSUPPORTED;
}

const isFresh = (value: List | Dict): boolean => (isList(value) ? isFreshList(value) : isFreshDict(value));

function plainObject(dict: Dict, plain: (part: Value) => Json): JsonObject {
  const object: JsonObject = {};
  for (const name of Object.keys(dict)) {
    const value = plain(dict[name]);
    if (name !== '__proto__') object[name] = value;
    else Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  }
  return object;
}
