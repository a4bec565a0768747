/**
 * AWS's published evaluation logic as a table: "How AWS enforcement code logic evaluates requests to allow or deny access" and
 * "Policy evaluation for requests within a single account" in the IAM user guide. Each row is a way through the flow chart.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePolicy, type PolicyRequest } from './compile.ts';
import { evaluate, type PolicySet } from './evaluate.ts';
import { findings } from './explain.ts';
import { parsePolicy } from './parse.ts';
import type { PrincipalNames } from './principals.ts';
import type { PolicyKind } from './types.ts';

const ACCOUNT = '123456789012';
const USER = `arn:aws:iam::${ACCOUNT}:user/anna`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/job`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/job/s`;
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;

const account = [ACCOUNT, ROOT];
const user: PrincipalNames = { own: [USER, 'AIDAANNA'], role: [], account, service: [] };
const session: PrincipalNames = { own: [SESSION, 'AROAJOB:s'], role: [ROLE, 'AROAJOB'], account, service: [] };
const root: PrincipalNames = { own: [ROOT, ACCOUNT], role: [], account: [], service: [] };
const nobody: PrincipalNames = { own: [], role: [], account: [], service: [] };
const service: PrincipalNames = { own: [], role: [], account: [], service: ['sagemaker.amazonaws.com'] };

type Json = Record<string, unknown>;
function policy(kind: PolicyKind, ...statements: Json[]) {
  const parsed = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), kind);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return compilePolicy(kind, parsed.policy);
}

const on = { Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' };
const allow = policy('identity', { Effect: 'Allow', ...on });
const deny = policy('identity', { Effect: 'Deny', ...on });
const other = policy('identity', { Effect: 'Allow', Action: 's3:PutObject', Resource: '*' });
const bucket = (Effect: string, Principal: unknown, more: Json = {}) => ({
  policy: policy('resource', { Effect, Principal, ...on, ...more }),
  required: false,
});
const trust = (Principal: unknown) => ({
  policy: policy('trust', { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }),
  required: true,
});

function ask(names: PrincipalNames, policies: PolicySet, more: Partial<PolicyRequest> = {}): string {
  const request = { action: 's3:GetObject', resource: 'arn:aws:s3:::b/k', names, context: () => undefined, ...more };
  const { verdict, layer } = evaluate(request, policies);
  return `${verdict} ${layer}`;
}

describe('a request within the account', () => {
  const rows: [string, PrincipalNames, PolicySet, string][] = [
    ['nothing allows it', user, { identity: [] }, 'implicitDeny identity'],
    ['a policy about something else', user, { identity: [other] }, 'implicitDeny identity'],
    ['an identity-based Allow', user, { identity: [other, allow] }, 'allowed identity'],
    ['an identity-based Deny beside an Allow', user, { identity: [allow, deny] }, 'explicitDeny identity'],
    ['the root user', root, { identity: 'everything' }, 'allowed identity'],
    [
      'the root user, denied by a resource-based policy',
      root,
      { identity: 'everything', resource: bucket('Deny', '*') },
      'explicitDeny resource',
    ],
    ['an Allow for the user', user, { identity: [], resource: bucket('Allow', { AWS: USER }) }, 'allowed resource'],
    ['an Allow for everyone', user, { identity: [], resource: bucket('Allow', '*') }, 'allowed resource'],
    [
      'an Allow for the account, which leaves it to the account',
      user,
      { identity: [], resource: bucket('Allow', { AWS: ACCOUNT }) },
      'implicitDeny identity',
    ],
    [
      'an Allow for the account, and one of the account',
      user,
      { identity: [allow], resource: bucket('Allow', { AWS: ROOT }) },
      'allowed identity',
    ],
    [
      'an Allow for someone else',
      user,
      { identity: [], resource: bucket('Allow', { AWS: ROLE }) },
      'implicitDeny identity',
    ],
    ['a resource-based Deny', user, { identity: [allow], resource: bucket('Deny', '*') }, 'explicitDeny resource'],
    ['a boundary that allows', user, { identity: [allow], boundary: allow }, 'allowed identity'],
    ['a boundary that does not', user, { identity: [allow], boundary: other }, 'implicitDeny boundary'],
    ['a boundary that denies', user, { identity: [allow], boundary: deny }, 'explicitDeny boundary'],
    ['a boundary alone grants nothing', user, { identity: [], boundary: allow }, 'implicitDeny identity'],
    [
      'an Allow for the user, which a boundary does not bound',
      user,
      { identity: [], boundary: other, resource: bucket('Allow', { AWS: USER }) },
      'allowed resource',
    ],
    [
      'an Allow for the user, and an identity-based Deny',
      user,
      { identity: [deny], resource: bucket('Allow', { AWS: USER }) },
      'explicitDeny identity',
    ],
    ['a session policy that allows', session, { identity: [allow], session: [allow] }, 'allowed identity'],
    ['a session policy that does not', session, { identity: [allow], session: [other] }, 'implicitDeny session'],
    ['a session without any permission', session, { identity: [allow], session: [] }, 'implicitDeny session'],
    ['session policies add up', session, { identity: [allow], session: [other, allow] }, 'allowed identity'],
    ['a session policy grants nothing', session, { identity: [], session: [allow] }, 'implicitDeny identity'],
    ['a session policy that denies', session, { identity: [allow], session: [allow, deny] }, 'explicitDeny session'],
    ['an Allow for the role', session, { identity: [], resource: bucket('Allow', { AWS: ROLE }) }, 'allowed resource'],
    [
      'an Allow for the role, bounded by a session policy',
      session,
      { identity: [], session: [other], resource: bucket('Allow', { AWS: ROLE }) },
      'implicitDeny session',
    ],
    [
      'an Allow for the role, bounded by a boundary',
      session,
      { identity: [], boundary: other, resource: bucket('Allow', { AWS: ROLE }) },
      'implicitDeny boundary',
    ],
    [
      'an Allow for the session itself, bounded by neither',
      session,
      { identity: [], boundary: other, session: [other], resource: bucket('Allow', { AWS: SESSION }) },
      'allowed resource',
    ],
    [
      'an Allow for the session itself, and a Deny of its session policy',
      session,
      { identity: [], session: [deny], resource: bucket('Allow', { AWS: SESSION }) },
      'explicitDeny session',
    ],
    [
      'a Deny for the role, which is one for its sessions',
      session,
      { identity: [allow], resource: bucket('Deny', { AWS: ROLE }) },
      'explicitDeny resource',
    ],
    [
      'an Allow for a service',
      service,
      { identity: [], resource: bucket('Allow', { Service: 'sagemaker.amazonaws.com' }) },
      'allowed resource',
    ],
  ];
  it.each(rows)('%s', (_, names, policies, expected) => expect(ask(names, policies)).toBe(expected));
});

describe('assuming a role', () => {
  const assume = { action: 'sts:AssumeRole', resource: `arn:aws:iam::${ACCOUNT}:role/other` };
  const may = policy('identity', { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' });
  const rows: [string, PrincipalNames, PolicySet, string][] = [
    [
      'an identity-based Allow is not enough',
      user,
      { identity: [may], resource: trust({ AWS: ROLE }) },
      'implicitDeny resource',
    ],
    ['trust in the user is', user, { identity: [], resource: trust({ AWS: USER }) }, 'allowed resource'],
    ['trust in the account is not', user, { identity: [], resource: trust({ AWS: ACCOUNT }) }, 'implicitDeny identity'],
    [
      'trust in the account and an Allow are',
      user,
      { identity: [may], resource: trust({ AWS: ACCOUNT }) },
      'allowed identity',
    ],
    [
      'trust in the role is, for its sessions',
      session,
      { identity: [], resource: trust({ AWS: ROLE }) },
      'allowed resource',
    ],
    [
      'trust in the role is bounded by session policies',
      session,
      { identity: [], session: [other], resource: trust({ AWS: ROLE }) },
      'implicitDeny session',
    ],
    [
      'trust in a service',
      service,
      { identity: [], resource: trust({ Service: 'sagemaker.amazonaws.com' }) },
      'allowed resource',
    ],
    [
      'trust in another service',
      service,
      { identity: [], resource: trust({ Service: 'states.amazonaws.com' }) },
      'implicitDeny resource',
    ],
  ];
  it.each(rows)('%s', (_, names, policies, expected) => expect(ask(names, policies, assume)).toBe(expected));
});

describe('NotPrincipal', () => {
  const denyAllBut = (...AWS: string[]): PolicySet => ({
    identity: [allow],
    resource: { policy: policy('resource', { Effect: 'Deny', NotPrincipal: { AWS }, ...on }), required: false },
  });
  const anyoneBut = (...AWS: string[]): PolicySet => ({
    identity: [],
    resource: { policy: policy('resource', { Effect: 'Allow', NotPrincipal: { AWS }, ...on }), required: false },
  });
  it.each([
    ['a user listed with the account is spared', user, denyAllBut(USER, ROOT), 'allowed identity'],
    ['a user listed without it is not', user, denyAllBut(USER), 'explicitDeny resource'],
    ['the account alone spares nobody in it', user, denyAllBut(ROOT), 'explicitDeny resource'],
    ['a session listed with role and account is spared', session, denyAllBut(SESSION, ROLE, ROOT), 'allowed identity'],
    ['a session whose role alone is listed is not', session, denyAllBut(ROLE, ROOT), 'explicitDeny resource'],
    ['nobody at all, whom a denial spared', nobody, denyAllBut(USER, ROOT), 'explicitDeny resource'],
    ['an Allow reaches who is not listed', user, anyoneBut(ROLE), 'allowed resource'],
    ['an Allow does not reach who is', user, anyoneBut(USER), 'implicitDeny identity'],
  ] as const)('%s', (_, names, policies, expected) => expect(ask(names, policies)).toBe(expected));
});

describe('NotAction and NotResource', () => {
  const but = (statement: Json) => ask(user, { identity: [policy('identity', { Effect: 'Allow', ...statement })] });
  it.each([
    ['all but another action', { NotAction: 'iam:*', Resource: '*' }, 'allowed identity'],
    ['all but this action', { NotAction: ['iam:*', 'S3:getobject'], Resource: '*' }, 'implicitDeny identity'],
    ['all but another resource', { Action: '*', NotResource: 'arn:aws:s3:::secret/*' }, 'allowed identity'],
    ['all but this resource', { Action: '*', NotResource: 'arn:aws:s3:::b/*' }, 'implicitDeny identity'],
  ])('%s', (_, statement, expected) => expect(but(statement)).toBe(expected));
});

describe('case, and the parts of an ARN', () => {
  const allowing = (Action: string, Resource: string) => ({
    identity: [policy('identity', { Effect: 'Allow', Action, Resource })],
  });
  it.each([
    ['actions match in any case', 's3:GETobject', 'arn:aws:s3:::b/k', 'allowed identity'],
    ['resources do not', 's3:GetObject', 'arn:aws:s3:::B/k', 'implicitDeny identity'],
    ['a wildcard of the last part takes colons and slashes', 's3:GetObject', 'arn:aws:s3:::b*', 'allowed identity'],
    ['a wildcard for every action', '*', '*', 'allowed identity'],
  ])('%s', (_, action, resource, expected) => expect(ask(user, allowing(action, resource))).toBe(expected));
});

describe('an explanation', () => {
  it('names all that kept a statement from applying', () => {
    const near = policy('identity', {
      Effect: 'Allow',
      ...on,
      Condition: { StringEquals: { 'aws:PrincipalTag/Team': 'data' } },
    });
    const context = (key: string) => (key === 'aws:principaltag/team' ? ['web'] : undefined);
    const request = { action: 's3:GetObject', resource: 'arn:aws:s3:::c/k', names: user, context };
    expect(findings(request, { identity: [near, allow] }).map(({ misses }) => misses)).toMatchObject([
      [{ part: 'resource' }, { part: 'condition', test: { key: 'aws:PrincipalTag/Team' }, given: ['web'] }],
      [{ part: 'resource' }],
    ]);
  });
});

/** Small policies over a small world, so that they meet. */
const someStatement = fc.record({
  Effect: fc.constantFrom('Allow', 'Deny'),
  Action: fc.constantFrom('s3:GetObject', 's3:*', 's3:PutObject', '*'),
  Resource: fc.constantFrom('*', 'arn:aws:s3:::b/*', 'arn:aws:s3:::b/k', 'arn:aws:s3:::c/*'),
  Condition: fc.constantFrom({}, { Bool: { 'aws:SecureTransport': 'true' } }, { Null: { 'aws:username': 'false' } }),
});
const somePolicy = fc.array(someStatement, { minLength: 1, maxLength: 3 }).map((each) => policy('identity', ...each));
const someRequest = fc.record({
  action: fc.constantFrom('s3:GetObject', 's3:PutObject'),
  resource: fc.constantFrom('arn:aws:s3:::b/k', 'arn:aws:s3:::c/k'),
  names: fc.constantFrom(user, session),
  context: fc.constantFrom(
    () => undefined,
    (key: string) => (key === 'aws:securetransport' ? ['true'] : undefined),
  ),
});

