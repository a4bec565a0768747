/**
 * `wildcard`: `*` stands for any characters, none included; `\*` and `\\` for themselves.
 *
 * W1. Matching takes time in the length of the text, times `MOST_AT_ONCE` at worst: a pattern in which more beginnings of its
 *     pieces could be under way at once at some place of some text is refused, as AWS does.
 */
import { patternFault } from './fault.ts';

/** AWS tells its limit by example only: a text with six stars and a colon between them is beyond it. */
const MOST_AT_ONCE = 10;
export const TOO_COMPLEX =
  'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character';

/** The texts between the stars. @throws patternFault, with places as AWS counts them: in bytes, with the quote before the text */
function piecesOf(pattern: string): string[] {
  const pieces = [''];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at]!;
    const next = pattern[at + 1];
    const place = () => Buffer.byteLength(pattern.slice(0, at)) + 1;
    if (character === '*') {
      if (next === '*') throw patternFault(`Consecutive wildcard characters at pos ${place()}`);
      pieces.push('');
    } else if (character === '\\') {
      if (next !== '*' && next !== '\\') throw patternFault(`Invalid escape character at pos ${place()}`);
      pieces[pieces.length - 1] += next;
      at += 1;
    } else {
      pieces[pieces.length - 1] += character;
    }
  }
  return pieces;
}

/** How many beginnings of a piece can end at one place of a text: as `aa` and `a` of `aab` do in `xaa`. */
function overlaps(piece: string): number {
  /** Of each beginning, the longest shorter one that it ends with; and how many there are, itself included. */
  const border: number[] = [0];
  const depth: number[] = [1];
  for (let end = 1; end < piece.length; end += 1) {
    let length = border[end - 1]!;
    while (length > 0 && piece[length] !== piece[end]) length = border[length - 1]!;
    if (piece[length] === piece[end]) length += 1;
    border.push(length);
    depth.push(length === 0 ? 1 : depth[length - 1]! + 1);
  }
  return piece === '' ? 0 : depth.reduce((most, one) => Math.max(most, one), 0);
}

/** @throws patternFault */
export function wildcardOf(pattern: string): (text: string) => boolean {
  const pieces = piecesOf(pattern);
  if (pieces.length === 1) return (text) => text === pieces[0];
  const [first = '', ...after] = pieces;
  const atOnce = after.reduce((sum, piece) => sum + 1 + overlaps(piece), 0);
  if (atOnce > MOST_AT_ONCE) throw patternFault(TOO_COMPLEX);
  const last = after.at(-1)!;
  const between = after.slice(0, -1);
  const least = first.length + last.length;
  return (text) => {
    if (text.length < least || !text.startsWith(first) || !text.endsWith(last)) return false;
    let from = first.length;
    const end = text.length - last.length;
    for (const piece of between) {
      const found = text.indexOf(piece, from);
      if (found < 0 || found + piece.length > end) return false;
      from = found + piece.length;
    }
    return true;
  };
}
