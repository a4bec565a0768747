/**
 * Who Telar is to registries: a file of Telar's own, in the form of Docker's config.json. The user's own is read only when
 * it is named.
 *
 * A1. The file may be read by its owner only, or it is refused: it holds passwords.
 * A2. Credentials go to the host they were written for and, over TLS, to the token service that this host names.
 */
import { readFileSync, statSync } from 'node:fs';
import { schemas } from '../../../base/zod.ts';
import { runnerError } from '../../errors.ts';

export type Credential = { username: string; password: string };
export type Registries = {
  credential(host: string): Credential | undefined;
  /** Whether the host may be spoken to without TLS. */
  plain(host: string): boolean;
};

const schema = schemas(({ z }) =>
  z.object({
    auths: z
      .record(
        z.string(),
        z.object({ auth: z.string().optional(), username: z.string().optional(), password: z.string().optional() }),
      )
      .default({}),
    /** Telar's own addition: hosts that are spoken to without TLS. */
    insecure: z.array(z.string()).default([]),
  }),
);

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/;
const HUB = ['https://index.docker.io/v1/', 'docker.io', 'index.docker.io', 'registry-1.docker.io'];

/** Docker's file names some hosts as addresses: `https://index.docker.io/v1/`. */
const hostOf = (key: string) =>
  HUB.includes(key) ? 'registry-1.docker.io' : key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');

/** Reads the file anew: a changed password holds at once. @throws RegistryDenied */
export function readRegistries(path: string | undefined): Registries {
  const found = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
  if (path === undefined || !found) return { credential: () => undefined, plain: (host) => LOOPBACK.test(host) };
  if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) {
    throw runnerError(
      'RegistryDenied',
      `${path} holds passwords and may be read by others. Close it: chmod 600 ${path}`,
    );
  }
  let content: ReturnType<ReturnType<typeof schema>['parse']>;
  try {
    content = schema().parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    throw runnerError(
      'RegistryDenied',
      `${path} cannot be read: write it as {"auths": {"HOST": {"username": "…", "password": "…"}}}.`,
    );
  }
  const known = new Map(Object.entries(content.auths).map(([key, value]) => [hostOf(key), value]));
  return {
    credential(host) {
      const found = known.get(host);
      if (found?.username !== undefined && found.password !== undefined) {
        return { username: found.username, password: found.password };
      }
      if (!found?.auth) return undefined;
      const [username = '', ...rest] = Buffer.from(found.auth, 'base64').toString().split(':');
      return { username, password: rest.join(':') };
    },
    plain: (host) => LOOPBACK.test(host) || content.insecure.includes(host),
  };
}
