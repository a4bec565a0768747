/** What of the recorded cases is not played, or not compared, and why. */
import type { Case, Json, JsonObject } from './cases.ts';
import { isCallable, isMakeable } from './endpoint.ts';
import { isObject } from './json.ts';

/** Operations that this Telar does not serve yet. */
const UNSERVED: ReadonlySet<string> = new Set(['DescribeMapRun', 'ListMapRuns', 'UpdateMapRun']);

/** Why a case is not played; undefined when it is. */
export function reasonToSkip(one: Case): string | undefined {
  const calls = [...(one.setup ?? []), ...(one.kind === 'api-trace' ? one.calls : (one.priorCalls ?? []))];
  const unserved = calls.find(({ op }) => UNSERVED.has(op));
  if (unserved) return `needs ${unserved.op}, which is not served yet`;
  const resource = one.resources?.find((needed) => !isMakeable(needed));
  if (resource) return `needs a resource of the type ${resource.type}, which Telar does not have yet`;
  const asksLambda = LAMBDA.test(JSON.stringify([calls, requestOf(one)]));
  if (asksLambda && !isMocked(one)) return 'names Lambda, which Telar does not serve yet';
  const call = calls.find((needed) => !isCallable(needed));
  return call && `calls ${call.service}:${call.op}, which this player cannot`;
}

/** The resources of tasks that call a function. */
const LAMBDA = /:::lambda:invoke|:lambda:[a-z\d-]+:\d+:function:/;
const requestOf = (one: Case) => (one.kind === 'api-trace' ? undefined : one.request);

/** A tested state whose mock answers, or which is refused, asks no function. */
const isMocked = (one: Case): boolean =>
  one.kind === 'test-state' && (one.request.mock !== undefined || one.expected.Error !== undefined);

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
  // Names are numbered throughout a recording, which holds more answers than the one that is compared.
  if (one.kind === 'test-state') return [renumbered(expected), renumbered(comparable)];
  return [expected, comparable];
}

/** With placeholders numbered from 1 in the order in which they appear, members by name. */
function renumbered(value: Json | undefined): Json | undefined {
  const numbers = new Map<string, string[]>();
  const text = JSON.stringify(value ?? null, (_, member: Json) => (isObject(member) ? byName(member) : member));
  const fresh = text.replace(/<([\w-]+):(\d+)>/g, (_, name: string, number: string) => {
    const known = numbers.get(name) ?? [];
    if (!known.includes(number)) known.push(number);
    numbers.set(name, known);
    return `<${name}:${known.indexOf(number) + 1}>`;
  });
  return JSON.parse(fresh) as Json;
}

const byName = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));

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
