/** Sets of characters (UTF-16 code units), as regular expressions name them. */

/** Whether a code unit is in the set. `only`: its one member, where there is but one. */
export type CharacterSet = { readonly has: (code: number) => boolean; readonly only: number | undefined };
export type Range = readonly [number, number];

/** How two letters are compared when case does not matter: by their capitals, where both are single characters of one kind. */
export function canonical(code: number): number {
  const capital = String.fromCharCode(code).toUpperCase();
  if (capital.length !== 1) return code;
  const found = capital.charCodeAt(0);
  return code >= 128 && found < 128 ? code : found;
}

const TABLE_SIZE = 256;

export function setOf(ranges: readonly Range[], inverted: boolean, ignoreCase: boolean): CharacterSet {
  const inRanges = (code: number) => ranges.some(([from, to]) => code >= from && code <= to);
  const holds = ignoreCase ? (code: number) => variants(code).some(inRanges) : inRanges;
  const table = Uint8Array.from({ length: TABLE_SIZE }, (_none, code) => (holds(code) === inverted ? 0 : 1));
  const [first] = ranges;
  const single = ranges.length === 1 && first && first[0] === first[1] && !inverted;
  return {
    has: (code) => (code < TABLE_SIZE ? table[code] === 1 : holds(code) !== inverted),
    only: single && (!ignoreCase || variants(first[0]).length === 1) ? first[0] : undefined,
  };
}

/** A character and the others that are the same but for case. */
function variants(code: number): number[] {
  const wanted = canonical(code);
  const character = String.fromCharCode(code);
  const candidates = [
    character,
    character.toLowerCase(),
    character.toUpperCase(),
    String.fromCharCode(wanted).toLowerCase(),
  ];
  const codes = candidates.filter((one) => one.length === 1).map((one) => one.charCodeAt(0));
  return [...new Set(codes)].filter((one) => canonical(one) === wanted);
}

const DIGITS: readonly Range[] = [[0x30, 0x39]];
const WORDS: readonly Range[] = [...DIGITS, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
const SPACES: readonly Range[] = [
  [9, 13],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
const CLASSES: Readonly<Record<string, readonly Range[]>> = { d: DIGITS, w: WORDS, s: SPACES };

/** The ranges of a character, or of a class by its letter; a capital letter's are all others. */
export function rangesOf(member: number | string): readonly Range[] {
  if (typeof member === 'number') return [[member, member]];
  const ranges = CLASSES[member.toLowerCase()] ?? [];
  return member === member.toLowerCase() ? ranges : complement(ranges);
}

function complement(ranges: readonly Range[]): Range[] {
  const others: Range[] = [];
  let next = 0;
  for (const [from, to] of ranges) {
    if (from > next) others.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= 0xffff) others.push([next, 0xffff]);
  return others;
}

export const newline = (code: number): boolean => code === 10 || code === 13 || code === 0x2028 || code === 0x2029;
export const wordCharacter = (code: number): boolean => WORDS.some(([from, to]) => code >= from && code <= to);

export const DOT: CharacterSet = { has: (code) => !newline(code), only: undefined };

/** `\d` and its like. */
export function classEscape(letter: string, ignoreCase: boolean): CharacterSet | undefined {
  return letter !== '' && 'dDsSwW'.includes(letter) ? setOf(rangesOf(letter), false, ignoreCase) : undefined;
}
