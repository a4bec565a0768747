/**
 * THE request pipeline, in order: identify → authenticate → decode → (dispatch: validate → authorize → run → audit) → encode.
 *
 * N1. Every request is answered, in its own protocol, with a request id; nothing that a client sends makes a 500.
 * N2. A body is read up to its limit only, and only by an authenticated caller unless its hash is part of the signature.
 * N3. The answer leaves after what it says is durable.
 */
import { hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { isFullDisk } from '../base/fullDisk.ts';
import { uuid } from '../base/random.ts';
import type { World } from '../base/world.ts';
import type { Api } from './api.ts';
import { authErrors } from './authErrors.ts';
import { answerForm, type FormSigner, isBrowserForm, type PutForm } from './browserForm.ts';
import { type Codec, codecOf } from './codecs.ts';
import type { Dispatch } from './dispatch.ts';
import { type AwsError, commonErrors, isAwsError } from './errors.ts';
import { type Apis, type Identified, identifyApi, identifyOperation } from './identify.ts';
import { openPayload, type Payload } from './payload.ts';
import type { Call, Principal } from './service.ts';
import { type Authorization, parseAuthorization, type Signed, unsignedRefusal, verifySignature } from './sigv4.ts';
import type { WireRequest, WireResponse } from './wire.ts';

/** What the holder of an access key is known by. */
export type Credential = {
  secret: string;
  /** Temporary credentials only: the token that must come with the key. */
  sessionToken: string | undefined;
  /** Milliseconds since the epoch, for temporary credentials. */
  expires: number | undefined;
  principal: Principal;
};

export type ChainOptions = {
  apis: readonly Api[];
  dispatch: Dispatch;
  world: World;
  account: string;
  credential(accessKeyId: string): Credential | undefined;
  /** Told of every request that a key signed well. */
  keyUsed(accessKeyId: string, use: { at: number; service: string; region: string }): void;
  /** With authentication off, every request is made by this principal. */
  unauthenticated: Principal | undefined;
};

export type Chain = { handle(request: WireRequest): Promise<WireResponse> };

/** Longest body of a request that is not an object's bytes: twice what any served operation needs. */
const LONGEST_BODY = 6 * 1024 * 1024;
/** Longest body that is read whole before its operation runs: an object that travels in its row, and its framing. */
const WHOLE_BODY = 68 * 1024;
const DEFAULT_REGION = 'us-east-1';

type Authenticated = { principal: Principal; region: string; signed: Signed | undefined; secret: string | undefined };

export function createChain(options: ChainOptions): Chain {
  const { dispatch, world, account } = options;
  const apis: Apis = { all: options.apis, s3: options.apis.find(({ protocol }) => protocol === 'rest-xml') };
  const codecs = new Map<Api, Codec>(options.apis.map((api) => [api, codecOf(api)]));
  const fallback = codecOf(apis.s3 ?? options.apis[0]!);

  async function handle(request: WireRequest): Promise<WireResponse> {
    const requestId = uuid(world.random);
    let codec = fallback;
    let what = `${request.method} ${request.path}`;
    try {
      const auth = parseAuthorization(request);
      const api = identifyApi(apis, request, auth);
      if ('error' in api) throw api.error;
      codec = codecs.get(api)!;
      if (api === apis.s3 && auth.kind === 'anonymous' && isBrowserForm(request)) {
        what = `${api.name}:PostObject`;
        return await answerForm(request, formOf(api, request, requestId));
      }
      const body = isRest(api) ? undefined : await bodyOf(request);
      const identified = identifyOperation(api, request, body);
      if ('error' in identified) throw identified.error;
      what = `${api.name}:${identified.operation.name}`;
      const output = await answer(identified, request, auth, body, requestId);
      return codec.encode(identified.operation, output, requestId);
    } catch (error) {
      const refusal = isAwsError(error) ? error : unexpected(error, requestId, what);
      if (refusal.status < 500) world.log('debug', 'request.refused', { requestId, what, code: refusal.code });
      return codec.encodeError(refusal, requestId, request);
    }
  }

  async function answer(
    { api, operation, params }: Identified,
    request: WireRequest,
    auth: Authorization,
    readAlready: Buffer | undefined,
    requestId: string,
  ): Promise<unknown> {
    const streaming = operation.streamingInput !== undefined;
    // A REST body is read before the signature is checked only where the signature may cover it.
    const body = readAlready ?? (streaming ? undefined : await bodyOf(request, api, operation.name));
    const caller = authenticate({ api, operation }, request, auth, body);
    const payload = body ?? (await payloadOf(request, caller));
    const input = codecs.get(api)!.decode(operation, {
      method: request.method,
      path: request.path,
      query: request.query,
      headers: request.headers,
      params,
      body: payload,
    });
    const call: Call = {
      requestId,
      account,
      region: caller.region,
      principal: caller.principal,
      now: world.clock.now(),
      headers: request.headers,
      remoteAddress: request.remoteAddress,
      signature: caller.signed,
      isGone: request.isGone,
      whenGone: request.whenGone,
    };
    return dispatch.run(api, operation.name, input, call);
  }

  /** How a browser's form is put: its policy is signed instead of the request. */
  function formOf(api: Api, { headers, remoteAddress }: WireRequest, requestId: string): PutForm {
    const now = world.clock.now();
    const principalOf = ({ accessKeyId }: FormSigner) =>
      options.unauthenticated ?? options.credential(accessKeyId)!.principal;
    return {
      ...{ now, requestId },
      secretOf: (signer) => (options.unauthenticated ? undefined : credentialOf(api, signer, now).secret),
      put(input, signer) {
        if (!options.unauthenticated) {
          options.keyUsed(signer.accessKeyId, { at: now, service: api.name, region: signer.region });
        }
        const call: Call = {
          requestId,
          account,
          region: signer.region,
          principal: principalOf(signer),
          now,
          headers,
          remoteAddress,
          signature: { form: 'form', ...signer.signature },
        };
        return dispatch.run(api, 'PutObject', input, call) as ReturnType<PutForm['put']>;
      },
    };
  }

  /** @throws what refuses a key that is not known, or no longer, or not with this token */
  function credentialOf(
    api: Api,
    { accessKeyId, sessionToken }: Pick<FormSigner, 'accessKeyId' | 'sessionToken'>,
    now: number,
  ): Credential {
    const errors = authErrors(api.protocol);
    const credential = options.credential(accessKeyId);
    if (!credential) throw errors.unknownKey(accessKeyId);
    if (credential.sessionToken !== sessionToken) throw errors.invalidToken();
    if (credential.expires !== undefined && credential.expires <= now) throw errors.expiredToken();
    return credential;
  }

  function authenticate(
    { api, operation }: Pick<Identified, 'api' | 'operation'>,
    request: WireRequest,
    auth: Authorization,
    body: Buffer | undefined,
  ): Authenticated {
    const region = auth.kind === 'signed' ? auth.region : DEFAULT_REGION;
    if (options.unauthenticated) {
      return { principal: options.unauthenticated, region, signed: undefined, secret: undefined };
    }
    if (auth.kind === 'anonymous' && api.unsigned?.includes(operation.name)) {
      return { principal: anonymous(account), region, signed: undefined, secret: undefined };
    }
    if (auth.kind !== 'signed') throw unsignedRefusal(auth, api);
    const now = world.clock.now();
    const credential = credentialOf(api, auth, now);
    const bodyHash = body && hash('sha256', body, 'hex');
    const refusal = verifySignature(auth, request, credential.secret, api, bodyHash, now);
    if (refusal) throw refusal;
    options.keyUsed(auth.accessKeyId, { at: now, service: api.name, region });
    return { principal: credential.principal, region, signed: auth, secret: credential.secret };
  }

  function unexpected(error: unknown, requestId: string, what: string): AwsError {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    world.log('error', 'request.failed', { requestId, what, message, stack });
    return isFullDisk(error) ? commonErrors.fullDisk() : commonErrors.internal(requestId);
  }

  return { handle };
}

/** Whoever follows a link. */
const anonymous = (account: string): Principal => ({
  ...{ kind: 'anonymous', arn: 'anonymous', userId: 'anonymous', account },
  accessKeyId: undefined,
});

function isRest(api: Api): boolean {
  return api.protocol === 'rest-xml' || api.protocol === 'rest-json';
}

/** What an operation that streams reads. A small body is taken whole: streams would cost more than all that is done with it. */
async function payloadOf({ headers, body }: WireRequest, { signed, secret }: Authenticated): Promise<Payload> {
  const small = Number(headers['content-length'] ?? Number.POSITIVE_INFINITY) <= WHOLE_BODY;
  return openPayload({ headers, body: small ? await readBody({ headers, body }, WHOLE_BODY) : body }, signed, secret);
}

async function bodyOf(request: WireRequest, api?: Api, operation = ''): Promise<Buffer> {
  if (isBodiless(request)) return NOTHING;
  const most = api?.bodies?.most[operation] ?? LONGEST_BODY;
  return readBody(request, most, api?.bodies?.code);
}

const NOTHING = Buffer.alloc(0);

type BodyOf = Pick<WireRequest, 'headers' | 'body'>;

/** Whether a request comes without a body: most that read do. HTTP knows one by these two headers alone. */
function isBodiless({ headers }: WireRequest): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
}

async function readBody({ headers, body }: BodyOf, limit: number, code?: string): Promise<Buffer> {
  // Headers and a small body come in one piece, of which the parser is still at the headers.
  await undefined;
  const length = Number(headers['content-length']);
  const isThere = length > 0 && length <= limit && body.readableLength === length && !body.readableObjectMode;
  return isThere ? (body.read() as Buffer) : bodyToCome(body, limit, code);
}

/** By events: an async iterator would cost as much as the signature. A connection that breaks fails the reading. */
function bodyToCome(stream: Readable, limit: number, code: string | undefined): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    stream.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > limit) {
        stream.pause();
        reject(commonErrors.requestTooLarge(limit, code));
      } else chunks.push(chunk);
    });
    stream.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length)));
    stream.on('error', reject);
    stream.on('close', () => {
      if (!stream.readableEnded) reject(new Error('The connection was lost before the whole request had come.'));
    });
  });
}
