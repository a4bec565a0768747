/** Message attributes. */
import { expect, it } from 'vitest';
import { attributesOf } from './attributes.ts';

it('knows texts, numbers and lists apart', () => {
  expect(attributesOf({ severity: 'high', count: 3, tags: ['a', 1] })).toEqual({
    severity: { DataType: 'String', StringValue: 'high' },
    count: { DataType: 'Number', StringValue: '3' },
    tags: { DataType: 'String.Array', StringValue: '["a",1]' },
  });
});

it.each([['text'], [[1]], [null], [{ nested: {} }]])('refuses %j in a sentence', (given) => {
  expect(() => attributesOf(given)).toThrow(/\.$/);
});
