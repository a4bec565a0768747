/** Scalars: how they read as text, and when a text is a number or a time. */
import type { Scalar } from './types.ts';

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Is the text a finite decimal number, as JSON, Python or a shell would write it? */
export function isNumeric(text: string): boolean {
  return text.length <= 64 && NUMBER.test(text) && Number.isFinite(Number(text));
}

const TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2})?)?$/;

/** In milliseconds: a date, or a date with a time, of UTC where it does not say of what. @example timeOf('2020-12-01') // 1606780800000 */
export function timeOf(text: string): number | undefined {
  const [, date, time = '00:00', zone = 'Z'] = TIME.exec(text) ?? [];
  if (date === undefined) return undefined;
  const milliseconds = Date.parse(`${date}T${time}${zone}`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

/**
 * A scalar as text, the way Std:Join and the listing of parameters show it: numbers as the shortest decimal that reads
 * back the same, booleans as `true` and `false`.
 */
export function scalarText(value: string | number | boolean): string {
  return typeof value === 'string' ? value : String(Object.is(value, -0) ? 0 : value);
}

export function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
