/**
 * `multipart/form-data` as S3 takes it: fields, then one file, which is handed on as it arrives (RFC 7578).
 *
 * F1. Fields are bounded; the file is not held, and fails at its end when the form ends before it.
 */
import { type AwsError, awsError } from './errors.ts';

export type Form = {
  /** By name, in lower case. */
  fields: ReadonlyMap<string, string>;
  file: { name: string; content: AsyncGenerator<Buffer> };
};

/** S3 takes 20,000 bytes of fields. */
const LONGEST_FIELDS = 20_000;

const malformed = (reason: string): AwsError =>
  awsError('MalformedPOSTRequest', `The body of your POST request is not well-formed multipart/form-data: ${reason}.`);

/** @throws PreconditionFailed, MalformedPOSTRequest, MaxPostPreDataLengthExceededError, InvalidArgument without a file */
export async function readForm(contentType: string, body: AsyncIterable<Buffer>): Promise<Form> {
  const boundary = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  if (!boundary) {
    throw awsError('PreconditionFailed', 'Bucket POST must be of the enclosure-type multipart/form-data', 412);
  }
  const mark = Buffer.from(`\r\n--${boundary[1] ?? boundary[2]}`);
  const reader = createReader(body);
  await reader.until(mark);
  const fields = new Map<string, string>();
  for (;;) {
    const next = (await reader.until(LINE)).toString('latin1').trimEnd();
    if (next.startsWith('--')) {
      throw awsError('InvalidArgument', 'POST requires exactly one file upload per request.', 400, {
        ArgumentName: 'file',
        ArgumentValue: '0',
      });
    }
    const head = (await reader.until(HEAD)).toString('utf8');
    const name = parameter(head, 'name');
    if (name === undefined) throw malformed('a part has no name');
    if (name.toLowerCase() === 'file') {
      return { fields, file: { name: parameter(head, 'filename') ?? '', content: reader.stream(mark) } };
    }
    fields.set(name.toLowerCase(), (await reader.until(mark)).toString('utf8'));
  }
}

const LINE = Buffer.from('\r\n');
const HEAD = Buffer.from('\r\n\r\n');

function parameter(head: string, name: string): string | undefined {
  const disposition = /^content-disposition:\s*form-data\s*(.*)$/im.exec(head)?.[1] ?? '';
  return new RegExp(`;\\s*${name}="((?:[^"\\\\]|\\\\.)*)"`, 'i').exec(disposition)?.[1]?.replace(/\\(["\\])/g, '$1');
}

function createReader(body: AsyncIterable<Buffer>) {
  const chunks = body[Symbol.asyncIterator]();
  // As if a line had ended before the first boundary.
  let held: Buffer = Buffer.from('\r\n');
  let read = 0;

  async function more(): Promise<void> {
    const next = await chunks.next();
    if (next.done) throw malformed('it ends before its last boundary');
    held = held.length === 0 ? next.value : Buffer.concat([held, next.value]);
  }

  return {
    /** What stands before a mark, which is passed over. */
    async until(mark: Buffer): Promise<Buffer> {
      for (;;) {
        const at = held.indexOf(mark);
        read += at < 0 ? 0 : at;
        if (read > LONGEST_FIELDS || (at < 0 && held.length > LONGEST_FIELDS)) {
          throw awsError(
            'MaxPostPreDataLengthExceededError',
            `Your POST request fields preceding the upload file were too large: ${LONGEST_FIELDS} bytes are allowed.`,
          );
        }
        if (at >= 0) {
          const found = held.subarray(0, at);
          held = held.subarray(at + mark.length);
          return found;
        }
        await more();
      }
    },
    /** What stands before a mark, as it arrives. */
    async *stream(mark: Buffer): AsyncGenerator<Buffer> {
      for (;;) {
        const at = held.indexOf(mark);
        const safe = at >= 0 ? at : held.length - mark.length + 1;
        if (safe > 0) {
          yield held.subarray(0, safe);
          held = held.subarray(safe);
        }
        if (at >= 0) return;
        await more();
      }
    },
  };
}
