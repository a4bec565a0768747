import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matches, matchesAction } from './wildcards.ts';

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
    expect(matchesAction('s3:Get*', 'S3:getobject')).toBe(true);
  });
});
