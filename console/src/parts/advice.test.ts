import { expect, it } from 'vitest';
import { adviceFor, sentence } from './advice.ts';

it.each([
  ['AccessDeniedException', /policies allow/],
  ['ResourceNotFound', /deleted or renamed/],
  ['NoSuchBucket', /deleted or renamed/],
  ['ThrottlingException', /Wait/],
  ['NetworkError', /server runs/],
])('%s has advice', (code, advice) => expect(adviceFor(code)).toMatch(advice));

it('gives no advice where the message says it all', () => {
  expect(adviceFor('ValidationException')).toBeUndefined();
  expect(adviceFor(undefined)).toBeUndefined();
});

it.each([
  ['It failed', 'It failed.'],
  ['It failed. ', 'It failed.'],
  ['Why?', 'Why?'],
  ['', ''],
])('"%s" becomes the sentence "%s"', (message, text) => expect(sentence(message)).toBe(text));
