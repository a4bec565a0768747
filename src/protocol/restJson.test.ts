import { Readable } from 'node:stream';
import { AwsRestJsonProtocol } from '@aws-sdk/core/protocols';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codecOf } from './codecs.ts';
import { awsError, isAwsError } from './errors.ts';
import { defineApi } from './models.ts';
import { findRoute } from './routes.ts';
import { operationOf } from './testing.ts';
import { queryPairs } from './uri.ts';

/** An API in the manner of Lambda's: labels, a greedy label, lists in the query, headers, JSON names, raw payloads. */
const Environment = [3, 'x', 'Environment', 0, ['Variables', 'When'], [128, [6, 0]]];
const CreateRequest = [
  3,
  'x',
  'CreateRequest',
  0,
  ['FunctionName', 'Qualifier', 'Tags', 'Count', 'DryRun', 'Since', 'Environment', 'Blob', 'Items', 'Big'],
  [
    [0, 1],
    [0, { httpQuery: 'Qualifier' }],
    [64, { httpQuery: 'tag' }],
    [1, { httpHeader: 'X-Amz-Count' }],
    [2, { httpHeader: 'X-Amz-Dry-Run' }],
    [5, { httpHeader: 'X-Amz-Since' }],
    [() => Environment, { jsonName: 'env' }],
    21,
    [[1, 'x', 'Items', 0, () => Environment], 0],
    1,
  ],
  1,
];
const CreateResponse = [
  3,
  'x',
  'CreateResponse',
  0,
  ['Name', 'Status', 'Etag', 'At'],
  [[0, { jsonName: 'n' }], [1, 32], [0, { httpHeader: 'ETag' }], 4],
];
const InvokeRequest = [
  3,
  'x',
  'InvokeRequest',
  0,
  ['FunctionName', 'Path', 'Payload'],
  [
    [0, 1],
    [0, 1],
    [21, 16],
  ],
  2,
];
const InvokeResponse = [
  3,
  'x',
  'InvokeResponse',
  0,
  ['Payload', 'Error'],
  [
    [[0, 'x', 'Stream', { streaming: 1 }, 42], 16],
    [0, { httpHeader: 'X-Amz-Function-Error' }],
  ],
];
const Create$ = [
  9,
  'x',
  'Create',
  { http: ['PUT', '/2015-03-31/functions/{FunctionName}', 201] },
  () => CreateRequest,
  () => CreateResponse,
];
const Invoke$ = [
  9,
  'x',
  'Invoke',
  { http: ['POST', '/2015-03-31/functions/{FunctionName}/invocations/{Path+}', 200] },
  () => InvokeRequest,
  () => InvokeResponse,
];
const List$ = [9, 'x', 'List', { http: ['GET', '/2015-03-31/functions', 200] }, () => 'unit', () => 'unit'];

const api = defineApi({
  name: 'lambda',
  signingNames: ['lambda'],
  protocol: 'rest-json',
  version: '2015-03-31',
  sdk: () => ({ Create$, Invoke$, List$ }),
});
const codec = codecOf(api);

const protocol = new AwsRestJsonProtocol({ defaultNamespace: 'x', errorTypeRegistries: [] });
const context = {
  endpoint: async () => ({ protocol: 'http:', hostname: 'h', path: '/' }),
  base64Encoder: (bytes: Uint8Array) => Buffer.from(bytes).toString('base64'),
  base64Decoder: (text: string) => new Uint8Array(Buffer.from(text, 'base64')),
  utf8Encoder: (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8'),
  streamCollector: async (stream: Readable) => Buffer.concat(await stream.toArray()),
};
protocol.setSerdeContext(context as never);

/** Serializes with the SDK's own protocol, routes and decodes with ours. */
async function roundTrip(schema: unknown[], input: object) {
  const [, , name, traits] = schema as [number, string, string, object];
  const operation = { namespace: 'x', name, traits, input: schema[4], output: schema[5] };
  const request = await protocol.serializeRequest(operation as never, input as never, context as never);
  const query = Object.entries(request.query ?? {})
    .flatMap(([key, value]) => [value].flat().map((one) => `${key}=${encodeURIComponent(String(one))}`))
    .join('&');
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([key, value]) => [key.toLowerCase(), String(value)]),
  );
  const route = findRoute(api, request.method, request.path, query, headers);
  if (!route) throw new Error(`no route for ${request.path}`);
  const body = request.body === undefined ? Buffer.alloc(0) : bytesOf(request.body);
  return {
    name: route.operation.name,
    input: codec.decode(route.operation, {
      method: request.method,
      path: request.path,
      query,
      headers,
      params: route.params,
      body,
    }),
  };
}

