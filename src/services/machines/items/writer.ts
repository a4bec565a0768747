/**
 * ResultWriter: results as files in S3, and a manifest that names them.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
 *
 * E1. One result, or a slice of them, is held at a time, however many there are.
 * E2. The manifest is written last: where it is, the files are. Written again after a crash, the same results replace themselves.
 */

import { type Pace, paced } from '../../../base/pace.ts';
import { isStatesError, type StatesError, statesError } from '../../../definition/asl/failure.ts';
import type { JsonObject } from '../../../definition/asl/scope.ts';
import type { Pages } from './item.ts';
import type { WriterPorts } from './ports.ts';
import { type ChildResult, type ResultForm, textsOf } from './results.ts';

/** Of the manifest, in its order. PENDING: executions that were not begun, or had not ended when the Map did. */
const KINDS = ['FAILED', 'PENDING', 'SUCCEEDED'] as const;
export type ResultKind = (typeof KINDS)[number];

export type Export = {
  readonly form: ResultForm;
  /** What ResultWriter's `arguments` give: Bucket and Prefix. */
  readonly arguments: JsonObject;
  readonly mapRunArn: string;
  /** Asked once for each kind, one after the other. */
  readonly results: (kind: ResultKind) => Pages<ChildResult>;
  /** @default AWS's, 5 GB */
  readonly maxFileBytes?: number;
};

type ResultFile = { Key: string; Size: number };

const MAX_FILE_BYTES = 5 * 1024 ** 3;
const SLICE_CHARACTERS = 32 * 1024;

const FILES = {
  JSON: { extension: 'json', contentType: 'application/json', open: '[', between: ',', close: ']' },
  JSONL: { extension: 'jsonl', contentType: 'application/jsonl', open: '', between: '\n', close: '\n' },
} as const;

/** @returns the state's result @throws StatesError States.ResultWriterFailed */
export async function exportResults(exported: Export, ports: WriterPorts): Promise<JsonObject> {
  try {
    const bucket = textOf(exported.arguments, 'Bucket');
    if (bucket === undefined) throw writerFailed('The ResultWriter has no parameter Bucket.');
    const prefix = textOf(exported.arguments, 'Prefix') ?? '';
    const { mapRunArn } = exported;
    const run = mapRunArn.slice(mapRunArn.lastIndexOf(':') + 1);
    const folder = `${prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`}${run}`;
    const files: { [kind: string]: ResultFile[] } = {};
    for (const kind of KINDS) files[kind] = await writeKind(kind, bucket, folder, exported, ports);
    const manifest = { DestinationBucket: bucket, MapRunArn: mapRunArn, ResultFiles: files };
    const key = `${folder}/manifest.json`;
    await ports.write({ bucket, key }, inOnePiece(JSON.stringify(manifest)), FILES.JSON.contentType);
    return { MapRunArn: mapRunArn, ResultWriterDetails: { Bucket: bucket, Key: key } };
  } catch (error) {
    if (isStatesError(error)) throw error;
    throw writerFailed(error instanceof Error ? error.message : String(error));
  }
}

const writerFailed = (cause: string): StatesError => statesError('States.ResultWriterFailed', cause);

function textOf(given: JsonObject, name: string): string | undefined {
  const value = given[name];
  if (value === undefined || typeof value === 'string') return value;
  throw writerFailed(`The parameter ${name} of the ResultWriter must be a text.`);
}

async function writeKind(
  kind: ResultKind,
  bucket: string,
  folder: string,
  { form, results, maxFileBytes = MAX_FILE_BYTES }: Export,
  ports: WriterPorts,
): Promise<ResultFile[]> {
  const { extension, contentType, open, between, close } = FILES[form.outputType];
  const slices = slicesOf(results(kind), form, paced(ports.clock));
  const files: ResultFile[] = [];
  let slice = await slices.next();
  try {
    while (!slice.done) {
      const key = `${folder}/${kind}_${files.length}.${extension}`;
      let size = 0;
      let isWhole = false;
      const piece = (text: string): Buffer => {
        const bytes = Buffer.from(text);
        size += bytes.length;
        return bytes;
      };
      const body = async function* (): AsyncGenerator<Uint8Array> {
        for (let before = open as string; !slice.done && size < maxFileBytes; before = between) {
          yield piece(before + slice.value.join(between));
          slice = await slices.next();
        }
        yield piece(close);
        isWhole = true;
      };
      await ports.write({ bucket, key }, body(), contentType);
      if (!isWhole) throw writerFailed(`Not all of s3://${bucket}/${key} was written.`);
      files.push({ Key: key, Size: size });
    }
    return files;
  } finally {
    await slices.return(undefined);
  }
}

/** The texts of the results, as many at a time as one turn of the loop may handle. */
async function* slicesOf(
  results: Pages<ChildResult>,
  form: ResultForm,
  pace: Pace,
): AsyncGenerator<readonly string[], undefined> {
  let texts: string[] = [];
  let size = 0;
  for await (const page of results)
    for (const result of page) {
      for (const text of textsOf(result, form)) {
        texts.push(text);
        size += text.length;
      }
      // An empty list flattened is no text, and work all the same.
      size += 16;
      if (size < SLICE_CHARACTERS) continue;
      yield texts;
      texts = [];
      size = 0;
      await pace();
    }
  if (texts.length > 0) yield texts;
  return undefined;
}

async function* inOnePiece(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
