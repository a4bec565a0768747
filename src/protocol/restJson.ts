/** REST-JSON (Lambda, Scheduler …): bindings to the path, the query and the headers, the rest as one JSON structure. */
import { Readable } from 'node:stream';
import type { OperationModel } from './api.ts';
import { type Codec, type DecodeRequest, isValues, type Values } from './codec.ts';
import { commonErrors } from './errors.ts';
import { bodyOf, type Refuse, readBindings, writeBindings } from './httpBindings.ts';
import { decodeJson, jsonWalkers, parseJson } from './jsonValues.ts';
import type { Member, StructureShape } from './shapes.ts';
import type { WireResponse } from './wire.ts';
import { isHttpBound } from './xmlValues.ts';

const { decoderOf, encoderOf } = jsonWalkers(true);
const JSON_TYPE = 'application/json';

const refuse: Refuse = (where, value, wanted) =>
  commonErrors.malformed(`'${value.slice(0, 200)}' can not be converted to a ${wanted} at '${where}' of the request.`);

/** The codec of REST-JSON. */
export function restJsonCodec(): Codec {
  return {
    decode,
    encode(operation, output, requestId) {
      const values = isValues(output) ? output : {};
      const { status, headers } = writeBindings(operation, values);
      const { type, body } = writeBody(operation, values);
      return {
        status,
        headers: { ...(type === undefined ? {} : { 'content-type': type }), ...headers, 'x-amzn-requestid': requestId },
        body,
      };
    },
    encodeError(error, requestId, request) {
      const body = JSON.stringify({ ...error.members, message: error.message });
      return {
        status: error.status,
        headers: { 'content-type': JSON_TYPE, 'x-amzn-requestid': requestId, 'x-amzn-errortype': error.code },
        body: request.method === 'HEAD' ? undefined : body,
      };
    },
  };
}

function decode(operation: OperationModel, request: DecodeRequest): Values {
  const shape = operation.input();
  const input = readBindings(shape, request, refuse);
  const { body } = request;
  if (operation.streamingInput !== undefined) {
    input[operation.streamingInput] = body;
    return input;
  }
  if (!Buffer.isBuffer(body)) throw new Error(`${operation.name} is not a streaming operation`);
  const { payload, members } = bodyOf(shape);
  if (payload) {
    const value = readPayload(payload, body);
    if (value !== undefined) input[payload.name] = value;
  } else if (members && body.length > 0) {
    const read = decodeJson(decoderOf(bodyShape(shape)), parseJson(body));
    if (isValues(read)) Object.assign(input, read);
  }
  return input;
}

const bodyShapes = new WeakMap<StructureShape, StructureShape>();

/** The members of a shape that the body carries: what HTTP binds elsewhere must not be read from JSON, nor written to it. */
function bodyShape(shape: StructureShape): StructureShape {
  let made = bodyShapes.get(shape);
  if (!made) {
    const members = shape.members().filter((member) => !isHttpBound(member));
    made = { ...shape, members: () => members };
    bodyShapes.set(shape, made);
  }
  return made;
}

function readPayload({ shape }: Member, body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (shape.kind === 'blob') return new Uint8Array(body);
  return shape.kind === 'string' ? body.toString('utf8') : decodeJson(decoderOf(shape), parseJson(body));
}

function writeBody(
  operation: OperationModel,
  output: Values,
): { type: string | undefined; body: WireResponse['body'] } {
  const shape = operation.output();
  const { payload } = bodyOf(shape);
  if (!payload) {
    const empty = operation.http?.status === 204;
    return empty
      ? { type: undefined, body: undefined }
      : { type: JSON_TYPE, body: JSON.stringify(encoderOf(bodyShape(shape))(output)) };
  }
  const value = output[payload.name];
  if (value === undefined || value === null) return { type: undefined, body: undefined };
  if (payload.shape.kind === 'structure')
    return { type: JSON_TYPE, body: JSON.stringify(encoderOf(payload.shape)(value as Values)) };
  if (typeof value === 'string' || Buffer.isBuffer(value) || value instanceof Readable)
    return { type: payload.shape.kind === 'string' ? 'text/plain' : 'application/octet-stream', body: value };
  if (value instanceof Uint8Array) return { type: 'application/octet-stream', body: Buffer.from(value) };
  return { type: JSON_TYPE, body: JSON.stringify(value) };
}
