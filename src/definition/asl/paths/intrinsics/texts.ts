/** Values as texts. What is nested too deeply to be written is not taken. */
import type { Json } from '../../scope.ts';
import { weightOf } from '../jsonPath/values.ts';

type Invalid = () => never;

/** A text as it is, anything else as compact JSON. */
export function textOf(value: Json, invalid: Invalid): string {
  if (typeof value !== 'object') return String(value);
  return written(value, () => JSON.stringify(value), invalid);
}

/** JSON that is the same for the same value, whatever the order of its members. */
export function canonicalText(value: Json, invalid: Invalid): string {
  return written(value, () => JSON.stringify(value, sortMembers), invalid);
}

function sortMembers(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The largest input there is has far less than this; a value in which one thing stands many times may have more. */
const MOST_WEIGHT = 500_000;

/** JSON.stringify runs out of stack on values that JSON.parse has read. */
function written(value: Json, write: () => string, invalid: Invalid): string {
  if (weightOf(value, MOST_WEIGHT) > MOST_WEIGHT) return invalid();
  try {
    return write();
  } catch (error) {
    if (error instanceof RangeError) return invalid();
    throw error;
  }
}
