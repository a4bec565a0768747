/** Permissions boundaries: managed policies that bound what users and roles may be allowed; and what making one with them takes. */
import { requestTagKeys } from '../../protocol/conditionKeys.ts';
import type { Access } from '../../protocol/service.ts';
import type { Parts } from './context.ts';
import { requirePolicy } from './policies.ts';
import type { UserRow } from './store.ts';

/** The ARN of a managed policy that exists, as a boundary. @throws NoSuchEntity */
export function checkedBoundary(parts: Parts, policyArn: string | undefined): string | null {
  if (policyArn !== undefined) requirePolicy(parts, policyArn);
  return policyArn ?? null;
}

/** As IAM describes it. */
export function boundaryOf({ boundary }: Pick<UserRow, 'boundary'>) {
  if (boundary === null) return {};
  return {
    PermissionsBoundary: { PermissionsBoundaryType: 'PermissionsBoundaryPolicy', PermissionsBoundaryArn: boundary },
  } as const;
}

type Given = {
  Tags?: readonly { Key: string | undefined; Value: string | undefined }[] | undefined;
  PermissionsBoundary?: string | undefined;
};

/** To make something with tags takes the right to tag it, too. */
export function creating(kind: 'User' | 'Role' | 'Policy', resource: string, given: Given): Access[] {
  const keys = () => ({ 'iam:PermissionsBoundary': given.PermissionsBoundary, ...requestTagKeys(given.Tags) });
  const create = { action: `iam:Create${kind}`, resource, keys };
  return given.Tags?.length ? [create, { action: `iam:Tag${kind}`, resource, keys }] : [create];
}
