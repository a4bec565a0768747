/** AWS JSON 1.0 and 1.1: one POST, the operation in `X-Amz-Target`, input and output as one JSON structure. */
import type { Api, OperationModel } from './api.ts';
import type { Codec, Values } from './codec.ts';
import type { AwsError } from './errors.ts';
import { decodeJson, jsonWalkers, parseJson } from './jsonValues.ts';

const { decoderOf, encoderOf } = jsonWalkers(false);

/**
 * An operation's input out of JSON that stands in another document, such as a pipeline's step: converted, and its types
 * checked, exactly as a request's body is.
 *
 * @throws SerializationException, which names the member of the wrong type
 */
export function inputFromJson(operation: OperationModel, value: unknown): unknown {
  return decodeJson(decoderOf(operation.input()), value);
}

/** The codec of AWS JSON 1.0 (`application/x-amz-json-1.0`) or 1.1. */
export function jsonCodec(version: '1.0' | '1.1', api?: Pick<Api, 'queryCompatible' | 'errors'>): Codec {
  const contentType = `application/x-amz-json-${version}`;
  return {
    decode(operation, request) {
      if (!Buffer.isBuffer(request.body)) throw new Error(`${operation.name} is not a streaming operation`);
      return decodeJson(decoderOf(operation.input()), parseJson(request.body));
    },
    encode(operation, output, requestId) {
      const shape = operation.output();
      const empty = shape.name === 'Unit';
      return {
        status: 200,
        headers: { 'content-type': contentType, 'x-amzn-requestid': requestId },
        body: empty ? '' : JSON.stringify(encoderOf(shape)((output ?? {}) as Values)),
      };
    },
    encodeError(error, requestId) {
      const { name, headers } = api?.queryCompatible ? queryNames(api, error) : { name: error.code, headers: {} };
      return {
        status: error.status,
        headers: { 'content-type': contentType, 'x-amzn-requestid': requestId, 'x-amzn-errortype': name, ...headers },
        body: JSON.stringify({ ...error.members, __type: name, message: error.message }),
      };
    },
  };
}

/** What the errors that all services share were called in the Query protocol. */
const QUERY_CODES: Readonly<Record<string, string>> = {
  AccessDeniedException: 'AccessDenied',
  ExpiredTokenException: 'ExpiredToken',
  IncompleteSignatureException: 'IncompleteSignature',
  InvalidSignatureException: 'SignatureDoesNotMatch',
  MissingAuthenticationTokenException: 'MissingAuthenticationToken',
  SerializationException: 'MalformedInput',
  UnknownOperationException: 'InvalidAction',
  UnrecognizedClientException: 'InvalidClientTokenId',
};

/** @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait */
function queryNames({ errors }: Pick<Api, 'errors'>, { code, status }: AwsError) {
  const fault = status < 500 ? 'Sender' : 'Receiver';
  return {
    name: errors.get(code) ?? code,
    headers: { 'x-amzn-query-error': `${QUERY_CODES[code] ?? code};${fault}` },
  };
}
