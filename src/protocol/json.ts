/** AWS JSON 1.0 and 1.1: one POST, the operation in `X-Amz-Target`, input and output as one JSON structure. */
import type { OperationModel } from './api.ts';
import type { Codec, Values } from './codec.ts';
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
export function jsonCodec(version: '1.0' | '1.1'): Codec {
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
      return {
        status: error.status,
        headers: { 'content-type': contentType, 'x-amzn-requestid': requestId, 'x-amzn-errortype': error.code },
        body: JSON.stringify({ ...error.members, __type: error.code, message: error.message }),
      };
    },
  };
}
