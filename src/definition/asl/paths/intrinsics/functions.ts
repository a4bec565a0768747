/**
 * The intrinsic functions, each by its name without `States.`. They check their arguments themselves and say `invalid` of those
 * that they do not take; AWS does not look at arguments, or at their number, before a call.
 *
 * Where AWS documents that fractions are rounded, it rounds in MathAdd and cuts them off everywhere else; so does this.
 *
 * https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
 */
import { createHash } from 'node:crypto';
import type { Json, Scope } from '../../scope.ts';
import { isObject } from '../jsonPath/values.ts';
import { javaRandom } from './javaRandom.ts';
import { canonicalText, textOf } from './texts.ts';

/** @throws always: the arguments are not for this function */
export type Invalid = () => never;
export type IntrinsicFunction = {
  readonly arity: { readonly least: number; readonly most: number };
  readonly call: (args: readonly Json[], invalid: Invalid, scope: Scope) => Json;
};

const MOST_ITEMS_OF_RANGE = 1_000;
const MOST_CHARACTERS = 10_000;
const LEAST_INT = -(2 ** 31);
const MOST_INT = 2 ** 31 - 1;

const HASHES: ReadonlyMap<Json, string> = new Map([
  ['MD5', 'md5'],
  ['SHA-1', 'sha1'],
  ['SHA-256', 'sha256'],
  ['SHA-384', 'sha384'],
  ['SHA-512', 'sha512'],
]);

function define(least: number, most: number, call: IntrinsicFunction['call']): IntrinsicFunction {
  return { arity: { least, most }, call };
}

/** States.Format is not among them: what it makes of its template is decided when it is compiled (format.ts). */
export const FUNCTIONS: Readonly<Record<string, IntrinsicFunction>> = {
  Array: define(0, Number.POSITIVE_INFINITY, (args) => [...args]),
  ArrayPartition: define(2, 2, ([list, size], invalid) => {
    const items = listOf(list, invalid);
    const chunk = wholeOf(size, invalid);
    if (chunk < 1) return invalid();
    return Array.from({ length: Math.ceil(items.length / chunk) }, (_, at) =>
      items.slice(at * chunk, (at + 1) * chunk),
    );
  }),
  /** AWS compares values as texts: `true` is in `['true']`, and an object is in a list with its members in the same order alone. */
  ArrayContains: define(2, 2, ([list, value], invalid) => {
    const wanted = textOf(value ?? null, invalid);
    return distinct(list, invalid).some((item) => textOf(item, invalid) === wanted);
  }),
  ArrayRange: define(3, 3, ([first, last, step], invalid) => arrayRange(first, last, step, invalid)),
  ArrayGetItem: define(2, 2, ([list, index], invalid) => {
    const items = listOf(list, invalid);
    const position = wholeOf(index, invalid);
    // AWS has nothing to say against any index into an empty list.
    if (items.length === 0 && position >= 0) return null;
    return items[position] ?? (position >= 0 && position < items.length ? null : invalid());
  }),
  ArrayLength: define(1, 1, ([list], invalid) => listOf(list, invalid).length),
  ArrayUnique: define(1, 1, ([list], invalid) => {
    const unique = new Map<string, Json>();
    for (const item of distinct(list, invalid)) {
      const key = canonicalText(item, invalid);
      if (!unique.has(key)) unique.set(key, item);
    }
    return [...unique.values()];
  }),
  Base64Encode: define(1, 1, ([data], invalid) => Buffer.from(shortTextOf(data, invalid)).toString('base64')),
  Base64Decode: define(1, 1, ([data], invalid) => Buffer.from(shortTextOf(data, invalid), 'base64').toString()),
  Hash: define(2, 2, ([data, algorithm], invalid) => {
    const text = shortTextOf(textOf(data ?? null, invalid), invalid);
    const hash = HASHES.get(algorithm ?? null) ?? invalid();
    return createHash(hash).update(text).digest('hex');
  }),
  /** Deep merging is not offered by AWS: the third argument is `false`. */
  JsonMerge: define(3, 3, ([left, right, deep], invalid) =>
    isObject(left) && isObject(right) && deep !== true ? { ...left, ...right } : invalid(),
  ),
  StringToJson: define(1, 1, ([text], invalid) => {
    if (typeof text !== 'string') return invalid();
    return text.trim() === '' ? null : parsed(text, invalid);
  }),
  JsonToString: define(1, 1, ([value], invalid) => jsonText(value ?? null, invalid)),
  MathRandom: define(2, 3, ([first, end, seed], invalid, scope) => {
    const from = intOf(Math.trunc(numberOf(first, invalid)), invalid);
    const to = intOf(Math.trunc(numberOf(end, invalid)), invalid);
    if (from >= to) return invalid();
    return seed === undefined ? drawn(from, to, scope) : javaRandom(numberOf(seed, invalid)).between(from, to);
  }),
  MathAdd: define(2, 2, ([left, right], invalid) => {
    const one = intOf(Math.round(numberOf(left, invalid)), invalid);
    const other = intOf(Math.round(numberOf(right, invalid)), invalid);
    // A sum that begins with 0 is never -0.
    return intOf(0 + one + other, invalid);
  }),
  StringSplit: define(2, 2, ([text, delimiters], invalid) =>
    typeof text === 'string' && typeof delimiters === 'string' ? split(text, delimiters) : invalid(),
  ),
  UUID: define(0, 0, (_args, _invalid, scope) => uuid(scope)),
};

