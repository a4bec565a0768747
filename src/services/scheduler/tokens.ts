/** ClientTokens: the same token with the same request answers what it answered before, and does nothing again. */
import { hash } from 'node:crypto';
import type { Call } from '../../protocol/service.ts';
import type { Parts } from './context.ts';
import { errors } from './errors.ts';

/** How long a token is remembered, in milliseconds. AWS does not say. */
const REMEMBERED = 8 * 3_600_000;
/** Old ones that are forgotten with each new one. */
const FORGOTTEN = 10;

/** Inside a transaction: the answer to a request, carried out once for each token. */
export function once<T extends object>(
  { db }: Pick<Parts, 'db'>,
  operation: string,
  input: { ClientToken?: string | undefined },
  { region, now }: Call,
  carryOut: () => T,
): T {
  const { ClientToken: token, ...rest } = input;
  if (token === undefined) return carryOut();
  const request = hash('sha256', JSON.stringify(rest), 'hex');
  const before = db.token({ region, token, operation });
  if (before) {
    if (before.request !== request) throw errors.tokenReused(token);
    return JSON.parse(before.answer) as T;
  }
  const answer = carryOut();
  db.removeTokens({ before: now - REMEMBERED, most: FORGOTTEN });
  db.insertToken({ region, token, operation, request, answer: JSON.stringify(answer), at: now });
  return answer;
}
