/**
 * ClientRequestTokens: the same token with the same request answers what it answered before, and does nothing again.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StartPipelineExecution.html
 */
import { hash } from 'node:crypto';
import type { Call } from '../../protocol/service.ts';
import { errors } from './errors.ts';
import type { PipelinesStore } from './store.ts';

/** Inside a transaction: the answer to a request, carried out once for each token. */
export function once<T extends object>(
  db: Pick<PipelinesStore, 'token' | 'insertToken'>,
  operation: string,
  input: { ClientRequestToken?: string | undefined },
  call: Call,
  carryOut: () => T,
): T {
  const { ClientRequestToken: token, ...rest } = input;
  if (token === undefined) return carryOut();
  const request = hash('sha256', JSON.stringify([call.region, rest]), 'hex');
  const before = db.token({ token, operation });
  if (before) {
    if (before.request !== request) throw errors.tokenReused(token);
    return JSON.parse(before.answer) as T;
  }
  const answer = carryOut();
  db.insertToken({ token, operation, request, answer: JSON.stringify(answer), at: call.now });
  return answer;
}
