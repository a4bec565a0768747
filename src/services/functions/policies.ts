/**
 * Resource policies of functions: statements that AddPermission puts together, one policy for each version or alias.
 *
 * P1. What stands in a policy is a policy's statement: the evaluation of requests reads it as any other.
 */
import { uuid } from '../../base/random.ts';
import type { Policy } from '../../definition/policy/types.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import type { Parts, Sdk } from './context.ts';
import { functionErrors } from './errors.ts';
import { requireFunction, requireVersion } from './functions.ts';
import { LIMITS } from './legal.ts';
import { functionArn, functionName, LATEST } from './names.ts';
import type { PolicyRow } from './store.ts';

type Statement = {
  Sid: string;
  Effect: 'Allow';
  Principal: '*' | { Service: string } | { AWS: string };
  Action: string;
  Resource: string;
  Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
};
type Document = { Version: '2012-10-17'; Id: 'default'; Statement: Statement[] };
type AddInput = InputOf<Sdk, 'AddPermission'>;

const EMPTY: Document = { Version: '2012-10-17', Id: 'default', Statement: [] };

function principalOf(given: string): Statement['Principal'] {
  if (given === '*') return '*';
  if (/^\d{12}$/.test(given)) return { AWS: `arn:aws:iam::${given}:root` };
  return given.startsWith('arn:') ? { AWS: given } : { Service: given };
}

function conditionOf(input: AddInput): Statement['Condition'] {
  const equals = {
    ...(input.SourceAccount !== undefined && { 'AWS:SourceAccount': input.SourceAccount }),
    ...(input.PrincipalOrgID !== undefined && { 'aws:PrincipalOrgID': input.PrincipalOrgID }),
    ...(input.EventSourceToken !== undefined && { 'lambda:EventSourceToken': input.EventSourceToken }),
  };
  const condition = {
    ...(Object.keys(equals).length > 0 && { StringEquals: equals }),
    ...(input.SourceArn !== undefined && { ArnLike: { 'AWS:SourceArn': input.SourceArn } }),
  };
  return Object.keys(condition).length > 0 ? condition : undefined;
}

function existing(parts: Parts, call: Call, given: string, qualifier: string | undefined) {
  const named = functionName(call, given, qualifier);
  const fn = requireFunction(parts, call, named);
  if (named.qualifier !== undefined) requireVersion(parts, call, named);
  const which = { function: fn.id, qualifier: named.qualifier ?? '' };
  const row = parts.db.policy(which);
  const document = row ? (JSON.parse(row.policy) as Document) : EMPTY;
  return { arn: functionArn(call, fn.name, named.qualifier), which, row, document };
}

function requireRevision(row: PolicyRow | undefined, given: string | undefined): void {
  if (given !== undefined && given !== row?.revision_id) throw functionErrors.staleRevision();
}

/** Inside a transaction. */
export function addPermission(parts: Parts, input: AddInput, call: Call): OutputOf<Sdk, 'AddPermission'> {
  if (input.FunctionUrlAuthType || input.InvokedViaFunctionUrl)
    throw functionErrors.unsupported('function URLs', 'Call Invoke.');
  const { arn, which, row, document } = existing(parts, call, input.FunctionName!, input.Qualifier);
  if (which.qualifier === LATEST) throw functionErrors.policyOfLatest();
  requireRevision(row, input.RevisionId);
  const Sid = input.StatementId!;
  if (document.Statement.some((each) => each.Sid === Sid)) throw functionErrors.statementExists(Sid);
  const condition = conditionOf(input);
  const statement: Statement = {
    ...{ Sid, Effect: 'Allow', Principal: principalOf(input.Principal!), Action: input.Action!, Resource: arn },
    ...(condition && { Condition: condition }),
  };
  const policy = JSON.stringify({ ...document, Statement: [...document.Statement, statement] });
  if (policy.length > LIMITS.policy) throw functionErrors.policyTooLong();
  if (!parts.ports.parsePolicy(policy))
    throw functionErrors.invalid('The provided principal was invalid. Please check the principal and try again.');
  parts.db.putPolicy({ ...which, policy, revision_id: uuid(parts.world.random) });
  return { Statement: JSON.stringify(statement) };
}

/** Inside a transaction. */
export function removePermission(parts: Parts, input: InputOf<Sdk, 'RemovePermission'>, call: Call): void {
  const { which, row, document } = existing(parts, call, input.FunctionName!, input.Qualifier);
  const left = document.Statement.filter(({ Sid }) => Sid !== input.StatementId);
  if (!row || left.length === document.Statement.length) throw functionErrors.noStatement(input.StatementId!);
  requireRevision(row, input.RevisionId);
  if (left.length === 0) parts.db.removePolicy(which);
  else
    parts.db.putPolicy({
      ...which,
      ...{ policy: JSON.stringify({ ...document, Statement: left }), revision_id: uuid(parts.world.random) },
    });
}

export function getPolicy(parts: Parts, input: InputOf<Sdk, 'GetPolicy'>, call: Call): OutputOf<Sdk, 'GetPolicy'> {
  const { row } = existing(parts, call, input.FunctionName!, input.Qualifier);
  if (!row) throw functionErrors.noPolicy();
  return { Policy: row.policy, RevisionId: row.revision_id };
}

const ARN = /^arn:aws:lambda:([^:]+):\d{12}:function:([^:]+)(?::(.+))?$/;

/** The policy of the function, version or alias that an ARN names; undefined where it has none. */
export function attachedPolicy({ db, ports }: Pick<Parts, 'db' | 'ports'>, arn: string): Policy | undefined {
  const [, region = '', name = '', qualifier = ''] = ARN.exec(arn) ?? [];
  const fn = region === '' ? undefined : db.function({ region, name });
  const row = fn && db.policy({ function: fn.id, qualifier });
  return row && ports.parsePolicy(row.policy);
}
