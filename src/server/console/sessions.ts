/**
 * Who is signed in to the console. A session is an access key that its holder has shown: it ends with the key.
 *
 * S1. A session has two halves, made of the key's secret: a cookie that no script can read, and a token that the page keeps.
 *     Other servers of this host are sent the cookie, other pages cannot send the token: neither is worth anything alone.
 * S2. Nothing is kept: a deactivated, deleted or expired key ends its sessions at once, and a restart of the server does not.
 *     Only those that were signed out are remembered, until they would have ended.
 * S3. A link works once, for ten minutes at most, and only as whoever asked for it.
 */
import { createHmac } from 'node:crypto';
import { LOWER_ALPHANUMERIC, randomString } from '../../base/random.ts';
import type { World } from '../../base/world.ts';
import type { Credential } from '../../protocol/chain.ts';
import { sameText } from '../../protocol/sigv4.ts';

export type SignInKeys = { accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined };

/** A credential, and the key that names it. */
export type Holder = Credential & { accessKeyId: string };

export type Opened = {
  holder: Holder;
  cookie: string;
  page: string;
  /** Milliseconds since the epoch. */
  expires: number;
};

export type Sessions = {
  /** Undefined when the keys are wrong, expired or not active. */
  signIn(keys: SignInKeys): Opened | undefined;
  /** A link's token, for the holder of a key. */
  link(accessKeyId: string): { token: string; expires: number };
  /** Undefined when the token is unknown, used or too old. */
  redeem(token: string): Opened | undefined;
  /** Whose session it is, of whom both halves are. */
  holder(cookie: string, page: string): Holder | undefined;
  signOut(cookie: string, page: string): void;
};

const SESSION_MS = 12 * 3_600_000;
const LINK_MS = 10 * 60_000;
/** Links that nobody has followed yet: of more than these, the oldest are void. */
const MOST_LINKS = 100;
const MOST_SIGNED_OUT = 10_000;

type Half = 'cookie' | 'page';
type Named = { accessKeyId: string; expires: number; nonce: string };

export function createSessions(
  { clock, random }: Pick<World, 'clock' | 'random'>,
  credential: (accessKeyId: string) => Credential | undefined,
): Sessions {
  const links = new Map<string, { accessKeyId: string; expires: number }>();
  /** Nonces of sessions, and when they would have ended. */
  const signedOut = new Map<string, number>();

  /** Undefined as well where the key has expired. */
  function held(accessKeyId: string): Holder | undefined {
    const found = credential(accessKeyId);
    const over = found?.expires !== undefined && found.expires <= clock.now();
    return found && !over ? { ...found, accessKeyId } : undefined;
  }

  function open(holder: Holder): Opened {
    const expires = Math.min(clock.now() + SESSION_MS, holder.expires ?? Number.POSITIVE_INFINITY);
    const named: Named = {
      accessKeyId: holder.accessKeyId,
      expires,
      nonce: randomString(random, 24, LOWER_ALPHANUMERIC),
    };
    const cookie = `${named.accessKeyId}.${named.expires}.${named.nonce}.${mac(holder.secret, named, 'cookie')}`;
    return { holder, cookie, page: mac(holder.secret, named, 'page'), expires };
  }

  function sessionOf(cookie: string, page: string): (Named & { holder: Holder }) | undefined {
    const named = parse(cookie);
    if (!named || named.expires <= clock.now() || signedOut.has(named.nonce)) return undefined;
    const holder = held(named.accessKeyId);
    if (!holder || !sameText(named.mac, mac(holder.secret, named, 'cookie'))) return undefined;
    return sameText(page, mac(holder.secret, named, 'page')) ? { ...named, holder } : undefined;
  }

  return {
    signIn({ accessKeyId, secretAccessKey, sessionToken }) {
      const holder = held(accessKeyId);
      if (!holder || !sameText(holder.secret, secretAccessKey)) return undefined;
      return holder.sessionToken === (sessionToken || undefined) ? open(holder) : undefined;
    },
    link(accessKeyId) {
      const token = randomString(random, 40, LOWER_ALPHANUMERIC);
      const expires = clock.now() + LINK_MS;
      links.set(token, { accessKeyId, expires });
      dropOldest(links, MOST_LINKS);
      return { token, expires };
    },
    redeem(token) {
      const link = links.get(token);
      links.delete(token);
      if (!link || link.expires <= clock.now()) return undefined;
      const holder = held(link.accessKeyId);
      return holder && open(holder);
    },
    holder: (cookie, page) => sessionOf(cookie, page)?.holder,
    signOut(cookie, page) {
      const session = sessionOf(cookie, page);
      if (!session) return;
      for (const [nonce, ended] of signedOut) if (ended <= clock.now()) signedOut.delete(nonce);
      signedOut.set(session.nonce, session.expires);
      dropOldest(signedOut, MOST_SIGNED_OUT);
    },
  };
}

function mac(secret: string, { accessKeyId, expires, nonce }: Named, half: Half): string {
  const text = `telar console\n${half}\n${accessKeyId}\n${expires}\n${nonce}`;
  return createHmac('sha256', secret).update(text).digest('hex');
}

function parse(cookie: string): (Named & { mac: string }) | undefined {
  const found = /^([A-Z0-9]{16,128})\.(\d{1,16})\.([a-z0-9]{24})\.([0-9a-f]{64})$/.exec(cookie);
  return found ? { accessKeyId: found[1]!, expires: Number(found[2]), nonce: found[3]!, mac: found[4]! } : undefined;
}

function dropOldest(map: Map<string, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}

/** What the telar service hands out: the token stands behind a `#`, which browsers send to nobody. */
export function consoleLinks(sessions: Pick<Sessions, 'link'>, endpointUrl: () => string) {
  return (accessKeyId: string | undefined) => {
    const url = `${endpointUrl()}/console/`;
    if (accessKeyId === undefined) return { url, expires: undefined };
    const { token, expires } = sessions.link(accessKeyId);
    return { url: `${url}#link=${token}`, expires };
  };
}
