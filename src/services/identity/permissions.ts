/**
 * What principals are allowed, ready for evaluation: the policies of a user, of its groups and of a role, boundaries, and
 * the policies of a session.
 *
 * M1. What is answered equals what the store would answer: everything is forgotten whenever the store changes what someone
 *     is allowed, and again when that is undone.
 * M2. A document is compiled once, for as long as it stays in use.
 */
import { arn } from '../../base/arn.ts';
import { type CompiledPolicy, compilePolicy } from '../../definition/policy/compile.ts';
import type { PolicySet } from '../../definition/policy/evaluate.ts';
import type { PrincipalNames } from '../../definition/policy/principals.ts';
import type { PolicyKind } from '../../definition/policy/types.ts';
import type { Principal } from '../../protocol/service.ts';
import { checkDocument } from './documents.ts';
import { MANAGED_POLICIES } from './managed.ts';
import { iamArn } from './names.ts';
import type { HolderKind, IdentityStore, RoleRow, UserRow } from './store.ts';

/** A caller, as policies see it. */
export type Caller = {
  names: PrincipalNames;
  policies: Pick<PolicySet, 'identity' | 'boundary' | 'session'>;
  /** `aws:PrincipalArn`: of a session, its role's. */
  principalArn: string;
  /** `aws:username`, of users. */
  username: string | undefined;
  /** By key in lower case. */
  tags: ReadonlyMap<string, string>;
};

/** A policy in force. */
export type PolicySource = {
  /** For people: an ARN, or whose inline policy it is. */
  id: string;
  /** As the policy simulator names it, and its kind. */
  sourceId: string;
  type: HolderKind | 'aws-managed' | 'user-managed';
  document: string;
};

export type Permissions = {
  of(principal: Principal): Caller;
  /** A document, compiled. @param id what people know it by: each has one document at a time */
  compiled(id: string, document: string, kind: PolicyKind): CompiledPolicy;
  /** The policies of a user, group or role, without those of its groups. */
  heldBy(kind: HolderKind, name: string): PolicySource[];
  forget(): void;
};

/** Compiled documents that are kept, at most; then all are let go. */
const MOST_COMPILED = 2000;

