/** Groups, and how AWS describes them. */
import type { OutputOf } from '../../protocol/service.ts';
import type { Iam, Parts } from './context.ts';
import { iamErrors } from './errors.ts';
import { iamArn } from './names.ts';
import type { GroupRow } from './store.ts';

type Group = NonNullable<OutputOf<Iam, 'GetGroup'>['Group']>;

/** @throws NoSuchEntity */
export function requireGroup({ store }: Parts, name: string): GroupRow {
  const group = store.groups.get({ name });
  if (!group) throw iamErrors.noGroup(name);
  return group;
}

export const describeGroup = ({ account }: Parts, { path, name, id, created_at }: GroupRow): Group => ({
  Path: path,
  GroupName: name,
  GroupId: id,
  Arn: iamArn(account, 'group', path, name),
  CreateDate: new Date(created_at),
});

/** The ARN that a policy must allow: the group's own when it exists, else the one that it would have at the root path. */
export function groupResource({ store, account }: Parts, name: string): string {
  return iamArn(account, 'group', store.groups.get({ name })?.path ?? '/', name);
}
