/** S3 URIs, as SageMaker's requests name objects and prefixes, and what other services ask of them. */
import { hash } from 'node:crypto';
import { awsError, isAwsError } from '../protocol/errors.ts';
import type { Access, Call } from '../protocol/service.ts';
import type { ObjectAccess } from '../services/objects/index.ts';

/** @example parseS3Uri('s3://bucket/a/b.csv') // { bucket: 'bucket', key: 'a/b.csv' } */
export function parseS3Uri(uri: string): { bucket: string; key: string } {
  const match = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(uri);
  if (!match) throw awsError('ValidationException', `'${uri}' is not an S3 URI. Write s3://bucket/key.`);
  return { bucket: match[1]!, key: match[2] ?? '' };
}

/** What it takes to read an object. */
export const toRead = (bucket: string, key: string): Access => ({
  action: 's3:GetObject',
  resource: `arn:aws:s3:::${bucket}/${key}`,
});

/** What it takes to list the objects under a prefix. */
export const toList = (bucket: string, prefix: string): Access => ({
  action: 's3:ListBucket',
  resource: `arn:aws:s3:::${bucket}`,
  keys: () => ({ 's3:prefix': prefix }),
});

/**
 * Whether an object exists, as far as a caller may know: who may not read an object does not learn that it is there.
 *
 * @throws AccessDenied, in the words of the API that is called
 */
export function objectExistsTo(call: Call, objects: ObjectAccess, uri: string): boolean {
  const { bucket, key } = parseS3Uri(uri);
  const refusal = call.refusal?.(key.endsWith('/') ? toList(bucket, key) : toRead(bucket, key));
  if (refusal) throw refusal;
  return objectExists(objects, uri);
}

/** Whether an object exists; of a URI that ends in a slash, whether any object lies under it. */
export function objectExists(objects: ObjectAccess, uri: string): boolean {
  const { bucket, key } = parseS3Uri(uri);
  if (objects.currentVersions([{ bucket, key }])[0] !== undefined) return true;
  return key.endsWith('/') && inBucket(() => objects.anyUnder(bucket, key), false);
}

/** A digest of the objects under a prefix: it changes when one is added, removed or written anew, or the bucket goes. */
export function prefixFingerprint(objects: ObjectAccess, uri: string): string {
  const { bucket, key } = parseS3Uri(uri);
  return inBucket(() => objects.fingerprint(bucket, key), hash('sha256', JSON.stringify('no bucket'), 'hex'));
}

/** What `ask` answers, or `otherwise` when there is no such bucket. */
function inBucket<T>(ask: () => T, otherwise: T): T {
  try {
    return ask();
  } catch (error) {
    if (isAwsError(error)) return otherwise;
    throw error;
  }
}

/** The text of an object, or of one of its versions. Rejects with a sentence that names the object. */
export async function readText(
  objects: ObjectAccess,
  uri: string,
  limit: number,
  versionId: string | undefined,
): Promise<string> {
  const { bucket, key } = parseS3Uri(uri);
  try {
    return (await objects.readSmall(bucket, key, limit, versionId)).toString('utf8');
  } catch (error) {
    if (!isAwsError(error)) throw error;
    throw awsError(error.code, `${uri} cannot be read: ${error.message} (${error.code})`, error.status);
  }
}
