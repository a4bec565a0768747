/**
 * Requests that browsers send for pages of other origins: S3's CORS rules say which of them a bucket answers.
 *
 * R1. A page that is not of this machine gets an answer only from a bucket whose own rules name its origin; everything else
 *     stays closed to it (http.ts, W1).
 * R2. A preflight is not signed: it is answered from the rules alone, and does nothing.
 */
import { s3Address } from '../protocol/routes.ts';
import { uriDecode } from '../protocol/uri.ts';
import type { WireRequest, WireResponse } from '../protocol/wire.ts';
import type { CrossOriginRules } from '../services/objects/index.ts';

type Handler = (request: WireRequest) => Promise<WireResponse>;

export type CrossOriginHandler = {
  handle: Handler;
  /** Whether a page of any origin may send this request: some bucket's rules are to decide. */
  admits(request: Pick<WireRequest, 'method' | 'path' | 'headers'>): boolean;
};

/** @example const { handle, admits } = crossOrigin(chain.handle, objects.crossOrigin) */
export function crossOrigin(next: Handler, rules: CrossOriginRules): CrossOriginHandler {
  const askedOf = ({ method, path, headers }: Pick<WireRequest, 'method' | 'path' | 'headers'>) => {
    const segment = s3Address(headers['host'] ?? '', path).split('/')[1] ?? '';
    const preflight = method === 'OPTIONS';
    return {
      bucket: uriDecode(segment) ?? '',
      origin: headers['origin'] ?? '',
      method: (preflight ? headers['access-control-request-method'] : method) ?? '',
      headers: preflight ? listed(headers['access-control-request-headers']) : [],
    };
  };

  async function answered(request: WireRequest): Promise<WireResponse> {
    const response = await next(request);
    const allowed = rules.allowed(askedOf(request));
    return allowed ? { ...response, headers: { ...response.headers, ...allowed } } : response;
  }

  const preflight = async (request: WireRequest) => rules.preflight(askedOf(request), request.path);

  return {
    handle(request) {
      if (request.method === 'OPTIONS') return preflight(request);
      const foreign = request.headers['origin'] !== undefined && request.headers['x-amz-target'] === undefined;
      return foreign ? answered(request) : next(request);
    },
    admits: (request) => request.headers['x-amz-target'] === undefined && rules.allowed(askedOf(request)) !== undefined,
  };
}

const listed = (header: string | undefined) =>
  (header ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
