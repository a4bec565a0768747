/** What of the recorded cases is not played, or not compared, and why. */
import { type Call, type Case, type Execution, isExecution, type Json, type JsonObject } from './cases.ts';
import { isCallable, isMakeable } from './endpoint.ts';
import { isObject } from './json.ts';

/** Services that executions of the recordings call, and that Telar does not have. */
const NOT_THERE: ReadonlySet<string> = new Set(['dynamodb', 'secretsmanager']);

/** Why a case is not played; undefined when it is. */
export function reasonToSkip(one: Case): string | undefined {
  const absent = isExecution(one) ? neededOf(one).find((service) => NOT_THERE.has(service)) : undefined;
  if (absent) return `needs ${absent}, which Telar does not have`;
  if (isExecution(one) && isToldByTopic(one))
    return 'tells a token by a topic, and the recording has nobody who answers it';
  if (one.kind === 'api-trace' && one.matches.some(({ key }) => key === 'messages'))
    return 'compares messages that no call of the recording receives';
  const calls = [...(one.setup ?? []), ...callsOf(one)];
  const resource = one.resources?.find((needed) => !isMakeable(needed));
  if (resource) return `needs a resource of the type ${resource.type}, which Telar does not have yet`;
  const asksLambda = LAMBDA.test(JSON.stringify([calls, requestOf(one)]));
  if (asksLambda && !isMocked(one) && !isExecution(one)) return 'names a function that the recording does not describe';
  const call = calls.find((needed) => !isCallable(needed));
  return call && `calls ${call.service}:${call.op}, which this player cannot`;
}

/** Of queues the worker's calls are on record. */
const isToldByTopic = ({ definition, callsWhileRunning }: Execution): boolean =>
  callsWhileRunning === undefined && JSON.stringify(definition ?? '').includes('sns:publish.waitForTaskToken');

const neededOf = ({ needs = [], resources = [] }: Execution) => [...needs, ...resources.map(({ type }) => type)];

function callsOf(one: Case): readonly Call[] {
  if (isExecution(one)) return [];
  return one.kind === 'api-trace' ? one.calls : (one.priorCalls ?? []);
}

/** The resources of tasks that call a function. */
const LAMBDA = /:::lambda:invoke|:lambda:[a-z\d-]+:\d+:function:/;
const requestOf = (one: Case) => (one.kind === 'api-trace' || isExecution(one) ? undefined : one.request);

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
  // The recordings' tool made some definitions itself, and its refusals' words are its own, not AWS's.
  if (/^Error=/.test(messageOf(expected))) return [codeOf(expected), codeOf(actual)];
  const earlier = recordedAt(one) < ENCRYPTED_SINCE;
  const told = (name: string) => name === CLAIM || (earlier && name === 'encryptionConfiguration');
  const [wanted, got] = [without(expected, (name) => name === CLAIM), without(actual, told)];
  // Names are numbered throughout a recording, which holds more answers than the one that is compared.
  return one.kind === 'test-state' ? [renumbered(wanted), renumbered(got)] : [wanted, got];
}

/** By design no answer about an object says that it is encrypted: src/services/objects/README.md. */
const CLAIM = 'ServerSideEncryption';

/** When the recordings with absolute times were written down. */
const WRITTEN_AT = Date.UTC(2026, 10, 21, 0, 29, 49);
const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/g;

/** A case whose times lie before or after the moment at which it is played, as they lay then. */
export function rebased<T extends Case>(one: T, now: number): T {
  if (!isExecution(one) || one.timeDependent === undefined) return one;
  const later = (text: string) => new Date(Date.parse(`${text}Z`) + now - WRITTEN_AT).toISOString().slice(0, 19);
  const moved = (value: unknown) => JSON.parse(JSON.stringify(value ?? null).replace(INSTANT, later));
  return { ...one, input: moved(one.input), transformers: moved(one.transformers) };
}

/** Telar has one account: a second one of a recording is the first. */
export function inOneAccount<T extends Case>(one: T): T {
  if (!isExecution(one) || !one.needs?.includes('sts-cross-account')) return one;
  const text = JSON.stringify(one)
    .split('<secondary_test_aws_account_id>')
    .join('<test_aws_account_id>')
    .split('222222222222')
    .join('111111111111');
  return JSON.parse(text) as T;
}

/** Executions tell of redrives since they can be redriven (15 November 2023). */
const REDRIVEN_SINCE = Date.UTC(2023, 10, 15);
const OF_REDRIVES: ReadonlySet<string> = new Set(['RedriveCount', 'RedriveStatus', 'RedriveStatusReason']);

/** What an execution led to and what was recorded of it, without what cannot be compared. */
export function asPlayed(
  one: Execution,
  expected: Json | undefined,
  actual: Json | undefined,
): [Json | undefined, Json | undefined] {
  // An answer's length is of names and times that are not the recording's.
  const comparable = (value: Json | undefined) => without(value, (name) => name === 'Content-Length' || name === CLAIM);
  const linked = (value: Json | undefined) => (recordedAt(one) < LINKED_SINCE ? withoutExitLinks(value) : value);
  const known = (name: string) => recordedAt(one) < REDRIVEN_SINCE && OF_REDRIVES.has(name);
  const written = (value: Json | undefined) => (recordedAt(one) < WRITTEN_ANEW_SINCE ? withoutBlanks(value) : value);
  const both = (value: Json | undefined) => written(linked(comparable(value)));
  const [wanted, got] = [both(expected), both(without(actual, known))];
  // Of several executions in one recording, placeholders are numbered throughout.
  return /#\d+$/.test(one.name) ? [renumbered(wanted), renumbered(got)] : [wanted, got];
}

/** Before the summer of 2024 an input that was a list kept its blanks on its way; since then they are the first event's alone. */
const WRITTEN_ANEW_SINCE = Date.UTC(2024, 5, 1);

function withoutBlanks(value: Json | undefined): Json | undefined {
  if (typeof value === 'string' && value.startsWith('[')) return listIn(value);
  if (Array.isArray(value)) return value.map((item) => withoutBlanks(item)!);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withoutBlanks(item)!]));
}

function listIn(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** A distributed map's exit follows the run's last event but one since then; earlier it followed the last (autumn of 2024). */
const LINKED_SINCE = Date.UTC(2024, 10, 1);

function withoutExitLinks(events: Json | undefined): Json | undefined {
  if (!Array.isArray(events)) return events;
  const distributed = events.some((event) => isObject(event) && event['type'] === 'MapRunStarted');
  const isExit = (event: Json) => isObject(event) && event['type'] === 'MapStateExited';
  return events.map((event) =>
    distributed && isExit(event) ? without(event, (name) => name === 'previousEventId')! : event,
  );
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

/** Without the members of some names, wherever they stand. */
function without(value: Json | undefined, leftOut: (name: string) => boolean): Json | undefined {
  if (Array.isArray(value)) return value.map((item) => without(item, leftOut)!);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([name]) => !leftOut(name));
  return Object.fromEntries(kept.map(([name, item]) => [name, without(item, leftOut)!]));
}

const errorOf = (value: Json | undefined) => (isObject(value) && isObject(value.Error) ? value.Error : {});
const messageOf = (value: Json | undefined) => String(errorOf(value).Message ?? '');
const codeOf = (value: Json | undefined) => errorOf(value).Code;
