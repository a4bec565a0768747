/**
 * Presigned URLs of Signature Version 2. Nothing else of that version is served: but boto3 and `aws s3 presign` still make
 * these for S3 in the older regions (us-east-1 among them) unless they are told otherwise, and S3 still takes them.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html
 */
import { createHmac } from 'node:crypto';
import { s3Address } from './routes.ts';
import type { Signed, SignedRequest } from './sigv4Parse.ts';
import { queryPairs } from './uri.ts';

/** The query parameters that are part of the resource. */
const SUBRESOURCES: ReadonlySet<string> = new Set(
  `accelerate acl analytics cors defaultObjectAcl delete inventory lifecycle location logging metrics notification
  object-lock partNumber policy replication requestPayment response-cache-control response-content-disposition
  response-content-encoding response-content-language response-content-type response-expires restore select select-type
  storageClass tagging torrent uploadId uploads versionId versioning versions website`.split(/\s+/),
);

/** The signature that the request must carry, in base64. The URL is valid until `signed.expires`, seconds since the epoch. */
export function presignedV2Signature(signed: Signed, request: SignedRequest, secret: string): string {
  const query = queryPairs(request.query);
  // What a client could not put in a header it moved into the query, under the header's name.
  const named = new Map<string, string>(Object.entries(request.headers));
  for (const [name, value] of query) if (isSigned(name.toLowerCase())) named.set(name.toLowerCase(), value);
  const amz = [...named]
    .filter(([name]) => name.startsWith('x-amz-'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value.trim()}\n`);
  const resource = query
    .filter(([name]) => SUBRESOURCES.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  // A bucket is named with a slash after it, also where the URL has none: so botocore signs.
  const path = s3Address(request.headers['host'] ?? '', request.path).replace(/^\/[^/]+$/, '$&/');
  const standard = [
    request.method,
    named.get('content-md5') ?? '',
    named.get('content-type') ?? '',
    String(signed.expires),
  ];
  const text = `${standard.join('\n')}\n${amz.join('')}${path}${resource.length > 0 ? `?${resource.join('&')}` : ''}`;
  return createHmac('sha1', secret).update(text).digest('base64');
}

const isSigned = (name: string) => name.startsWith('x-amz-') || name === 'content-md5' || name === 'content-type';
