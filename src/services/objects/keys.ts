/**
 * Object keys: any text of up to 1,024 bytes of UTF-8. They are compared and stored as text and never become paths.
 *
 * K1. The order of keys is the order of their UTF-8 bytes, which is the order of their code points and SQLite's own.
 */
import { s3Errors } from './errors.ts';

const LONGEST = 1024;

/** @throws KeyTooLongError, InvalidArgument */
export function checkKey(key: string | undefined): string {
  if (!key) throw s3Errors.emptyKey();
  const size = Buffer.byteLength(key);
  if (size > LONGEST) throw s3Errors.keyTooLong(size);
  return key;
}

const LAST_CODE_POINT = 0x10ffff;

/**
 * The least text that is greater than every text beginning with `prefix`; undefined when there is none.
 *
 * @example successor('photos/') === 'photos0'
 */
export function successor(prefix: string): string | undefined {
  // Nearly always so, and lists step over a thousand common prefixes.
  const end = prefix.charCodeAt(prefix.length - 1);
  if (end < 0xd7ff) return prefix.slice(0, -1) + String.fromCharCode(end + 1);
  const points = Array.from(prefix, (character) => character.codePointAt(0)!);
  while (points.at(-1) === LAST_CODE_POINT) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // The surrogates between these two are no code points of their own.
  const next = last === 0xd7ff ? 0xe000 : last + 1;
  return String.fromCodePoint(...points, next);
}

/** Negative, zero or positive, by K1. JavaScript's own `<` orders UTF-16 units instead, which differs above U+FFFF. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** `encoding-type=url`: as S3 writes keys into lists for clients whose XML cannot hold every character. */
export function urlEncodeKey(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');
}
