/** Regular expressions against the platform's own, and that matching which explodes is stopped. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newBudget } from '../limits.ts';
import { scopeOf } from '../testing.ts';
import type { Run } from '../values.ts';
import { compileRegex } from './regex.ts';

const newRun = (): Run => ({ ...newBudget(), scope: scopeOf(null), root: undefined, tail: undefined });

type Found = { start: number; end: number; groups: (string | undefined)[] };

function native(regex: RegExp, text: string): Found[] {
  const found: Found[] = [];
  for (const match of text.matchAll(new RegExp(regex.source, regex.flags)))
    found.push({ start: match.index, end: match.index + match[0].length, groups: match.slice(1) });
  return found;
}

/** All matches; behind an empty one the search goes on one character further, as `matchAll` does. */
function own(regex: RegExp, text: string): Found[] {
  const pattern = compileRegex(regex);
  const run = newRun();
  const found: Found[] = [];
  for (let from = 0; from <= text.length; ) {
    const match = pattern.exec(text, from, run);
    if (!match) break;
    found.push({ start: match.start, end: match.end, groups: [...match.groups] });
    from = match.end === match.start ? match.end + 1 : match.end;
  }
  return found;
}

/** What a linter would not let stand as a literal. */
const written = (source: string) => new RegExp(source, 'g');

const CASES: [RegExp, string][] = [
  [/a(b+)/g, 'ababbb'],
  [/^hello\$/g, 'hello$world'],
  [/(?<year>\d{4})-(?<month>\d\d)/g, 'on 2026-11 and 2025-01'],
  [/(a*)*/g, 'b'],
  [/(z)((a+)?(b+)?(c))*/g, 'zaacbbbcac'],
  [/(?=(a+))a*b\1/g, 'baaabac'],
  [written('(.*?)a(?!(a+)b\\2c)\\2(.*)'), 'baaabaac'],
  [/(?<=\$)\d+(\.\d*)?/g, '$10.50 and 20'],
  [/(?<=(\d+)(\d+))$/g, '1053'],
  [/(?<=\1(a))b/g, 'aab'],
  [/(?<!a)b/gi, 'abBb'],
  [/\bfoo\b/g, 'foo foobar barfoo foo'],
  [/\Boo/g, 'foo oo'],
  [/[^a-c\d]+/g, 'abc123xyz-'],
  [/[\w-]+@[\w.-]+/g, 'mail a-b@c.d now'],
  [/x{2,3}?/g, 'xxxxx'],
  [/(ab){2}/g, 'ababab'],
  [/a{,3}/g, 'a{,3}'],
  [/a]b}/g, 'a]b}'],
  [written('[]'), 'a'],
  [written('[^]'), 'a\n'],
  [written('\\u0041\\x42\\103\\cJ'), 'ABC\n'],
  [/\0/g, '\0'],
  [/ÀÉ/gi, 'àé'],
  [/σ/gi, 'Σςσ'],
  [/ß/gi, 'ßSS'],
  [/K/gi, 'kK'],
  [/^b$/gm, 'a\nb\nc'],
  [/a|ab|abc/g, 'abcab'],
  [/(?:a|ab)(?:c|bcd)(?:d*)/g, 'abcd'],
  [/((a)|(b))*/g, 'ab'],
  [/\k/g, 'k'],
  [written('\\8'), '8'],
  [/(?:)/g, 'ab'],
  [/()|/g, 'a'],
  [/(?=a)*b/g, 'ab'],
  [/(a?)??b/g, 'ab'],
  [/(?:a*?)*c/g, 'aaac'],
];

describe('a regular expression', () => {
  it.each(CASES)('%s finds in %j what the platform finds', (regex, text) => {
    expect(own(regex, text)).toEqual(native(regex, text));
  });

  const leaf = fc.constantFrom('a', 'b', 'c', '.', '[ab]', '[^a]', '\\w', '\\d', '\\b', '^', '$', '1', '\\1', '(?:)');
  const { source } = fc.letrec<{ source: string }>((tie) => ({
    source: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.tuple(tie('source'), tie('source')).map(([one, other]) => one + other),
      fc.tuple(tie('source'), tie('source')).map(([one, other]) => `(?:${one}|${other})`),
      tie('source').map((one) => `(${one})`),
      fc
        .tuple(tie('source'), fc.constantFrom('*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}', '{0,2}?', '{1,}'))
        .map(([one, quantifier]) => `(?:${one})${quantifier}`),
      fc
        .tuple(fc.constantFrom('(?=', '(?!', '(?<=', '(?<!'), tie('source'))
        .map(([opening, one]) => `${opening}${one})`),
    ),
  }));

  it('finds what the platform finds, whatever the expression', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'A', '1', '\n'), maxLength: 8 });
    fc.assert(
      fc.property(source, fc.constantFrom('g', 'gi', 'gm'), text, (pattern, flags, subject) => {
        const regex = new RegExp(pattern, flags);
        expect(own(regex, subject)).toEqual(native(regex, subject));
      }),
      { numRuns: 1_500 },
    );
  });

  it.each([
    [/^(a+)+$/g, `${'a'.repeat(40)}b`],
    [/(x+x+)+y/g, 'x'.repeat(200)],
    [/(.*)*\1(?=q)/g, 'ab'.repeat(100)],
    [/x*y/g, 'x'.repeat(20_000)],
    [/(?:a?){200}a{200}/g, 'a'.repeat(200)],
    [/(a|b)*c/g, 'ab'.repeat(100_000)],
  ])('%s is stopped when its matching explodes', (regex, text) => {
    const run = newRun();
    expect(() => compileRegex(regex).exec(text, 0, run)).toThrow(/^Expression evaluation (timeout|memory limit)/);
    expect(run.left).toBeGreaterThan(-10_000);
  });

  it('is refused by name where the engine does not read it', () => {
    expect(() => compileRegex(/(?:(?:a{100}){100}){100}/g)).toThrow(/too large/);
    expect(() => compileRegex(/(?i:a)b/g)).toThrow(/Modifiers/);
  });
});
