/**
 * Every credential that may sign a request, in memory: the chain asks for one on each request. Access keys and sessions
 * are written to the store here and nowhere else.
 *
 * K1. The keyring equals what the store would answer, also after a transaction is undone: it is loaded whole before its
 *     first change, and changed together with the store.
 */
import type { Principal, SessionFacts } from '../../protocol/service.ts';
import type { Store } from '../../store/store.ts';
import { iamArn } from './names.ts';
import type { AccessKeyRow, IdentityStore, SessionRow, UserRow } from './store.ts';

export type Credential = {
  secret: string;
  /** Temporary credentials are good only together with their token. */
  sessionToken: string | undefined;
  principal: Principal;
  /** Milliseconds since the epoch. The chain refuses later requests with ExpiredToken. */
  expires: number | undefined;
};

export type Keyring = {
  find(accessKeyId: string): Credential | undefined;
  /** All below: inside a transaction. */
  addKey(key: AccessKeyRow, user: UserRow): void;
  setKeyStatus(key: AccessKeyRow, status: AccessKeyRow['status'], user: UserRow): void;
  removeKey(id: string): void;
  addSession(session: SessionRow): void;
  /** Ends the sessions of a role or user that is deleted. */
  endSessionsOf(ownerId: string): void;
};

/** An expired session is remembered for this long (a day), so that its holder is told that it expired. */
const REMEMBER_EXPIRED = 86_400_000;
/** Each new session forgets up to this many old ones. */
const FORGET_AT_ONCE = 10;

export function createKeyring(store: Store, rows: IdentityStore, account: string, now: () => number): Keyring {
  const sql = rows.credentials;
  let loaded: Map<string, Credential> | undefined;

  function all(): Map<string, Credential> {
    if (loaded) return loaded;
    loaded = new Map();
    for (const key of sql.allKeys({})) {
      const user = key.status === 'Active' ? rows.users.get({ name: key.user }) : undefined;
      if (user) loaded.set(key.id, keyCredential(key, user, account));
    }
    for (const session of sql.allSessions({})) loaded.set(session.key_id, sessionCredential(session, account));
    return loaded;
  }

  function change(id: string, credential: Credential | undefined, write: () => void): void {
    const credentials = all();
    const before = credentials.get(id);
    const put = (value: Credential | undefined) => {
      if (value) credentials.set(id, value);
      else credentials.delete(id);
    };
    write();
    put(credential);
    store.whenUndone(() => put(before));
  }

  const endSession = ({ key_id }: SessionRow) => change(key_id, undefined, () => sql.removeSession({ key_id }));

  return {
    find: (id) => all().get(id),
    addKey: (key, user) => change(key.id, keyCredential(key, user, account), () => sql.insertKey(key)),
    setKeyStatus(key, status, user) {
      const credential = status === 'Active' ? keyCredential(key, user, account) : undefined;
      change(key.id, credential, () => sql.setKeyStatus({ id: key.id, status }));
    },
    removeKey: (id) => change(id, undefined, () => sql.removeKey({ id })),
    addSession(session) {
      const before = now() - REMEMBER_EXPIRED;
      for (const old of sql.expiredSessions({ before, limit: FORGET_AT_ONCE })) endSession(old);
      change(session.key_id, sessionCredential(session, account), () => sql.insertSession(session));
    },
    endSessionsOf(owner_id) {
      for (const session of sql.sessionsOf({ owner_id })) endSession(session);
    },
  };
}

function keyCredential(key: AccessKeyRow, user: UserRow, account: string): Credential {
  const arn = iamArn(account, 'user', user.path, user.name);
  return {
    secret: key.secret,
    sessionToken: undefined,
    principal: { kind: 'user', arn, userId: user.id, account, accessKeyId: key.id },
    expires: undefined,
  };
}

function sessionCredential(session: SessionRow, account: string): Credential {
  const { kind, arn, user_id: userId, key_id: accessKeyId } = session;
  return {
    secret: session.secret,
    sessionToken: session.token,
    principal: { kind, arn, userId, account, accessKeyId, session: JSON.parse(session.facts) as SessionFacts },
    expires: session.expires_at,
  };
}
