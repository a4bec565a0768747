/**
 * AWS Signature Version 4, the server's side: reads the signature of a request and verifies it. S3 encodes the path
 * once and names its payload's hash in a header; every other service encodes it twice and hashes the body it received.
 *
 * Invariants: signatures are compared in constant time; `host` and every `x-amz-*` header sent must be signed; the
 * request is verified as it was sent, before any rewriting of its address.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
 */
import { hash, timingSafeEqual } from 'node:crypto';
import { memo } from '../base/memo.ts';
import type { Api } from './api.ts';
import { type AuthErrors, authErrors } from './authErrors.ts';
import { type AwsError, awsError } from './errors.ts';
import { deriveSigningKey, type HmacKey, hmacHex } from './hmac.ts';
import { presignedV2Signature } from './sigv2.ts';
import { type Authorization, basicDate, epochOf, type Signed, type SignedRequest } from './sigv4Parse.ts';
import { queryPairs, uriDecode, uriEncode } from './uri.ts';

export { type Authorization, parseAuthorization, type Signed, type SignedRequest } from './sigv4Parse.ts';

/** How far the client's clock may be off, either way. AWS allows 5 minutes for most services, 15 for S3. */
const CLOCK_SKEW_MS = 15 * 60_000;
export const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const CONTENT_HASHES: ReadonlySet<string> = new Set([
  'UNSIGNED-PAYLOAD',
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
]);

/**
 * Verifies a request's signature, date and scope. Returns the refusal, worded for the API's protocol, or undefined.
 *
 * @param bodyHash lower-case hex SHA-256 of the body received; undefined while an S3 body is still to be streamed (its
 *   reader then compares the hash that the client declared, see `payload.ts`)
 * @param now milliseconds since the epoch
 * @example verifySignature(auth, request, secret, api, hash('sha256', body), clock.now())
 */
export function verifySignature(
  signed: Signed,
  request: SignedRequest,
  secret: string,
  api: Pick<Api, 'name' | 'protocol' | 'signingNames'>,
  bodyHash: string | undefined,
  now: number,
): AwsError | undefined {
  const errors = authErrors(api.protocol);
  const s3 = api.protocol === 'rest-xml';
  if (signed.version === 2) return verifyPresignedV2(signed, request, secret, s3, errors, now);
  const refusal =
    scopeRefusal(signed, api, errors) ??
    timeRefusal(signed, s3, errors, now) ??
    headersRefusal(signed, request, s3, errors);
  if (refusal) return refusal;
  const payload = s3 ? s3PayloadHash(signed, request, bodyHash) : (bodyHash ?? EMPTY_SHA256);
  if (typeof payload !== 'string') return payload;
  if (sameText(signatureOf(signed, request, secret, s3, payload), signed.signature)) return undefined;
  const headers = meantHeaders(signed, request.headers);
  const meant = headers && signatureOf(signed, { ...request, headers }, secret, s3, payload);
  return meant !== undefined && sameText(meant, signed.signature) ? undefined : errors.mismatch();
}

/**
 * Clients sign headers as the text that they mean; those beyond ASCII may arrive as its bytes in UTF-8, which Node reads as
 * Latin-1. Undefined when there are none.
 */
function meantHeaders(signed: Signed, headers: SignedRequest['headers']): SignedRequest['headers'] | undefined {
  const beyond = signed.signedHeaders.filter((name) => /[\u0080-\u00ff]/.test(headers[name] ?? ''));
  if (beyond.length === 0) return undefined;
  return {
    ...headers,
    ...Object.fromEntries(beyond.map((name) => [name, Buffer.from(headers[name]!, 'latin1').toString()])),
  };
}

function verifyPresignedV2(
  signed: Signed,
  request: SignedRequest,
  secret: string,
  s3: boolean,
  errors: AuthErrors,
  now: number,
): AwsError | undefined {
  const until = (signed.expires ?? 0) * 1000;
  if (!s3) return errors.mismatch();
  if (now > until)
    return awsError('AccessDenied', EXPIRED, 403, {
      Expires: new Date(until).toISOString(),
      ServerTime: new Date(now).toISOString(),
    });
  return sameText(presignedV2Signature(signed, request, secret), signed.signature) ? undefined : errors.mismatch();
}

