/**
 * The two cyclic redundancy checks that node:zlib lacks, byte by byte over tables: CRC-32C (Castagnoli) and CRC-64/NVME,
 * both reflected. As zlib's crc32, each takes the checksum so far (0 at first) and gives the next.
 */

const CASTAGNOLI = 0x82f63b78;
const NVME_HIGH = 0x9a6c9329;
const NVME_LOW = 0xac4bc9b5;

const table32 = new Uint32Array(256);
const tableHigh = new Uint32Array(256);
const tableLow = new Uint32Array(256);
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

/** CRC-32C of `bytes`, going on from `previous`. */
export function crc32c(bytes: Uint8Array, previous = 0): number {
  let crc = ~previous;
  for (let index = 0; index < bytes.length; index++) crc = table32[(crc ^ bytes[index]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** CRC-64/NVME of `bytes`, going on from `previous`. */
export function crc64nvme(bytes: Uint8Array, previous = 0n): bigint {
  let high = ~Number(previous >> 32n);
  let low = ~Number(previous & 0xffffffffn);
  for (let index = 0; index < bytes.length; index++) {
    const entry = (low ^ bytes[index]!) & 255;
    low = ((low >>> 8) | (high << 24)) ^ tableLow[entry]!;
    high = (high >>> 8) ^ tableHigh[entry]!;
  }
  return (BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0);
}
