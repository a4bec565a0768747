/**
 * Plays a recorded case against a server: makes what it needs, sends its calls with the values that earlier answers gave, and
 * compares what came back.
 *
 * P1. Each case has a region to itself, so that cases neither see each other nor have to wait for one another.
 */
import {
  type Call,
  type Case,
  isExecution,
  type Json,
  type JsonObject,
  type Single,
  type Trace,
  type Transformer,
} from './cases.ts';
import { type Answer, type Endpoint, isMakeable, isOfTool } from './endpoint.ts';
import { playExecution } from './executions.ts';
import { type Difference, differences, isObject, valueAt } from './json.ts';
import { logOf } from './logged.ts';
import { normalise, type Place } from './normalise.ts';
import { asRecorded, inOneAccount, isUnsent, rebased } from './rules.ts';

/** Where the recordings were made. */
const RECORDED: Place = { account: '111111111111', region: 'us-east-1' };

/** What differs from the recording, by the name that the case gives to what is compared. */
export type Finding = Difference & { key: string };

export async function play(given: Case, endpoint: Endpoint): Promise<Finding[]> {
  const one = moved(inOneAccount(rebased(given, Date.now())), endpoint.place);
  for (const resource of one.resources ?? []) if (isMakeable(resource)) await endpoint.make(resource);
  // Some recordings have their worker's calls among what is called before.
  const early = one.setup?.findIndex(({ op }) => op === 'ReceiveMessage') ?? -1;
  for (const call of early < 0 ? (one.setup ?? []) : []) await endpoint.send(call);
  if (isExecution(one)) return playExecution(early < 0 ? one : { ...one, callsWhileRunning: one.setup! }, endpoint);
  return one.kind === 'api-trace' ? playTrace(one, endpoint) : playSingle(one, endpoint);
}

/** The case as if it had been recorded in another place. Buckets' names are nobody else's anywhere. */
function moved<T extends Case>(one: T, { account, region }: Place): T {
  const names: Bound = (one.resources ?? [])
    .filter(({ type }) => type === 's3')
    .map(({ name }) => [name, `${name}-${region.replaceAll('-', '')}`]);
  return bind(one, [...names, [RECORDED.account, account], [RECORDED.region, region]]);
}

/** Values of the recording and those that stand for them here. */
export type Bound = [recorded: string, actual: string][];

/** A document with the values of here in place of the recording's. */
export function bind<T>(value: T, bound: Bound): T {
  const written = (text: string) => JSON.stringify(text).slice(1, -1);
  const texts = bound.reduce(
    (text, [recorded, actual]) => text.split(written(recorded)).join(written(actual)),
    JSON.stringify(value),
  );
  return JSON.parse(texts) as T;
}

/** The last part of an ARN stands alone, too: an execution's name. */
export function boundTo(recorded: string, actual: string): Bound {
  const parts = [recorded, actual].map((text) => text.split(':').at(-1)!);
  const [old, fresh] = parts as [string, string];
  const whole: Bound = recorded === actual ? [] : [[recorded, actual]];
  return old === fresh || !recorded.startsWith('arn:') ? whole : [...whole, [old, fresh]];
}

/** Transformers look for the recording's values, escaped as in a regular expression. */
export function bindTransformers(transformers: readonly Transformer[], bound: Bound): Transformer[] {
  const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  return transformers.map((one) => {
    if (one.kind !== 'regex') return one;
    const plain = one.regex.replace(/\\(.)/g, '$1');
    const fresh = bound.find(([recorded]) => recorded === plain)?.[1];
    return fresh === undefined ? one : { ...one, regex: escaped(fresh) };
  });
}

