/** What is wrong with a file that cannot be made payloads of: it is larger than one may be, or is not what SplitType says. */

export type PayloadError = Error & { readonly payload: true };

export function payloadError(message: string): PayloadError {
  return Object.assign(new Error(message), { name: 'PayloadError', payload: true as const });
}

export const tooLarge = (what: string, limit: number): PayloadError =>
  payloadError(`${what} is larger than the ${limit} bytes of MaxPayloadInMB`);

export const isPayloadError = (error: unknown): error is PayloadError => error instanceof Error && 'payload' in error;
