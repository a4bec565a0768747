import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from './crc.ts';
import { crc64nvme } from './crc64.ts';

/** One bit after the other, as the definition has it. */
function bitwise(bytes: Uint8Array, polynomial: bigint, width: bigint): bigint {
  const ones = (1n << width) - 1n;
  let crc = ones;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1n ? (crc >> 1n) ^ polynomial : crc >> 1n;
  }
  return crc ^ ones;
}

const bytes = fc.uint8Array({ maxLength: 100 });

describe('a cyclic redundancy check', () => {
  it('is the published one', () => {
    const check = Buffer.from('123456789');
    expect(crc32c(check)).toBe(0xe3069283);
    expect(crc64nvme(check)).toBe(0xae8b14860a799888n);
  });

  it('is what its definition gives, of bytes of any length', () => {
    fc.assert(
      fc.property(bytes, (given) => {
        expect(BigInt(crc32c(given))).toBe(bitwise(given, 0x82f63b78n, 32n));
        expect(crc64nvme(given)).toBe(bitwise(given, 0x9a6c9329ac4bc9b5n, 64n));
      }),
    );
  });

  it('goes on wherever it was left', () => {
    fc.assert(
      fc.property(bytes, bytes, (first, second) => {
        const whole = Buffer.concat([first, second]);
        expect(crc32c(second, crc32c(first))).toBe(crc32c(whole));
        expect(crc64nvme(second, crc64nvme(first))).toBe(crc64nvme(whole));
      }),
    );
  });
});
