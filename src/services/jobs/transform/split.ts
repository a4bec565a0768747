/**
 * A file's bytes as the payloads of requests.
 *
 * S1. No more than two payloads are held: a file of any size goes through in the memory of `limit`.
 * S2. Lines that are empty are no records; a line's end is no part of it. Whatever else a line holds stays as it is, byte by byte.
 * S3. Of a binary format one record is sent without its wrapping, several as they stand in their file.
 *     https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TransformInput.html
 */
import { type BinaryFormat, binaryRecords } from './binaryRecords.ts';
import { tooLarge } from './payloadError.ts';

const NEWLINE = 10;
const RETURN = 13;
const EMPTY_LINE = Buffer.from('\n\n');

export type Splitting = {
  /** `None`: the file is one record. */
  split: 'None' | 'Line' | BinaryFormat;
  /** Records in a payload: one, or as many as fit. */
  strategy: 'SingleRecord' | 'MultiRecord';
  /** Of a payload, in bytes. */
  limit: number;
};

/** The records of a file, payload by payload: lines of one are parted by newlines. @throws PayloadError */
export async function* payloads(chunks: AsyncIterable<Buffer>, how: Splitting): AsyncGenerator<Buffer> {
  if (how.split === 'None') {
    yield await whole(chunks, how.limit);
    return;
  }
  if (how.split !== 'Line') {
    yield* binaryPayloads(chunks, { ...how, split: how.split });
    return;
  }
  for await (const block of blocks(chunks, how.limit)) {
    const records = withoutEmptyLines(block);
    if (records.length === 0) continue;
    if (how.strategy === 'MultiRecord') yield records;
    else yield* linesOf(records);
  }
}

async function whole(chunks: AsyncIterable<Buffer>, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limit) throw tooLarge('The file', limit);
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

async function* binaryPayloads(
  chunks: AsyncIterable<Buffer>,
  { split, strategy, limit }: Splitting & { split: BinaryFormat },
): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const { wrapped, content } of binaryRecords(chunks, split, limit)) {
    if (strategy === 'SingleRecord') yield content;
    else {
      if (size + wrapped.length > limit) {
        yield Buffer.concat(held);
        held = [];
        size = 0;
      }
      held.push(wrapped);
      size += wrapped.length;
    }
  }
  if (size > 0) yield Buffer.concat(held);
}

/** As many whole lines at a time as fit, without the last one's end. Lines are not looked at one by one: there may be millions. */
async function* blocks(chunks: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    let rest = chunk;
    while (size + rest.length > limit) {
      const cut = rest.lastIndexOf(NEWLINE, limit - size);
      if (cut >= 0) {
        yield Buffer.concat([...parts, rest.subarray(0, cut)]);
        parts = [];
        rest = rest.subarray(cut + 1);
      } else {
        // The line that does not fit any more began earlier.
        const held = Buffer.concat(parts);
        const end = held.lastIndexOf(NEWLINE);
        if (end < 0) throw tooLarge('A line', limit);
        yield held.subarray(0, end);
        parts = [Buffer.from(held.subarray(end + 1))];
      }
      size = parts.reduce((sum, part) => sum + part.length, 0);
    }
    parts.push(rest);
    size += rest.length;
  }
  if (size > 0) yield Buffer.concat(parts);
}

/** The same records without empty lines and carriage returns, in any encoding of text that has ASCII's line ends. */
function withoutEmptyLines(block: Buffer): Buffer {
  const tidy =
    block.at(0) !== NEWLINE && block.at(-1) !== NEWLINE && !block.includes(RETURN) && !block.includes(EMPTY_LINE);
  if (tidy) return block;
  const lines = block.toString('latin1').split(/\r?\n/);
  const last = lines.pop()!.replace(/\r$/, '');
  return Buffer.from([...lines, last].filter((line) => line !== '').join('\n'), 'latin1');
}

function* linesOf(records: Buffer): Generator<Buffer> {
  let from = 0;
  for (let end = records.indexOf(NEWLINE); end >= 0; end = records.indexOf(NEWLINE, from)) {
    yield records.subarray(from, end);
    from = end + 1;
  }
  yield records.subarray(from);
}
