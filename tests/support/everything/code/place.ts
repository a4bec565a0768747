/** Bucket and key of an S3 URI. */
export function placeOf(uri: string): [bucket: string, key: string] {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(uri) ?? [];
  return [bucket, key];
}
