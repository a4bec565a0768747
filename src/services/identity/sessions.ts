/** Temporary credentials: of a role, by AssumeRole or for a job, and of a user. */
import type { Principal, SessionFacts } from '../../protocol/service.ts';
import type { Parts } from './context.ts';
import { stsErrors } from './errors.ts';
import { assumedRoleArn, newId, newSecret, newSessionToken } from './names.ts';
import { DEFAULT_SESSION_SECONDS } from './roles.ts';
import type { RoleRow, SessionRow, UserRow } from './store.ts';
import { userArn } from './users.ts';

/** As STS answers them. */
export type SessionCredentials = {
  AccessKeyId: string;
  SecretAccessKey: string;
  SessionToken: string;
  Expiration: Date;
};

export type Lasting = {
  /** Milliseconds since the epoch. */
  now: number;
  seconds: number;
};

/** Seconds; role chaining is held to an hour, whatever the role allows. */
const LONGEST_CHAINED = 3600;

/**
 * Opens a session of a role, without asking who wants it. Inside a transaction.
 *
 * @param narrowed session policies and tags
 */
export function openRoleSession(
  parts: Parts,
  role: RoleRow,
  sessionName: string,
  lasting: Lasting,
  narrowed: Omit<SessionFacts, 'issuedAt'> = {},
) {
  const arn = assumedRoleArn(parts.account, role.name, sessionName);
  const user_id = `${role.id}:${sessionName}`;
  const credentials = open(parts, { owner_id: role.id, kind: 'assumed-role', arn, user_id }, lasting, narrowed);
  return { credentials, arn, userId: user_id };
}

/** Opens a session of a user, as GetSessionToken does. Inside a transaction. */
export function openUserSession(parts: Parts, user: UserRow, lasting: Lasting): SessionCredentials {
  return open(parts, { owner_id: user.id, kind: 'user', arn: userArn(parts, user), user_id: user.id }, lasting);
}

function open(
  { world, keyring }: Parts,
  owner: Pick<SessionRow, 'owner_id' | 'kind' | 'arn' | 'user_id'>,
  { now, seconds }: Lasting,
  narrowed: Omit<SessionFacts, 'issuedAt'> = {},
): SessionCredentials {
  // AWS answers whole seconds, and a client must not think its credentials good for longer than they are.
  const expires_at = (Math.floor(now / 1000) + seconds) * 1000;
  const session: SessionRow = {
    key_id: newId(world.random, 'temporaryKey'),
    secret: newSecret(world.random),
    token: newSessionToken(world.random),
    ...owner,
    expires_at,
    facts: JSON.stringify({ issuedAt: now, ...narrowed } satisfies SessionFacts),
  };
  keyring.addSession(session);
  return {
    AccessKeyId: session.key_id,
    SecretAccessKey: session.secret,
    SessionToken: session.token,
    Expiration: new Date(expires_at),
  };
}

/** The length of a session that AssumeRole was asked for, in seconds. @throws ValidationError */
export function sessionSeconds(role: RoleRow, caller: Principal, asked: number | undefined): number {
  const seconds = asked ?? DEFAULT_SESSION_SECONDS;
  if (caller.kind === 'assumed-role' && seconds > LONGEST_CHAINED) throw stsErrors.tooLongForChain();
  if (seconds > role.max_session_seconds) throw stsErrors.tooLongForRole();
  return seconds;
}
