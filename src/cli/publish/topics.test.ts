import { expect, it } from 'vitest';
import { differences } from './topics.ts';

const BODY = { FilterPolicyScope: 'MessageBody', FilterPolicy: '{"a":{"b":[1]}}' };

it('sees nothing in blanks, order, or what the server answers of itself', () =>
  expect(
    differences(
      {
        RawMessageDelivery: 'false',
        FilterPolicy: '{ "b": [1], "a": ["x"] }',
        FilterPolicyScope: 'MessageAttributes',
        Owner: 'x',
      },
      { FilterPolicy: '{"a":["x"],"b":[1]}' },
    ),
  ).toEqual([]));

it('widens the scope before the filter that needs it', () =>
  expect(differences({ FilterPolicy: '{"a":["x"]}' }, BODY)).toEqual(Object.entries(BODY)));

it('takes a filter away before the scope is too narrow for it', () =>
  expect(differences(BODY, { FilterPolicy: '{"a":["x"]}' })).toEqual([
    ['FilterPolicy', ''],
    ['FilterPolicyScope', 'MessageAttributes'],
    ['FilterPolicy', '{"a":["x"]}'],
  ]));

it('takes back what the project does not say any more', () =>
  expect(differences({ RawMessageDelivery: 'true', TelarFormat: 'slack' }, {})).toEqual([
    ['RawMessageDelivery', 'false'],
    ['TelarFormat', ''],
  ]));
