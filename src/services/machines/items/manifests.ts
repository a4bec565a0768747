/**
 * Manifests: files that name the files of a data set.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html
 * https://docs.aws.amazon.com/athena/latest/ug/querying-finding-output-files.html
 */
import type { Json, JsonObject } from '../../../definition/asl/scope.ts';
import { wholeContent } from './bytes.ts';
import { csvRecords } from './csvItems.ts';
import { readerFailed } from './item.ts';
import type { ObjectPlace, ReaderPorts, StoredObject } from './ports.ts';

/** Of an inventory's manifest.json, which is parsed at once. A file of it has 100 bytes and stands for millions of objects. */
const MAX_MANIFEST_BYTES = 1024 * 1024;

export type Inventory = { readonly files: readonly ObjectPlace[]; readonly headers: readonly string[] };

export async function readInventory(object: StoredObject, ports: ReaderPorts): Promise<Inventory> {
  const text = (await wholeContent(object, ports, MAX_MANIFEST_BYTES)).toString();
  const manifest = parsed(text);
  const { fileFormat, fileSchema, destinationBucket, files } = manifest;
  if (fileFormat !== 'CSV')
    throw readerFailed(`The S3 inventory has files of the format ${JSON.stringify(fileFormat)}; only CSV can be read.`);
  if (typeof fileSchema !== 'string') throw lacks('fileSchema');
  if (typeof destinationBucket !== 'string') throw lacks('destinationBucket');
  if (!Array.isArray(files)) throw lacks('files');
  const bucket = destinationBucket.replace(/^arn:[^:]*:s3:::/, '');
  return {
    headers: fileSchema.split(',').map((header) => header.trim()),
    files: files.map((file) => ({ bucket, key: keyOf(file) })),
  };
}

const lacks = (member: string) => readerFailed(`The manifest of the S3 inventory has no ${member}.`);

function parsed(text: string): JsonObject {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    throw readerFailed('The manifest of the S3 inventory is not valid JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw lacks('files');
  return value;
}

function keyOf(file: Json): string {
  const key = typeof file === 'object' && file !== null && !Array.isArray(file) ? file['key'] : undefined;
  if (typeof key !== 'string') throw lacks('key for one of its files');
  return key;
}

/** The files that an Athena query has written, of which each line of the manifest has the URI. */
export async function* athenaFiles(object: StoredObject, ports: ReaderPorts): AsyncGenerator<ObjectPlace> {
  for await (const records of csvRecords(object, ',', ports))
    for (const record of records) {
      // Athena does not quote: a comma is part of a key.
      const uri = record.join(',').trim();
      if (uri !== '') yield placeOf(uri);
    }
}

function placeOf(uri: string): ObjectPlace {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/i.exec(uri) ?? [];
  if (bucket === undefined || key === undefined)
    throw readerFailed(`The Athena manifest has a line that is no URI of an S3 object: ${uri.slice(0, 200)}`);
  return { bucket, key };
}
