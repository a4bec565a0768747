/**
 * The syntax of JavaScript's regular expressions without the flags `u` and `v`, which are those of JSONata. The library has had
 * each of them checked by the platform: what is read here is well-formed, and only its structure is wanted.
 */
import { type CharacterSet, classEscape, DOT, rangesOf, setOf } from './characters.ts';

export type RegexNode =
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'group'; readonly index: number; readonly body: RegexNode }
  | {
      readonly kind: 'repeat';
      readonly body: RegexNode;
      readonly least: number;
      readonly most: number;
      readonly greedy: boolean;
      readonly groups: readonly [number, number];
    }
  | { readonly kind: 'look'; readonly body: RegexNode; readonly ahead: boolean; readonly wanted: boolean }
  | { readonly kind: 'backreference'; readonly index: number }
  | { readonly kind: 'assertion'; readonly what: 'start' | 'end' | 'boundary' | 'no-boundary' };

export type ParsedRegex = { readonly body: RegexNode; readonly groups: number };

/** Thrown for what this engine does not run. */
export type UnsupportedRegex = Error & { readonly unsupportedRegex: true };
export const unsupportedRegex = (message: string): UnsupportedRegex =>
  Object.assign(new Error(message), { unsupportedRegex: true as const });
export const isUnsupportedRegex = (error: unknown): error is UnsupportedRegex =>
  error instanceof Error && 'unsupportedRegex' in error;

type Reader = {
  readonly source: string;
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly names: readonly (string | undefined)[];
  at: number;
  group: number;
};

export function parseRegex(regex: RegExp): ParsedRegex {
  const { source, ignoreCase, multiline } = regex;
  const names = groupNames(source);
  const reader: Reader = { source, ignoreCase, multiline, names, at: 0, group: 0 };
  return { body: choice(reader), groups: names.length };
}

/** One entry to a capturing group, in order. */
function groupNames(source: string): (string | undefined)[] {
  const names: (string | undefined)[] = [];
  let inClass = false;
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at];
    if (character === '\\') at += 1;
    else if (character === '[') inClass = true;
    else if (character === ']') inClass = false;
    else if (character === '(' && !inClass) {
      const name = /^\(\?<([^=!>][^>]*)>/.exec(source.slice(at, at + 200));
      if (name) names.push(name[1]);
      else if (source[at + 1] !== '?') names.push(undefined);
    }
  }
  return names;
}

const peek = (reader: Reader, text: string): boolean => reader.source.startsWith(text, reader.at);

function take(reader: Reader, text: string): boolean {
  if (!peek(reader, text)) return false;
  reader.at += text.length;
  return true;
}

function choice(reader: Reader): RegexNode {
  const parts = [sequence(reader)];
  while (take(reader, '|')) parts.push(sequence(reader));
  return parts.length === 1 ? (parts[0] as RegexNode) : { kind: 'choice', parts };
}

function sequence(reader: Reader): RegexNode {
  const parts: RegexNode[] = [];
  while (reader.at < reader.source.length && !peek(reader, '|') && !peek(reader, ')')) {
    const before = reader.group;
    parts.push(quantified(reader, atom(reader), before));
  }
  return { kind: 'sequence', parts };
}

const QUANTIFIER = /(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})(\??)/y;

function quantified(reader: Reader, body: RegexNode, groupsBefore: number): RegexNode {
  QUANTIFIER.lastIndex = reader.at;
  const found = QUANTIFIER.exec(reader.source);
  if (!found) return body;
  const [text, from, comma, to, lazy] = found;
  reader.at += text.length;
  const [least, most] =
    from === undefined
      ? [text.startsWith('+') ? 1 : 0, text.startsWith('?') ? 1 : Number.POSITIVE_INFINITY]
      : [Number(from), comma === undefined ? Number(from) : to ? Number(to) : Number.POSITIVE_INFINITY];
  return { kind: 'repeat', body, least, most, greedy: lazy === '', groups: [groupsBefore, reader.group] };
}

const LOOKS = [
  ['(?=', true, true],
  ['(?!', true, false],
  ['(?<=', false, true],
  ['(?<!', false, false],
] as const;

