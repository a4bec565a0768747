/**
 * Values of a Parquet file as JSON: dates and instants as ISO 8601 texts, bytes as text where they are UTF-8 and in base64 where they
 * are not, NaN and the infinities as null. Integers beyond 2^53 become the nearest number, as in any JSON that JavaScript reads.
 */
import { isUtf8 } from 'node:buffer';

type Json = null | boolean | number | string | Json[] | JsonObject;
type JsonObject = { [name: string]: Json };

const DAY = 86_400_000;

/** For hyparquet: a day has no time. */
export const dateFromDays = (days: number | undefined): string | undefined =>
  days === undefined ? undefined : isoText(new Date(days * DAY))?.slice(0, 10);

export function jsonOf(value: unknown): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'bigint':
      return Number(value);
    case 'object':
      return value === null ? null : jsonOfObject(value);
    default:
      return null;
  }
}

function jsonOfObject(value: object): Json {
  if (Array.isArray(value)) return value.map(jsonOf);
  if (value instanceof Date) return isoText(value) ?? null;
  if (value instanceof Uint8Array)
    return isUtf8(value) ? Buffer.from(value).toString() : Buffer.from(value).toString('base64');
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>, jsonOf);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, jsonOf(member)])) as JsonObject;
}

/** Undefined for an instant that no calendar reaches. */
const isoText = (date: Date): string | undefined => (Number.isNaN(date.getTime()) ? undefined : date.toISOString());
