import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cutToWidth } from './words.ts';

it('leaves what fits, and cuts what does not', () => {
  expect(cutToWidth('Train', 150, 13)).toBe('Train');
  expect(cutToWidth('TrainTheModelWithEveryFeatureThereIs', 150, 13)).toBe('TrainTheModelWithEv…');
  expect(cutToWidth('', 150, 13)).toBe('');
});

it('only ever takes from the end', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const cut = cutToWidth(text, 100, 13);
      expect(cut === text || (cut.endsWith('…') && text.startsWith(cut.slice(0, -1)))).toBe(true);
    }),
  );
});
