/**
 * The policy simulator: what policies would decide, without anyone doing anything. Pure, over documents.
 *
 * S1. A simulation is an evaluation: the same code decides here as for real requests.
 */
import type { CompiledPolicy, CompiledStatement, PolicyRequest } from '../../definition/policy/compile.ts';
import { distinct, keysOf } from '../../definition/policy/contextKeys.ts';
import { evaluate, type PolicySet } from '../../definition/policy/evaluate.ts';
import { findings, type Miss } from '../../definition/policy/explain.ts';
import { type Place, statementSpans } from '../../definition/policy/places.ts';
import { variablesIn } from '../../definition/policy/variables.ts';
import type { OutputOf } from '../../protocol/service.ts';
import type { Iam } from './context.ts';

type Result = NonNullable<OutputOf<Iam, 'SimulateCustomPolicy'>['EvaluationResults']>[number];
type Matched = NonNullable<Result['MatchedStatements']>[number];
type SourceType = NonNullable<Matched['SourcePolicyType']>;

/** Where a policy of the simulation comes from. */
export type Source = { sourceId: string; type: SourceType; document: string };

export type Simulation = PolicyRequest & {
  policies: PolicySet;
  /** By the policies' ids. */
  sources: ReadonlyMap<string, Source>;
};

export function simulate({ policies, sources, ...request }: Simulation): Result {
  const { verdict } = evaluate(request, policies);
  const all = findings(request, policies);
  const effect = verdict === 'explicitDeny' ? 'Deny' : 'Allow';
  const decisive = verdict === 'implicitDeny' ? [] : all.filter(({ misses }) => misses.length === 0);
  const isMissing = (key: string) => request.context(key.toLowerCase()) === undefined;
  const open = all.filter(({ statement, misses }) => misses.every((miss) => mightHold(miss, statement, isMissing)));
  const missing = distinct(open.flatMap(({ statement }) => keysOf(statement.source))).filter(isMissing);
  return {
    EvalActionName: request.action,
    EvalResourceName: request.resource,
    EvalDecision: verdict,
    MatchedStatements: decisive
      .filter(({ statement }) => statement.effect === effect)
      .map(({ statement }) => matched(statement.policy, statement.index, sources)),
    MissingContextValues: missing,
    ...(policies.boundary ? { PermissionsBoundaryDecisionDetail: boundaryDetail(request, policies.boundary) } : {}),
  };
}

/** Whether more context might undo a miss: a condition's, or that of a resource with a variable in it. */
function mightHold({ part }: Miss, { source }: CompiledStatement, isMissing: (key: string) => boolean): boolean {
  return part === 'condition' || (part === 'resource' && !!source.resources?.of.flatMap(variablesIn).some(isMissing));
}

function boundaryDetail(request: PolicyRequest, boundary: CompiledPolicy) {
  return { AllowedByPermissionsBoundary: evaluate(request, { identity: [boundary] }).verdict === 'allowed' };
}

function matched({ id }: CompiledPolicy, index: number, sources: ReadonlyMap<string, Source>): Matched {
  const source = sources.get(id);
  const span = source && statementSpans(source.document)[index];
  return {
    SourcePolicyId: source?.sourceId ?? id,
    SourcePolicyType: source?.type ?? 'none',
    ...(span ? { StartPosition: position(span.start), EndPosition: position(span.end) } : {}),
  };
}

const position = ({ line, column }: Place) => ({ Line: line, Column: column });