describe('for any policies', () => {
  const verdict = (request: PolicyRequest, policies: PolicySet) => evaluate(request, policies).verdict;

  it('an explicit deny wins, whatever stands beside it', () => {
    const all = policy('identity', { Effect: 'Deny', Action: '*', Resource: '*' });
    const where = fc.constantFrom('identity', 'boundary', 'session');
    fc.assert(
      fc.property(fc.array(somePolicy), someRequest, where, (identity, request, layer) => {
        const set: PolicySet = {
          identity: layer === 'identity' ? [...identity, all] : identity,
          resource: bucket('Allow', '*'),
        };
        if (layer === 'boundary') set.boundary = all;
        if (layer === 'session') set.session = [all];
        expect(verdict(request, set)).toBe('explicitDeny');
      }),
    );
  });

  it('one policy more takes no deny away, and without a Deny in it no permission', () => {
    fc.assert(
      fc.property(fc.array(somePolicy), somePolicy, someRequest, (identity, added, request) => {
        const before = verdict(request, { identity });
        const after = verdict(request, { identity: [...identity, added] });
        if (before === 'explicitDeny') expect(after).toBe('explicitDeny');
        if (before === 'allowed' && added.statements.every(({ effect }) => effect === 'Allow'))
          expect(after).toBe('allowed');
      }),
    );
  });

  it('a boundary and session policies never allow more', () => {
    fc.assert(
      fc.property(
        fc.array(somePolicy),
        somePolicy,
        fc.array(somePolicy),
        someRequest,
        (identity, boundary, sessions, request) => {
          if (verdict(request, { identity, boundary, session: sessions }) === 'allowed') {
            expect(verdict(request, { identity })).toBe('allowed');
          }
        },
      ),
    );
  });

  it('the explanation agrees with the decision', () => {
    fc.assert(
      fc.property(fc.array(somePolicy), someRequest, (identity, request) => {
        const matched = findings(request, { identity }).filter(({ misses }) => misses.length === 0);
        const effects = new Set(matched.map(({ statement }) => statement.effect));
        const expected = effects.has('Deny') ? 'explicitDeny' : effects.has('Allow') ? 'allowed' : 'implicitDeny';
        expect(verdict(request, { identity })).toBe(expected);
      }),
    );
  });
});