function atom(reader: Reader): RegexNode {
  for (const [opening, ahead, wanted] of LOOKS)
    if (take(reader, opening)) return { kind: 'look', ahead, wanted, body: closed(reader) };
  if (take(reader, '(?:')) return closed(reader);
  if (peek(reader, '(?') && !peek(reader, '(?<'))
    throw unsupportedRegex('Modifiers in a regular expression, such as (?i:…), are not supported');
  if (take(reader, '(')) {
    if (take(reader, '?<')) reader.at = reader.source.indexOf('>', reader.at) + 1;
    reader.group += 1;
    const index = reader.group;
    return { kind: 'group', index, body: closed(reader) };
  }
  if (take(reader, '^')) return { kind: 'assertion', what: 'start' };
  if (take(reader, '$')) return { kind: 'assertion', what: 'end' };
  if (take(reader, '.')) return { kind: 'set', set: DOT };
  if (take(reader, '[')) return { kind: 'set', set: bracketed(reader) };
  if (take(reader, '\\')) return escaped(reader);
  return literal(reader, reader.source.charCodeAt(reader.at++));
}

function closed(reader: Reader): RegexNode {
  const body = choice(reader);
  reader.at += 1;
  return body;
}

const literal = ({ ignoreCase }: Reader, code: number): RegexNode => ({
  kind: 'set',
  set: setOf([[code, code]], false, ignoreCase),
});

function escaped(reader: Reader): RegexNode {
  const { source, names, ignoreCase } = reader;
  if (take(reader, 'b')) return { kind: 'assertion', what: 'boundary' };
  if (take(reader, 'B')) return { kind: 'assertion', what: 'no-boundary' };
  if (names.some((name) => name !== undefined) && take(reader, 'k<')) {
    const end = source.indexOf('>', reader.at);
    const index = names.indexOf(source.slice(reader.at, end)) + 1;
    reader.at = end + 1;
    return { kind: 'backreference', index };
  }
  const digits = /^[1-9]\d*/.exec(source.slice(reader.at, reader.at + 10));
  if (digits && Number(digits[0]) <= names.length) {
    reader.at += digits[0].length;
    return { kind: 'backreference', index: Number(digits[0]) };
  }
  const set = classEscape(source[reader.at] ?? '', ignoreCase);
  if (set) {
    reader.at += 1;
    return { kind: 'set', set };
  }
  return literal(reader, characterEscape(reader));
}

const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };

/** The code of what is written behind a backslash, where that is one character. */
function characterEscape(reader: Reader): number {
  const rest = reader.source.slice(reader.at, reader.at + 6);
  const hex = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))/.exec(rest);
  const octal = /^(?:[0-3][0-7]{0,2}|[4-7][0-7]?)/.exec(rest);
  const control = /^c([A-Za-z])/.exec(rest);
  const found = hex ?? octal ?? control;
  if (found) {
    reader.at += found[0].length;
    if (hex) return Number.parseInt(hex[1] ?? hex[2] ?? '', 16);
    return control ? control[1]!.charCodeAt(0) % 32 : Number.parseInt(found[0], 8);
  }
  // A `\c` that is none is a backslash.
  if (rest.startsWith('c')) return 0x5c;
  reader.at += 1;
  return CONTROLS[rest[0] ?? ''] ?? rest.charCodeAt(0);
}

function bracketed(reader: Reader): CharacterSet {
  const inverted = take(reader, '^');
  const ranges: (readonly [number, number])[] = [];
  while (!take(reader, ']')) {
    const from = member(reader);
    const dash = peek(reader, '-') && reader.source[reader.at + 1] !== ']';
    if (!dash) {
      ranges.push(...rangesOf(from));
      continue;
    }
    reader.at += 1;
    const to = member(reader);
    if (typeof from === 'number' && typeof to === 'number') ranges.push([from, to]);
    else ranges.push(...rangesOf(from), ...rangesOf(to), [0x2d, 0x2d]);
  }
  return setOf(ranges, inverted, reader.ignoreCase);
}

/** A character, or the letter of a class such as `\d`. */
function member(reader: Reader): number | string {
  if (!take(reader, '\\')) return reader.source.charCodeAt(reader.at++);
  const next = reader.source[reader.at] ?? '';
  if ('dDsSwW'.includes(next)) {
    reader.at += 1;
    return next;
  }
  if (take(reader, 'b')) return 8;
  if (take(reader, '-')) return 0x2d;
  const control = /^c[\d_]/.exec(reader.source.slice(reader.at, reader.at + 2));
  if (!control) return characterEscape(reader);
  reader.at += 2;
  return control[0].charCodeAt(1) % 32;
}
