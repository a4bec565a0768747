import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../protocol/crc.ts';
import { isPayloadError } from './payloadError.ts';
import { payloads, type Splitting } from './split.ts';

const MAGIC = Buffer.from([0x0a, 0x23, 0xd7, 0xce]);

/** A part of RecordIO; `part` 0 is a whole record. */
function recordIo(content: Buffer, part = 0): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(part * 2 ** 29 + content.length);
  return Buffer.concat([MAGIC, length, content, Buffer.alloc(-content.length & 3)]);
}

function tfRecord(content: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(content.length));
  const sum = (bytes: Buffer) => {
    const crc = crc32c(bytes);
    const masked = Buffer.alloc(4);
    masked.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
    return masked;
  };
  return Buffer.concat([length, sum(length), content, sum(content)]);
}

async function split(file: Buffer, how: Partial<Splitting>, size = 5): Promise<Buffer[]> {
  async function* chunks() {
    for (let from = 0; from < file.length; from += size) yield file.subarray(from, from + size);
  }
  const found: Buffer[] = [];
  const splitting: Splitting = { split: 'RecordIO', strategy: 'MultiRecord', limit: 1000, ...how };
  for await (const payload of payloads(chunks(), splitting)) found.push(payload);
  return found;
}

const refusal = (file: Buffer, how: Partial<Splitting>) =>
  split(file, how).then(
    () => 'taken',
    (error: Error) => (isPayloadError(error) ? error.message : error),
  );

describe('a file of binary records', () => {
  it.each([
    ['RecordIO', recordIo],
    ['TFRecord', tfRecord],
  ] as const)('of %s gives its records bare one by one, and wrapped together', async (format, wrap) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes))),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 40, max: 90 }),
        async (contents, size, limit) => {
          const wrapped = contents.map((content) => wrap(content));
          const file = Buffer.concat(wrapped);
          expect(await split(file, { split: format, strategy: 'SingleRecord' }, size)).toEqual(contents);
          const together = await split(file, { split: format, limit }, size);
          expect(Buffer.concat(together)).toEqual(file);
          for (const payload of together) expect(payload.length).toBeLessThanOrEqual(limit);
          // As many as fit: no two neighbours would have fitted into one.
          const starts = together
            .slice(1)
            .map((payload) => (format === 'RecordIO' ? ioLength(payload) : tfLength(payload)));
          for (const [index, first] of starts.entries()) expect(together[index]!.length + first).toBeGreaterThan(limit);
        },
      ),
    );
  });

  const ioLength = (payload: Buffer) => 8 + Math.ceil(payload.readUInt32LE(4) / 4) * 4;
  const tfLength = (payload: Buffer) => 16 + Number(payload.readBigUInt64LE(0));

  it('joins a RecordIO record that stands in parts, since it holds the magic number', async () => {
    const [before, between, after] = ['befo', 'betw', 'after'].map((text) => Buffer.from(text)) as [
      Buffer,
      Buffer,
      Buffer,
    ];
    const file = Buffer.concat([recordIo(before, 1), recordIo(between, 2), recordIo(after, 3), recordIo(before)]);
    expect(await split(file, { strategy: 'SingleRecord' })).toEqual([
      Buffer.concat([before, MAGIC, between, MAGIC, after]),
      before,
    ]);
    expect(await split(file, {})).toEqual([file]);
  });

  it.each<[string, Buffer, Partial<Splitting>, string]>([
    ['that is text', Buffer.from('1,2,3\n4,5,6\n'), {}, 'The file is not RecordIO: a record has another beginning'],
    ['that ends in a head', recordIo(Buffer.from('a')).subarray(0, 6), {}, 'The file ends within a RecordIO record'],
    [
      'that ends in a record',
      recordIo(Buffer.from('abcd')).subarray(0, 8),
      {},
      'The file ends within a RecordIO record',
    ],
    [
      'whose parts never begin',
      recordIo(Buffer.from('a'), 2),
      {},
      'The file is not RecordIO: the parts of a record are out of order',
    ],
    ['whose parts never end', recordIo(Buffer.from('a'), 1), {}, 'The file ends within a RecordIO record'],
    [
      'of another kind of part',
      recordIo(Buffer.from('a'), 5),
      {},
      'The file is not RecordIO: the parts of a record are out of order',
    ],
    [
      'with a record larger than a payload, which is not there',
      Buffer.concat([MAGIC, Buffer.from([255, 255, 255, 31])]),
      {},
      'A RecordIO record is larger than the 1000 bytes of MaxPayloadInMB',
    ],
    [
      'that is no TFRecord',
      recordIo(Buffer.alloc(20)),
      { split: 'TFRecord' },
      'The file is not TFRecord, or is broken: a checksum does not match',
    ],
    [
      'with a TFRecord larger than a payload',
      tfRecord(Buffer.alloc(2000)),
      { split: 'TFRecord' },
      'A TFRecord record is larger than the 1000 bytes of MaxPayloadInMB',
    ],
  ])('%s is refused', async (_, file, how, message) => {
    expect(await refusal(file, how)).toBe(message);
  });
});
