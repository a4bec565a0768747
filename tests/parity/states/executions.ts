/**
 * Plays a recorded execution: creates its machine, starts it, waits for its end, and compares what it led to: status, output, error
 * and cause, the order of its events, its whole history, and what its log holds.
 *
 * E1. Names and ARNs are those of the recording, moved to the case's region, so that nothing but what a server makes up is bound.
 */
import type { Execution, Json, JsonObject, Transformer } from './cases.ts';
import type { Answer, Endpoint } from './endpoint.ts';
import { type Difference, differences, isObject } from './json.ts';
import { loggedEvents } from './logged.ts';
import { normalise } from './normalise.ts';
import { asPlayed } from './rules.ts';

/** What differs, by what was compared. */
export type ExecutionFinding = Difference & { key: string };

/** In milliseconds: the longest of the recordings takes a quarter of a minute. */
const LONGEST = 60_000;
const FIRST_LOOK = 5;
const SLOWEST_LOOK = 200;

export async function playExecution(one: Execution, endpoint: Endpoint): Promise<ExecutionFinding[]> {
  const machine = await created(one, endpoint);
  const input = inputOf(one);
  if (one.kind === 'sync-execution') return playSync(one, machine, input, endpoint);
  const name = one.executionName ?? one.placeholders?.['<ExecArnPart_0idx>'] ?? toldName(one);
  const { body } = await answered(endpoint, 'StartExecution', {
    stateMachineArn: machine,
    input,
    ...(name === undefined ? {} : { name }),
  });
  const arn = String(body.executionArn);
  await playWorker(one, endpoint);
  return one.type === 'EXPRESS' ? playExpress(one, arn, endpoint) : playStandard(one, arn, endpoint);
}

