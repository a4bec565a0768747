/** Texts as bytes, and back. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromBase64, toBase64 } from './base64.ts';

it('writes what Node writes, and reads it again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(toBase64(text)).toBe(Buffer.from(text).toString('base64'));
      expect(fromBase64(toBase64(text))).toBe(Buffer.from(text).toString());
    }),
  );
});
