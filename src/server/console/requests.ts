/** What the console's own paths have in common: whose request it is, its body, and how they are answered. */
import type { Readable } from 'node:stream';
import { type AwsError, awsError, isAwsError } from '../../protocol/errors.ts';
import type { Principal } from '../../protocol/service.ts';
import type { WireRequest, WireResponse } from '../../protocol/wire.ts';
import type { Holder, Sessions } from './sessions.ts';

/** The header with the page's half of its session. */
export const PAGE_HEADER = 'x-telar-page';
/** The header with the region that is asked. */
const REGION_HEADER = 'x-telar-region';
const DEFAULT_REGION = 'us-east-1';
const LONGEST_BODY = 6 * 1024 * 1024;

/** Cookies know no ports: the name tells the servers of one host apart. */
export function cookieName(request: WireRequest): string {
  return `telar-${/:(\d+)$/.exec(request.headers['host'] ?? '')?.[1] ?? '80'}`;
}

export function cookieOf(request: WireRequest): string {
  const name = `${cookieName(request)}=`;
  const pairs = (request.headers['cookie'] ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(name))?.slice(name.length) ?? '';
}

/** Who is signed in; undefined when nobody is. */
export type Signed = { principal: Principal; holder: Holder | undefined };

export function signedIn(
  request: WireRequest,
  sessions: Sessions,
  unauthenticated: Principal | undefined,
): Signed | undefined {
  if (unauthenticated) return { principal: unauthenticated, holder: undefined };
  const holder = sessions.holder(cookieOf(request), request.headers[PAGE_HEADER] ?? '');
  return holder && { principal: { ...holder.principal, accessKeyId: holder.accessKeyId }, holder };
}

export function regionOf(request: WireRequest): string {
  const region = request.headers[REGION_HEADER] ?? DEFAULT_REGION;
  if (!/^[a-z]{2}(?:-[a-z]+){1,3}-\d{1,2}$/.test(region)) {
    throw awsError('ValidationException', `'${region}' is no region, such as us-east-1.`);
  }
  return region;
}

/** @throws when it is too long, or no JSON object */
export async function bodyOf(request: WireRequest): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.body as Readable & AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LONGEST_BODY) {
      throw awsError(
        'RequestTooLarge',
        `The request is longer than the ${LONGEST_BODY} bytes that the console sends.`,
        413,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

export async function jsonOf(request: WireRequest): Promise<Readonly<Record<string, unknown>>> {
  try {
    const value: unknown = JSON.parse((await bodyOf(request)).toString());
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch (error) {
    if (isAwsError(error)) throw error;
  }
  throw awsError('SerializationException', 'The body of the request is no JSON object.');
}

export const json = (value: unknown, headers: Record<string, string> = {}): WireResponse => ({
  ...{ status: 200, headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers } },
  body: JSON.stringify(value),
});

export const failed = ({ code, message, status, members }: AwsError, requestId: string): WireResponse => ({
  ...json({ code, message, requestId, ...(members && { members }) }),
  status,
});

export const notSignedIn = () =>
  awsError('NotSignedIn', 'Nobody is signed in, or the session has ended. Sign in again.', 401);
