/** The telar service's ExplainAccess: the decision that a request would meet, and what kept each statement from applying. */
import type { CompiledStatement } from '../definition/policy/compile.ts';
import { type Finding, findings, type Miss, operatorText } from '../definition/policy/explain.ts';
import type { Statement } from '../definition/policy/types.ts';
import type { Call } from '../protocol/service.ts';
import type { Identity } from '../services/identity/index.ts';
import type { AccessExplanation, ExplainedStatement, TelarInput } from '../services/telar/index.ts';
import { type AuthorizeParts, createDecide, reasonOf } from './authorize.ts';

type Parts = Omit<AuthorizeParts, 'enforced' | 'identity' | 'keepsPublicOut'> & {
  identity: AuthorizeParts['identity'] & Pick<Identity, 'principal'>;
};

/** Values that a sentence names, at most. */
const MOST_NAMED = 4;

export function createExplainAccess(parts: Parts) {
  const decide = createDecide(parts);
  return (input: TelarInput<'ExplainAccess'>, call: Call): AccessExplanation => {
    const { PrincipalArn, Action: action, Resource: resource } = input;
    const given = new Map(Object.entries(input.Context).map(([key, values]) => [key.toLowerCase(), values]));
    const principal = parts.identity.principal(PrincipalArn);
    const decided = decide(principal, { action, resource }, call, (key) => given.get(key));
    const { decision, request, policies } = decided;
    const explained = findings(request, policies).map((finding) => ({
      statement: finding.statement,
      told: tell(finding, action, resource),
    }));
    return {
      PrincipalArn,
      Decision: decision.verdict,
      Layer: decision.layer,
      Reason: decision.verdict === 'allowed' ? undefined : reasonOf(decision, action),
      DecidedBy: explained.find(({ statement }) => statement === decision.statement)?.told,
      Statements: explained.map(({ told }) => told),
    };
  };
}

function tell({ layer, statement, misses }: Finding, action: string, resource: string): ExplainedStatement {
  const { policy, index, effect, source } = statement;
  return {
    ...{ Layer: layer, Policy: policy.id, Statement: index + 1, Sid: source.sid, Effect: effect },
    Misses: misses.map((miss) => ({
      Part: partOf(miss, source, action),
      Text: sentence(miss, statement, action, resource),
    })),
  };
}

function partOf({ part }: Miss, { actions }: Statement, action: string) {
  const service = action.slice(0, action.indexOf(':') + 1).toLowerCase();
  const concerned = actions.negated || actions.of.some((pattern) => pattern.toLowerCase().startsWith(service));
  return part === 'action' && !concerned ? 'service' : part;
}

function sentence(miss: Miss, { source }: CompiledStatement, action: string, resource: string): string {
  switch (miss.part) {
    case 'action':
      return `${covered(source.actions, 'Action')} not cover ${action}`;
    case 'resource':
      return `${covered(source.resources!, 'Resource')} not cover ${resource}`;
    case 'principal':
      return 'its Principal does not name the caller';
    case 'condition': {
      const { test, given } = miss;
      const wanted = named(test.values);
      const has = given === undefined ? 'the request does not have' : `the request has as ${named(given)}`;
      return `its Condition ${operatorText(test)} wants ${test.key} (${wanted}), which ${has}`;
    }
  }
}

const covered = ({ negated, of }: NonNullable<Statement['resources']>, element: string): string =>
  `its ${negated ? `Not${element}` : element} (${named(of)}) does`;

function named(values: readonly string[]): string {
  const more = values.length - MOST_NAMED;
  return [...values.slice(0, MOST_NAMED), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
