import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answersOf, joined, partsOf, predictionColumns, rowsOf } from './parts.ts';

const rows = (text: string, hasHeader = true) => {
  const found = rowsOf(Buffer.from(text), hasHeader, 'f.csv');
  return { header: found.header?.toString(), rows: found.rows.map(String) };
};

describe('the rows of a file', () => {
  it('leaves out line breaks, empty lines and a byte order mark', () => {
    expect(rows('\u{feff}a,b\r\n1,2\r\n\r\n3,4')).toEqual({ header: 'a,b', rows: ['1,2', '3,4'] });
    expect(rows('1,2\n', false)).toEqual({ header: undefined, rows: ['1,2'] });
  });

  it('keeps a row whose quotes hold a line break', () => {
    expect(rows('a\n"x\ny"\nz\n')).toEqual({ header: 'a', rows: ['"x\ny"', 'z'] });
  });

  it('were scored with fields missing, as if they were whole', () => {
    expect(() => rows('a,b\n1,2\n3\n')).toThrow(/^Row 2 of f\.csv has 1 field, and the header line 2\./);
    expect(() => rows('1,2\n3,4,5\n', false)).toThrow(/^Row 2 of f\.csv has 3 fields, and the first row 2\./);
    expect(rows('a,b\n"1,1",2\n"x""y",\n').rows).toEqual(['"1,1",2', '"x""y",']);
  });

  it('were sent to the model with a quote that nobody closes', () => {
    expect(() => rows('a,b\n1,2\n3,"4\n5,6\n')).toThrow(/^Row 2 of f\.csv opens a quote that is never closed\./);
  });

  it('says so when there is none', () => {
    expect(() => rows('a,b\n')).toThrow(/f\.csv has no row below its header line.*--no-header/);
    expect(() => rows('', false)).toThrow(/f\.csv has no row\./);
  });
});

describe('parts', () => {
  const line = fc.stringMatching(/^[a-z]{1,12}$/).map((text) => Buffer.from(text));

  it('hold every row once and in order, each part below the limit and with the header', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 40 }), fc.integer({ min: 18, max: 60 }), (lines, limit) => {
        const parts = partsOf(lines, Buffer.from('head'), limit).map(String);
        expect(parts.every((part) => part.length <= limit && part.startsWith('head\n') && part.endsWith('\n'))).toBe(
          true,
        );
        expect(parts.map((part) => part.slice('head\n'.length)).join('')).toBe(
          lines.map((each) => `${each}\n`).join(''),
        );
      }),
    );
  });

  it('give a row that is larger than the limit a part of its own', () => {
    expect(partsOf(['1', '22222222', '3'].map(Buffer.from), undefined, 4).map(String)).toEqual([
      '1\n',
      '22222222\n',
      '3\n',
    ]);
  });
});

describe('joining', () => {
  const source = rowsOf(Buffer.from('id,name\n1,"a, b"\n2,c\n'), true, 'f.csv');

  it('puts each answer behind its row, byte for byte', () => {
    expect(joined(source, answersOf(['0.5\n', '\n0.25']), 'f.csv').toString()).toBe(
      'id,name,prediction\n1,"a, b",0.5\n2,c,0.25\n',
    );
    expect(joined({ ...source, header: undefined }, ['0', '1'], 'f.csv').toString()).toBe('1,"a, b",0\n2,c,1\n');
  });

  it('names several columns', () => {
    expect(predictionColumns('0.1,0.9')).toEqual(['prediction_1', 'prediction_2']);
  });

  it('joins nothing when the numbers differ', () => {
    expect(() => joined(source, ['1'], 'f.csv')).toThrow(/gave 1 answers to the 2 rows of f\.csv/);
  });
});
