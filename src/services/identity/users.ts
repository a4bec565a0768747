/** Users, and how AWS describes them. */
import type { OutputOf, Principal } from '../../protocol/service.ts';
import { boundaryOf } from './boundaries.ts';
import type { Iam, Parts } from './context.ts';
import { iamErrors } from './errors.ts';
import { iamArn, parseIamArn } from './names.ts';
import type { UserRow } from './store.ts';
import { readTags } from './tags.ts';

type User = NonNullable<OutputOf<Iam, 'GetUser'>['User']>;

/** @throws NoSuchEntity */
export function requireUser({ store }: Parts, name: string): UserRow {
  const user = store.users.get({ name });
  if (!user) throw iamErrors.noUser(name);
  return user;
}

/**
 * The user that an operation is about when its UserName may be left out: then the caller.
 *
 * @throws ValidationError when the caller is not a user
 */
export function namedOrCalling({ account }: Parts, name: string | undefined, caller: Principal): string {
  if (name !== undefined) return name;
  const own = caller.kind === 'user' ? parseIamArn(account, 'user', caller.arn) : undefined;
  if (!own) throw iamErrors.validation('Must specify userName when calling with non-User credentials');
  return own.name;
}

export const userArn = ({ account }: Parts, { path, name }: Pick<UserRow, 'path' | 'name'>): string =>
  iamArn(account, 'user', path, name);

/** A user as IAM describes it. Lists leave out the tags and the boundary. */
export function describeUser(parts: Parts, row: UserRow): User {
  return {
    Path: row.path,
    UserName: row.name,
    UserId: row.id,
    Arn: userArn(parts, row),
    CreateDate: new Date(row.created_at),
  };
}

export function describeUserWithTags(parts: Parts, row: UserRow): User {
  const tags = readTags(row.tags);
  return { ...describeUser(parts, row), ...boundaryOf(row), ...(tags.length > 0 ? { Tags: tags } : {}) };
}

/** The ARN that a policy must allow: the user's own when it exists, else the one that it would have at the root path. */
export function userResource(parts: Parts, name: string): string {
  return userArn(parts, parts.store.users.get({ name }) ?? { path: '/', name });
}
