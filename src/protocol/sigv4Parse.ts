/** Reads who signed a request, in which of SigV4's two forms, or in SigV2's presigned one. Verifies nothing: see sigv4.ts. */
import { memo } from '../base/memo.ts';
import { queryPairs } from './uri.ts';
import type { WireRequest } from './wire.ts';

export type SignedRequest = Pick<WireRequest, 'method' | 'path' | 'query' | 'headers'>;

export type Signed = {
  kind: 'signed';
  /** 2 only for presigned URLs of S3 (sigv2.ts); these have neither scope nor date, and `region` is us-east-1. */
  version: 4 | 2;
  /** In the Authorization header, or in the query of a presigned URL. */
  form: 'header' | 'query';
  accessKeyId: string;
  /** `YYYYMMDD` of the credential scope. */
  scopeDate: string;
  region: string;
  service: string;
  signedHeaders: readonly string[];
  /** 64 hexadecimal digits; base64 for version 2. */
  signature: string;
  /** `YYYYMMDDTHHMMSSZ`. */
  date: string;
  sessionToken: string | undefined;
  /** Seconds for which a presigned URL is valid, from `date` on; for version 2, seconds since the epoch until when. */
  expires: number | undefined;
  /** `X-Amz-Content-Sha256` of a presigned URL. */
  contentSha256: string | undefined;
};

export type Authorization =
  | { kind: 'anonymous' }
  | { kind: 'malformed'; form: 'header' | 'query'; reason: string }
  | Signed;

const ALGORITHM = 'AWS4-HMAC-SHA256';
const LONGEST_LIFE_S = 604_800;

/** Reads a request's Authorization header or presigned query. Never throws. */
export function parseAuthorization(request: Pick<WireRequest, 'query' | 'headers'>): Authorization {
  const header = request.headers['authorization'];
  if (header !== undefined) return parseHeader(header, request.headers);
  if (request.query.includes('X-Amz-')) return parsePresigned(request.query);
  return request.query.includes('AWSAccessKeyId=') ? parsePresignedV2(request.query) : { kind: 'anonymous' };
}

function parsePresignedV2(query: string): Authorization {
  const values = new Map(queryPairs(query));
  const [accessKeyId, signature, expires] = ['AWSAccessKeyId', 'Signature', 'Expires'].map((name) => values.get(name));
  if (!accessKeyId || !signature || !/^\d{1,12}$/.test(expires ?? ''))
    return {
      kind: 'malformed',
      form: 'query',
      reason: 'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters',
    };
  return {
    kind: 'signed',
    version: 2,
    form: 'query',
    accessKeyId,
    scopeDate: '',
    region: 'us-east-1',
    service: 's3',
    signedHeaders: [],
    signature,
    date: '',
    sessionToken: values.get('x-amz-security-token'),
    expires: Number(expires),
    contentSha256: undefined,
  };
}

type AuthorizationParts = { [name: string]: string } & {
  Credential?: string;
  Signature?: string;
  SignedHeaders?: string;
};

function parseHeader(header: string, headers: WireRequest['headers']): Authorization {
  const malformed = (reason: string): Authorization => ({ kind: 'malformed', form: 'header', reason });
  const space = header.indexOf(' ');
  if ((space === -1 ? header : header.slice(0, space)) !== ALGORITHM)
    return malformed(`The authorization mechanism you have provided is not supported. Please use ${ALGORITHM}.`);
  const parts: AuthorizationParts = {};
  for (const part of header.slice(space + 1).split(',')) {
    const equals = part.indexOf('=');
    if (equals > 0) parts[part.slice(0, equals).trim()] = part.slice(equals + 1).trim();
  }
  const { Credential: credential, Signature: signature, SignedHeaders: signedHeaders } = parts;
  const date = headers['x-amz-date'] ?? fromHttpDate(headers['date']);
  if (!credential || !signature || !signedHeaders || date === undefined) return malformed(whatIsMissing(parts, date));
  return assemble('header', {
    credential,
    signedHeaders,
    signature,
    date,
    sessionToken: headers['x-amz-security-token'],
    expires: undefined,
    contentSha256: undefined,
  });
}

function whatIsMissing(parts: AuthorizationParts, date: string | undefined): string {
  const missing = (['Credential', 'Signature', 'SignedHeaders'] as const)
    .filter((name) => !parts[name])
    .map((name) => `Authorization header requires '${name}' parameter.`);
  if (date === undefined)
    missing.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  return missing.join(' ');
}

