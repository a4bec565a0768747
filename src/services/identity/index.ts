/**
 * Identity: AWS's STS and IAM, and what the server and other services need of them: whose credential signs a request,
 * credentials for jobs, and the facts of roles.
 *
 * I1. A credential that `credential` answers is durable or about to be in the same group: its holder cannot know it sooner.
 * I2. Nobody has permissions by being who they are: the first administrator is a user with AdministratorAccess attached.
 *     The root user, whom nothing here can sign for, is the exception.
 */

import type { CompiledPolicy } from '../../definition/policy/compile.ts';
import { evaluate } from '../../definition/policy/evaluate.ts';
import type { Principal, Service } from '../../protocol/service.ts';
import { createAccessKey } from './accessKeyOperations.ts';
import type { IdentityContext, Parts } from './context.ts';
import { iamErrors } from './errors.ts';
import { type Credential, createKeyring } from './keyring.ts';
import { createKeyUse, type KeyUse } from './keyUse.ts';
import { newId, parseIamArn } from './names.ts';
import { iamOperations, stsOperations } from './operations.ts';
import { type Caller, createPermissions } from './permissions.ts';
import { principalExists, roleArn, roleByArn } from './roles.ts';
import { openRoleSession, type SessionCredentials } from './sessions.ts';
import { principalNamed } from './simulatedCallers.ts';
import { identityStore } from './store.ts';
import { readTags, type Tag } from './tags.ts';

export type { IdentityContext } from './context.ts';
export type { Credential } from './keyring.ts';
export type { Caller } from './permissions.ts';
export type { SessionCredentials } from './sessions.ts';
export { migrations } from './store.ts';

/** Long-term keys, as `telar env` hands them over. */
export type Keys = { accessKeyId: string; secretAccessKey: string };

export type RoleFacts = { arn: string; id: string; name: string; maxSessionSeconds: number };

export type Identity = {
  sts: Service;
  iam: Service;
  /** The credential that an access key id names, active or expired; the chain checks secret, token and expiry. */
  credential(accessKeyId: string): Credential | undefined;
  /** Tells of a request signed with a key, for GetAccessKeyLastUsed. */
  noteKeyUse: KeyUse['note'];
  /**
   * The keys of the first administrator, a user named `admin`, who is made when there is no user at all. Undefined once
   * that user has no active key any more. To be called outside a transaction.
   */
  firstAdministrator(): Promise<Keys | undefined>;
  /** The role of an ARN, for services that are handed one; undefined when it does not exist. */
  role(roleArn: string): RoleFacts | undefined;
  /**
   * Whether a role's trust policy lets a service assume it, on behalf of a resource.
   *
   * @param source the ARN of what the service needs the role for: `aws:SourceArn`
   * @example trustsService(arn, 'sagemaker.amazonaws.com', jobArn)
   */
  trustsService(roleArn: string, service: string, source: string): boolean;
  /** What a principal is allowed, and the names that policies know it by. */
  caller(principal: Principal): Caller;
  /** The principal that an ARN names: of a role, a session of it. @throws NoSuchEntity, InvalidInput */
  principal(arn: string): Principal;
  /** Whether what a policy names as a principal is there, as far as this account can tell. */
  principalExists(name: string): boolean;
  /** A role's trust policy; undefined when there is no such role. */
  trustPolicy(roleArn: string): CompiledPolicy | undefined;
  /** The tags of a role or user, or of a policy of the account. */
  tagsOf(arn: string): Tag[];
  /**
   * Temporary credentials of a job's role, however long the job may run. Inside a transaction.
   *
   * @throws NoSuchEntity when the role is gone
   */
  roleSession(roleArn: string, sessionName: string, seconds: number): SessionCredentials;
};

const ADMINISTRATOR = 'admin';
const ADMINISTRATOR_ACCESS = 'arn:aws:iam::aws:policy/AdministratorAccess';

/**
 * Makes the two services of this folder. Nothing is read before the first request.
 *
 * @example const identity = createIdentityServices({ store, world, account: '000000000000', sts, iam });
 */
