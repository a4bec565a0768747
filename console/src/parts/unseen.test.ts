/** What cannot be seen is told. */
import { expect, it } from 'vitest';
import { tellUnseen } from './unseen.ts';

it.each([
  ['photo\u202Egpj.exe', 'photo⟨U+202E⟩gpj.exe'],
  ['zero\u200Bwidth', 'zero⟨U+200B⟩width'],
  ['bell\u0007', 'bell⟨U+0007⟩'],
  ['\u2067isolated\u2069', '⟨U+2067⟩isolated⟨U+2069⟩'],
])('%j', (text, shown) => expect(tellUnseen(text)).toBe(shown));

it.each(['two\nlines\tand a tab', 'مرحبا', 'naïve 🎉', ''])('%j stays as it is', (text) =>
  expect(tellUnseen(text)).toBe(text),
);