function parsePresigned(query: string): Authorization {
  const values = new Map(queryPairs(query).filter(([name]) => name.startsWith('X-Amz-')));
  const malformed = (reason: string): Authorization => ({ kind: 'malformed', form: 'query', reason });
  const algorithm = values.get('X-Amz-Algorithm');
  if (algorithm === undefined && !values.has('X-Amz-Signature')) return { kind: 'anonymous' };
  if (algorithm !== ALGORITHM) return malformed(`X-Amz-Algorithm only supports "${ALGORITHM}"`);
  const needed = ['X-Amz-Credential', 'X-Amz-Signature', 'X-Amz-Date', 'X-Amz-SignedHeaders', 'X-Amz-Expires'];
  if (needed.some((name) => !values.get(name)))
    return malformed(
      `Query-string authentication version 4 requires the X-Amz-Algorithm, ${needed.join(', ')} parameters.`,
    );
  const expires = values.get('X-Amz-Expires') ?? '';
  if (!/^-?\d{1,15}$/.test(expires)) return malformed('X-Amz-Expires should be a number');
  if (expires.startsWith('-')) return malformed('X-Amz-Expires must be non-negative');
  if (Number(expires) > LONGEST_LIFE_S)
    return malformed(
      `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${LONGEST_LIFE_S} seconds`,
    );
  return assemble('query', {
    credential: values.get('X-Amz-Credential') ?? '',
    signedHeaders: values.get('X-Amz-SignedHeaders') ?? '',
    signature: values.get('X-Amz-Signature') ?? '',
    date: values.get('X-Amz-Date') ?? '',
    sessionToken: values.get('X-Amz-Security-Token'),
    expires: Number(expires),
    contentSha256: values.get('X-Amz-Content-Sha256'),
  });
}

type Parts = Pick<Signed, 'signature' | 'date' | 'sessionToken' | 'expires' | 'contentSha256'> & {
  credential: string;
  signedHeaders: string;
};

function assemble(form: Signed['form'], parts: Parts): Authorization {
  const malformed = (reason: string): Authorization => ({ kind: 'malformed', form, reason });
  const { credential, signedHeaders, ...rest } = parts;
  const scope = scopeOf(credential);
  if ('reason' in scope) return malformed(scope.reason);
  if (Number.isNaN(epochOf(rest.date)))
    return malformed(
      `Date must be in ISO-8601 'basic format'. Got '${rest.date}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  return {
    kind: 'signed',
    version: 4,
    form,
    ...scope,
    signedHeaders: headerNames(signedHeaders),
    ...rest,
  };
}

/** What one client sends in all its requests of a day is taken apart once. */
const REMEMBERED = 1000;

const headerNames = memo(REMEMBERED, (text): readonly string[] => text.split(';'));

type Scope = Pick<Signed, 'accessKeyId' | 'scopeDate' | 'region' | 'service'>;

const scopeOf = memo(REMEMBERED, (credential): Scope | { reason: string } => {
  const [accessKeyId, scopeDate, region, service, terminator, ...more] = credential.split('/');
  if (!accessKeyId || !scopeDate || !region || !service || !terminator || more.length > 0)
    return {
      reason: `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
    };
  if (terminator !== 'aws4_request')
    return { reason: `Credential should be scoped with a valid terminator: 'aws4_request', not '${terminator}'.` };
  if (!/^\d{8}$/.test(scopeDate))
    return { reason: `Date in Credential scope must be in YYYYMMDD format, got '${scopeDate}'.` };
  if (!/^[a-z0-9-]{1,64}$/.test(region))
    return { reason: `Credential should be scoped to a valid region, not '${region}'.` };
  return { accessKeyId, scopeDate, region, service };
});

/** Milliseconds since the epoch of `YYYYMMDDTHHMMSSZ`; NaN when it is anything else. */
export const epochOf = memo(REMEMBERED, (date) => {
  if (!/^\d{8}T\d{6}Z$/.test(date)) return Number.NaN;
  const [year, month, day] = [date.slice(0, 4), date.slice(4, 6), date.slice(6, 8)];
  return Date.parse(`${year}-${month}-${day}T${date.slice(9, 11)}:${date.slice(11, 13)}:${date.slice(13, 15)}Z`);
});

/** `YYYYMMDDTHHMMSSZ` of milliseconds since the epoch. */
export function basicDate(epoch: number): string {
  return new Date(epoch).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

function fromHttpDate(value: string | undefined): string | undefined {
  const epoch = value === undefined ? Number.NaN : Date.parse(value);
  return Number.isNaN(epoch) ? undefined : basicDate(epoch);
}
