/** Reads a filter pattern letter by letter: what its three forms have in common. */
import { patternError } from './errors.ts';
import { compileRegex, type Regex } from './regex.ts';
import { type Operator, type Test, testOf } from './values.ts';

/** Regular expressions in one pattern. */
const MOST_REGEXES = 2;
const OPERATORS: readonly Operator[] = ['!=', '<=', '>=', '=', '<', '>'];

export type Reader = {
  /** Skips blanks, then answers whether this comes next, and takes it if so. */
  take(text: string): boolean;
  /** As `take`; what follows must not go on with the word. */
  takeWord(word: string): boolean;
  /** Skips blanks; what a sticky pattern matches here, taken. */
  match(pattern: RegExp): string | undefined;
  /** Whether nothing but blanks is left. */
  ended(): boolean;
  /** The next character, a blank also; empty at the end. */
  following(): string;
  /** `"…"`, with `\"` and `\\`; undefined when none comes next. */
  quoted(): string | undefined;
  /** `%…%`; undefined when none comes next. */
  regex(): Regex | undefined;
  /** An operator and what is compared with; undefined when no operator comes next. */
  comparison(): Test | undefined;
  refuse(why: string): Error;
};

export function readerOf(text: string): Reader {
  let at = 0;
  let regexes = 0;

  function skip(): void {
    while (at < text.length && /\s/.test(text[at]!)) at += 1;
  }
  function take(expected: string): boolean {
    skip();
    if (!text.startsWith(expected, at)) return false;
    at += expected.length;
    return true;
  }
  const rest = () => (at >= text.length ? 'its end' : `'${text.slice(at, at + 20)}'`);
  const refuse = (why: string) => patternError(`${why}, at ${rest()} (character ${at + 1}).`);

  function match(pattern: RegExp): string | undefined {
    skip();
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined || found === '') return undefined;
    at += found.length;
    return found;
  }
  function quoted(): string | undefined {
    if (!take('"')) return undefined;
    let content = '';
    for (; at < text.length; at += 1) {
      if (text[at] === '"') {
        at += 1;
        return content;
      }
      if (text[at] === '\\' && (text[at + 1] === '"' || text[at + 1] === '\\')) at += 1;
      content += text[at];
    }
    throw refuse('A quotation mark is not closed');
  }
  function regex(): Regex | undefined {
    if (!take('%')) return undefined;
    const begin = at;
    while (at < text.length && text[at] !== '%') at += text[at] === '\\' ? 2 : 1;
    if (at >= text.length) throw refuse("A regular expression has no closing '%'");
    regexes += 1;
    if (regexes > MOST_REGEXES) throw refuse(`A filter pattern holds ${MOST_REGEXES} regular expressions at most`);
    at += 1;
    return compileRegex(text.slice(begin, at - 1));
  }
  function comparison(): Test | undefined {
    const operator = OPERATORS.find(take);
    if (operator === undefined) return undefined;
    const text = quoted();
    if (text !== undefined) return testOf(operator, { kind: 'text', text }, refuse);
    const expression = regex();
    if (expression) return testOf(operator, { kind: 'regex', regex: expression }, refuse);
    const bare = match(/[^\s,()[\]{}"%&|=<>!]+/uy);
    if (bare === undefined) throw refuse(`A value is missing after '${operator}'`);
    return testOf(operator, { kind: 'bare', text: bare }, refuse);
  }
  return {
    ...{ take, match, quoted, regex, comparison, refuse },
    following: () => text[at] ?? '',
    takeWord(expected) {
      skip();
      if (!text.startsWith(expected, at) || /[\w$]/.test(text[at + expected.length] ?? '')) return false;
      at += expected.length;
      return true;
    },
    ended() {
      skip();
      return at >= text.length;
    },
  };
}

/** `a && b || (c)`: `&&` binds more closely. @param unit reads one condition */
export function readConditions<T>(reader: Reader, unit: () => (subject: T) => boolean): (subject: T) => boolean {
  const factor = () => {
    if (!reader.take('(')) return unit();
    const inner = readConditions(reader, unit);
    if (!reader.take(')')) throw reader.refuse("A ')' is missing");
    return inner;
  };
  const term = () => {
    const all = [factor()];
    while (reader.take('&&')) all.push(factor());
    return all.length === 1 ? all[0]! : (subject: T) => all.every((one) => one(subject));
  };
  const any = [term()];
  while (reader.take('||')) any.push(term());
  return any.length === 1 ? any[0]! : (subject: T) => any.some((one) => one(subject));
}