async function playTrace(trace: Trace, endpoint: Endpoint): Promise<Finding[]> {
  const matches = trace.matches.filter(({ key }) => !isUnsent(trace.expected[key]));
  const unsent = new Set(
    trace.matches.filter(({ key }) => isUnsent(trace.expected[key])).flatMap(({ actual }) => callsIn(actual)),
  );
  const bound: Bound = [];
  const logged: JsonObject[] = [];
  const answers = new Map<number, Answer>();
  for (const [at, call] of trace.calls.entries()) {
    if (unsent.has(at) || isOfTool(call)) continue;
    if (call.op === 'DeleteLogGroup') logged.push(...(await logOf(String(call.params['logGroupName']), endpoint)));
    const answer = await endpoint.send({ ...call, params: bind(call.params, bound) });
    answers.set(at, answer);
    const { executionArn } = answer.body;
    if (call.op === 'StartExecution' && typeof executionArn === 'string') {
      bound.push([executionOf(at), executionArn.split(':').at(-1)!]);
      await ended(executionArn, endpoint);
    }
    // Recorded revisions are named by the call that made them.
    if (typeof answer.body.revisionId === 'string') bound.push([`fake-revision-${at}`, answer.body.revisionId]);
    for (const [recorded, [from, path]] of Object.entries(trace.fakeValues)) {
      const actual = from === at ? valueAt(answer.body, path) : undefined;
      if (typeof actual === 'string') bound.push(...boundTo(recorded, actual));
    }
  }
  // What the recordings' tool read of a log before the group was deleted is no call's answer.
  const made = matches.map(({ key, actual }): [string, Json] =>
    key === 'logged_execution_events' ? [key, logged] : [key, built(actual, answers, trace.calls)],
  );
  const transformers = bindTransformers(trace.transformers ?? [], bound);
  const actual = normalise(Object.fromEntries(made), transformers, endpoint.place);
  return matches.flatMap(({ key }) => {
    const [expected, got] = asRecorded(trace, trace.expected[key], valueAt(actual, `$.${key}`) ?? member(actual, key));
    return differences(expected, got).map((difference) => ({ key, ...difference }));
  });
}

/** How an execution is named that a call began. @example executionOf(3) // 'exec-0003-0000-4000-8000-000000000003' */
const executionOf = (call: number) =>
  `exec-${String(call).padStart(4, '0')}-0000-4000-8000-${String(call).padStart(12, '0')}`;

/** The recordings' tests waited for an execution before they went on; of Express there is nothing to wait by. */
async function ended(executionArn: string, endpoint: Endpoint): Promise<void> {
  if (executionArn.includes(':express:')) return;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const { body } = await endpoint.send({
      service: 'stepfunctions',
      op: 'DescribeExecution',
      params: { executionArn },
    });
    if (body.status !== 'RUNNING') return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

const MOST_TRIES = 100;
/** In milliseconds. */
const PAUSE = 20;

/** Keys of matches may hold dots and brackets. */
const member = (document: Json, key: string): Json | undefined => (isObject(document) ? document[key] : undefined);

/** The numbers of the calls that something is made of. */
function callsIn(value: Json): number[] {
  if (Array.isArray(value)) return value.flatMap(callsIn);
  if (!isObject(value)) return [];
  return typeof value.$call === 'number' ? [value.$call] : Object.values(value).flatMap(callsIn);
}

/** Something that is compared, made of answers and refusals. */
function built(value: Json, answers: ReadonlyMap<number, Answer>, calls: readonly Call[]): Json {
  if (Array.isArray(value)) return value.map((item) => built(item, answers, calls));
  if (!isObject(value)) return value;
  if (typeof value.$call === 'number') return valueAt(answers.get(value.$call)?.body, String(value.$path)) ?? null;
  if (isObject(value.$exc)) return exceptionText(Number(value.$exc.$call), answers, calls);
  const made = Object.fromEntries(Object.entries(value).map(([name, item]) => [name, built(item, answers, calls)]));
  const [refused] = 'exception_typename' in made ? callsIn(value) : [];
  return refused === undefined ? made : { ...made, exception_typename: answers.get(refused)?.error?.code ?? 'none' };
}

/** As boto3 words what it raises. */
function exceptionText(at: number, answers: ReadonlyMap<number, Answer>, calls: readonly Call[]): string {
  const error = answers.get(at)?.error;
  if (!error) return 'no error';
  return `An error occurred (${error.code}) when calling the ${calls[at]?.op} operation: ${error.message}`;
}

const OPERATIONS = {
  'create-error': 'CreateStateMachine',
  'validate-definition': 'ValidateStateMachineDefinition',
  'test-state': 'TestState',
} as const;

async function playSingle(single: Single, endpoint: Endpoint): Promise<Finding[]> {
  for (const call of single.priorCalls ?? []) await endpoint.send(call);
  const { body } = await endpoint.send({
    service: 'stepfunctions',
    op: OPERATIONS[single.kind],
    params: single.rawRequest ?? single.request,
  });
  // These recordings hold no transformers: the machine's name is all that was replaced.
  const transformers = single.transformers ?? namesOf(single.request);
  const actual = normalise({ answer: body }, transformers, endpoint.place);
  const [expected, got] = asRecorded(single, single.expected, member(actual, 'answer'));
  return differences(expected, got).map((difference) => ({ key: single.kind, ...difference }));
}

const namesOf = ({ name }: JsonObject): Transformer[] =>
  typeof name === 'string' ? [{ kind: 'text', text: name, replacement: '<ArnPart_0idx>' }] : [];
