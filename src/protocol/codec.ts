/** What every protocol's codec offers to the chain, and what they share. */
import type { OperationModel } from './api.ts';
import type { AwsError } from './errors.ts';
import type { Payload } from './payload.ts';
import type { WireResponse } from './wire.ts';

/** A request on its way to an operation: authenticated, its body unframed. */
export type DecodeRequest = {
  method: string;
  /** As sent: percent-encoded, without the query. */
  path: string;
  /** As sent, without the `?`. */
  query: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** The path's labels, decoded (`findRoute` gives them). Empty for JSON and Query. */
  params: Readonly<Record<string, string>>;
  /** The whole body; or, when the operation has a `streamingInput`, what becomes that member. */
  body: Buffer | Payload;
};

export type Codec = {
  /** The operation's input. Throws only AwsErrors, each naming the member that is wrong. */
  decode(operation: OperationModel, request: DecodeRequest): unknown;
  /** The answer to a request that succeeded. `output` has the SDK's own output type. */
  encode(operation: OperationModel, output: unknown, requestId: string): WireResponse;
  /** The answer to a request that failed. */
  encodeError(error: AwsError, requestId: string, request: Pick<DecodeRequest, 'method' | 'path'>): WireResponse;
};

export type Values = Record<string, unknown>;

export function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Sets a member whose name came from the client, so that `__proto__` is a name like any other. */
export function setOwn(target: Values, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
  } else target[name] = value;
}
