/**
 * One request to a registry, with all that may stand between: redirects, tokens, faults that pass.
 *
 * H1. The Authorization header goes to the registry's own host; a redirect elsewhere is followed without it.
 * H2. Plain HTTP is spoken only to hosts of the loopback and to those that the user has named; a registry that is spoken to
 *     with TLS leads to none of them.
 * H3. A request that fails in a way that may pass (no connection, 429, 5xx) is tried again, a few times, ever later.
 */
import type { Clock } from '../../../base/clock.ts';
import { runnerError } from '../../errors.ts';
import type { Registries } from './credentials.ts';

export type Requests = {
  /** @param scope what a token is asked for: `repository:tools/fit:pull` */
  get(host: string, path: string, scope: string, headers: Readonly<Record<string, string>>): Promise<Response>;
};

const ATTEMPTS = 5;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20_000;
const ANSWER_MS = 30_000;
const SILENCE_MS = 60_000;
const MOST_REDIRECTS = 5;
const LARGEST_TOKEN = 64 * 1024;
const PASSING = new Set([408, 429, 500, 502, 503, 504]);

export type RequestOptions = {
  clock: Clock;
  registries: Registries;
  /** Milliseconds before the second attempt. @default 500 */
  firstWait?: number;
};

/** Waits on the clock. */
export const pause = (clock: Clock, milliseconds: number): Promise<void> =>
  new Promise((resolve) => clock.at(clock.now() + milliseconds, resolve));

/** A fault that a later attempt may not meet. */
function isPassing(error: unknown): boolean {
  return error instanceof Error && !('code' in error && error.name === error.code);
}

/** Runs `attempt` until it succeeds, fails for good, or has failed too often. */
export async function persistently<T>(
  { clock, firstWait = FIRST_WAIT_MS }: RequestOptions,
  what: string,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (tries >= ATTEMPTS) {
        const reason = error instanceof Error ? reasonOf(error) : String(error);
        throw runnerError(
          'RegistryUnreachable',
          `${what} could not be fetched: ${reason}, ${ATTEMPTS} times. Check the network and the registry's name, then try again.`,
        );
      }
      await pause(clock, Math.min(LONGEST_WAIT_MS, firstWait * 2 ** (tries - 1)));
    }
  }
}

/** fetch hides the reason in the cause. */
function reasonOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}

/** `Bearer realm="https://…",service="…",scope="…"` → its parts. */
export function parseChallenge(header: string): { scheme: string; parameters: Record<string, string> } {
  const [, scheme = '', rest = ''] = /^\s*(\S+)\s*(.*)$/s.exec(header.slice(0, 4096)) ?? [];
  const parameters: Record<string, string> = {};
  for (const match of rest.matchAll(/([a-zA-Z]+)=(?:"([^"]*)"|([^\s",]+))/g)) {
    parameters[match[1]!.toLowerCase()] = match[2] ?? match[3]!;
  }
  return { scheme: scheme.toLowerCase(), parameters };
}

