/** Makes an Api from the official SDK client of a service, which is loaded when the API is first used. */
import type { Api, OperationModel } from './api.ts';
import { errorSchema, operationSchema } from './shapes.ts';

export type ApiDefinition = Omit<Api, 'operations' | 'errors' | 'targetPrefix' | 'xmlNamespace'> & {
  targetPrefix?: string;
  xmlNamespace?: string;
  /** Loads the module `@aws-sdk/client-…`: when the API is first used, for each takes tens of milliseconds. */
  sdk(): Readonly<Record<string, unknown>>;
};

/**
 * Reads the operations and errors of an API from its SDK client's exported schemas.
 *
 * @example
 * const load = createRequire(import.meta.url);
 * defineApi({ name: 'sts', signingNames: ['sts'], protocol: 'query', version: '2011-06-15',
 *   xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/', sdk: () => load('@aws-sdk/client-sts') })
 */
export function defineApi(definition: ApiDefinition): Api {
  const { sdk, targetPrefix, xmlNamespace, ...rest } = definition;
  let model: Pick<Api, 'operations' | 'errors'> | undefined;
  const read = () => {
    model ??= modelOf(sdk(), rest.protocol === 'rest-json' || rest.protocol === 'rest-xml');
    return model;
  };
  return {
    ...{ ...rest, targetPrefix, xmlNamespace },
    get operations() {
      return read().operations;
    },
    get errors() {
      return read().errors;
    },
  };
}

function modelOf(sdk: Readonly<Record<string, unknown>>, rest: boolean): Pick<Api, 'operations' | 'errors'> {
  const operations = new Map<string, OperationModel>();
  const errors = new Map<string, string>();
  for (const [key, value] of Object.entries(sdk)) {
    if (!key.endsWith('$')) continue;
    const operation = operationModel(value, rest);
    if (operation) operations.set(operation.name, operation);
    const error = errorSchema(value);
    if (error) for (const code of [error.name, error.code]) errors.set(code, error.name);
  }
  return { operations, errors };
}

function operationModel(value: unknown, rest: boolean): OperationModel | undefined {
  const schema = operationSchema(value);
  if (!schema) return undefined;
  const { name, traits, input, output } = schema;
  if (!rest || !traits.http)
    return { name, input, output, http: undefined, streamingInput: undefined, checksummed: false };
  const members = input().members();
  const [method, uri, status] = traits.http;
  // The SDK moves an S3 bucket from the path to the host, and its schemas no longer say where it was.
  const bucket =
    members.some((member) => member.name === 'Bucket' && member.traits.httpLabel) && !uri.includes('{Bucket}');
  return {
    name,
    input,
    output,
    http: { method, uri: bucket ? `/{Bucket}${uri}` : uri, status },
    checksummed: traits.httpChecksum !== undefined,
    streamingInput: members.find((member) => member.traits.httpPayload && member.traits.streaming)?.name,
  };
}