/** The name that events tell of an execution which is told by no other. */
function toldName({ expected }: Execution): string | undefined {
  const detail = expected.eventBridgeEvents?.[0]?.['detail'];
  const name = isObject(detail) ? detail['name'] : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** What has come into the queue of the case: as many events as were recorded, in the order of their coming. */
async function queuedEvents({ setup = [], expected }: Execution, endpoint: Endpoint): Promise<Json[]> {
  const QueueUrl = setup.find(({ service }) => service === 'sqs')!.params['QueueUrl']!;
  const events: Json[] = [];
  while (events.length < expected.eventBridgeEvents!.length) {
    const params = { QueueUrl, WaitTimeSeconds: 10, MaxNumberOfMessages: 10 };
    const { body } = await endpoint.send({ service: 'sqs', op: 'ReceiveMessage', params });
    const messages = (body['Messages'] ?? []) as { Body: string }[];
    if (messages.length === 0) break;
    events.push(...messages.map(({ Body }) => JSON.parse(Body) as Json));
  }
  return events;
}

/** The recording of status events has numbers for names, in ARNs alone. */
function toldArns({ expected }: Execution, executionArn: string): Transformer[] {
  if (!JSON.stringify(expected.eventBridgeEvents ?? '').includes('<resource:2>')) return [];
  const [machine = '', name = ''] = executionArn.split(':').slice(-2);
  return [
    { kind: 'text', text: `execution:${machine}:${name}`, replacement: 'execution:<resource:2>:<resource:1>' },
    { kind: 'text', text: `stateMachine:${machine}`, replacement: 'stateMachine:<resource:2>' },
  ];
}

/** Times and dates of events are words in the recordings. */
function withTimes(events: Json | undefined): Json {
  const dated = (event: JsonObject): JsonObject => {
    const { detail } = event;
    const dates: JsonObject =
      isObject(detail!) && 'startDate' in detail ? { startDate: 'start-date', stopDate: 'stop-date' } : {};
    return { ...event, time: 'date', ...(isObject(detail!) ? { detail: { ...detail, ...dates } } : {}) } as JsonObject;
  };
  return Array.isArray(events) ? events.map((event) => (isObject(event) ? dated(event) : event)) : [];
}

async function created(one: Execution, endpoint: Endpoint): Promise<string> {
  const name = (one.stateMachineArn ?? 'machine').split(':').at(-1)!;
  const role = one.placeholders?.['snf_role_arn'] ?? one.placeholders?.['sfn_role_arn'];
  const { body } = await answered(endpoint, 'CreateStateMachine', {
    name,
    definition: textOf(one.definition),
    roleArn: role ?? `arn:aws:iam::${endpoint.place.account}:role/recorded`,
    type: one.type ?? 'STANDARD',
    ...(one.loggingConfiguration ? { loggingConfiguration: one.loggingConfiguration } : {}),
  });
  return String(body.stateMachineArn);
}

/** Its input as it was given, blanks and all: as the first event has it, unless that has become an object. */
function inputOf({ input = {}, expected }: Execution): string {
  const details = expected.historyEvents?.[0]?.['executionStartedEventDetails'];
  const recorded = isObject(details) ? details['input'] : undefined;
  const same = typeof recorded === 'string' && differences(input, parsed(recorded)).length === 0;
  return same ? recorded : textOf(input);
}

const textOf = (value: Json) => (typeof value === 'string' ? value : JSON.stringify(value));

/** @throws when the call is refused: the case cannot go on */
async function answered(endpoint: Endpoint, op: string, params: JsonObject): Promise<Answer> {
  const answer = await endpoint.send({ service: 'stepfunctions', op, params });
  if (answer.error) throw new Error(`${op}: ${answer.error.code}: ${answer.error.message}`);
  return answer;
}

async function playStandard(one: Execution, executionArn: string, endpoint: Endpoint): Promise<ExecutionFinding[]> {
  const { expected } = one;
  const awaited = expected.status === null ? expected.historyEvents!.length : undefined;
  const { status, output, error, cause } = await ended(executionArn, endpoint, awaited);
  const events = await history(executionArn, endpoint);
  const logged = expectedLog(one);
  const log = logged && (await loggedEvents(one, executionArn, endpoint, logged.length));
  const told = one.expected.eventBridgeEvents && (await queuedEvents(one, endpoint));
  const given = {
    told: told ?? null,
    events,
    output: output ?? null,
    error: error ?? null,
    cause: cause ?? null,
    log: log ?? null,
  };
  const transformers = [
    ...mapRunNames(one, events),
    ...toldArns(one, executionArn),
    ...transformersOf(one, executionArn),
  ];
  const actual = normalise(given, transformers, endpoint.place) as JsonObject;
  const last = lastDetails(actual['events']);
  const compared = (key: string, wanted: Json | undefined, got: Json | undefined) =>
    named(key, ...asPlayed(one, wanted, got));
  return [
    ...(expected.status === null ? [] : named('status', expected.status, status)),
    // The recordings have of an output only what the last event said, and transformers may mean that alone.
    ...('output' in expected ? compared('output', expected.output, parsed(last['output'])) : []),
    ...('output' in expected ? named('output', lastDetails(events)['output'], output) : []),
    ...('error' in expected ? named('error', expected.error, actual['error']) : []),
    ...('cause' in expected ? compared('cause', expected.cause, actual['cause']) : []),
    ...(expected.historyEvents ? named('types', typesOf(expected.historyEvents), typesOf(actual['events'])) : []),
    ...(expected.historyEvents ? compared('history', expected.historyEvents, actual['events']) : []),
    ...(logged ? named('log', logged, actual['log']) : []),
    ...(told ? named('told', one.expected.eventBridgeEvents, withTimes(actual['told'])) : []),
  ];
}

/** What should be in its log; nothing where the recording has nothing. */
function expectedLog({ loggingConfiguration, expected }: Execution): JsonObject[] | undefined {
  return loggingConfiguration && (expected.loggedExecutionEvents ?? []);
}

async function playExpress(one: Execution, arn: string, endpoint: Endpoint): Promise<ExecutionFinding[]> {
  const logged = await loggedEvents(one, arn, endpoint, 'end');
  const actual = normalise({ log: logged.at(-1) ?? null }, transformersOf(one, arn), endpoint.place) as JsonObject;
  return named('log', one.expected.endEvent, actual['log']);
}

async function playSync(
  one: Execution,
  stateMachineArn: string,
  input: string,
  endpoint: Endpoint,
): Promise<ExecutionFinding[]> {
  const { body } = await answered(endpoint, 'StartSyncExecution', { stateMachineArn, input });
  const actual = normalise({ body }, transformersOf(one, String(body.executionArn)), endpoint.place) as JsonObject;
  // What a function takes is not what it took then.
  const told = (value: Json | undefined) => (one.needs?.includes('lambda') ? withoutBilling(value) : value);
  return [
    ...named('status', one.expected.status, body.status),
    ...named('response', told(one.expected.syncResponse), told(actual['body'])),
  ];
}

function withoutBilling(value: Json | undefined): Json | undefined {
  if (!isObject(value)) return value;
  const { billingDetails: _, ...rest } = value;
  return rest;
}

/** What the worker sends stands for the message that it received first: its token, or all of it. */
async function playWorker({ callsWhileRunning: calls = [] }: Execution, endpoint: Endpoint): Promise<void> {
  let message: string | undefined;
  for (const call of calls) {
    // What else was called meanwhile looked at what the execution had done, or cleared it away.
    if (call.service !== 'sqs' && !call.op.startsWith('SendTask')) continue;
    const token = String(JSON.parse(message ?? '{}').TaskToken);
    const output = 'output' in call.params ? { output: message } : {};
    const params = { ...JSON.parse(JSON.stringify(call.params).replace(/fake-task-token-\d+/g, token)), ...output };
    if (call.op !== 'ReceiveMessage') {
      await answered(endpoint, call.op, params);
      // What follows is for other executions of the recording, which are cases of their own.
      if (/^SendTask(Success|Failure)$/.test(call.op)) return;
    } else if (message === undefined) {
      const { body } = await endpoint.send({ ...call, params: { ...params, WaitTimeSeconds: 20 } });
      message = (body as { Messages: { Body: string }[] }).Messages[0]!.Body;
    }
  }
}

/** Its description when it has ended, or when it has as many events as are awaited. */
async function ended(executionArn: string, endpoint: Endpoint, awaited: number | undefined): Promise<JsonObject> {
  const start = Date.now();
  for (let pause = FIRST_LOOK; ; pause = Math.min(pause * 1.5, SLOWEST_LOOK)) {
    const { body } = await answered(endpoint, 'DescribeExecution', { executionArn });
    if (body.status !== 'RUNNING') return body;
    if (awaited !== undefined && (await history(executionArn, endpoint)).length >= awaited) return body;
    if (Date.now() - start > LONGEST) throw new Error(`${executionArn} still runs after ${LONGEST} ms`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

async function history(executionArn: string, endpoint: Endpoint): Promise<Json[]> {
  const events: Json[] = [];
  for (let nextToken: Json | undefined; ; ) {
    const asked = { executionArn, maxResults: 1000, ...(nextToken === undefined ? {} : { nextToken }) };
    const { body } = await answered(endpoint, 'GetExecutionHistory', asked);
    events.push(...(body.events as Json[]));
    if (body.nextToken === undefined) return events;
    nextToken = body.nextToken;
  }
}

/** The server names map runs, and maps without a label: they are numbered as they began. */
function mapRunNames({ expected }: Execution, events: readonly Json[]): Transformer[] {
  const text = JSON.stringify(expected);
  const arns = events.flatMap((event) => {
    const started = isObject(event) ? event['mapRunStartedEventDetails'] : undefined;
    return isObject(started) ? [String(started['mapRunArn'])] : [];
  });
  return arns.flatMap((arn, index) =>
    [/\/([^:]+):/, /:([^:]+)$/].flatMap((part, at): Transformer[] => {
      const replacement = `<MapRunArnPart${at}_${index}idx>`;
      return text.includes(replacement) ? [{ kind: 'text', text: part.exec(arn)![1]!, replacement }] : [];
    }),
  );
}

const UNTOLD = {
  ...{ 'x-amzn-RequestId': 'x-amzn-RequestId', RequestId: 'RequestId', Date: 'date' },
  'X-Amzn-Trace-Id': 'X-Amzn-Trace-Id',
};

/**
 * The name and the id of an Express execution are the server's: the transformers look for those of here. The transformers of an
 * answer's metadata are not told of the recordings; what they led to is.
 */
function transformersOf({ transformers: told = [], expected }: Execution, arn: string): Transformer[] {
  const text = JSON.stringify(expected);
  const untold = Object.entries(UNTOLD).filter(([key, replacement]) => text.includes(`"${key}":"${replacement}"`));
  const transformers = [
    ...told,
    ...untold.map(([key, replacement]): Transformer => ({ kind: 'key', key, replacement })),
  ];
  const [name = '', id = ''] = arn.split(':').slice(-2);
  const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  return transformers.map((one) => {
    if (one.kind !== 'regex') return one;
    if (/<(Sync|Express)ExecArn_Part1/.test(one.replacement)) return { ...one, regex: escaped(name) };
    if (/<(Sync|Express)ExecArn_Part2/.test(one.replacement)) return { ...one, regex: escaped(id) };
    return one;
  });
}

const named = (key: string, expected: Json | undefined, actual: Json | undefined): ExecutionFinding[] =>
  differences(expected, actual).map((difference) => ({ key, ...difference }));

/** The details of a history's last event, which are of its execution's end. */
function lastDetails(events: Json | undefined): JsonObject {
  const last = Array.isArray(events) ? events.at(-1) : undefined;
  return (isObject(last) ? Object.values(last).find(isObject) : undefined) ?? {};
}

const typesOf = (events: Json | undefined): Json =>
  Array.isArray(events) ? events.map((event) => (isObject(event) ? (event.type ?? null) : null)) : [];

/** The recordings hold outputs as JSON, whatever they are. */
function parsed(value: Json | undefined): Json | undefined {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}
