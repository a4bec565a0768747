/** Roles: who may assume them, and their inline policies, those of the project and no others. */
import type { RoleDocument } from './documents.ts';
import { type Block, call, fromJson } from './hcl.ts';
import { attribute, resource } from './resources.ts';
import { TAGS, type Writing } from './writing.ts';

export function roleBlocks(writing: Writing): Block[] {
  return writing.documents.roles.flatMap((role) => blocksOf(writing, role));
}

function blocksOf({ names, text }: Writing, role: RoleDocument): Block[] {
  const { name, description, trustPolicy, policies } = role;
  const identifier = names.role(name);
  const roleName = attribute('aws_iam_role', identifier, 'name');
  const policyNames = policies.map((policy) =>
    attribute('aws_iam_role_policy', names.policy(name, policy.name), 'name'),
  );
  return [
    resource('aws_iam_role', identifier, {
      name,
      description: description && text(description),
      assume_role_policy: call('jsonencode', fromJson(trustPolicy, text)),
      tags: TAGS,
    }),
    ...policies.map((policy) =>
      resource('aws_iam_role_policy', names.policy(name, policy.name), {
        name: policy.name,
        role: roleName,
        policy: call('jsonencode', fromJson(policy.document, text)),
      }),
    ),
    resource(
      'aws_iam_role_policies_exclusive',
      identifier,
      { role_name: roleName, policy_names: policyNames },
      { comment: 'An inline policy that the project does not have is taken away.' },
    ),
  ];
}
