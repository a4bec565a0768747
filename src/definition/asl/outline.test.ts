/** Definitions as graphs, and what their rules say. */
import { expect, it } from 'vitest';
import { outlineOf } from './outline.ts';
import { ruleWords } from './ruleWords.ts';

const machine = (States: object, StartAt = Object.keys(States)[0]) => JSON.stringify({ StartAt, States });
const pass = (Next?: string) => ({ Type: 'Pass', ...(Next === undefined ? { End: true } : { Next }) });

it('leads from where a machine starts, and tells why it goes where', () => {
  const outline = outlineOf(
    machine(
      {
        Last: pass(),
        Work: {
          Type: 'Task',
          Resource: 'arn:aws:states:::sagemaker:createTrainingJob.sync',
          Next: 'Which',
          Catch: [
            { ErrorEquals: ['A', 'B'], Next: 'Which' },
            { ErrorEquals: ['States.ALL'], Next: 'Last' },
          ],
        },
        Which: {
          Type: 'Choice',
          Choices: [{ Variable: '$.n', NumericGreaterThan: 3, Next: 'Work' }],
          Default: 'Last',
        },
      },
      'Work',
    ),
  );
  expect(outline.startAt).toBe('Work');
  expect(outline.states.map(({ name, ends, does }) => [name, ends, does])).toEqual([
    ['Work', false, 'sagemaker:createTrainingJob.sync'],
    ['Which', false, undefined],
    ['Last', true, undefined],
  ]);
  expect(outline.edges.map(({ from, to, kind, label }) => [from, to, kind, label])).toEqual([
    ['Work', 'Which', 'next', 'catch A, B'],
    ['Work', 'Last', 'catch', 'catch any error'],
    ['Which', 'Work', 'choice', '$.n > 3'],
    ['Which', 'Last', 'default', 'otherwise'],
  ]);
});

it('knows what stands in a Parallel and in a Map, at any depth', () => {
  const map = {
    Type: 'Map',
    ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED' }, StartAt: 'I', States: { I: pass() } },
    End: true,
  };
  const branches = [
    { StartAt: 'A', States: { A: pass() } },
    { StartAt: 'M', States: { M: map } },
  ];
  const { states } = outlineOf(machine({ P: { Type: 'Parallel', Branches: branches, End: true } }));
  expect(states.map(({ name, within, does }) => [name, within, does])).toEqual([
    ['P', undefined, undefined],
    ['A', 'P', undefined],
    ['M', 'P', 'distributed'],
    ['I', 'M', undefined],
  ]);
});

it('makes an empty graph of what is no definition', () => {
  for (const text of ['', '[]', '{"States": 1}', '{"StartAt": 1, "States": {"A": 3}}']) {
    expect(outlineOf(text)).toMatchObject({ states: [], edges: [] });
  }
});

it.each<[object, string]>([
  [{ Variable: '$.a', StringEquals: 'x' }, '$.a = "x"'],
  [{ Variable: '$.a', NumericLessThanEqualsPath: '$.b' }, '$.a ≤ $.b'],
  [{ Variable: '$.a', StringMatches: 'a*' }, '$.a like "a*"'],
  [{ Variable: '$.a', IsPresent: false }, '$.a is not present'],
  [{ Not: { Variable: '$.a', BooleanEquals: true } }, 'not $.a = true'],
  [
    {
      And: [
        { Variable: '$.a', IsNull: true },
        {
          Or: [
            { Variable: '$.b', NumericEquals: 1 },
            { Variable: '$.c', NumericEquals: 2 },
          ],
        },
      ],
    },
    '$.a is null and ($.b = 1 or $.c = 2)',
  ],
  [{ Condition: '{% $states.input.a  > 1 %}' }, '$states.input.a > 1'],
  [{}, ''],
])('%j reads %s', (rule, words) => expect(ruleWords(rule as never)).toBe(words));
