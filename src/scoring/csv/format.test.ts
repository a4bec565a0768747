import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pythonFloat, pythonRow } from './format.ts';

describe('a float as Python writes it', () => {
  // Each made by Python 3.11: str(float(...)).
  it.each([
    [1, '1.0'],
    [0, '0.0'],
    [-0, '-0.0'],
    [0.5123456716537476, '0.5123456716537476'],
    [0.0001, '0.0001'],
    [0.00009, '9e-05'],
    [0.0000123, '1.23e-05'],
    [1e-7, '1e-07'],
    [1.5e-100, '1.5e-100'],
    [123456789012345680, '1.2345678901234568e+17'],
    [1e16, '1e+16'],
    [9999999999999998, '9999999999999998.0'],
    [1e22, '1e+22'],
    [-2.5, '-2.5'],
    [Number.NaN, 'nan'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NEGATIVE_INFINITY, '-inf'],
  ])('%d is %s', (value, text) => expect(pythonFloat(value)).toBe(text));

  it('reads back the same', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) =>
        Object.is(Number(pythonFloat(value)), value),
      ),
    );
  });

  it('stands in a list where a row has several', () => {
    expect(pythonRow(Float32Array.of(9, 0.25, 1, 0.5), 1, 3)).toBe('[0.25, 1.0, 0.5]');
    expect(pythonRow(Float32Array.of(9, 0.25), 1, 1)).toBe('0.25');
  });
});
