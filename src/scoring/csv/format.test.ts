import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFloat, LONGEST_NUMBER, pythonFloat, writePrediction } from './format.ts';

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

  it('and JSON has no words for is written as json.dumps writes it', () => {
    expect([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(jsonFloat)).toEqual([
      ...['NaN', 'Infinity', '-Infinity'],
    ]);
  });

  it('reads back the same', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) =>
        Object.is(Number(pythonFloat(value)), value),
      ),
    );
  });
});

describe('a float32 written as bytes', () => {
  const written = (value: number) => {
    const bytes = new Uint8Array(LONGEST_NUMBER + 1).fill(0x78);
    const end = writePrediction(value, bytes, 0);
    expect(bytes[LONGEST_NUMBER]).toBe(0x78);
    return Buffer.from(bytes.subarray(0, end)).toString();
  };

  it('is what Python writes, whatever it is', () => {
    const any = fc.float();
    const probability = fc.float({ min: 0, max: 1, noNaN: true });
    const usual = fc.float({ min: -1000, max: 1000, noNaN: true });
    for (const value of [any, probability, usual])
      fc.assert(
        fc.property(value, (number) => {
          expect(written(number)).toBe(pythonFloat(number));
        }),
        { numRuns: 20_000 },
      );
  });

  it('is so beside powers of two and of ten, and for short decimals', () => {
    const beside = (number: number) => {
      const float = new Float32Array([number]);
      const bits = new Int32Array(float.buffer);
      return [-2, -1, 0, 1, 2].map((step) => {
        float[0] = number;
        bits[0]! += step;
        return float[0]!;
      });
    };
    const powers = Array.from({ length: 60 }, (_, power) => [2 ** (power - 30), 10 ** (power / 3 - 10)]).flat();
    const decimals = Array.from({ length: 3000 }, (_, index) => [index / 1000, index / 8, index]).flat();
    for (const number of [...powers.flatMap(beside), ...decimals.map(Math.fround)])
      expect(written(number)).toBe(pythonFloat(number));
  });
});
