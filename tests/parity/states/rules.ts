/** What of the recorded cases is not played, or not compared, and why. */
import type { Case, Json } from './cases.ts';
import { isCallable, isMakeable } from './endpoint.ts';
import { isObject } from './json.ts';

/** Operations that this Telar does not serve yet. */
const UNSERVED: ReadonlySet<string> = new Set(['TestState', 'DescribeMapRun', 'ListMapRuns', 'UpdateMapRun']);

/** Why a case is not played; undefined when it is. */
export function reasonToSkip(one: Case): string | undefined {
  const calls = [...(one.setup ?? []), ...(one.kind === 'api-trace' ? one.calls : (one.priorCalls ?? []))];
  const unserved = calls.find(({ op }) => UNSERVED.has(op));
  if (unserved) return `needs ${unserved.op}, which is not served yet`;
  const resource = one.resources?.find((needed) => !isMakeable(needed));
  if (resource) return `needs a resource of the type ${resource.type}, which Telar does not have yet`;
  if (LAMBDA.test(JSON.stringify([calls, requestOf(one)]))) return 'names Lambda, which Telar does not serve yet';
  const call = calls.find((needed) => !isCallable(needed));
  return call && `calls ${call.service}:${call.op}, which this player cannot`;
}

/** The resources of tasks that call a function. */
const LAMBDA = /:::lambda:invoke|:lambda:[a-z\d-]+:\d+:function:/;
const requestOf = (one: Case) => (one.kind === 'api-trace' ? undefined : one.request);

/** boto3 refuses a request itself: it was never sent to AWS, and is none of the server's business. */
export const isUnsent = (expected: Json | undefined): boolean =>
  JSON.stringify(expected ?? '').includes('Parameter validation failed');

/** Describe answers `encryptionConfiguration` since AWS encrypts state machines (25 July 2024). */
const ENCRYPTED_SINCE = Date.UTC(2024, 6, 25);

/** The expectation and the answer without what cannot be compared. */
export function asRecorded(
  one: Case,
  expected: Json | undefined,
  actual: Json | undefined,
): [Json | undefined, Json | undefined] {
  const comparable = recordedAt(one) < ENCRYPTED_SINCE ? without(actual, 'encryptionConfiguration') : actual;
  // The recordings' tool made some definitions itself, and its refusals' words are its own, not AWS's.
  if (/^Error=/.test(messageOf(expected))) return [codeOf(expected), codeOf(actual)];
  return [expected, comparable];
}

function recordedAt({ recordedDate }: Case): number {
  const [, day, month, year] = /^(\d\d)-(\d\d)-(\d{4})/.exec(recordedDate) ?? [];
  return Date.UTC(Number(year), Number(month) - 1, Number(day));
}

function without(value: Json | undefined, name: string): Json | undefined {
  if (!isObject(value)) return value;
  const { [name]: _, ...rest } = value;
  return rest;
}

const errorOf = (value: Json | undefined) => (isObject(value) && isObject(value.Error) ? value.Error : {});
const messageOf = (value: Json | undefined) => String(errorOf(value).Message ?? '');
const codeOf = (value: Json | undefined) => errorOf(value).Code;

/** Differences that are known and why they stand, by the end of the case's name. A case that no longer differs must leave. */
export const KNOWN: Readonly<Record<string, string>> = {
  'TestLogs::test_log_group_with_multiple_runs': 'executions are not logged yet',
};
