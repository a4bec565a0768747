/** What the parts of the identity service share. */
import type { World } from '../../base/world.ts';
import type { Api } from '../../protocol/api.ts';
import type { Store } from '../../store/store.ts';
import type { Keyring } from './keyring.ts';
import type { KeyUse } from './keyUse.ts';
import type { Permissions } from './permissions.ts';
import type { IdentityStore } from './store.ts';

export type IdentityContext = {
  store: Store;
  world: World;
  /** The account's twelve digits. */
  account: string;
  sts: Api;
  iam: Api;
};

export type Parts = {
  world: World;
  account: string;
  store: IdentityStore;
  keyring: Keyring;
  keyUse: KeyUse;
  permissions: Permissions;
};

/** The SDK whose types the IAM operations take and answer. */
export type Iam = typeof import('@aws-sdk/client-iam');
export type Sts = typeof import('@aws-sdk/client-sts');
