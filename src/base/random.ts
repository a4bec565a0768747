/** Randomness behind a small interface, and the identifiers that are made from it. */
import { randomFillSync } from 'node:crypto';

export type Random = { fill(bytes: Uint8Array): void };

/**
 * The machine's. Asking it costs microseconds however little is asked for, and every request needs an id: small amounts come
 * out of a supply, where each byte is given once and then wiped.
 */
export const systemRandom: Random = { fill: fromSupply };

const supply = new Uint8Array(4096);
let used = supply.length;

function fromSupply(bytes: Uint8Array): void {
  if (bytes.length > supply.length / 16) return void randomFillSync(bytes);
  if (used + bytes.length > supply.length) {
    randomFillSync(supply);
    used = 0;
  }
  bytes.set(supply.subarray(used, used + bytes.length));
  supply.fill(0, used, used + bytes.length);
  used += bytes.length;
}

export const LOWER_ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyz0123456789';
export const UPPER_BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
export const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** `length` characters of `alphabet` (at most 256 characters), each equally likely. */
export function randomString(random: Random, length: number, alphabet: string): string {
  const limit = 256 - (256 % alphabet.length);
  const bytes = new Uint8Array(length * 2);
  let text = '';
  while (text.length < length) {
    random.fill(bytes);
    for (const byte of bytes) {
      if (byte < limit && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}

/** A version 4 UUID (RFC 9562). */
export function uuid(random: Random): string {
  const bytes = new Uint8Array(16);
  random.fill(bytes);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
