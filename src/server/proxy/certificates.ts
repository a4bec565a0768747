/**
 * The certificates that Telar makes (RFC 5280): the proxy's own authority's, one for each AWS host, and the one by which messages of
 * topics are signed.
 *
 * X1. The authority may vouch for names below amazonaws.com alone, and for no IP address: whoever gets hold of its key can
 *     deceive its clients about nothing else. Clients check this themselves.
 * X2. No certificate is valid for longer than the one that signed it.
 */
import { hash, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { bits, der, integer, nothing, octets, oid, sequence, set, text, time, yes } from './der.ts';

export const INTERCEPTED_DOMAIN = 'amazonaws.com';

export type KeyPair = { publicKey: KeyObject; privateKey: KeyObject };

const DAY_MS = 24 * 3600 * 1000;
const AUTHORITY_LIVES = 2 * 365 * DAY_MS;
/** As long as the strictest client accepts of a server's certificate (398 days), and far more than a server runs. */
const HOST_LIVES = 90 * DAY_MS;
/** A client's clock may be a little behind. */
const BEFORE_NOW = DAY_MS;

/** Not renewed while it may be read: receivers keep a certificate that they have fetched once. */
const SIGNER_LIVES = 10 * 365 * DAY_MS;

/** By the kind of the key that signs. */
const ALGORITHMS: Readonly<Record<string, Buffer>> = {
  ec: sequence(oid('1.2.840.10045.4.3.2')), // ECDSA with SHA-256
  rsa: sequence(oid('1.2.840.113549.1.1.11'), nothing()), // RSA with SHA-256
};

/** @param serial sixteen random bytes @returns PEM */
export function makeAuthority(keys: KeyPair, serial: Uint8Array, now: number): string {
  const name = `Telar local CA ${keyId(keys.publicKey).toString('hex').slice(0, 8)}`;
  return signed({
    ...{ serial, issuer: name, subject: name, publicKey: keys.publicKey, privateKey: keys.privateKey },
    ...{ from: now - BEFORE_NOW, until: now + AUTHORITY_LIVES },
    extensions: [
      extension('2.5.29.19', true, sequence(yes(), integer(Uint8Array.of(0)))), // an authority, of none below it
      extension('2.5.29.15', true, bits(Uint8Array.of(0b0000_0100), 2)), // signs certificates
      extension('2.5.29.30', true, nameConstraints()),
      extension('2.5.29.14', false, octets(keyId(keys.publicKey))),
    ],
  });
}

/** Of an RSA key, signed by itself: it vouches for nothing but signatures of texts. @returns PEM */
export function makeSigningCertificate(keys: KeyPair, serial: Uint8Array, now: number): string {
  const name = 'sns.amazonaws.com (Telar, this machine)';
  return signed({
    ...{ serial, issuer: name, subject: name, publicKey: keys.publicKey, privateKey: keys.privateKey },
    ...{ from: now - BEFORE_NOW, until: now + SIGNER_LIVES },
    extensions: [
      extension('2.5.29.19', true, sequence()),
      extension('2.5.29.15', true, bits(Uint8Array.of(0b1000_0000), 7)), // signs texts
      extension('2.5.29.14', false, octets(keyId(keys.publicKey))),
    ],
  });
}

/** @returns PEM */
export function makeHostCertificate(options: {
  host: string;
  publicKey: KeyObject;
  authority: { certificate: X509Certificate; privateKey: KeyObject };
  serial: Uint8Array;
  now: number;
}): string {
  const { host, publicKey, authority, serial, now } = options;
  const { certificate } = authority;
  return signed({
    ...{ serial, issuer: commonName(certificate), subject: 'Telar', publicKey, privateKey: authority.privateKey },
    from: now - BEFORE_NOW,
    until: Math.min(now + HOST_LIVES, endOf(certificate)),
    extensions: [
      extension('2.5.29.19', true, sequence()),
      extension('2.5.29.15', true, bits(Uint8Array.of(0b1000_0000), 7)), // signs handshakes
      extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))), // as a server
      extension('2.5.29.17', false, sequence(dnsName(host))),
      extension('2.5.29.14', false, octets(keyId(publicKey))),
      extension('2.5.29.35', false, sequence(der(0x80, keyId(certificate.publicKey)))),
    ],
  });
}

/** Milliseconds since the epoch. */
export const endOf = (certificate: X509Certificate): number => certificate.validToDate.getTime();

function signed(options: {
  serial: Uint8Array;
  issuer: string;
  subject: string;
  from: number;
  until: number;
  publicKey: KeyObject;
  privateKey: KeyObject;
  extensions: readonly Buffer[];
}): string {
  const { serial, issuer, subject, from, until, publicKey, privateKey, extensions } = options;
  const algorithm = ALGORITHMS[privateKey.asymmetricKeyType!]!;
  const content = sequence(
    der(0xa0, integer(Uint8Array.of(2))), // version 3
    integer(serial),
    algorithm,
    nameOf(issuer),
    sequence(time(from), time(until)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const certificate = sequence(content, algorithm, bits(sign('sha256', content, privateKey)));
  return new X509Certificate(certificate).toString();
}

const extension = (id: string, critical: boolean, value: Uint8Array) =>
  sequence(oid(id), ...(critical ? [yes()] : []), octets(value));

const nameOf = (common: string) => sequence(set(sequence(oid('2.5.4.3'), text(common))));

const commonName = (certificate: X509Certificate) => certificate.subject.replace(/^CN=/, '');

const dnsName = (name: string) => der(0x82, Buffer.from(name, 'latin1'));

function nameConstraints(): Buffer {
  const everyAddress = [4, 16].map((length) => sequence(der(0x87, Buffer.alloc(2 * length))));
  return sequence(der(0xa0, sequence(dnsName(INTERCEPTED_DOMAIN))), der(0xa1, ...everyAddress));
}

const keyId = (key: KeyObject): Buffer =>
  hash('sha256', key.export({ type: 'spki', format: 'der' }), 'buffer').subarray(0, 20);