function arrayRange(first: Json | undefined, last: Json | undefined, step: Json | undefined, invalid: Invalid): Json {
  const begin = wholeOf(first, invalid);
  const end = wholeOf(last, invalid);
  const by = wholeOf(step, invalid);
  if (by === 0) return invalid();
  const length = Math.max(0, Math.floor((end - begin) / by) + 1);
  if (length > MOST_ITEMS_OF_RANGE) return invalid();
  return Array.from({ length }, (_, at) => begin + at * by);
}

/** The pieces between characters of `delimiters`, those that are empty left out. */
function split(text: string, delimiters: string): string[] {
  const ends = new Set(delimiters.split(''));
  const pieces: string[] = [];
  let begin = 0;
  for (let at = 0; at <= text.length; at += 1) {
    if (at < text.length && !ends.has(text.charAt(at))) continue;
    if (at > begin) pieces.push(text.slice(begin, at));
    begin = at + 1;
  }
  return pieces;
}

/** A whole number from `from` on, less than `to`, out of the execution's own source. */
function drawn(from: number, to: number, scope: Scope): number {
  const bytes = Buffer.alloc(6);
  scope.random(bytes);
  return from + Math.floor((bytes.readUIntBE(0, 6) / 2 ** 48) * (to - from));
}

/** https://www.rfc-editor.org/rfc/rfc9562#section-5.4 */
function uuid(scope: Scope): string {
  const bytes = Buffer.alloc(16);
  scope.random(bytes);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function listOf(value: Json | undefined, invalid: Invalid): Json[] {
  return Array.isArray(value) ? value : invalid();
}

/** The items of a list, an item that stands in it many times but once: so that writing them out costs no more than they have. */
function distinct(value: Json | undefined, invalid: Invalid): Json[] {
  return [...new Set(listOf(value, invalid))];
}

function numberOf(value: Json | undefined, invalid: Invalid): number {
  return typeof value === 'number' ? value : invalid();
}

function wholeOf(value: Json | undefined, invalid: Invalid): number {
  return 0 + Math.trunc(numberOf(value, invalid));
}

function intOf(number: number, invalid: Invalid): number {
  return number >= LEAST_INT && number <= MOST_INT ? number : invalid();
}

function shortTextOf(value: Json | undefined, invalid: Invalid): string {
  return typeof value === 'string' && value.length <= MOST_CHARACTERS ? value : invalid();
}

function parsed(text: string, invalid: Invalid): Json {
  try {
    return JSON.parse(text);
  } catch {
    return invalid();
  }
}

function jsonText(value: Json, invalid: Invalid): string {
  return typeof value === 'string' ? JSON.stringify(value) : textOf(value, invalid);
}
