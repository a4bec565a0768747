/**
 * Publishing roles: the trust policy and the inline policies are made exactly what the project says, so that a permission
 * taken out of it is gone. Managed policies that someone attached are left alone.
 */
import type { IAM } from '@aws-sdk/client-iam';
import { canonicalJson } from '../../definition/pipeline/cacheKey.ts';
import type { Json } from '../../definition/pipeline/types.ts';
import type { RoleDocuments } from '../../sdk/index.ts';
import { everyPage, unlessMissing } from '../aws.ts';
import type { Change } from './change.ts';
import { projectTags } from './resources.ts';

type Step = { detail: string; run: () => Promise<unknown> };

export async function roleChange(iam: IAM, role: RoleDocuments, project: string): Promise<Change> {
  const RoleName = role.name;
  const there = await unlessMissing(iam.getRole({ RoleName }));
  const trust = JSON.stringify(role.trustPolicy);
  const put = (name: string, document: unknown) => () =>
    iam.putRolePolicy({ RoleName, PolicyName: name, PolicyDocument: JSON.stringify(document) });
  if (!there) {
    return {
      kind: 'role',
      name: RoleName,
      action: 'create',
      details: role.policies.length > 0 ? [`policies ${role.policies.map(({ name }) => name).join(', ')}`] : [],
      apply: async () => {
        await iam.createRole({
          RoleName,
          AssumeRolePolicyDocument: trust,
          ...(role.description && { Description: role.description }),
          Tags: projectTags(project),
        });
        for (const { name, document } of role.policies) await put(name, document)();
      },
    };
  }
  const steps: Step[] = [];
  if (!sameDocument(there.Role?.AssumeRolePolicyDocument, trust)) {
    steps.push({
      detail: 'trust policy',
      run: () => iam.updateAssumeRolePolicy({ RoleName, PolicyDocument: trust }),
    });
  }
  if ((there.Role?.Description ?? '') !== (role.description ?? '')) {
    steps.push({ detail: 'description', run: () => iam.updateRole({ RoleName, Description: role.description ?? '' }) });
  }
  steps.push(...(await policySteps(iam, role, put)));
  if (steps.length === 0) return { kind: 'role', name: RoleName, action: 'same', details: [] };
  return {
    kind: 'role',
    name: RoleName,
    action: 'change',
    details: steps.map(({ detail }) => detail),
    apply: async () => {
      for (const { run } of steps) await run();
    },
  };
}

async function policySteps(
  iam: IAM,
  role: RoleDocuments,
  put: (name: string, document: unknown) => () => Promise<unknown>,
): Promise<Step[]> {
  const RoleName = role.name;
  const present = await everyPage(async (Marker) => {
    const page = await iam.listRolePolicies({ RoleName, Marker });
    return { items: page.PolicyNames, next: page.IsTruncated ? page.Marker : undefined };
  });
  const steps: Step[] = [];
  for (const { name, document } of role.policies) {
    if (!present.includes(name)) steps.push({ detail: `policy ${name}: new`, run: put(name, document) });
    else {
      const { PolicyDocument } = await iam.getRolePolicy({ RoleName, PolicyName: name });
      if (sameDocument(PolicyDocument, JSON.stringify(document))) continue;
      steps.push({ detail: `policy ${name}: changed`, run: put(name, document) });
    }
  }
  const wanted = new Set(role.policies.map(({ name }) => name));
  for (const PolicyName of present.filter((name) => !wanted.has(name))) {
    steps.push({
      detail: `policy ${PolicyName}: removed, the project no longer has it`,
      run: () => iam.deleteRolePolicy({ RoleName, PolicyName }),
    });
  }
  return steps;
}

/** IAM answers documents percent-encoded. */
function sameDocument(encoded: string | undefined, wanted: string): boolean {
  if (encoded === undefined) return false;
  try {
    const stored = JSON.parse(decodeURIComponent(encoded)) as Json;
    return canonicalJson(stored) === canonicalJson(JSON.parse(wanted) as Json);
  } catch {
    return false;
  }
}
