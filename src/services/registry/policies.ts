/**
 * Resource policies of model package groups: who may do what with a group and its versions, beside what users and roles
 * are allowed.
 *
 * P1. A policy that is taken can be evaluated: it is parsed when it is put, and kept as it was sent.
 */
import { memo } from '../../base/memo.ts';
import { describeProblems, parsePolicy } from '../../definition/policy/parse.ts';
import type { Policy } from '../../definition/policy/types.ts';
import type { Parts } from './context.ts';
import { registryErrors } from './errors.ts';
import { findGroup } from './groups.ts';
import { groupArn, type Place, registryName } from './names.ts';
import type { GroupRow } from './store.ts';

/** @throws ValidationException in the words of the policy operations */
function groupOfPolicy(parts: Parts, place: Place, name: string): GroupRow {
  const group = findGroup(parts, place, name);
  if (!group) throw registryErrors.noGroupOfPolicy(groupArn(place, name));
  return group;
}

/** @returns the group's ARN */
export function putPolicy(parts: Parts, place: Place, name: string, text: string): string {
  const group = groupOfPolicy(parts, place, name);
  const parsed = parsePolicy(text, 'resource');
  if ('problems' in parsed) throw registryErrors.malformedPolicy(name, describeProblems(parsed.problems));
  parts.store.setPolicy({ id: group.id, policy: text });
  return groupArn(place, name);
}

/** As it was sent. */
export function policyText(parts: Parts, place: Place, name: string): string {
  const { policy } = groupOfPolicy(parts, place, name);
  if (policy === null) throw registryErrors.noPolicy(groupArn(place, name));
  return policy;
}

export function removePolicy(parts: Parts, place: Place, name: string): void {
  const { id, policy } = groupOfPolicy(parts, place, name);
  if (policy === null) throw registryErrors.noPolicy(groupArn(place, name));
  parts.store.setPolicy({ id, policy: null });
}

/** Evaluated at each request: parsed once for each text. */
const parsedPolicy = memo(1000, (text): Policy | undefined => {
  const parsed = parsePolicy(text, 'resource');
  return 'policy' in parsed ? parsed.policy : undefined;
});

export type GroupPolicy = { group: string; policy: Policy };

/** The policy of the group that an ARN names, or of the group of the version that it names. */
export function policyOver({ account, store }: Parts, arn: string): GroupPolicy | undefined {
  const named = registryName(account, arn);
  if (!named || (named.kind === 'package' && named.key.version === 0)) return undefined;
  const { region, name } = named.key;
  const text = store.policy({ region, name })?.policy;
  const policy = text ? parsedPolicy(text) : undefined;
  return policy && { group: name, policy };
}
