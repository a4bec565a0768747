/** Puts down that it was called, and with what. */
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { placeOf } from './place.ts';

export const handler = async (event: unknown) => {
  const [Bucket, folder] = placeOf(process.env['SEEN'] ?? '');
  const Key = `${folder}${Date.now()}-${Math.random()}.json`;
  await new S3Client({ forcePathStyle: true }).send(new PutObjectCommand({ Bucket, Key, Body: JSON.stringify(event) }));
};
