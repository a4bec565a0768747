/**
 * Records of files in the two binary formats of SplitType.
 * RecordIO: https://mxnet.apache.org/versions/1.9.1/api/architecture/note_data_loading
 * TFRecord: https://www.tensorflow.org/tutorials/load_data/tfrecord
 *
 * N1. A length stands in the file: one beyond the limit is refused before anything is gathered for it.
 * N2. A file that ends within a record, or is of another format, is refused; what comes after is not guessed at.
 */
import { crc32c } from '../../../protocol/crc.ts';
import { payloadError, tooLarge } from './payloadError.ts';

export type BinaryFormat = 'RecordIO' | 'TFRecord';

export type BinaryRecord = {
  /** As it stands in the file. */
  wrapped: Buffer;
  /** What the record holds. */
  content: Buffer;
};

/** So many of the next bytes; undefined at the end. @throws PayloadError where the file ends before */
type Take = (count: number) => Promise<Buffer | undefined>;

/** @param limit of a record as it stands in the file */
export async function* binaryRecords(
  chunks: AsyncIterable<Buffer>,
  format: BinaryFormat,
  limit: number,
): AsyncGenerator<BinaryRecord> {
  const take = taking(chunks, format);
  const next = format === 'RecordIO' ? nextRecordIo : nextTfRecord;
  for (;;) {
    const record = await next(take, limit);
    if (!record) return;
    yield record;
  }
}

function taking(chunks: AsyncIterable<Buffer>, format: BinaryFormat): Take {
  const source = chunks[Symbol.asyncIterator]();
  let held: Buffer[] = [];
  let size = 0;
  return async (count) => {
    while (size < count) {
      const { value, done } = await source.next();
      if (done) break;
      held.push(value);
      size += value.length;
    }
    if (size === 0 && count > 0) return undefined;
    if (size < count) throw payloadError(`The file ends within a ${format} record`);
    const all = held.length === 1 ? held[0]! : Buffer.concat(held);
    held = size > count ? [all.subarray(count)] : [];
    size -= count;
    return all.subarray(0, count);
  };
}

/** What must follow, since its record has begun. */
async function rest(take: Take, count: number, format: BinaryFormat): Promise<Buffer> {
  const bytes = await take(count);
  if (!bytes) throw payloadError(`The file ends within a ${format} record`);
  return bytes;
}

const MAGIC = 0xced7230a;
const WORD = 4;
/** Of a part's second word the upper bits tell which part of a record it is: all, the first, one between, the last. */
const LENGTH_BITS = 29;
const PART = { whole: 0, first: 1, middle: 2, last: 3 } as const;

/** Where its own content holds the magic number, a record stands in parts, which the number joins again. */
async function nextRecordIo(take: Take, limit: number): Promise<BinaryRecord | undefined> {
  const wrapped: Buffer[] = [];
  const content: Buffer[] = [];
  let size = 0;
  for (;;) {
    const isFirst = wrapped.length === 0;
    const head = isFirst ? await take(2 * WORD) : await rest(take, 2 * WORD, 'RecordIO');
    if (!head) return undefined;
    if (head.readUInt32LE(0) !== MAGIC) throw payloadError('The file is not RecordIO: a record has another beginning');
    const word = head.readUInt32LE(WORD);
    const part = word >>> LENGTH_BITS;
    const length = word % 2 ** LENGTH_BITS;
    if (isFirst !== (part === PART.whole || part === PART.first) || part > PART.last)
      throw payloadError('The file is not RecordIO: the parts of a record are out of order');
    const padded = Math.ceil(length / WORD) * WORD;
    size += head.length + padded;
    if (size > limit) throw tooLarge('A RecordIO record', limit);
    const body = await rest(take, padded, 'RecordIO');
    wrapped.push(head, body);
    if (!isFirst) content.push(head.subarray(0, WORD));
    content.push(body.subarray(0, length));
    if (part === PART.whole || part === PART.last)
      return { wrapped: Buffer.concat(wrapped), content: Buffer.concat(content) };
  }
}

const LENGTH = 8;
const CHECKSUM = 4;
const MASK_DELTA = 0xa282ead8;

/** Its length, that one's checksum, the content, that one's checksum. */
async function nextTfRecord(take: Take, limit: number): Promise<BinaryRecord | undefined> {
  const head = await take(LENGTH + CHECKSUM);
  if (!head) return undefined;
  checkSum(head.subarray(0, LENGTH), head.readUInt32LE(LENGTH));
  const length = Number(head.readBigUInt64LE(0));
  if (head.length + length + CHECKSUM > limit) throw tooLarge('A TFRecord record', limit);
  const body = await rest(take, length + CHECKSUM, 'TFRecord');
  const content = body.subarray(0, length);
  checkSum(content, body.readUInt32LE(length));
  return { wrapped: Buffer.concat([head, body]), content };
}

function checkSum(bytes: Buffer, expected: number): void {
  const crc = crc32c(bytes);
  const masked = (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
  if (masked !== expected) throw payloadError('The file is not TFRecord, or is broken: a checksum does not match');
}
