/**
 * A file's bytes as the payloads of requests.
 *
 * S1. No more than one payload is held: a file of any size goes through in the memory of `limit`.
 * S2. Lines that are empty are no records; a line's end is no part of it.
 */
const NEWLINE = 10;
const RETURN = 13;

export type Splitting = {
  /** `None`: the file is one record. */
  split: 'None' | 'Line';
  /** Records in a payload: one, or as many as fit. */
  strategy: 'SingleRecord' | 'MultiRecord';
  /** Of a payload, in bytes. */
  limit: number;
};

/** A file or a line of it is larger than a payload may be. */
export type PayloadError = Error & { readonly payload: true };

function payloadError(what: string, limit: number): PayloadError {
  const message = `${what} is larger than the ${limit} bytes of MaxPayloadInMB`;
  return Object.assign(new Error(message), { name: 'PayloadError', payload: true as const });
}

export const isPayloadError = (error: unknown): error is PayloadError => error instanceof Error && 'payload' in error;

/** The records of a file, payload by payload. @throws PayloadError */
export async function* payloads(chunks: AsyncIterable<Buffer>, splitting: Splitting): AsyncGenerator<Buffer[]> {
  if (splitting.split === 'None') yield [await whole(chunks, splitting.limit)];
  else yield* byLine(chunks, splitting);
}

async function whole(chunks: AsyncIterable<Buffer>, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limit) throw payloadError('The file', limit);
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

async function* byLine(chunks: AsyncIterable<Buffer>, { strategy, limit }: Splitting): AsyncGenerator<Buffer[]> {
  let batch: Buffer[] = [];
  let size = 0;
  for await (const line of lines(chunks, limit)) {
    // One byte more for the line's end, by which it is parted from the next.
    if (batch.length > 0 && (strategy === 'SingleRecord' || size + 1 + line.length > limit)) {
      yield batch;
      batch = [];
      size = 0;
    }
    size += line.length + (batch.length > 0 ? 1 : 0);
    batch.push(line);
  }
  if (batch.length > 0) yield batch;
}

async function* lines(chunks: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Buffer> {
  let begun: Buffer[] = [];
  let size = 0;
  const keep = (part: Buffer) => {
    size += part.length;
    // A carriage return more than may be held is at its end.
    if (size > limit + 1) throw payloadError('A line', limit);
    begun.push(part);
  };
  const complete = (): Buffer | undefined => {
    const line = begun.length === 1 ? begun[0]! : Buffer.concat(begun);
    begun = [];
    size = 0;
    const record = line.at(-1) === RETURN ? line.subarray(0, -1) : line;
    if (record.length > limit) throw payloadError('A line', limit);
    return record.length === 0 ? undefined : record;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      keep(chunk.subarray(from, end));
      from = end + 1;
      const record = complete();
      if (record) yield record;
    }
    if (from < chunk.length) keep(chunk.subarray(from));
  }
  const record = complete();
  if (record) yield record;
}
