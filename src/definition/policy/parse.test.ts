import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeProblems, parsePolicy } from './parse.ts';
import type { Policy, PolicyKind } from './types.ts';

const allow = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' };
const document = (...statements: unknown[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });

function accepted(text: string, kind: PolicyKind): Policy {
  const parsed = parsePolicy(text, kind);
  if ('problems' in parsed) throw new Error(describeProblems(parsed.problems));
  return parsed.policy;
}

function problems(text: string, kind: PolicyKind): string[] {
  const parsed = parsePolicy(text, kind);
  return 'problems' in parsed ? parsed.problems.map(({ path, message }) => `${path} ${message}`) : [];
}

describe('parsePolicy', () => {
  it('brings every shorthand into one shape', () => {
    const text = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Action: 'iam:PassRole',
        NotResource: ['*'],
        Condition: { 'ForAnyValue:StringLikeIfExists': { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
      },
    });
    expect(accepted(text, 'identity').statements).toEqual([
      {
        sid: undefined,
        effect: 'Allow',
        principals: undefined,
        actions: { negated: false, of: ['iam:PassRole'] },
        resources: { negated: true, of: ['*'] },
        conditions: [
          {
            operator: 'StringLike',
            set: 'any',
            ifExists: true,
            key: 'iam:PassedToService',
            values: ['sagemaker.amazonaws.com'],
          },
        ],
      },
    ]);
  });

  it('takes the trust policies that AWS documents', () => {
    const trust = (principal: unknown) =>
      JSON.stringify({
        Version: '2008-10-17',
        Statement: [{ Sid: '', Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
      });
    expect(accepted(trust('*'), 'trust').statements[0]?.principals?.of).toEqual({ AWS: ['*'] });
    const several = { AWS: ['123456789012', 'arn:aws:iam::123456789012:user/a/b'], Service: 'sagemaker.amazonaws.com' };
    expect(accepted(trust(several), 'trust').statements[0]?.principals?.of).toEqual({
      AWS: several.AWS,
      Service: ['sagemaker.amazonaws.com'],
    });
  });

  it.each([
    ['not JSON', '{', 'identity', /^\$ Syntax errors in policy\./],
    ['not JSON, as trust', '{', 'trust', /^\$ This policy contains invalid Json/],
    ['not an object', '[]', 'identity', /^\$ Syntax errors/],
    ['no statement', '{"Version":"2012-10-17"}', 'identity', /^\$\.Statement Syntax errors/],
    ['an old version', '{"Statement":[]}', 'identity', /2012-10-17 or greater/],
    ['no actions', document({ Effect: 'Allow', Resource: '*' }), 'identity', /must contain actions/],
    ['no resources', document({ Effect: 'Allow', Action: '*' }), 'identity', /must contain resources/],
    ['an effect in lower case', document({ ...allow, Effect: 'allow' }), 'identity', /^\$\.Statement\[0\]\.Effect/],
    ['a bare action', document({ ...allow, Action: 'GetObject' }), 'identity', /prefaced by a vendor/],
    ['a bucket name for a resource', document({ ...allow, Resource: 'b' }), 'identity', /Resource b must be in ARN/],
    ['both kinds of action', document({ ...allow, NotAction: '*' }), 'identity', /not both/],
    ['a principal', document({ ...allow, Principal: '*' }), 'identity', /should not specify a principal/],
    ['an unknown element', document({ ...allow, Resources: '*' }), 'identity', /Unknown field Resources/],
    ['a Sid with a space', document({ ...allow, Sid: 'a b' }), 'identity', /alpha-numeric/],
    ['a Sid twice', document({ ...allow, Sid: 'a' }, { ...allow, Sid: 'a' }), 'identity', /must be unique/],
    [
      'an unknown operator',
      document({ ...allow, Condition: { Equals: { 'a:b': 1 } } }),
      'identity',
      /operator: Equals/,
    ],
    ['an empty list of actions', document({ ...allow, Action: [] }), 'identity', /Statement\[0\]\.Action Syntax/],
    ['a trust without principal', document({ Effect: 'Allow', Action: 'sts:AssumeRole' }), 'trust', /Missing required/],
    ['a trust over a resource', document({ ...allow, Principal: '*' }), 'trust', /prohibited field Resource/],
    ['a trust in other actions', document({ ...allow, Principal: '*' }), 'trust', /only specify STS AssumeRole/],
    [
      'a wildcard inside a principal',
      document({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: 'arn:aws:iam::123456789012:role/*' } }),
      'trust',
      /Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:role\/\*"/,
    ],
  ] as const)('refuses %s', (_, text, kind, expected) => {
    expect(problems(text, kind).join('\n')).toMatch(expected);
  });

  it('reports every problem of a document at once', () => {
    const text = document({ Effect: 'Maybe', Action: 'x', Resource: 'y' });
    expect(problems(text, 'identity').map((problem) => problem.split(' ')[0])).toEqual([
      '$.Statement[0].Effect',
      '$.Statement[0].Action',
      '$.Statement[0].Resource',
    ]);
  });

  it('answers, and never throws, whatever JSON it is given', () => {
    const kinds = fc.constantFrom<PolicyKind>('identity', 'trust', 'resource');
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), kinds, (text, kind) => {
        const parsed = parsePolicy(text, kind);
        expect('policy' in parsed ? parsed.policy.statements.length : parsed.problems.length).toBeGreaterThan(0);
      }),
    );
    const part = fc.oneof(fc.constant('*'), fc.constant('s3:*'), fc.jsonValue());
    const statement = fc.record({
      Effect: part,
      Action: part,
      Resource: part,
      Principal: part,
      Condition: fc.jsonValue(),
    });
    fc.assert(
      fc.property(fc.array(statement), kinds, (statements, kind) => {
        expect(() => parsePolicy(document(...statements), kind)).not.toThrow();
      }),
    );
  });
});
