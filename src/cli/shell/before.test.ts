import fc from 'fast-check';
import { expect, it } from 'vitest';
import { applied, BEFORE, type Changes, leave, outside, recorded, reversed } from './before.ts';

const names = fc.constantFrom('A', 'B', 'C', 'D');
const environments = fc.dictionary(names, fc.string());
const changes = fc.dictionary(names, fc.option(fc.string(), { nil: undefined }));

const change = (environment: Record<string, string>, made: Changes) =>
  applied(outside(environment), recorded(made, outside(environment)));

it('B2: what was changed once or more is taken back to what was before', () => {
  fc.assert(
    fc.property(environments, changes, changes, (environment, first, second) => {
      const twice = change(change(environment, first), second);
      expect(applied(twice, reversed(twice))).toEqual(applied(environment, {}));
      const left = { ...twice };
      leave(left);
      expect(left).toEqual(applied(environment, {}));
      expect(twice).toEqual(change(environment, second));
    }),
  );
});

it('B1: what somebody changed since is theirs', () => {
  const inside = change({ HTTPS_PROXY: 'old', KEPT: 'k' }, { HTTPS_PROXY: 'telar', AWS_REGION: 'us-east-1' });
  const since = { ...inside, HTTPS_PROXY: 'mine' };
  expect(outside(since)).toEqual({ HTTPS_PROXY: 'mine', KEPT: 'k' });
});

it.each(['', '{', '[]', 'null', '{"A":7}', '{"A":[1,2]}', '"text"'])(
  'a record that is none changes nothing: %s',
  (text) => {
    expect(outside({ A: 'a', [BEFORE]: text })).toEqual({ A: 'a' });
  },
);
