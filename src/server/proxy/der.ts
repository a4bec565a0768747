/**
 * The part of DER (ITU-T X.690) that certificates are written in. A value is its bytes, with its tag and its length.
 *
 * No library: those that write certificates bring about twenty packages and a polyfill for what these lines and certificates.ts
 * do. Parsing, where the danger lies, is left to OpenSSL.
 */

/** A value of any tag; a constructed one holds others. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const digits = length.toString(16);
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

export const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]) => der(0x31, ...parts);
export const text = (value: string) => der(0x0c, Buffer.from(value, 'utf8'));
export const octets = (content: Uint8Array) => der(0x04, content);
/** Whole bytes of bits, or as many fewer as are named unused. */
export const bits = (content: Uint8Array, unused = 0) => der(0x03, Buffer.from([unused]), content);
export const nothing = () => der(0x05);
export const yes = () => der(0x01, Buffer.from([0xff]));

/** A number that is not negative, from its big-endian bytes. */
export function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Uint8Array.of(0) : bytes.subarray(first);
  return der(0x02, digits[0]! >= 0x80 ? Uint8Array.of(0) : Uint8Array.of(), digits);
}

/** @example oid('2.5.4.3') // commonName */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(number: number): number[] {
  const digits = [number % 128];
  for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128))
    digits.unshift((left % 128) | 0x80);
  return digits;
}

/** As certificates write times: two digits of the year until 2049, four from then on. @param at milliseconds since the epoch */
export function time(at: number): Buffer {
  const full = `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;
  return full < '2050' ? der(0x17, Buffer.from(full.slice(2))) : der(0x18, Buffer.from(full));
}
