/** IP addresses as numbers, and the ranges of them that `cidr` names. */
import { isIP } from 'node:net';
import { patternFault } from './fault.ts';

type Address = { readonly version: 4 | 6; readonly value: bigint };

const LOOKS_LIKE_V4 = /^\d+\.\d+\.\d+\.\d+$/;
const LOOKS_LIKE_V6 = /^[\da-fA-F:]*:[\da-fA-F:]*$/;
const WIDTH = { 4: 32, 6: 128 } as const;

/** The longest text that can be an address. */
const LONGEST = 45;

export function addressOf(text: string): Address | undefined {
  if (text.length > LONGEST) return undefined;
  const version = isIP(text);
  if (version === 4) return { version, value: joined(text.split('.').map(Number), 8n) };
  if (version === 6 && LOOKS_LIKE_V6.test(text)) return { version, value: joined(groupsOf(text), 16n) };
  return undefined;
}

const joined = (parts: readonly number[], bits: bigint): bigint =>
  parts.reduce((value, part) => (value << bits) | BigInt(part), 0n);

/** @example groupsOf('::1') // eight numbers */
function groupsOf(text: string): number[] {
  const [left, right] = text.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const gap = right === undefined ? 0 : 8 - left!.length - right.length;
  return [...left!, ...Array<string>(gap).fill('0'), ...(right ?? [])].map((group) => Number.parseInt(group, 16));
}

/**
 * As AWS reads it: from the address itself to the last one of its block.
 *
 * @throws patternFault
 */
export function addressRange(text: string): (address: string) => boolean {
  const [network, length, ...more] = text.split('/');
  if (!length || more.length > 0) throw patternFault("Malformed CIDR, one '/' required");
  if (!/^[+-]?\d{1,10}$/.test(length)) throw patternFault('Malformed CIDR, mask bits must be an integer');
  const bits = Number(length);
  if (bits < 0) throw patternFault('Malformed CIDR, mask bits must not be negative');
  if (!LOOKS_LIKE_V4.test(network!) && !LOOKS_LIKE_V6.test(network!)) {
    throw patternFault(`Nonstandard IP address: ${network}`);
  }
  const first = addressOf(network!);
  if (!first) throw patternFault(`Invalid IP address: ${network}`);
  const width = WIDTH[first.version];
  if (bits >= width) throw patternFault(`IPv${first.version} mask bits must be < ${width}`);
  const last = first.value | ((1n << BigInt(width - bits)) - 1n);
  return (given) => {
    const address = addressOf(given);
    return address?.version === first.version && address.value >= first.value && address.value <= last;
  };
}
