/** Lengths of time as they are written in a machine (`30s`, `5m`, `2h`, `7d`, or ISO 8601) and as the States Language takes them: seconds. */
import { parseDuration } from '../../base/duration.ts';
import type { Json } from '../../definition/asl/scope.ts';
import { mistake } from '../mistake.ts';
import { type Expression, type Writing, write } from './expression.ts';

/** @example '30s', '5m', '2h', '7d', 'PT1H30M' */
export type Duration = `${number}${'s' | 'm' | 'h' | 'd'}` | `P${string}`;
/** A length of time, or an expression of whole seconds. */
export type Seconds = Duration | Expression<number>;

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds, as the document holds them. @throws when a duration is none, or not of whole seconds */
export function secondsOf(field: string, value: Seconds | undefined, writing: Writing): Json | undefined {
  if (typeof value !== 'string') return value === undefined ? undefined : write(value, writing);
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(value) ?? [];
  const milliseconds = value.startsWith('P')
    ? parseDuration(value)
    : Number(count) * (UNITS[unit] ?? Number.NaN) * 1000;
  const seconds = (milliseconds ?? Number.NaN) / 1000;
  if (Number.isInteger(seconds)) return seconds;
  throw mistake(
    writing.subject,
    `${field} is '${value}', which is no length of whole seconds: write one such as 30s, 5m, 2h, 7d or PT1H30M`,
  );
}
