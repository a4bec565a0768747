/**
 * REST-XML, which is S3: bindings to the path, the query and the headers; XML, bytes or nothing in the body; S3's own
 * error document. Where S3 departs from its model, the departure is here and named.
 */
import { Readable } from 'node:stream';
import type { Api, OperationModel } from './api.ts';
import { verifyBody } from './checksums.ts';
import { type Codec, type DecodeRequest, isValues, type Values } from './codec.ts';
import { awsError } from './errors.ts';
import { bodyOf, type Refuse, readBindings, writeBindings } from './httpBindings.ts';
import type { Member, StructureShape } from './shapes.ts';
import type { WireResponse } from './wire.ts';
import { escapeXml, parseXml } from './xml.ts';
import { readStructure } from './xmlValues.ts';
import { writeElement, writeMembers } from './xmlWriters.ts';

const PROLOGUE = '<?xml version="1.0" encoding="UTF-8"?>\n';
const XML = 'application/xml';

/** The codec of S3. */
export function restXmlCodec(api: Api): Codec {
  const xmlns = api.xmlNamespace ? ` xmlns="${escapeXml(api.xmlNamespace)}"` : '';
  return {
    decode,
    encode(operation, output, requestId) {
      const values = isValues(output) ? output : {};
      const { status, headers } = writeBindings(operation, values);
      const { type, body } = writeBody(operation, values, xmlns);
      return {
        status: partialStatus(values, status),
        headers: { ...(type === undefined ? {} : { 'content-type': type }), ...headers, ...requestIds(requestId) },
        body,
      };
    },
    encodeError(error, requestId, request) {
      const bodiless = request.method === 'HEAD' || error.status === 304;
      const members = { Code: error.code, Message: error.message, Resource: request.path, ...error.members };
      const inner = Object.entries({ ...members, RequestId: requestId, HostId: requestId })
        .map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`)
        .join('');
      return {
        status: error.status,
        headers: { ...(bodiless ? {} : { 'content-type': XML }), ...error.headers, ...requestIds(requestId) },
        body: bodiless ? undefined : `${PROLOGUE}<Error>${inner}</Error>`,
      };
    },
  };
}

const requestIds = (requestId: string) => ({ 'x-amz-request-id': requestId, 'x-amz-id-2': requestId });

const refuse: Refuse = (ArgumentName, ArgumentValue, wanted) =>
  awsError(
    'InvalidArgument',
    wanted === 'number'
      ? `Provided ${ArgumentName} not an integer or within integer range`
      : `'${ArgumentName}' is not a valid ${wanted}.`,
    400,
    { ArgumentName, ArgumentValue: ArgumentValue.slice(0, 200) },
  );

function decode(operation: OperationModel, request: DecodeRequest): Values {
  const shape = operation.input();
  const input = readBindings(shape, request, refuse);
  unframed(input, request.headers);
  const { body } = request;
  if (operation.streamingInput !== undefined) {
    input[operation.streamingInput] = body;
    return input;
  }
  if (!Buffer.isBuffer(body)) throw new Error(`${operation.name} is not a streaming operation`);
  if (operation.checksummed) verifyBody(request.headers, body);
  const { payload, members } = bodyOf(shape);
  if (payload) {
    const value = readPayload(payload, body);
    if (value !== undefined) input[payload.name] = value;
  } else if (members && body.length > 0) Object.assign(input, readStructure(shape, parseXml(body.toString('utf8'))));
  return input;
}

/** aws-chunked is a framing, not a content encoding: what is stored is the object's own encoding and length. */
function unframed(input: Values, headers: DecodeRequest['headers']): void {
  const length = headers['x-amz-decoded-content-length'];
  if (length !== undefined && input['ContentLength'] !== undefined) input['ContentLength'] = Number(length);
  const encoding = input['ContentEncoding'];
  if (typeof encoding !== 'string' || !encoding.includes('aws-chunked')) return;
  const rest = encoding
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== 'aws-chunked' && part !== '');
  if (rest.length > 0) input['ContentEncoding'] = rest.join(',');
  else delete input['ContentEncoding'];
}

function readPayload(payload: Member, body: Buffer): unknown {
  if (body.length === 0) {
    if (payload.required && payload.shape.kind === 'structure')
      throw awsError('MissingRequestBodyError', 'Request body is empty.');
    return payload.required ? readBytes(payload, body) : undefined;
  }
  return payload.shape.kind === 'structure'
    ? readStructure(payload.shape, parseXml(body.toString('utf8')))
    : readBytes(payload, body);
}

const readBytes = ({ shape }: Member, body: Buffer) =>
  shape.kind === 'blob' ? new Uint8Array(body) : body.toString('utf8');

function writeBody(
  operation: OperationModel,
  output: Values,
  xmlns: string,
): { type: string | undefined; body: WireResponse['body'] } {
  const shape = operation.output();
  const { payload, members } = bodyOf(shape);
  if (!payload) return members ? { type: XML, body: document(operation, shape, output, xmlns) } : nothing;
  const value = output[payload.name];
  if (value === undefined || value === null) return nothing;
  if (payload.shape.kind !== 'structure') return { type: undefined, body: bytesOf(value) };
  const name = payload.traits.xmlName ?? payload.shape.traits.xmlName ?? payload.shape.name;
  return { type: XML, body: `${PROLOGUE}${withNamespace(writeElement(name, payload, value), name, xmlns)}` };
}

const nothing = { type: undefined, body: undefined };

function document(operation: OperationModel, shape: StructureShape, output: Values, xmlns: string): string {
  const name = shape.traits.xmlName ?? shape.name;
  // GetBucketLocation's one member is the document itself; us-east-1 is written as nothing.
  const content =
    operation.name === 'GetBucketLocation'
      ? escapeXml(String(output['LocationConstraint'] ?? ''))
      : writeMembers(shape, output);
  return `${PROLOGUE}<${name}${xmlns}>${content}</${name}>`;
}

function withNamespace(element: string, name: string, xmlns: string): string {
  return `<${name}${xmlns}${element.slice(name.length + 1)}`;
}

function bytesOf(value: unknown): WireResponse['body'] {
  if (typeof value === 'string' || Buffer.isBuffer(value) || value instanceof Readable) return value;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  throw new Error('the body of an answer is neither text, nor bytes, nor a stream');
}

/** The model knows one status for each operation; a range of an object is answered as HTTP answers a range. */
function partialStatus(output: Values, status: number): number {
  return typeof output['ContentRange'] === 'string' && status === 200 ? 206 : status;
}
