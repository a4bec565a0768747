/** S3 URIs, as SageMaker's requests name objects and prefixes. */
import { awsError } from '../protocol/errors.ts';

/** @example parseS3Uri('s3://bucket/a/b.csv') // { bucket: 'bucket', key: 'a/b.csv' } */
export function parseS3Uri(uri: string): { bucket: string; key: string } {
  const match = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(uri);
  if (!match) throw awsError('ValidationException', `'${uri}' is not an S3 URI. Write s3://bucket/key.`);
  return { bucket: match[1]!, key: match[2] ?? '' };
}