const EXPIRED = 'Request has expired';

/** The refusal of a request that is not signed, or whose signature cannot be read. */
export function unsignedRefusal(auth: Exclude<Authorization, Signed>, api: Pick<Api, 'protocol'>): AwsError {
  const errors = authErrors(api.protocol);
  return auth.kind === 'anonymous' ? errors.missing() : errors.malformed(auth.form, auth.reason);
}

/** What the chunks of a signed stream are verified with: see awsChunked.ts. */
export type ChunkSigner = {
  /** The signature of the next chunk, given the one before it (the request's own, for the first). */
  chunk(previous: string, sha256: string): string;
  trailer(previous: string, sha256: string): string;
};

/** Makes the signer of a stream's chunks from the request's own signature and the caller's secret. */
export function chunkSigner(signed: Signed, secret: string): ChunkSigner {
  const key = signingKey(secret, signed);
  const scope = scopeOf(signed);
  const sign = (algorithm: string, rest: string) => hmacHex(key, `${algorithm}\n${signed.date}\n${scope}\n${rest}`);
  return {
    chunk: (previous, sha256) => sign('AWS4-HMAC-SHA256-PAYLOAD', `${previous}\n${EMPTY_SHA256}\n${sha256}`),
    trailer: (previous, sha256) => sign('AWS4-HMAC-SHA256-TRAILER', `${previous}\n${sha256}`),
  };
}

/** Compares two signatures without telling by time where they differ. */
export function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'));
}

function scopeRefusal(
  signed: Signed,
  api: Pick<Api, 'name' | 'signingNames'>,
  errors: AuthErrors,
): AwsError | undefined {
  if (!api.signingNames.includes(signed.service))
    return errors.mismatch(`Credential should be scoped to correct service: '${api.signingNames[0]}'. `);
  if (signed.scopeDate !== signed.date.slice(0, 8))
    return errors.mismatch(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${signed.scopeDate}' != '${signed.date.slice(0, 8)}', from '${signed.date}'.`,
    );
  return undefined;
}

function timeRefusal(signed: Signed, s3: boolean, errors: AuthErrors, now: number): AwsError | undefined {
  const at = epochOf(signed.date);
  const lifetime = signed.form === 'query' ? (signed.expires ?? 0) * 1000 : CLOCK_SKEW_MS;
  if (at - now <= CLOCK_SKEW_MS && now - at <= lifetime) return undefined;
  const early = at > now;
  if (s3 && signed.form === 'query')
    return awsError('AccessDenied', early ? 'Request is not yet valid' : EXPIRED, 403, {
      'X-Amz-Expires': String(signed.expires),
      Expires: new Date(at + lifetime).toISOString(),
      ServerTime: new Date(now).toISOString(),
    });
  if (s3)
    return awsError(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      403,
      { RequestTime: signed.date, ServerTime: new Date(now).toISOString(), MaxAllowedSkewMilliseconds: CLOCK_SKEW_MS },
    );
  const minutes = CLOCK_SKEW_MS / 60_000;
  const server = basicDate(now);
  return errors.mismatch(
    early
      ? `Signature not yet current: ${signed.date} is still later than ${basicDate(now + CLOCK_SKEW_MS)} (${server} + ${minutes} min.)`
      : `Signature expired: ${signed.date} is now earlier than ${basicDate(now - lifetime)} (${server} - ${lifetime / 60_000} min.)`,
  );
}

