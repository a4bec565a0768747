/**
 * The first step of the chain: which API, and which of its operations, a request names.
 *
 * Order: `X-Amz-Target` (JSON APIs), the credential scope's service, the form's Action (Query APIs sent unsigned), the Action of a
 * link that needs no signature, and S3 for all the rest, since an S3 request need not name itself.
 */
import type { Api, OperationModel } from './api.ts';
import { type AwsError, commonErrors } from './errors.ts';
import { findRoute, s3Address } from './routes.ts';
import type { Authorization } from './sigv4.ts';
import { queryPairs } from './uri.ts';
import type { WireRequest } from './wire.ts';

export type Identified = {
  api: Api;
  operation: OperationModel;
  /** Labels of the path, for REST APIs. */
  params: Readonly<Record<string, string>>;
};

/** Answers the API alone when the operation is not in its model: the codec is then known, and the error can be worded in it. */
export type Unidentified = { api: Api | undefined; error: AwsError };

export type Apis = { all: readonly Api[]; s3: Api | undefined };

export function identifyApi(apis: Apis, request: WireRequest, auth: Authorization): Api | Unidentified {
  const target = request.headers['x-amz-target'];
  if (target !== undefined) {
    const prefix = target.slice(0, target.lastIndexOf('.'));
    const api = apis.all.find((candidate) => candidate.targetPrefix === prefix);
    return api ?? { api: undefined, error: commonErrors.unknownService(`X-Amz-Target: ${target}`) };
  }
  if (auth.kind === 'signed') {
    const signed = apis.all.filter((candidate) => candidate.signingNames.includes(auth.service));
    // APIs may share a signing name: requests of a JSON API name their target.
    const api = signed.find(({ targetPrefix }) => targetPrefix === undefined) ?? signed[0];
    return api ?? { api: undefined, error: commonErrors.unknownService(`its signature is for '${auth.service}'`) };
  }
  if (isForm(request)) {
    const version = new Set(queryPairs(request.query).map(([, value]) => value));
    const api = apis.all.find((candidate) => candidate.protocol === 'query' && version.has(candidate.version));
    return api ?? apis.all.find((candidate) => candidate.protocol === 'query') ?? noService();
  }
  return linked(apis, request, auth) ?? apis.s3 ?? noService();
}

/** The API of a link that was sent to somebody, who has no keys: of S3 it would be a list of buckets, which nobody may see unsigned. */
function linked({ all }: Apis, { method, path, query }: WireRequest, { kind }: Authorization): Api | undefined {
  if (kind !== 'anonymous' || method !== 'GET' || path !== '/') return undefined;
  const action = queryPairs(query).find(([name]) => name === 'Action')?.[1];
  return action === undefined ? undefined : all.find(({ unsigned }) => unsigned?.includes(action));
}

/** The operation that a request names in its API. `body` is needed by Query APIs only, which carry the name in the form. */
export function identifyOperation(api: Api, request: WireRequest, body: Buffer | undefined): Identified | Unidentified {
  switch (api.protocol) {
    case 'json-1.0':
    case 'json-1.1':
    case 'own-json': {
      if (api.queryCompatible && isForm(request)) return { api, error: commonErrors.oldClient(api.name) };
      const target = request.headers['x-amz-target'] ?? '';
      return named(api, target.slice(target.lastIndexOf('.') + 1));
    }
    case 'query': {
      const form = body && body.length > 0 ? body.toString('utf8') : request.query;
      return named(api, queryPairs(form).find(([name]) => name === 'Action')?.[1] ?? '');
    }
    case 'rest-xml':
    case 'rest-json': {
      const path = api.protocol === 'rest-xml' ? s3Address(request.headers['host'] ?? '', request.path) : request.path;
      const route = findRoute(api, request.method, path, request.query, request.headers);
      return route
        ? { api, operation: route.operation, params: route.params }
        : { api, error: commonErrors.unknownOperation(api.name, `${request.method} ${request.path}`) };
    }
  }
}

function named(api: Api, name: string): Identified | Unidentified {
  const operation = api.operations.get(name);
  return operation ? { api, operation, params: {} } : { api, error: commonErrors.unknownOperation(api.name, name) };
}

function isForm(request: WireRequest): boolean {
  return (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
}

function noService(): Unidentified {
  return { api: undefined, error: commonErrors.unknownService('it is neither signed nor targeted') };
}
