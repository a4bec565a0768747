/**
 * Policies made ready for evaluation: done once for a document, used for each request.
 *
 * C1. A compiled statement answers as its document says, and keeps the document for whoever explains the answer.
 */
import { compileTest, type Holds } from './conditionTests.ts';
import { compilePrincipals, type NamedAs, type PrincipalNames } from './principals.ts';
import type { Effect, Policy, Statement } from './types.ts';
import { type ArnMatcher, arnMatcher, type Context, partsOf } from './variables.ts';
import { anyAction } from './wildcards.ts';

/** What is asked of policies. */
export type PolicyRequest = {
  /** `s3:GetObject`. */
  action: string;
  /** An ARN, or `*` for what has none. */
  resource: string;
  names: PrincipalNames;
  context: Context;
};

/** A request, looked at once. */
export type Asked = { action: string; resource: readonly string[]; names: PrincipalNames; context: Context };

export type CompiledStatement = {
  /** The policy that it stands in. */
  policy: CompiledPolicy;
  /** Its place in the policy, from 0. */
  index: number;
  effect: Effect;
  source: Statement;
  /** How it names the caller; undefined when it does not. Statements without principals speak of everyone. */
  named(names: PrincipalNames): NamedAs | undefined;
  onAction(lowerCase: string): boolean;
  onResource: ArnMatcher;
  conditions: readonly Holds[];
};

export type CompiledPolicy = {
  /** What people know it by: an ARN, or the name of an inline policy. */
  id: string;
  /** In the order of the document. */
  statements: readonly CompiledStatement[];
};

/** @param id what people know the policy by */
export function compilePolicy(id: string, policy: Policy): CompiledPolicy {
  const variables = policy.version !== '2008-10-17';
  const statements: CompiledStatement[] = [];
  const compiled: CompiledPolicy = { id, statements };
  policy.statements.forEach((source, index) => {
    const { effect, principals, actions, resources, conditions } = source;
    const action = anyAction(actions.of);
    statements.push({
      ...{ policy: compiled, index, effect, source },
      named: principals ? compilePrincipals(principals, effect) : () => 'directly',
      onAction: (lowerCase) => action(lowerCase) !== actions.negated,
      onResource: resources ? compileResources(resources, variables) : () => true,
      conditions: conditions.map((test) => compileTest(test, variables)),
    });
  });
  return compiled;
}

function compileResources({ negated, of }: NonNullable<Statement['resources']>, variables: boolean): ArnMatcher {
  const matchers = of.map((pattern) => arnMatcher(pattern, variables));
  return (parts, context) => matchers.some((matcher) => matcher(parts, context)) !== negated;
}

export function asked({ action, resource, names, context }: PolicyRequest): Asked {
  return { action: action.toLowerCase(), resource: partsOf(resource), names, context };
}

/** How a statement that applies to a request names its caller; undefined when it does not apply. */
export function applies(statement: CompiledStatement, request: Asked): NamedAs | undefined {
  if (!statement.onAction(request.action) || !statement.onResource(request.resource, request.context)) return undefined;
  const named = statement.named(request.names);
  if (named === undefined) return undefined;
  for (const holds of statement.conditions) if (!holds(request.context)) return undefined;
  return named;
}
