/**
 * What the results of optimised integrations tell of the HTTP answer. A task's call goes straight to the operation, so the
 * answer is written as its protocol would, and measured.
 */
import type { JsonObject } from '../../../definition/asl/scope.ts';
import { codecOf } from '../../../protocol/codecs.ts';
import type { AnswerFacts, PlannedCall } from './types.ts';

export function httpMetadata({ api, operation }: PlannedCall, answer: object, facts: AnswerFacts): JsonObject {
  const { status, headers, body } = codecOf(api).encode(operation, answer, facts.requestId);
  const length = typeof body === 'string' || Buffer.isBuffer(body) ? Buffer.byteLength(body) : 0;
  const shown: Record<string, string> = {
    'x-amzn-RequestId': facts.requestId,
    connection: 'keep-alive',
    'Content-Length': String(length),
    Date: new Date(facts.at).toUTCString(),
    ...(headers['content-type'] === undefined ? {} : { 'Content-Type': headers['content-type'] }),
  };
  const lists = Object.fromEntries(Object.entries(shown).map(([name, value]) => [name, [value]]));
  return {
    SdkHttpMetadata: { AllHttpHeaders: lists, HttpHeaders: shown, HttpStatusCode: status },
    SdkResponseMetadata: { RequestId: facts.requestId },
  };
}
