/**
 * Filter patterns of terms: `ERROR "exact phrase" -excluded`, `?either ?or`, `%regex%`. Terms are looked for as they are
 * written, anywhere in the event.
 */
import type { FilterPattern } from './pattern.ts';
import { readerOf } from './reader.ts';

type Kind = 'wanted' | 'excluded' | 'optional';
type Found = (message: string) => boolean;

/** Letters, digits and `_`; everything else is to be quoted. */
const WORD = /[\p{L}\p{N}_]+/uy;

export function parseTerms(text: string): FilterPattern {
  const reader = readerOf(text);
  const terms: Record<Kind, Found[]> = { wanted: [], excluded: [], optional: [] };
  while (!reader.ended()) {
    const kind: Kind = reader.take('-') ? 'excluded' : reader.take('?') ? 'optional' : 'wanted';
    terms[kind].push(term());
  }
  const { wanted, excluded, optional } = terms;
  // As AWS documents it: '?' says something only where all terms have it.
  const either = wanted.length === 0 && excluded.length === 0 ? optional : [];
  return {
    matches: (message) =>
      wanted.every((found) => found(message)) &&
      !excluded.some((found) => found(message)) &&
      (either.length === 0 || either.some((found) => found(message))),
    extract: () => ({}),
  };

  function term(): Found {
    const phrase = reader.quoted();
    if (phrase !== undefined) return phrase.trim() === '' ? () => true : (message) => message.includes(phrase);
    const regex = reader.regex();
    if (regex) return regex.test;
    const word = reader.match(WORD);
    if (word === undefined) throw reader.refuse('Invalid character(s) in term: put it into double quotation marks');
    if (!/^(\s|$)/.test(reader.following())) {
      throw reader.refuse(`Invalid character(s) in term '${word}…': put it into double quotation marks`);
    }
    return (message) => message.includes(word);
  }
}