const basic = ({ username, password }: { username: string; password: string }) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/** The bytes of an answer as they come. One that falls silent ends with an error. */
export async function* bodyOf(response: Response, clock: Clock): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  let fail = (_error: Error) => {};
  const silence = new Promise<never>((_, reject) => {
    fail = reject;
  });
  silence.catch(() => {});
  try {
    for (;;) {
      const cancel = clock.at(clock.now() + SILENCE_MS, () => fail(new Error(`silent for ${SILENCE_MS / 1000} s`)));
      try {
        const { done, value } = await Promise.race([reader.read(), silence]);
        if (done) return;
        yield value;
      } finally {
        cancel();
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Reads a small answer; a large one is refused. */
export async function smallText(response: Response, limit: number, clock: Clock): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bodyOf(response, clock)) {
    size += chunk.length;
    if (size > limit) throw runnerError('ImageBroken', `${response.url} answers more than ${limit} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function createRequests(options: RequestOptions): Requests {
  const { clock, registries } = options;
  /** Host and scope → Authorization. */
  const tokens = new Map<string, string>();

  /** Ends a request whose answer does not begin. */
  async function fetchOnce(url: URL, headers: Record<string, string>): Promise<Response> {
    const abort = new AbortController();
    const cancel = clock.at(clock.now() + ANSWER_MS, () =>
      abort.abort(new Error(`${url.host} did not answer within ${ANSWER_MS / 1000} s`)),
    );
    try {
      return await fetch(url, { headers, redirect: 'manual', signal: abort.signal });
    } finally {
      cancel();
    }
  }

  /** @param by who led there: a registry of the world sends nobody to the loopback's own services */
  function checkScheme(url: URL, by: string): void {
    if (url.protocol === 'https:') return;
    if (url.protocol === 'http:' && registries.plain(url.host) && registries.plain(by)) return;
    throw runnerError(
      'RegistryDenied',
      `${url.origin} is not spoken to: it would be without TLS. Name the host under "insecure" in the registries' file to allow that.`,
    );
  }

  async function follow(start: URL, headers: Record<string, string>): Promise<Response> {
    let url = start;
    for (let redirects = 0; ; redirects++) {
      checkScheme(url, start.host);
      const own = url.host === start.host && url.protocol === start.protocol;
      const { authorization, ...others } = headers;
      const response = await fetchOnce(url, own && authorization ? { ...others, authorization } : others);
      const location = response.headers.get('location');
      if (response.status < 300 || response.status >= 400 || response.status === 304 || !location) return response;
      await response.body?.cancel();
      if (redirects >= MOST_REDIRECTS || !URL.canParse(location, url.href)) {
        throw runnerError('ImageBroken', `${start.href} redirects ${redirects + 1} times, at last to '${location}'.`);
      }
      url = new URL(location, url);
    }
  }

  async function authorize(host: string, challenge: string, scope: string): Promise<string> {
    const { scheme, parameters } = parseChallenge(challenge);
    const credential = registries.credential(host);
    if (scheme === 'basic' && credential) return basic(credential);
    const realm = parameters['realm'];
    if (scheme !== 'bearer' || !realm || !URL.canParse(realm)) throw denied(host, credential !== undefined);
    const url = new URL(realm);
    if (parameters['service']) url.searchParams.set('service', parameters['service']);
    url.searchParams.set('scope', parameters['scope'] ?? scope);
    // A realm is where the registry says; the password is for the registry, and a realm elsewhere must at least be TLS.
    checkScheme(url, host);
    const response = await follow(url, credential ? { authorization: basic(credential) } : {});
    if (PASSING.has(response.status)) throw new Error(`${url.host} answers with status ${response.status}`);
    const text = await smallText(response, LARGEST_TOKEN, clock);
    if (!response.ok) throw denied(host, credential !== undefined);
    try {
      const { token, access_token } = JSON.parse(text) as { token?: unknown; access_token?: unknown };
      const given = token ?? access_token;
      if (typeof given === 'string' && /^[\x21-\x7e]+$/.test(given)) return `Bearer ${given}`;
    } catch {
      // Told below.
    }
    throw runnerError('RegistryDenied', `${url.host} gives out tokens for ${host}, and answered none.`);
  }

  return {
    async get(host, path, scope, headers) {
      const url = new URL(`${registries.plain(host) ? 'http' : 'https'}://${host}${path}`);
      return persistently(options, url.href, async () => {
        for (let asked = false; ; asked = true) {
          const authorization = tokens.get(`${host} ${scope}`);
          const response = await follow(url, { ...headers, ...(authorization && { authorization }) });
          if (response.status === 401 && !asked) {
            await response.body?.cancel();
            const challenge = response.headers.get('www-authenticate') ?? '';
            tokens.set(`${host} ${scope}`, await authorize(host, challenge, scope));
            continue;
          }
          if (response.ok) return response;
          await response.body?.cancel();
          if (response.status === 401 || response.status === 403) {
            throw denied(host, registries.credential(host) !== undefined);
          }
          if (PASSING.has(response.status)) throw new Error(`it answers with status ${response.status}`);
          if (response.status === 404) {
            throw runnerError(
              'UnknownImage',
              `${host} has no ${path.replace(/^\/v2\//, '')}. Check the image's name and tag.`,
            );
          }
          throw runnerError('ImageBroken', `${url.href} is answered with status ${response.status}.`);
        }
      });
    },
  };
}

function denied(host: string, known: boolean): Error {
  return runnerError(
    'RegistryDenied',
    known
      ? `${host} refuses the credentials that the registries' file has for it, or they do not cover this image.`
      : `${host} wants credentials, or has no such image. Write them into the registries' file: {"auths": {"${host}": {"username": "…", "password": "…"}}}.`,
  );
}
