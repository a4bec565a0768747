/** For tests: the official SDK clients without a socket. Captures what a client sends, and lets it read an answer. */
import { Readable } from 'node:stream';
import type { Api, OperationModel } from './api.ts';
import type { DecodeRequest } from './codec.ts';
import type { WireResponse } from './wire.ts';

/** What the SDK hands to its request handler. */
type SdkRequest = {
  method: string;
  hostname: string;
  path: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: unknown;
};

type Handler = { handle(request: SdkRequest): Promise<{ response: object }> };
type Client = { send(command: never): Promise<unknown>; destroy(): void };
/** The client's class, with the options that differ from the test's own. */
export type ClientUnderTest = { client: new (options: never) => Client; options?: Record<string, unknown> };

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a secret' };

/** The request as it would arrive at a server: headers in lower case, the whole body, no labels. */
export async function requestOf(of: ClientUnderTest, command: unknown): Promise<DecodeRequest & { body: Buffer }> {
  let captured: SdkRequest | undefined;
  const stop = new Error('captured');
  const handler: Handler = {
    async handle(request) {
      captured = request;
      throw stop;
    },
  };
  await send(of, command, handler).catch((error: unknown) => {
    if (!captured) throw error;
  });
  if (!captured) throw new Error('the client sent nothing');
  return arrived(captured);
}

/** What the client makes of an answer: the command's output, or the error thrown. */
export async function answerOf(of: ClientUnderTest, command: unknown, answer: WireResponse): Promise<unknown> {
  const bytes = answer.body instanceof Readable ? answer.body : Readable.from([Buffer.from(answer.body ?? '')]);
  return send(of, command, {
    async handle() {
      return { response: { statusCode: answer.status, headers: answer.headers, body: bytes } };
    },
  });
}

async function send(of: ClientUnderTest, command: unknown, requestHandler: Handler): Promise<unknown> {
  const options = {
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:4566',
    credentials,
    maxAttempts: 1,
    requestHandler,
  };
  const client = new of.client({ ...options, ...of.options } as never);
  try {
    return await client.send(command as never);
  } finally {
    client.destroy();
  }
}

async function arrived(request: SdkRequest): Promise<DecodeRequest & { body: Buffer }> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) headers[name.toLowerCase()] = value;
  const pairs = Object.entries(request.query ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => [name, one] as const),
  );
  const query = pairs
    .map(([name, value]) => (value === null ? encode(name) : `${encode(name)}=${encode(value)}`))
    .join('&');
  return { method: request.method, path: request.path, query, headers, params: {}, body: await bytesOf(request.body) };
}

async function bytesOf(body: unknown): Promise<Buffer> {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body === 'string') return Buffer.from(body);
  // The SDK's JSON bodies warn when they are taken for anything but bytes.
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** An operation of an API, which must be there. */
export function operationOf(api: Api, name: string): OperationModel {
  const model = api.operations.get(name);
  if (!model) throw new Error(`${api.name} has no operation ${name}`);
  return model;
}
