/**
 * What the results of optimised integrations tell of the HTTP answer. A task's call goes straight to the operation, so the
 * answer is written as its protocol would, and measured.
 */
import type { JsonObject } from '../../../definition/asl/scope.ts';
import { codecOf } from '../../../protocol/codecs.ts';
import type { AnswerFacts, PlannedCall } from './types.ts';

/** Lambda answers with headers of its own, and writes some in another way. */
function ofFunctions(
  headers: Readonly<Record<string, string>>,
  { requestId, at }: AnswerFacts,
): Record<string, string> {
  const names = ['X-Amz-Executed-Version', 'X-Amz-Log-Result', 'X-Amz-Function-Error'];
  const given = names.flatMap((name): [string, string][] => {
    const value = headers[name.toLowerCase()];
    return value === undefined ? [] : [[name, value]];
  });
  const [time, id] = [Math.floor(at / 1000).toString(16), requestId.replaceAll('-', '')];
  return {
    ...Object.fromEntries(given),
    Connection: 'keep-alive',
    'Content-Type': 'application/json',
    'x-amzn-Remapped-Content-Length': '0',
    'X-Amzn-Trace-Id': `Root=1-${time}-${id.slice(0, 24)};Parent=${id.slice(-16)};Sampled=0`,
  };
}

export function httpMetadata({ api, operation }: PlannedCall, answer: object, facts: AnswerFacts): JsonObject {
  const { status, headers, body } = codecOf(api).encode(operation, answer, facts.requestId);
  const length = typeof body === 'string' || Buffer.isBuffer(body) ? Buffer.byteLength(body) : 0;
  const own = operation.name === 'Invoke' ? ofFunctions(headers, facts) : undefined;
  const shown: Record<string, string> = {
    'x-amzn-RequestId': facts.requestId,
    'Content-Length': String(length),
    Date: new Date(facts.at).toUTCString(),
    ...(headers['content-type'] === undefined ? {} : { 'Content-Type': headers['content-type'] }),
    ...(own ?? { connection: 'keep-alive' }),
  };
  const lists = Object.fromEntries(Object.entries(shown).map(([name, value]) => [name, [value]]));
  return {
    SdkHttpMetadata: { AllHttpHeaders: lists, HttpHeaders: shown, HttpStatusCode: status },
    SdkResponseMetadata: { RequestId: facts.requestId },
  };
}
