/**
 * Makes presigned URLs of S3 requests: whoever has one may send that very request until it expires. The counterpart of sigv4.ts,
 * whose own code signs them.
 */

import { signatureOf } from './sigv4.ts';
import { basicDate } from './sigv4Parse.ts';
import { uriEncode } from './uri.ts';

export type Presigned = {
  method: 'GET' | 'PUT' | 'HEAD';
  /** `127.0.0.1:4566`: the host that the URL leads to, which is part of what is signed. */
  host: string;
  bucket: string;
  key: string;
  /** Further parameters of the query: `versionId`, `response-content-disposition`. */
  query: Readonly<Record<string, string>>;
  region: string;
  /** Seconds from `now` on. */
  seconds: number;
  /** Milliseconds since the epoch. */
  now: number;
};

export type PresigningKeys = { accessKeyId: string; secret: string; sessionToken: string | undefined };

/**
 * @returns the path and query of the URL
 * @example presign({ method: 'GET', host, bucket: 'data', key: 'a b.csv', query: {}, region, seconds: 300, now }, keys)
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export function presign(asked: Presigned, keys: PresigningKeys): string {
  const date = basicDate(asked.now);
  const scopeDate = date.slice(0, 8);
  const path = `/${asked.bucket}/${asked.key.split('/').map(uriEncode).join('/')}`;
  const pairs = Object.entries({
    ...asked.query,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${keys.accessKeyId}/${scopeDate}/${asked.region}/s3/aws4_request`,
    'X-Amz-Date': date,
    'X-Amz-Expires': String(asked.seconds),
    'X-Amz-SignedHeaders': 'host',
    ...(keys.sessionToken !== undefined && { 'X-Amz-Security-Token': keys.sessionToken }),
  });
  const query = pairs.map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`).join('&');
  const signed = {
    ...({ kind: 'signed', version: 4, form: 'query', signedHeaders: ['host'], service: 's3' } as const),
    ...{ accessKeyId: keys.accessKeyId, scopeDate, region: asked.region, date, signature: '' },
    ...{ sessionToken: keys.sessionToken, expires: asked.seconds, contentSha256: undefined },
  };
  const request = { method: asked.method, path, query, headers: { host: asked.host } };
  return `${path}?${query}&X-Amz-Signature=${signatureOf(signed, request, keys.secret, true, 'UNSIGNED-PAYLOAD')}`;
}
