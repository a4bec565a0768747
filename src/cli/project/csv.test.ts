import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitRows } from './csv.ts';

const split = (text: string, share: number) => {
  const { train, validation, rows } = splitRows(Buffer.from(text), share);
  return { train: train.toString(), validation: validation.toString(), rows };
};

describe('splitting rows', () => {
  it('gives the first share to train and the rest to validation, the header to both', () => {
    expect(split('h\n1\n2\n3\n4\n5\n', 0.8)).toEqual({ train: 'h\n1\n2\n3\n4\n', validation: 'h\n5\n', rows: 5 });
  });

  it('rounds the share down', () => {
    expect(split('h\n1\n2\n3\n', 0.5)).toMatchObject({ train: 'h\n1\n', validation: 'h\n2\n3\n' });
  });

  it('counts a last row without a line break, and keeps carriage returns', () => {
    expect(split('h\r\n1\r\n2', 0.5)).toEqual({ train: 'h\r\n1\r\n', validation: 'h\r\n2', rows: 2 });
  });

  it('does not cut inside a quoted field', () => {
    expect(split('h\n"a\nb ""c"" \n"\nd\n', 0.5)).toMatchObject({ train: 'h\n"a\nb ""c"" \n"\n', rows: 2 });
  });

  it('knows a file without rows', () => {
    expect(split('', 0.5).rows).toBe(0);
    expect(split('h', 0.5).rows).toBe(0);
    expect(split('h\n', 0.5)).toEqual({ train: 'h\n', validation: 'h\n', rows: 0 });
  });

  it('loses no byte and doubles none but the header', () => {
    const row = fc.oneof(fc.stringMatching(/^[a-z,]{0,8}$/), fc.stringMatching(/^"[a-z,\n]{0,8}"$/));
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 30 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (rows, share) => {
          const text = `head\n${rows.map((one) => `${one}\n`).join('')}`;
          const parts = split(text, share);
          expect(parts.rows).toBe(rows.length);
          expect(parts.train + parts.validation.slice('head\n'.length)).toBe(text);
          expect(split(parts.train, 0.5).rows).toBe(Math.floor(rows.length * share));
        },
      ),
    );
  });
});
