import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../definition/policy/parse.ts';
import { MANAGED_POLICIES } from './managed.ts';

describe('AWS managed policies', () => {
  it.each([...MANAGED_POLICIES.values()].map((policy) => [policy.name, policy] as const))(
    '%s is a valid document under its own ARN',
    (_, { arn, name, path, document }) => {
      expect(arn).toBe(`arn:aws:iam::aws:policy${path}${name}`);
      expect(parsePolicy(document, 'identity')).toHaveProperty('policy');
    },
  );
});