export function createIdentityServices(context: IdentityContext): Identity {
  const { store, world, account } = context;
  const rows = identityStore(store.sql, () => {
    permissions.forget();
    store.whenUndone(permissions.forget);
  });
  const permissions = createPermissions(rows, account);
  const parts: Parts = {
    world,
    account,
    store: rows,
    keyring: createKeyring(store, rows, account, world.clock.now),
    keyUse: createKeyUse(store, rows, world),
    permissions,
  };
  const trustPolicy = (arn: string) => {
    const row = roleByArn(parts, arn);
    return row && permissions.compiled(arn, row.trust, 'trust');
  };
  return {
    sts: { name: 'identity', api: context.sts, operations: stsOperations(parts) },
    iam: { name: 'identity', api: context.iam, operations: iamOperations(parts), stop: parts.keyUse.flush },
    credential: parts.keyring.find,
    noteKeyUse: parts.keyUse.note,
    firstAdministrator: () => store.transact(() => administratorKeys(parts)),
    role(arn) {
      const row = roleByArn(parts, arn);
      return (
        row && { arn: roleArn(parts, row), id: row.id, name: row.name, maxSessionSeconds: row.max_session_seconds }
      );
    },
    trustsService(arn, service, source) {
      const policy = trustPolicy(arn);
      return policy !== undefined && serviceAssumes(policy, arn, service, { account, source });
    },
    caller: permissions.of,
    principal: (arn) => principalNamed(parts, arn),
    principalExists: (name) => principalExists(parts, name),
    trustPolicy,
    tagsOf: (arn) => tagsOf(parts, arn),
    roleSession(arn, sessionName, seconds) {
      const row = roleByArn(parts, arn);
      if (!row) throw iamErrors.noRole(arn);
      return openRoleSession(parts, row, sessionName, { now: world.clock.now(), seconds }).credentials;
    },
  };
}

/** A service that acts for a resource of the account tells so, against the confused deputy. */
function serviceAssumes(
  policy: CompiledPolicy,
  roleArn: string,
  service: string,
  { account, source }: { account: string; source: string },
): boolean {
  const keys = new Map([
    ['aws:sourceaccount', account],
    ['aws:sourcearn', source],
    ['aws:principalservicename', service],
    ['aws:principalisawsservice', 'true'],
    ['aws:securetransport', 'true'],
  ]);
  const request = {
    action: 'sts:AssumeRole',
    resource: roleArn,
    names: { own: [], role: [], account: [], service: [service] },
    context: (key: string) => (keys.has(key) ? [keys.get(key)!] : undefined),
  };
  return evaluate(request, { identity: [], resource: { policy, required: true } }).verdict === 'allowed';
}

function tagsOf({ store, account }: Parts, arn: string): Tag[] {
  const role = parseIamArn(account, 'role', arn);
  const user = role ? undefined : parseIamArn(account, 'user', arn);
  const row = role ? store.roles.get({ name: role.name }) : user ? store.users.get({ name: user.name }) : undefined;
  const tags = row?.tags ?? store.policies.get({ arn })?.tags;
  return tags === undefined ? [] : readTags(tags);
}

function administratorKeys(parts: Parts): Keys | undefined {
  const { users, credentials, held } = parts.store;
  if (users.list({ after: '', prefix: '/', limit: 1 }).length > 0) {
    // The newest: after a rotation's first half the older one is on its way out.
    const key = credentials.keysOf({ user: ADMINISTRATOR }).findLast(({ status }) => status === 'Active');
    return key && { accessKeyId: key.id, secretAccessKey: key.secret };
  }
  const now = parts.world.clock.now();
  const user = {
    name: ADMINISTRATOR,
    id: newId(parts.world.random, 'user'),
    path: '/',
    tags: '{}',
    created_at: now,
    boundary: null,
  };
  users.insert(user);
  held.attach({ holder_kind: 'user', holder: user.name, policy_arn: ADMINISTRATOR_ACCESS });
  const key = createAccessKey(parts, user, now);
  return { accessKeyId: key.id, secretAccessKey: key.secret };
}
