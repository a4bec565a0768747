/**
 * The policy of an event bus: who else may put events on it.
 *
 * P1. A policy that is taken can be evaluated; it is kept as it was sent.
 */
import { memo } from '../../base/memo.ts';
import { describeProblems, parsePolicy } from '../../definition/policy/parse.ts';
import type { Policy } from '../../definition/policy/types.ts';
import type { Call, InputOf } from '../../protocol/service.ts';
import { findBus, requireBus } from './bus.ts';
import type { Parts, Sdk } from './context.ts';
import { eventErrors } from './errors.ts';
import { LARGEST_POLICY } from './legal.ts';
import { busArn, nameIn } from './names.ts';

type Statement = { Sid?: string; [member: string]: unknown };
type Document = { Version: string; Statement: Statement[] };

function documentOf(text: string | null): Document {
  if (text === null) return { Version: '2012-10-17', Statement: [] };
  const document = JSON.parse(text) as Omit<Document, 'Statement'> & { Statement: Statement | Statement[] };
  return { ...document, Statement: [document.Statement].flat() };
}

export function putPermission(parts: Parts, input: InputOf<Sdk, 'PutPermission'>, call: Call): void {
  const bus = requireBus(parts, call, input.EventBusName);
  const { Policy: whole, StatementId, Action, Principal, Condition } = input;
  const single = [StatementId, Action, Principal, Condition].some((one) => one !== undefined);
  if (whole !== undefined && single) throw eventErrors.policyAndStatement();
  const text = whole ?? JSON.stringify(withStatement(documentOf(bus.policy), input, busArn(call, bus.name)));
  if (Buffer.byteLength(text) > LARGEST_POLICY) throw eventErrors.policyTooLarge(LARGEST_POLICY);
  const parsed = parsePolicy(text, 'resource');
  if ('problems' in parsed) throw eventErrors.policy(describeProblems(parsed.problems));
  parts.db.putBus({ ...bus, policy: text, modified_at: call.now });
}

function withStatement(document: Document, input: InputOf<Sdk, 'PutPermission'>, arn: string): Document {
  const { StatementId: id, Action, Principal, Condition } = input;
  if (id === undefined || Action === undefined || Principal === undefined) throw eventErrors.statement();
  const statement: Statement = {
    ...{ Sid: id, Effect: 'Allow', Action, Resource: arn },
    Principal: Principal === '*' ? '*' : { AWS: `arn:aws:iam::${Principal}:root` },
    ...(Condition && { Condition: { [Condition.Type!]: { [Condition.Key!]: Condition.Value! } } }),
  };
  return { ...document, Statement: [...document.Statement.filter(({ Sid }) => Sid !== id), statement] };
}

export function removePermission(parts: Parts, input: InputOf<Sdk, 'RemovePermission'>, call: Call): void {
  const bus = requireBus(parts, call, input.EventBusName);
  if (bus.policy === null) throw eventErrors.noPolicy();
  const document = documentOf(bus.policy);
  const left = input.RemoveAllPermissions
    ? []
    : document.Statement.filter(({ Sid }) => Sid === undefined || Sid !== input.StatementId);
  if (!input.RemoveAllPermissions && left.length === document.Statement.length) throw eventErrors.noStatement();
  const policy = left.length === 0 ? null : JSON.stringify({ ...document, Statement: left });
  parts.db.putBus({ ...bus, policy, modified_at: call.now });
}

/** Evaluated at each request: parsed once for each text. */
const parsedPolicy = memo(1000, (text): Policy | undefined => {
  const parsed = parsePolicy(text, 'resource');
  return 'policy' in parsed ? parsed.policy : undefined;
});

/** The policy of the bus that an ARN names. */
export function policyOver(parts: Pick<Parts, 'db' | 'account'>, arn: string): Policy | undefined {
  const [, region = ''] = /^arn:aws:events:([^:]*):/.exec(arn) ?? [];
  const place = { account: parts.account, region };
  const name = nameIn(place, arn, 'event-bus');
  const text = name === undefined ? undefined : findBus(parts, place, name)?.policy;
  return text ? parsedPolicy(text) : undefined;
}
