/** IAM's operations on access keys: a user has two at most, a primary one and one to rotate to. */
import { type Access, type Call, type Operations, reads, writes } from '../../protocol/service.ts';
import type { Iam, Parts } from './context.ts';
import { iamErrors } from './errors.ts';
import { iamPage, within } from './listing.ts';
import { newId, newSecret } from './names.ts';
import type { AccessKeyRow, UserRow } from './store.ts';
import { namedOrCalling, requireUser, userResource } from './users.ts';

/** A primary one, and one to rotate to. */
const MOST_ACCESS_KEYS = 2;

type Names = 'CreateAccessKey' | 'ListAccessKeys' | 'UpdateAccessKey' | 'DeleteAccessKey' | 'GetAccessKeyLastUsed';

export function accessKeyOperations(parts: Parts): Operations<Iam, Names> {
  const { store, keyring, keyUse } = parts;
  type Named = { UserName?: string | undefined };
  const userOf = ({ UserName }: Named, { principal }: Call): UserRow =>
    requireUser(parts, namedOrCalling(parts, UserName, principal));
  const on =
    (action: string) =>
    ({ UserName }: Named, { principal }: Call): Access[] => [
      { action: `iam:${action}`, resource: userResource(parts, namedOrCalling(parts, UserName, principal)) },
    ];
  const keyOf = (user: UserRow, id: string): AccessKeyRow => {
    const key = store.credentials.key({ id });
    if (key?.user !== user.name) throw iamErrors.noAccessKey(id);
    return key;
  };

  return {
    CreateAccessKey: writes(on('CreateAccessKey'), (input, call) => {
      const { id, secret, user, status, created_at } = createAccessKey(parts, userOf(input, call), call.now);
      return {
        AccessKey: {
          UserName: user,
          AccessKeyId: id,
          Status: status,
          SecretAccessKey: secret,
          CreateDate: new Date(created_at),
        },
      };
    }),
    ListAccessKeys: reads(on('ListAccessKeys'), (input, call) => {
      const { name } = userOf(input, call);
      const id = (key: AccessKeyRow) => key.id;
      const keys = within(store.credentials.keysOf({ user: name }), id);
      const { items, ...page } = iamPage(input, { operation: 'ListAccessKeys', name }, keys, id);
      const AccessKeyMetadata = items.map((key) => ({
        UserName: key.user,
        AccessKeyId: key.id,
        Status: key.status,
        CreateDate: new Date(key.created_at),
      }));
      return { AccessKeyMetadata, ...page };
    }),
    UpdateAccessKey: writes(on('UpdateAccessKey'), (input, call) => {
      if (input.Status === 'Expired') throw iamErrors.validation('Status must be Active or Inactive.');
      const user = userOf(input, call);
      keyring.setKeyStatus(keyOf(user, input.AccessKeyId!), input.Status!, user);
      return {};
    }),
    DeleteAccessKey: writes(on('DeleteAccessKey'), (input, call) => {
      keyring.removeKey(keyOf(userOf(input, call), input.AccessKeyId!).id);
      return {};
    }),
    GetAccessKeyLastUsed: reads(
      ({ AccessKeyId }) => {
        const key = store.credentials.key({ id: AccessKeyId! });
        return [{ action: 'iam:GetAccessKeyLastUsed', resource: key ? userResource(parts, key.user) : '*' }];
      },
      ({ AccessKeyId }) => {
        const key = store.credentials.key({ id: AccessKeyId! });
        if (!key) throw iamErrors.noAccessKey(AccessKeyId!);
        const use = keyUse.last(key.id);
        const AccessKeyLastUsed = use
          ? { LastUsedDate: new Date(use.at), ServiceName: use.service, Region: use.region }
          : { ServiceName: 'N/A', Region: 'N/A' };
        return { UserName: key.user, AccessKeyLastUsed };
      },
    ),
  };
}

/** Inside a transaction. @throws LimitExceeded at the third key */
export function createAccessKey({ store, keyring, world }: Parts, user: UserRow, now: number): AccessKeyRow {
  if (store.credentials.keysOf({ user: user.name }).length >= MOST_ACCESS_KEYS) {
    throw iamErrors.limit(`Cannot exceed quota for AccessKeysPerUser: ${MOST_ACCESS_KEYS}`);
  }
  const key: AccessKeyRow = {
    id: newId(world.random, 'accessKey'),
    secret: newSecret(world.random),
    user: user.name,
    status: 'Active',
    created_at: now,
    used_at: null,
    used_service: null,
    used_region: null,
  };
  keyring.addKey(key, user);
  return key;
}
