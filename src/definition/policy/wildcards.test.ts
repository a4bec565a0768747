import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyAction, anyGlob, literalUnits, matches, matchesUnits } from './wildcards.ts';

describe('matches', () => {
  it.each([
    ['*', '', true],
    ['?', '', false],
    ['a*c', 'abbbc', true],
    ['a*c', 'abbb', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['arn:aws:s3:::b/*', 'arn:aws:s3:::b', false],
    ['**a**', 'xax', true],
    ['*ab', 'aab', true],
  ])('%s on %s is %s', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  it('agrees with the regular expression of the pattern', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?') });
    const texts = fc.string({ unit: fc.constantFrom('a', 'b') });
    fc.assert(
      fc.property(letters, texts, (pattern, text) => {
        const expression = new RegExp(`^${pattern.replaceAll(/\*+/g, '.*').replaceAll('?', '.')}$`);
        expect(matches(pattern, text)).toBe(expression.test(text));
      }),
    );
  });

  it('compares actions without regard to case', () => {
    expect(anyAction(['S3:Get*'])('s3:getobject')).toBe(true);
  });

  it('of many patterns, one is enough', () => {
    const any = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '*', '?') }), { maxLength: 4 });
    fc.assert(
      fc.property(any, fc.string({ unit: fc.constantFrom('a', 'b') }), (patterns, text) => {
        expect(anyGlob(patterns)(text)).toBe(patterns.some((pattern) => matches(pattern, text)));
      }),
    );
  });

  it('takes a text literally where it is told to', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(matchesUnits(literalUnits(one), other)).toBe(one === other);
      }),
    );
  });
});
