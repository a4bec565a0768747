/** What both functions do with the bucket: what an event is about, folders down and up. */
import { createReadStream, createWriteStream, mkdirSync, readdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { S3 } from '@aws-sdk/client-s3';

/** "Object Created", as EventBridge sends it. */
export type ObjectCreated = { id: string; detail: { bucket: { name: string }; object: { key: string } } };

const s3 = new S3({ forcePathStyle: true });

export async function readJson(Bucket: string, Key: string): Promise<unknown> {
  const { Body } = await s3.getObject({ Bucket, Key });
  return JSON.parse(await Body!.transformToString());
}

/** The objects right below a prefix that end in `suffix`, as files. @returns their paths */
export async function download(Bucket: string, Prefix: string, suffix: string, folder: string): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const files: string[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.listObjectsV2({
      Bucket,
      Prefix,
      Delimiter: '/',
      ...(ContinuationToken && { ContinuationToken }),
    });
    for (const { Key = '' } of page.Contents ?? []) {
      if (!Key.endsWith(suffix)) continue;
      const file = join(folder, basename(Key));
      const { Body } = await s3.getObject({ Bucket, Key });
      await pipeline(Body as Readable, createWriteStream(file));
      files.push(file);
    }
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken);
  return files;
}

/** A folder's files, below a prefix; `last`, when there, after all others: who waits for it finds the rest. */
export async function upload(Bucket: string, prefix: string, folder: string, last: string): Promise<void> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  for (const file of [...files.filter((name) => name !== last).sort(), last]) {
    const path = join(folder, file);
    const { size: ContentLength } = await stat(path);
    await s3.putObject({ Bucket, Key: `${prefix}/${file}`, Body: createReadStream(path), ContentLength });
  }
}

/** Writes an empty object, unless there is one. */
export async function markOnce(Bucket: string, Key: string): Promise<void> {
  try {
    await s3.putObject({ Bucket, Key, Body: '', ContentLength: 0, IfNoneMatch: '*' });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'PreconditionFailed') throw error;
  }
}
