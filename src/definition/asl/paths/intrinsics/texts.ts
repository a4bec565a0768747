/** Values as texts. What is nested too deeply to be written is not taken. */
import type { Json } from '../../scope.ts';

type Invalid = () => never;

/** A text as it is, anything else as compact JSON. */
export function textOf(value: Json, invalid: Invalid): string {
  if (typeof value === 'string') return value;
  return written(() => JSON.stringify(value), invalid);
}

/** JSON that is the same for the same value, whatever the order of its members. */
export function canonicalText(value: Json, invalid: Invalid): string {
  return written(() => JSON.stringify(value, sortMembers), invalid);
}

function sortMembers(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** JSON.stringify runs out of stack on values that JSON.parse has read. */
function written(write: () => string, invalid: Invalid): string {
  try {
    return write();
  } catch (error) {
    if (error instanceof RangeError) return invalid();
    throw error;
  }
}
