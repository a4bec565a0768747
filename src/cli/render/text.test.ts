import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, harmless, pad, table, widthOf, wrap } from './text.ts';

const RED = (text: string) => `\u001b[31m${text}\u001b[39m`;

describe('widths', () => {
  it('do not count colours, and count wide characters twice', () => {
    expect(widthOf(RED('abc'))).toBe(3);
    expect(widthOf('日本')).toBe(4);
    expect(widthOf('e\u0301')).toBe(1);
  });

  it('fill up to a column', () => {
    expect(pad(RED('ab'), 4)).toBe(`${RED('ab')}  `);
    expect(pad('abcde', 4)).toBe('abcde');
  });
});

describe('cutting', () => {
  it('marks the cut and closes colours', () => {
    expect(cut('DataPreProcessing', 8, '…')).toBe('DataPre…');
    expect(cut(RED('DataPreProcessing'), 8, '…')).toBe('\u001b[31mDataPre…\u001b[0m');
    expect(cut('short', 8, '…')).toBe('short');
  });

  it('never gives more than the width', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 3, max: 40 }), (text, width) => {
        const shown = harmless(text);
        expect(widthOf(cut(RED(shown), width, '...'))).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe('wrapping', () => {
  it('keeps every word, in order, within the width', () => {
    const word = fc.stringMatching(/^[a-z]{1,9}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 14, max: 60 }), (words, width) => {
        const lines = wrap(words.join(' '), width, '    ');
        expect(lines.join(' ').split(/ +/).filter(Boolean)).toEqual(words);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
        for (const line of lines) expect(line.startsWith('    ')).toBe(true);
      }),
    );
  });

  it('leaves a word longer than the line whole', () => {
    expect(wrap('see arn:aws:sagemaker:us-east-1:000000000000:pipeline/x there', 20)).toEqual([
      'see',
      'arn:aws:sagemaker:us-east-1:000000000000:pipeline/x',
      'there',
    ]);
  });
});

describe('foreign text', () => {
  it('loses whatever a terminal would obey', () => {
    expect(harmless('a\u001b[2Jb\u001b]0;t\u0007c\rd\te')).toBe('ab]0;tcd  e');
    expect(harmless('[1]\ttrain-logloss:0.5')).toBe('[1]  train-logloss:0.5');
  });
});

describe('tables', () => {
  it('align their columns by what is seen', () => {
    expect(table([['a', 'b'], [RED('long'), 'c', 'd'], ['']])).toEqual(['a     b', `${RED('long')}  c  d`, '']);
    expect(table([])).toEqual([]);
  });
});
