import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plainText } from './ansi.ts';

const ESC = '\u001b';

it.each([
  ['plain', 'plain'],
  [`${ESC}[31mred${ESC}[0m`, 'red'],
  [`${ESC}[1;38;2;255;0;0mbold${ESC}[m text`, 'bold text'],
  [`${ESC}]0;title\u0007text`, 'text'],
  [`${ESC}]8;;https://example.com${ESC}\\link${ESC}]8;;${ESC}\\`, 'link'],
  [`${ESC}(Btext`, 'text'],
  [`cut off ${ESC}[3`, 'cut off '],
  [' 10 %\r 50 %\r100 %', '100 %'],
  ['windows\r', 'windows'],
  ['a\tb', 'a\tb'],
  ['bell\u0007', 'bell'],
  ['array[0m]', 'array[0m]'],
])('%j is shown as %j', (text, shown) => expect(plainText(text)).toBe(shown));

it('leaves no escape behind, whatever the text', () => {
  const piece = fc.oneof(fc.constantFrom(ESC, `${ESC}[`, `${ESC}]`, '\r', '\u0007', ';', '1', 'm'), fc.string());
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      expect(plainText(pieces.join(''))).not.toContain(ESC);
    }),
  );
});
