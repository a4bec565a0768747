/** Addresses of objects, as jobs name them. */

/** Bucket and key of an object; Spark's older schemes mean the same. @example parseS3('s3a://b/k') // { bucket: 'b', key: 'k' } */
export function parseS3(uri: string): { bucket: string; key: string } | undefined {
  const match = /^s3[an]?:\/\/([^/]+)\/(.*[^/])$/s.exec(uri);
  return match ? { bucket: match[1]!, key: match[2]! } : undefined;
}

export const s3Uri = ({ bucket, key }: { bucket: string; key: string }): string => `s3://${bucket}/${key}`;
