/** What is told of a state that failed. */
import { expect, it } from 'vitest';
import { handlingOf, languageAdvice } from './advice.ts';
import { statesOf } from './states.ts';

const GUARDED = {
  ...{ Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true },
  Retry: [{ ErrorEquals: ['A', 'B'] }],
  Catch: [{ ErrorEquals: ['States.ALL'], Next: 'End' }],
};
const states = statesOf(
  JSON.stringify({
    StartAt: 'T',
    States: { T: GUARDED, Bare: { Type: 'Task' }, P: { Type: 'Pass' }, Odd: { Type: 'Task', Retry: 3, Catch: [1] } },
  }),
);

it.each<[string, Parameters<typeof handlingOf>[1], string | undefined, string[]]>([
  [
    'a retrier, and then a catcher',
    { name: 'T', retries: 2, status: 'Caught' },
    'A',
    ['It was tried again 2 times; its retriers name A, B.', 'A catcher took it: they name States.ALL.'],
  ],
  [
    'neither',
    { name: 'T', retries: 0, status: 'Failed' },
    'C',
    ['No retrier took it: they name A, B, not C.', 'No catcher took it: they name States.ALL.'],
  ],
  ['none there', { name: 'Bare', retries: 0, status: 'Failed' }, 'C', ['It has no retrier.', 'It has no catcher.']],
  [
    'none that can be read',
    { name: 'Odd', retries: 0, status: 'Failed' },
    'C',
    ['It has no retrier.', 'It has no catcher.'],
  ],
  ['a type that has none', { name: 'P', retries: 0, status: 'Failed' }, 'States.Runtime', []],
])('of who took an error: %s', (_title, state, error, words) => {
  expect(handlingOf(states, state, error)).toEqual(words);
});

it("of the language's own errors, and of no others", () => {
  expect(languageAdvice('States.NoChoiceMatched')).toEqual({
    cause: 'No rule of the Choice holds, and it has no Default.',
    action: expect.stringContaining('`default`'),
  });
  for (const other of [undefined, 'S3.NoSuchKeyException', 'constructor'])
    expect(languageAdvice(other)).toBeUndefined();
});
