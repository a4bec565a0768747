/**
 * The proxy's certificate authority: a key and a certificate in the data folder, and the certificates of hosts that are made
 * of them as hosts are asked for.
 *
 * A1. The key is readable by the folder's owner only. The certificate lies beside it, for `telar env`, and is trusted by nobody
 *     but through the variables that `telar env` sets.
 * A2. An authority that ends within a month, begins later than now, is damaged or is missing is replaced; shells opened before then
 *     trust the old one.
 * A3. Certificates of hosts live in memory. However many hosts are asked for, so many are remembered.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { World } from '../../base/world.ts';
import { writeOwnFile } from '../../store/ownFile.ts';
import { endOf, type KeyPair, makeAuthority, makeHostCertificate } from './certificates.ts';

export type Authority = {
  /** What a TLS server shows for a host below amazonaws.com. */
  contextFor(host: string): SecureContext;
};

/** Where the authority's certificate lies, as PEM. @param folder of the proxy, in the data folder */
export const authorityCertificate = (folder: string) => join(folder, 'ca.pem');

type Held = { certificate: X509Certificate; privateKey: KeyObject };

const DAY_MS = 24 * 3600 * 1000;
const RENEWED_BEFORE_END = 30 * DAY_MS;
const HOST_RENEWED_BEFORE_END = 7 * DAY_MS;
const REMEMBERED = 1000;

/**
 * Reads the folder's authority, or makes one.
 *
 * @param options.remembered hosts at most
 * @param options.renewed is told when there is another authority than at first
 */
export function openAuthority(
  folder: string,
  world: Pick<World, 'clock' | 'random' | 'log'>,
  { remembered = REMEMBERED, renewed }: { remembered?: number; renewed?: (() => void) | undefined } = {},
): Authority {
  const { clock, random, log } = world;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const serial = () => {
    const bytes = new Uint8Array(16);
    random.fill(bytes);
    return bytes;
  };
  // All hosts share a key of this server's life: a key is dearer than a certificate, and nobody else has it.
  const hostKeys = makeKeys();
  const contexts = new Map<string, { context: SecureContext; until: number }>();
  let held = current();

  function current(): Held {
    const stored = readAuthority(folder);
    if (stored && isFresh(stored, clock.now())) return stored;
    const keys = makeKeys();
    const made = { certificate: new X509Certificate(makeAuthority(keys, serial(), clock.now())), ...keys };
    writeOwnFile(keyFile(folder), made.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    writeOwnFile(authorityCertificate(folder), made.certificate.toString());
    log('info', 'proxy.authority-made', { replaces: stored !== undefined });
    return made;
  }

  function make(host: string) {
    if (!isFresh(held, clock.now())) {
      held = current();
      renewed?.();
    }
    const made = { host, publicKey: hostKeys.publicKey, authority: held, serial: serial(), now: clock.now() };
    const cert = makeHostCertificate(made);
    const key = hostKeys.privateKey.export({ type: 'pkcs8', format: 'pem' });
    return {
      context: createSecureContext({ cert, key, minVersion: 'TLSv1.2' }),
      until: endOf(new X509Certificate(cert)),
    };
  }

  return {
    contextFor(host) {
      const known = contexts.get(host);
      if (known && known.until - clock.now() > HOST_RENEWED_BEFORE_END) return known.context;
      const made = make(host);
      contexts.delete(host);
      if (contexts.size >= remembered) contexts.delete(contexts.keys().next().value!);
      contexts.set(host, made);
      return made.context;
    },
  };
}

const keyFile = (folder: string) => join(folder, 'ca.key');

const makeKeys = (): KeyPair => generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** One that a wrong clock has made begins in the future. */
const isFresh = ({ certificate }: Held, now: number) =>
  certificate.validFromDate.getTime() <= now && endOf(certificate) - now > RENEWED_BEFORE_END;

/** Undefined where there is none, or a half of one. */
function readAuthority(folder: string): Held | undefined {
  try {
    const certificate = new X509Certificate(readFileSync(authorityCertificate(folder)));
    const privateKey = createPrivateKey(readFileSync(keyFile(folder)));
    return createPublicKey(privateKey).equals(certificate.publicKey) ? { certificate, privateKey } : undefined;
  } catch {
    return undefined;
  }
}