function bytesOf(body: unknown): Buffer {
  return body instanceof Uint8Array
    ? Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    : Buffer.from(String(body));
}

describe("requests of the SDK's own serializer", () => {
  it('decode to the input', async () => {
    const input = {
      FunctionName: 'arn:aws:lambda:eu-west-1:0:function:f x',
      Qualifier: '$LATEST',
      Tags: ['a', 'b,c'],
      Count: 3,
      DryRun: false,
      Since: new Date(1_795_248_000_000),
      Environment: { Variables: { A: 'ñ', B: '' }, When: new Date(1_795_248_000_000) },
      Blob: new Uint8Array([0, 255]),
      Items: [{ Variables: {} }],
      Big: 1.5,
    };
    expect(await roundTrip(Create$, input)).toEqual({ name: 'Create', input });
  });

  it('decode raw payloads and greedy labels', async () => {
    const input = { FunctionName: 'f', Path: 'a/b c', Payload: new Uint8Array([123, 125]) };
    expect(await roundTrip(Invoke$, input)).toEqual({ name: 'Invoke', input });
  });
});

describe('answers', () => {
  it('put members where the model says', () => {
    const answer = codec.encode(
      operationOf(api, 'Create'),
      { Name: 'f', Status: 202, Etag: 'e', At: new Date(1500) },
      'id',
    );
    expect(answer).toEqual({
      status: 202,
      headers: { 'content-type': 'application/json', etag: 'e', 'x-amzn-requestid': 'id' },
      body: '{"n":"f","At":1.5}',
    });
  });

  it('stream raw payloads', () => {
    const Payload = Readable.from(['x']);
    const answer = codec.encode(operationOf(api, 'Invoke'), { Payload, Error: 'Unhandled' }, 'id');
    expect(answer.body).toBe(Payload);
    expect(answer.headers['x-amz-function-error']).toBe('Unhandled');
  });

  it('carry errors by header and message', () => {
    const error = awsError('ResourceNotFoundException', 'Function not found', 404, { Type: 'User' });
    expect(codec.encodeError(error, 'id', { method: 'GET', path: '/' })).toMatchObject({
      status: 404,
      headers: { 'x-amzn-errortype': 'ResourceNotFoundException' },
      body: '{"Type":"User","message":"Function not found"}',
    });
  });
});

describe('bad input', () => {
  const decode = (body: string, query = '', headers = {}) =>
    codec.decode(operationOf(api, 'Create'), {
      method: 'PUT',
      path: '/',
      query,
      headers,
      params: { FunctionName: 'f' },
      body: Buffer.from(body),
    });

  it('is refused by the name of the member', () => {
    const refused = (message: string) =>
      expect.objectContaining({ code: 'SerializationException', message: expect.stringContaining(message) });
    expect(() => decode('{"env": {"Variables": []}}')).toThrow(refused("'env.Variables'"));
    expect(() => decode('{}', '', { 'x-amz-count': 'many' })).toThrow(refused("'X-Amz-Count'"));
    expect(() => decode('{')).toThrow(refused('not valid JSON'));
  });

  it('what the path or the query carries is not taken from the body', () => {
    expect(decode('{"FunctionName": "other", "Qualifier": "q"}')).toEqual({ FunctionName: 'f' });
  });

  it('never throws anything but an AwsError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), fc.string(), fc.string(), (body, query, header) => {
        queryPairs(query);
        try {
          decode(body, query, { 'x-amz-count': header, 'x-amz-since': header });
        } catch (error) {
          expect(isAwsError(error)).toBe(true);
        }
      }),
    );
  });
});
