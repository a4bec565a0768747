/**
 * CRC-32C (Castagnoli, reflected), which node:zlib lacks. As zlib's crc32, it takes the checksum so far (0 at first) and gives the next.
 *
 * Eight bytes at a time ("slicing by 8", Kounavis and Berry 2005): the entry of table k at a byte is what that byte
 * becomes when k zero bytes follow it. The tables lie one after the other in one array.
 */

const CASTAGNOLI = 0x82f63b78;
const SLICES = 8;

const table32 = new Uint32Array(256 * SLICES);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CASTAGNOLI : crc >>> 1;
  table32[byte] = crc;
}
for (let at = 256; at < table32.length; at++) {
  const crc = table32[at - 256]!;
  table32[at] = (crc >>> 8) ^ table32[crc & 255]!;
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
