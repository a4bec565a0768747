import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cutAt, findSome, firstFrom } from './find.ts';

const lines = Array.from({ length: 5000 }, (_, index) => ({
  text: `line ${index}${index % 1000 === 7 ? ' Boom' : ''}`,
}));

it('finds in parts what it finds at once', () => {
  const whole = findSome(lines, 'boom', 0, [], () => false);
  expect(whole).toEqual({ matches: [7, 1007, 2007, 3007, 4007], next: 5000 });
  let parts = findSome(lines, 'boom', 0, [], () => true);
  expect(parts).toEqual({ matches: [7, 1007], next: 1024 });
  while (parts.next < lines.length) parts = findSome(lines, 'boom', parts.next, parts.matches, () => true);
  expect(parts).toEqual(whole);
});

it('finds what colours divide', () => {
  expect(findSome([{ text: 'Er\u001b[31mror' }], 'error', 0, [], () => false).matches).toEqual([0]);
});

it.each([
  [0, 0],
  [4, 1],
  [5, 1],
  [10, 3],
])('the first match from line %d on is number %d', (line, at) => expect(firstFrom([3, 5, 9], line)).toBe(at));

it('cuts a text so that its pieces make the text again', () => {
  expect(cutAt('An error, ERROR!', 'error')).toEqual(['An ', 'error', ', ', 'ERROR', '!']);
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.string({ maxLength: 3 }),
      (text, needle) => cutAt(text, needle).join('') === text,
    ),
  );
});
