/**
 * What signs the messages of topics: a key and a certificate of its own in the data folder, as SNS has one for each region.
 *
 * K1. The key is readable by the folder's owner only, and never leaves the process. The certificate is anyone's to read.
 * K2. They are made once, when something is first subscribed, and made anew when they are missing, damaged or near their end.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  hash,
  type KeyObject,
  sign,
  X509Certificate,
} from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { World } from '../../base/world.ts';
import type { SignatureVersion, Signer } from '../../services/notifications/index.ts';
import { writeOwnFile } from '../../store/ownFile.ts';
import { endOf, makeSigningCertificate } from '../proxy/certificates.ts';

export type MessageSigner = Signer & {
  /** Where the certificate lies on the server: `/SimpleNotificationService-….pem`. There once prepared. */
  path(): string;
  /** The certificate as PEM, if it is the one that lies there. */
  certificateAt(path: string): string | undefined;
};

type Held = { certificate: X509Certificate; privateKey: KeyObject };

const RENEWED_BEFORE_END = 30 * 24 * 3_600_000;
const ALGORITHMS: Readonly<Record<SignatureVersion, string>> = { '1': 'RSA-SHA1', '2': 'RSA-SHA256' };
/** Signatures that are remembered: a message has many receivers, and the same signature for most. */
const REMEMBERED = 1000;

/** @param folder where the key lies; without one it lives as long as the process */
export function createMessageSigner(
  folder: string | undefined,
  world: Pick<World, 'clock' | 'random' | 'log'>,
): MessageSigner {
  let held: Held | undefined;
  let preparing: Promise<void> | undefined;
  const known = new Map<string, string>();

  async function make(): Promise<void> {
    const stored = folder === undefined ? undefined : readHeld(folder);
    const fresh = stored && endOf(stored.certificate) - world.clock.now() > RENEWED_BEFORE_END;
    held = fresh ? stored : await makeHeld(folder, world);
    if (!fresh) world.log('info', 'notifications.key-made', { replaces: stored !== undefined });
  }

  const needed = (): Held => {
    if (!held) throw new Error('Broken invariant (a bug in Telar): a message is signed before the key is there');
    return held;
  };
  const path = () => `/SimpleNotificationService-${hash('sha256', needed().certificate.raw, 'hex').slice(0, 32)}.pem`;

  return {
    prepare() {
      // One that failed is tried again.
      preparing ??= make().catch((error: Error) => {
        preparing = undefined;
        throw error;
      });
      return preparing;
    },
    sign(text, version) {
      const key = `${version}${hash('sha256', text)}`;
      const before = known.get(key);
      if (before !== undefined) return before;
      const signature = sign(ALGORITHMS[version], Buffer.from(text), needed().privateKey).toString('base64');
      if (known.size >= REMEMBERED) known.delete(known.keys().next().value!);
      known.set(key, signature);
      return signature;
    },
    path,
    certificateAt: (asked) => (held && asked === path() ? held.certificate.toString() : undefined),
  };
}

const keyFile = (folder: string) => join(folder, 'signing.key');
const certificateFile = (folder: string) => join(folder, 'signing.pem');

async function makeHeld(folder: string | undefined, { clock, random }: Pick<World, 'clock' | 'random'>): Promise<Held> {
  const keys = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const serial = new Uint8Array(16);
  random.fill(serial);
  const certificate = new X509Certificate(makeSigningCertificate(keys, serial, clock.now()));
  if (folder !== undefined) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeOwnFile(keyFile(folder), keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    writeOwnFile(certificateFile(folder), certificate.toString());
  }
  return { certificate, privateKey: keys.privateKey };
}

/** Undefined where there is none, or a half of one. */
function readHeld(folder: string): Held | undefined {
  try {
    const certificate = new X509Certificate(readFileSync(certificateFile(folder)));
    const privateKey = createPrivateKey(readFileSync(keyFile(folder)));
    return createPublicKey(privateKey).equals(certificate.publicKey) ? { certificate, privateKey } : undefined;
  } catch {
    return undefined;
  }
}
