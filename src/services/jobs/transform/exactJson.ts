/**
 * JSON that is written again as it was read: a number keeps its digits, also those that a double has no room for.
 *
 * X1. What stands for such a number is a scalar: ask `isRecord` before looking into an object.
 */
import type { Json } from '../../../definition/pipeline/types.ts';

/** What Node.js has and TypeScript's library does not know yet. https://tc39.es/proposal-json-parse-with-source/ */
type WithSource = {
  parse(text: string, reviver: (key: string, value: Json, context: { source?: string }) => unknown): unknown;
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): boolean;
};

const exact = JSON as unknown as WithSource;

/** @example JSON.stringify(parseExactly('[1.0, 12345678901234567890]')) // '[1.0,12345678901234567890]' */
export function parseExactly(text: string): Json {
  return exact.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && source !== String(value) ? exact.rawJSON(source) : value,
  ) as Json;
}

/** An object with members. */
export function isRecord(value: Json): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !exact.isRawJSON(value);
}
