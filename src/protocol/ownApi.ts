/**
 * The API of Telar itself: what AWS has no operation for. It goes down the same chain as AWS's APIs, signed and targeted
 * like AWS JSON 1.1 (`X-Amz-Target: Telar.<Operation>`); its inputs are checked by zod schemas, its outputs are plain JSON.
 */
import type { z } from 'zod';
import type { Api, OperationModel } from './api.ts';
import type { Codec } from './codec.ts';
import { awsError } from './errors.ts';
import { parseJson } from './jsonValues.ts';

/** Input schemas by operation name. */
export type OwnSchemas = Readonly<Record<string, z.ZodType>>;

const schemas = new WeakMap<Api, () => OwnSchemas>();

/**
 * @param own asked for when the first input is to be checked
 * @example defineOwnApi('telar', 'Telar', ['Why'], () => ({ Why: z.object({ execution: z.string() }) }))
 */
export function defineOwnApi(name: string, targetPrefix: string, names: readonly string[], own: () => OwnSchemas): Api {
  const operations = new Map<string, OperationModel>();
  for (const operation of names) {
    const shapeless = () => {
      throw new Error(`Broken invariant (a bug in Telar): ${name}:${operation} has no AWS schema`);
    };
    operations.set(operation, {
      name: operation,
      input: shapeless,
      output: shapeless,
      http: undefined,
      streamingInput: undefined,
      checksummed: false,
    });
  }
  const api: Api = {
    name,
    signingNames: [name],
    protocol: 'own-json',
    targetPrefix,
    version: '1',
    xmlNamespace: undefined,
    operations,
    errors: new Map(),
  };
  schemas.set(api, own);
  return api;
}

/** The codec of an API made by `defineOwnApi`. */
export function ownCodec(api: Api): Codec {
  const own = schemas.get(api);
  if (!own) throw new Error(`${api.name} was not made by defineOwnApi`);
  const headers = (requestId: string) => ({
    'content-type': 'application/x-amz-json-1.1',
    'x-amzn-requestid': requestId,
  });
  return {
    decode(operation, request) {
      if (!Buffer.isBuffer(request.body)) throw new Error(`${operation.name} is not a streaming operation`);
      const parsed = own()[operation.name]!.safeParse(parseJson(request.body));
      if (parsed.success) return parsed.data;
      const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the input'}: ${message}`);
      throw awsError('ValidationException', issues.join('; '));
    },
    encode: (_operation, output, requestId) => ({
      status: 200,
      headers: headers(requestId),
      body: JSON.stringify(output ?? {}),
    }),
    encodeError: (error, requestId) => ({
      status: error.status,
      headers: { ...headers(requestId), 'x-amzn-errortype': error.code },
      body: JSON.stringify({ ...error.members, __type: error.code, message: error.message }),
    }),
  };
}
