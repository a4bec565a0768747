/**
 * The two cyclic redundancy checks that node:zlib lacks: CRC-32C (Castagnoli) and CRC-64/NVME, both reflected. As zlib's crc32,
 * each takes the checksum so far (0 at first) and gives the next.
 *
 * Eight bytes at a time ("slicing by 8", Kounavis and Berry 2005): the entry of table k at a byte is what that byte
 * becomes when k zero bytes follow it. The tables of a check lie one after the other in one array.
 */

const CASTAGNOLI = 0x82f63b78;
const NVME_HIGH = 0x9a6c9329;
const NVME_LOW = 0xac4bc9b5;
const SLICES = 8;

const table32 = new Uint32Array(256 * SLICES);
const tableHigh = new Uint32Array(256 * SLICES);
const tableLow = new Uint32Array(256 * SLICES);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  let high = 0;
  let low = byte;
  for (let bit = 0; bit < 8; bit++) {
    crc = crc & 1 ? (crc >>> 1) ^ CASTAGNOLI : crc >>> 1;
    const carry = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (carry) {
      high ^= NVME_HIGH;
      low ^= NVME_LOW;
    }
  }
  table32[byte] = crc;
  tableHigh[byte] = high;
  tableLow[byte] = low;
}
for (let at = 256; at < table32.length; at++) {
  const [crc, high, low] = [table32[at - 256]!, tableHigh[at - 256]!, tableLow[at - 256]!];
  table32[at] = (crc >>> 8) ^ table32[crc & 255]!;
  tableLow[at] = ((low >>> 8) | (high << 24)) ^ tableLow[low & 255]!;
  tableHigh[at] = (high >>> 8) ^ tableHigh[low & 255]!;
}

const wordAt = (bytes: Uint8Array, at: number): number =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);

/** CRC-32C of `bytes`, going on from `previous`. */
export function crc32c(bytes: Uint8Array, previous = 0): number {
  const table = table32;
  let crc = ~previous;
  let at = 0;
  for (const last = bytes.length - SLICES; at <= last; at += SLICES) {
    const first = crc ^ wordAt(bytes, at);
    const second = wordAt(bytes, at + 4);
    crc =
      table[1792 + (first & 255)]! ^
      table[1536 + ((first >>> 8) & 255)]! ^
      table[1280 + ((first >>> 16) & 255)]! ^
      table[1024 + (first >>> 24)]! ^
      table[768 + (second & 255)]! ^
      table[512 + ((second >>> 8) & 255)]! ^
      table[256 + ((second >>> 16) & 255)]! ^
      table[second >>> 24]!;
  }
  for (; at < bytes.length; at++) crc = table[(crc ^ bytes[at]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** CRC-64/NVME of `bytes`, going on from `previous`. In halves of 32 bits, which are faster than BigInt by far. */
export function crc64nvme(bytes: Uint8Array, previous = 0n): bigint {
  const [highs, lows] = [tableHigh, tableLow];
  let high = ~Number(previous >> 32n);
  let low = ~Number(previous & 0xffffffffn);
  let at = 0;
  for (const last = bytes.length - SLICES; at <= last; at += SLICES) {
    const first = low ^ wordAt(bytes, at);
    const second = high ^ wordAt(bytes, at + 4);
    const a = 1792 + (first & 255);
    const b = 1536 + ((first >>> 8) & 255);
    const c = 1280 + ((first >>> 16) & 255);
    const d = 1024 + (first >>> 24);
    const e = 768 + (second & 255);
    const f = 512 + ((second >>> 8) & 255);
    const g = 256 + ((second >>> 16) & 255);
    const h = second >>> 24;
    low = lows[a]! ^ lows[b]! ^ lows[c]! ^ lows[d]! ^ lows[e]! ^ lows[f]! ^ lows[g]! ^ lows[h]!;
    high = highs[a]! ^ highs[b]! ^ highs[c]! ^ highs[d]! ^ highs[e]! ^ highs[f]! ^ highs[g]! ^ highs[h]!;
  }
  for (; at < bytes.length; at++) {
    const entry = (low ^ bytes[at]!) & 255;
    low = ((low >>> 8) | (high << 24)) ^ lows[entry]!;
    high = (high >>> 8) ^ highs[entry]!;
  }
  return (BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0);
}
