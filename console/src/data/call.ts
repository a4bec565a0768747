/** Operations, called: AWS's and Telar's own, by the names that every client knows them by. */
import { ask, regionNow } from './session.ts';
import type { ApiName, Input, OperationName, Output } from './types.ts';

/**
 * @throws Refusal: AWS's code, and a sentence
 * @example const { PipelineSummaries } = await call('sagemaker', 'ListPipelines', {})
 */
export function call<A extends ApiName, O extends OperationName<A>>(
  api: A,
  operation: O,
  input: Input<A, O>,
  signal?: AbortSignal,
): Promise<Output<A, O>> {
  return ask(`api/${api}/${operation}`, {
    method: 'POST',
    body: JSON.stringify(input),
    ...(signal && { signal }),
  });
}

export type CallKey = readonly [region: string, api: ApiName, operation: string, input: object];

/** What is kept of an operation's answers is found by this. */
export const keyOf = (api: ApiName, operation: string, input: object): CallKey => [regionNow(), api, operation, input];

/** A URL by which this browser gets an object, or puts one; it works for minutes, and for that object alone. */
export async function objectUrl(
  object: { Bucket: string; Key: string; VersionId?: string },
  method: 'GET' | 'PUT' = 'GET',
): Promise<string> {
  const { Url } = await ask<{ Url: string }>('link', {
    method: 'POST',
    body: JSON.stringify({ ...object, Method: method }),
  });
  return Url;
}