function headersRefusal(signed: Signed, request: SignedRequest, s3: boolean, errors: AuthErrors): AwsError | undefined {
  if (!signed.signedHeaders.includes('host'))
    return errors.malformed(signed.form, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Request.");
  for (const name in request.headers) {
    if (!name.startsWith('x-amz-') || signed.signedHeaders.includes(name)) continue;
    return s3
      ? awsError('AccessDenied', 'There were headers present in the request which were not signed', 403, {
          HeadersNotSigned: name,
        })
      : errors.mismatch(`'${name}' must be a 'SignedHeader' in the AWS Request.`);
  }
  return undefined;
}

function s3PayloadHash(signed: Signed, request: SignedRequest, bodyHash: string | undefined): string | AwsError {
  const declared = request.headers['x-amz-content-sha256'] ?? signed.contentSha256;
  if (declared === undefined) {
    if (signed.form === 'query') return 'UNSIGNED-PAYLOAD';
    return awsError('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  }
  if (CONTENT_HASHES.has(declared)) return declared;
  if (!/^[0-9a-f]{64}$/.test(declared))
    return awsError(
      'InvalidArgument',
      `x-amz-content-sha256 must be ${[...CONTENT_HASHES].join(', ')} or a valid sha256 value.`,
      400,
      { ArgumentName: 'x-amz-content-sha256', ArgumentValue: declared },
    );
  return bodyHash === undefined || bodyHash === declared ? declared : contentHashMismatch(declared, bodyHash);
}

/** The refusal of a body that is not the one whose hash was signed. */
export function contentHashMismatch(declared: string, computed: string): AwsError {
  return awsError(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    400,
    { ClientComputedContentSHA256: declared, S3ComputedContentSHA256: computed },
  );
}

/** @param s3 whether the path is encoded once, as S3 does */
export function signatureOf(
  signed: Signed,
  request: SignedRequest,
  secret: string,
  s3: boolean,
  payload: string,
): string {
  let headers = '';
  for (const name of signed.signedHeaders) headers += `${name}:${canonicalValue(request.headers[name])}\n`;
  const path = s3 ? canonicalS3Path(request.path) : canonicalPath(request.path);
  const query = canonicalQuery(request.query);
  const canonical = `${request.method}\n${path}\n${query}\n${headers}\n${signed.signedHeaders.join(';')}\n${payload}`;
  const toSign = `AWS4-HMAC-SHA256\n${signed.date}\n${scopeOf(signed)}\n${hash('sha256', canonical)}`;
  return hmacHex(signingKey(secret, signed), toSign);
}

const scopeOf = (signed: Signed) => `${signed.scopeDate}/${signed.region}/${signed.service}/aws4_request`;

function canonicalValue(value: string | undefined): string {
  if (value === undefined) return '';
  const trimmed = value.trim();
  return trimmed.includes('  ') ? trimmed.replace(/ {2,}/g, ' ') : trimmed;
}

function canonicalS3Path(path: string): string {
  if (/^[A-Za-z0-9\-._~/]+$/.test(path)) return path;
  const parts = path.split('/').map((part) => uriEncode(uriDecode(part) ?? part));
  return parts.join('/') || '/';
}

/** The path without dot segments and doubled slashes, its escapes escaped once more. */
function canonicalPath(path: string): string {
  if (path === '/' || path === '') return '/';
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(uriEncode(part));
  }
  return `/${parts.join('/')}${parts.length > 0 && path.endsWith('/') ? '/' : ''}`;
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  const parts: string[] = [];
  for (const [name, value] of queryPairs(query)) {
    if (name !== 'X-Amz-Signature') parts.push(`${uriEncode(name)}=${uriEncode(value)}`);
  }
  // '=' sorts after '-', '.' and the digits, so that whole pairs sort wrongly where one name begins another.
  return parts
    .map((part) => part.replace('=', '\u0000'))
    .sort()
    .map((part) => part.replace('\u0000', '='))
    .join('&');
}

const CACHED_KEYS = 1000;

/** Kept for the key's day: nearly every request needs the one that the last request needed. */
const keyOf = memo(CACHED_KEYS, (id): HmacKey => {
  const [scopeDate = '', region = '', service = '', ...secret] = id.split('/');
  return deriveSigningKey(secret.join('/'), scopeDate, region, service);
});

const signingKey = (secret: string, { scopeDate, region, service }: Signed): HmacKey =>
  keyOf(`${scopeDate}/${region}/${service}/${secret}`);
