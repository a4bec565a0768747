/**
 * S3's version ids: opaque to clients, 32 characters. The first eleven are the row's own version, so that an id leads to its
 * row, and to its place in a list, without an index; the rest is chance, so that nobody guesses one.
 */
import { type Random, randomString } from '../../base/random.ts';
import { s3Errors } from './errors.ts';

/** The id of what was written while versioning was not on. */
export const NULL_VERSION = 'null';

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const COUNTER = 11;
const CHANCE = 21;
const FORM = /^[A-Za-z0-9._-]{32}$/;

/** @param version the row's */
export function versionIdOf(version: number, random: Random): string {
  let digits = '';
  for (let rest = version; digits.length < COUNTER; rest = Math.floor(rest / DIGITS.length)) {
    digits = DIGITS[rest % DIGITS.length] + digits;
  }
  return digits + randomString(random, CHANCE, DIGITS);
}

/** The row that an id speaks of, which may not be there; undefined for `null` and for ids that were never given. */
export function versionIn(id: string): number | undefined {
  if (!FORM.test(id)) return undefined;
  let version = 0;
  for (const digit of id.slice(0, COUNTER)) {
    const value = DIGITS.indexOf(digit);
    if (value < 0) return undefined;
    version = version * DIGITS.length + value;
  }
  return Number.isSafeInteger(version) ? version : undefined;
}

/** @throws InvalidArgument when a text cannot be a version id at all */
export function checkVersionId(id: string): void {
  if (id === '') throw s3Errors.emptyVersionId();
  if (id !== NULL_VERSION && !FORM.test(id)) throw s3Errors.invalidVersionId(id);
}
