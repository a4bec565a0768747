/**
 * Searching a long log: which lines hold a text, whatever its case. `findSome` does a part and says where to go on, so that
 * a search through millions of lines never keeps the page from answering.
 */
import { plainText } from './ansi.ts';

export type Found = { matches: number[]; next: number };

/** Reads on from `from` until `enough` says so (asked every 1,024 lines); appends to `matches` the lines that hold `needle`. */
export function findSome(
  lines: readonly { text: string }[],
  needle: string,
  from: number,
  matches: number[],
  enough: () => boolean,
): Found {
  const wanted = needle.toLowerCase();
  let at = from;
  while (at < lines.length) {
    if (plainText(lines[at]!.text).toLowerCase().includes(wanted)) matches.push(at);
    at += 1;
    if (at % 1024 === 0 && enough()) break;
  }
  return { matches, next: at };
}

/** Where in `matches` (ascending) the first at or after `line` stands; its length when there is none. */
export function firstFrom(matches: readonly number[], line: number): number {
  let low = 0;
  let high = matches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (matches[middle]! < line) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A text cut where `needle` occurs: pieces at odd places are what was found. */
export function cutAt(text: string, needle: string): string[] {
  if (needle === '') return [text];
  const low = text.toLowerCase();
  // Letters whose lower case is longer (İ) would shift every place behind them: such a text is marked as a whole or not at all.
  if (low.length !== text.length) return low.includes(needle.toLowerCase()) ? ['', text, ''] : [text];
  const wanted = needle.toLowerCase();
  const pieces: string[] = [];
  let from = 0;
  for (let at = low.indexOf(wanted); at >= 0; at = low.indexOf(wanted, from)) {
    pieces.push(text.slice(from, at), text.slice(at, at + wanted.length));
    from = at + wanted.length;
  }
  pieces.push(text.slice(from));
  return pieces;
}
