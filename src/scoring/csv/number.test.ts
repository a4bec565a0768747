import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cursor, numberAt } from './number.ts';

function read(field: string, after = '\n'): number {
  const bytes = new TextEncoder().encode(`${field}${after}`);
  const value = Math.fround(numberAt(bytes, 0));
  expect(cursor.at).toBe(new TextEncoder().encode(field).length);
  return value;
}

/** Padded with zeros, or written with an exponent: other texts of the same number. */
const written = fc
  .tuple(fc.double({ noNaN: true, min: -3e38, max: 3e38 }), fc.integer({ min: 0, max: 3 }), fc.nat({ max: 30 }))
  .map(([value, way, digits]) => {
    if (way === 0) return String(value);
    if (way === 1) return value.toExponential(Math.min(digits, 20));
    if (way === 2) return `  ${value}\t`;
    return Math.abs(value) < 1e20 ? value.toFixed(digits) : String(value);
  });

describe('a number of a field', () => {
  it('is what its text is worth, as a float32', () => {
    fc.assert(
      fc.property(written, fc.constantFrom('\n', '\r\n', ',1\n'), (text, after) => {
        expect(read(text, after)).toBe(Math.fround(Number(text)));
      }),
      { numRuns: 5000 },
    );
  });

  it('is exact for many digits, beside the middle of two floats too', () => {
    // 1 + 2^-24 lies in the middle of two float32: what follows it decides.
    const middle = '1.000000059604644775390625';
    for (const text of [middle, `${middle}1`, `${middle.slice(0, -1)}4`, `${middle}0000000000000000000001`])
      expect(read(text)).toBe(Math.fround(Number(text)));
    const digits = fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 40 }).map((all) => all.join(''));
    fc.assert(
      fc.property(digits, digits, (whole, part) => {
        const text = `${whole.slice(0, 30)}.${part}`;
        expect(read(text)).toBe(Math.fround(Number(text)));
      }),
      { numRuns: 3000 },
    );
  });

  it.each(['', '  ', 'nan', 'NaN', '-nan', ' NAN '])('is missing where "%s" stands', (text) => {
    expect(read(text)).toBeNaN();
    expect(read(text, ',2\n')).toBeNaN();
  });

  it.each([
    ['5.', 5],
    ['.5', 0.5],
    ['+3', 3],
    ['-0', -0],
    ['1E3', 1000],
    ['1e-50', 0],
    ['000012', 12],
    ['3.4028235677973362e38', 3.4028234663852886e38],
  ])('reads %s', (text, value) => expect(read(text)).toBe(value));

  it.each([
    ['inf', /infinite/],
    ['-Infinity', /infinite/],
    ['1e39', /too large for a float32/],
    ['9'.repeat(400), /too large/],
    ['"1.5"', /quoted/],
    ['age', /"age" is not a number/],
    ['1_000', /not a number/],
    ['0x10', /not a number/],
    ['1.2.3', /not a number/],
    ['1e', /not a number/],
    ['--1', /not a number/],
    ['-', /not a number/],
    ['.', /not a number/],
    ['1 2', /not a number/],
    ['١٢', /not a number/],
    ['\ufeff1', /not a number/],
  ])('refuses %s', (text, says) => expect(() => read(text)).toThrow(says));
});