export function createPermissions(store: IdentityStore, account: string): Permissions {
  const compilations = new Map<string, { document: string; policy: CompiledPolicy }>();
  let owners = new Map<string, Caller>();
  let callers = new WeakMap<Principal, Caller>();

  function compiled(id: string, document: string, kind: PolicyKind): CompiledPolicy {
    const key = `${kind} ${id}`;
    const known = compilations.get(key);
    if (known?.document === document) return known.policy;
    if (compilations.size >= MOST_COMPILED) compilations.clear();
    const policy = compilePolicy(id, checkDocument(document, kind));
    compilations.set(key, { document, policy });
    return policy;
  }

  function heldBy(holder_kind: HolderKind, holder: string): PolicySource[] {
    const { held } = store;
    const inline = held.inlines({ holder_kind, holder }).map(({ name, document }) => ({
      id: `inline policy '${name}' of ${holder_kind} ${holder}`,
      sourceId: `${holder_kind}_${holder}_${name}`,
      type: holder_kind,
      document,
    }));
    return [
      ...inline,
      ...held.attached({ holder_kind, holder }).map(({ policy_arn }) => managedSource(store, policy_arn)),
    ];
  }

  const ready = ({ id, document }: PolicySource) => compiled(id, document, 'identity');
  const boundaryOf = ({ boundary }: UserRow) => (boundary === null ? undefined : ready(managedSource(store, boundary)));

  const everyone = [account, arn('iam', '', account, 'root')];

  function user(row: UserRow): Caller {
    const principalArn = iamArn(account, 'user', row.path, row.name);
    const groups = store.groups.of({ user: row.name });
    return {
      names: { own: [principalArn, row.id], role: [], account: everyone, service: [] },
      policies: {
        identity: [...heldBy('user', row.name), ...groups.flatMap(({ name }) => heldBy('group', name))].map(ready),
        boundary: boundaryOf(row),
      },
      principalArn,
      username: row.name,
      tags: tagMap(JSON.parse(row.tags) as Record<string, string>),
    };
  }

  function role(row: RoleRow): Caller {
    const principalArn = iamArn(account, 'role', row.path, row.name);
    return {
      names: { own: [], role: [principalArn, row.id], account: everyone, service: [] },
      policies: { identity: heldBy('role', row.name).map(ready), boundary: boundaryOf(row) },
      principalArn,
      username: undefined,
      tags: tagMap(JSON.parse(row.tags) as Record<string, string>),
    };
  }

  function owner(kind: 'user' | 'role', id: string): Caller | undefined {
    const known = owners.get(id);
    if (known) return known;
    const userRow = kind === 'user' ? store.users.byId({ id }) : undefined;
    const roleRow = kind === 'role' ? store.roles.byId({ id }) : undefined;
    const caller = userRow ? user(userRow) : roleRow && role(roleRow);
    if (caller) owners.set(id, caller);
    return caller;
  }

  function find(principal: Principal): Caller {
    const { kind, userId, arn: own } = principal;
    switch (kind) {
      case 'root':
        return { ...nobody(own), names: names({ own: everyone }), policies: { identity: 'everything' } };
      case 'anonymous':
        return nobody(own);
      case 'service':
        return { ...nobody(own), names: names({ service: [own] }) };
      case 'user': {
        const found = owner('user', userId);
        return found
          ? inSession(found, principal)
          : { ...nobody(own), names: names({ own: [own], account: everyone }) };
      }
      case 'assumed-role': {
        const found = owner('role', userId.slice(0, Math.max(0, userId.indexOf(':'))));
        if (!found) return { ...nobody(own), names: names({ own: [own], account: everyone }) };
        return inSession({ ...found, names: { ...found.names, own: [own, userId] } }, principal);
      }
    }
  }

  /** A session's own policies bound it, and its tags replace those of its role. */
  function inSession(caller: Caller, { session }: Principal): Caller {
    if (!session?.policies && !session?.tags) return caller;
    return {
      ...caller,
      policies: {
        ...caller.policies,
        session: session.policies?.map(({ id, document }) => compiled(id, document, 'identity')),
      },
      tags: new Map([...caller.tags, ...tagMap(session.tags ?? {})]),
    };
  }

  return {
    of(principal) {
      const known = callers.get(principal);
      if (known) return known;
      const caller = find(principal);
      callers.set(principal, caller);
      return caller;
    },
    compiled,
    heldBy,
    forget() {
      owners = new Map();
      callers = new WeakMap();
    },
  };
}

/** Nothing may be deleted that is in use; were it gone, it would allow nothing. */
const NOTHING = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', NotAction: '*', Resource: '*' }],
});

export function managedSource(store: IdentityStore, policyArn: string): PolicySource {
  return {
    id: policyArn,
    sourceId: policyArn.slice(policyArn.lastIndexOf('/') + 1),
    type: MANAGED_POLICIES.has(policyArn) ? 'aws-managed' : 'user-managed',
    document: managedDocument(store, policyArn) ?? NOTHING,
  };
}

/** The document in force of a managed policy, AWS's or the account's own. */
export function managedDocument({ policies }: IdentityStore, policyArn: string): string | undefined {
  const aws = MANAGED_POLICIES.get(policyArn);
  if (aws) return aws.document;
  const row = policies.get({ arn: policyArn });
  return row && policies.version({ arn: policyArn, version: row.default_version })?.document;
}

const names = (given: Partial<PrincipalNames>): PrincipalNames => ({
  own: [],
  role: [],
  account: [],
  service: [],
  ...given,
});

/** A caller whom no policy is attached to. */
const nobody = (principalArn: string): Caller => ({
  ...{ names: names({}), policies: { identity: [] }, principalArn, username: undefined, tags: new Map() },
});

const tagMap = (tags: Readonly<Record<string, string>>): Map<string, string> =>
  new Map(Object.entries(tags).map(([key, value]) => [key.toLowerCase(), value]));
