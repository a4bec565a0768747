/** Putting, getting and filtering events. */
import { decodeToken, encodeToken, type Query } from '../../protocol/pages.ts';
import { type InputOf, type Operations, type OutputOf, type StreamCall, streams } from '../../protocol/service.ts';
import { breather, type Parts, type Sdk } from './context.ts';
import { logErrors } from './errors.ts';
import { beforeAll, eventId, type Key, keyOfId } from './event.ts';
import { beginningWith, groupNameOf, onGroup, onStream, requireGroup, requireStream } from './names.ts';
import { compilePattern } from './pattern/index.ts';
import { admitted, append, encoded } from './put.ts';
import { type Direction, groupCursor, merged, readPage, streamCursor } from './read.ts';
import type { GroupRow, StreamRow } from './store.ts';

type Names = 'PutLogEvents' | 'GetLogEvents' | 'FilterLogEvents' | 'TestMetricFilter';
type Input<N extends Names> = InputOf<Sdk, N>;
type Output<N extends Names> = OutputOf<Sdk, N>;

/** On one page; events and bytes are AWS's. */
const PAGE = { events: 10_000, bytes: 1_048_576 };
/** So many events of one request are work for two stretches. */
const MANY = 1000;
/** Bytes of events that one page of FilterLogEvents looks at. */
const SCANNED = 16 * 1024 * 1024;
/** Of this many streams each has a cursor of its own; beyond it the whole group is gone through. */
const MOST_CURSORS = 100;
/** After every event; ids have room for no later time. */
const END_OF_TIME = 999_999_999_999_999;

export function eventOperations(parts: Parts): Operations<Sdk, Names> {
  const data = { audit: 'data', readOnly: true } as const;
  return {
    PutLogEvents: streams(onStream('PutLogEvents'), (input, call) => putEvents(parts, input, call), {
      audit: 'data',
      readOnly: false,
    }),
    GetLogEvents: streams(onStream('GetLogEvents'), (input, call) => getEvents(parts, input, call), data),
    FilterLogEvents: streams(onGroup('FilterLogEvents'), (input, call) => filterEvents(parts, input, call), data),
    TestMetricFilter: streams(
      () => [{ action: 'logs:TestMetricFilter', resource: '*' }],
      (input) => testFilter(parts, input),
      data,
    ),
  };
}

async function putEvents(
  parts: Parts,
  input: Input<'PutLogEvents'>,
  call: StreamCall,
): Promise<Output<'PutLogEvents'>> {
  const find = () => {
    const group = requireGroup(parts, call, input.logGroupName!);
    return { group, stream: requireStream(parts, group, input.logStreamName!) };
  };
  const breathe = breather(parts.world);
  // Many events were decoded and validated in this stretch.
  if (input.logEvents!.length > MANY) await new Promise<void>((resolve) => parts.world.clock.soon(resolve));
  const { events, rejected } = admitted(input.logEvents!, call.now, find().group.retention_days);
  const chunks = await encoded(events, breathe);
  return call.commit(() => {
    // Anew: it may have been deleted while the events were encoded.
    const { stream } = find();
    append(parts, stream, chunks);
    return {
      nextSequenceToken: eventId({ at: call.now, stream: stream.id, seq: stream.next_seq + events.length }),
      ...(rejected ? { rejectedLogEventsInfo: rejected } : {}),
    };
  });
}

/** What the page shows is durable by then: it may come from a transaction that was not, when it was read. */
const settled = (call: StreamCall) => call.commit(() => {});

async function getEvents(
  parts: Parts,
  input: Input<'GetLogEvents'>,
  call: StreamCall,
): Promise<Output<'GetLogEvents'>> {
  const { db } = parts;
  const group = requireGroup(parts, call, groupNameOf(input, call));
  const stream = requireStream(parts, group, input.logStreamName!);
  const { nextToken, limit = PAGE.events } = input;
  const { startTime, endTime } = timesOf(input);
  const token = nextToken === undefined ? undefined : readToken(nextToken, stream);
  const direction: Direction = token?.direction ?? (input.startFromHead ? 'forward' : 'backward');
  const [begin, end] = [beforeAll(startTime), beforeAll(endTime)];
  const [after, until] = direction === 'forward' ? [later(begin, token?.key), end] : [sooner(end, token?.key), begin];
  const { events } = await readPage(db, {
    ...{ direction, after, until, wants: () => true, includes: () => true, breathe: breather(parts.world) },
    cursor: streamCursor(db, stream.id, direction, after),
    limits: { ...PAGE, events: limit, scanned: Number.POSITIVE_INFINITY },
  });
  if (direction === 'backward') events.reverse();
  await settled(call);
  // Where nothing more was found, the token that was given is answered: so clients see the end.
  const nowhere = token?.key ?? (direction === 'forward' ? begin : sooner(end, newest(stream)));
  return {
    events: events.map(({ at, message, ingested }) => ({ timestamp: at, message, ingestionTime: ingested })),
    nextForwardToken: `f/${eventId(ownKey(events.at(-1)?.key ?? nowhere, stream))}/s`,
    nextBackwardToken: `b/${eventId(ownKey(events[0]?.key ?? nowhere, stream))}/s`,
  };
}

type Times = { startTime?: number | undefined; endTime?: number | undefined };

/** @throws InvalidParameterException when the end comes first */
function timesOf({ startTime = 0, endTime = END_OF_TIME }: Times): { startTime: number; endTime: number } {
  if (endTime < startTime) throw logErrors.backwards();
  return { startTime: Math.min(startTime, END_OF_TIME), endTime: Math.min(endTime, END_OF_TIME) };
}

const later = (a: Key, b: Key | undefined) => (b && b.at >= a.at ? b : a);
const sooner = (a: Key, b: Key | undefined) => (b && b.at < a.at ? b : a);
const newest = (stream: StreamRow): Key => ({
  at: stream.last_event ?? 0,
  stream: stream.id,
  seq: stream.next_seq - 1,
});
/** A key among a stream's own events, whose token belongs to that stream. */
const ownKey = (key: Key, stream: StreamRow): Key =>
  key.stream === stream.id ? key : { at: key.at, stream: stream.id, seq: 0 };

/** @throws InvalidParameterException when it is not one of this stream's */
function readToken(token: string, stream: StreamRow): { direction: Direction; key: Key } {
  const [, way, id = ''] = /^([fb])\/(\d{56})\/s$/.exec(token) ?? [];
  const key = keyOfId(id);
  if (!key || key.stream !== stream.id) throw logErrors.badToken();
  return { direction: way === 'f' ? 'forward' : 'backward', key };
}

async function filterEvents(
  parts: Parts,
  input: Input<'FilterLogEvents'>,
  call: StreamCall,
): Promise<Output<'FilterLogEvents'>> {
  const { db } = parts;
  const group = requireGroup(parts, call, groupNameOf(input, call));
  const { filterPattern = '', limit = PAGE.events } = input;
  const { startTime, endTime } = timesOf(input);
  const pattern = compilePattern(filterPattern);
  const query = queryOf(input, group);
  const after = input.nextToken === undefined ? beforeAll(startTime) : resumed(query, input.nextToken);
  const chosen = chosenStreams(parts, input, group);
  const names = new Map<number, string | undefined>(chosen?.map(({ id, name }) => [id, name]));
  const nameOf = (id: number) => {
    if (!names.has(id)) names.set(id, db.streamOfId({ id })?.name);
    return names.get(id);
  };
  const { events, resume } = await readPage(db, {
    ...{ direction: 'forward', after, until: beforeAll(endTime), breathe: breather(parts.world) },
    wants: pattern.matches,
    cursor: chosen
      ? merged(chosen.map(({ id }) => streamCursor(db, id, 'forward', after)))
      : groupCursor(db, group.id, after),
    // A deleted stream has no name.
    includes: (id) => nameOf(id)?.startsWith(input.logStreamNamePrefix ?? '') ?? false,
    limits: { ...PAGE, events: limit, scanned: SCANNED },
  });
  await settled(call);
  return {
    events: events.map(({ at, message, ingested, key }) => ({
      ...{ logStreamName: nameOf(key.stream), timestamp: at, message, ingestionTime: ingested, eventId: eventId(key) },
    })),
    // AWS has answered an empty list since 2020.
    searchedLogStreams: [],
    ...(resume ? { nextToken: encodeToken(query, [resume.at, resume.stream, resume.seq]) } : {}),
  };
}

function queryOf(input: Input<'FilterLogEvents'>, group: GroupRow): Query {
  const { startTime, endTime, filterPattern, logStreamNames, logStreamNamePrefix } = input;
  return {
    ...{ operation: 'FilterLogEvents', group: group.id, startTime, endTime, filterPattern },
    ...{ logStreamNames, logStreamNamePrefix },
  };
}

function resumed(query: Query, token: string): Key {
  const [at, stream, seq] = (decodeToken(query, token) ?? []) as number[];
  if (at === undefined || stream === undefined || seq === undefined) throw logErrors.badToken();
  return { at, stream, seq };
}

/**
 * The streams that are asked for, when these are not too many to be read side by side.
 *
 * @throws ResourceNotFoundException when one that is named does not exist
 */
function chosenStreams(parts: Parts, input: Input<'FilterLogEvents'>, group: GroupRow): StreamRow[] | undefined {
  const { logStreamNames: names, logStreamNamePrefix: prefix } = input;
  if (names && prefix !== undefined) throw logErrors.namesAndPrefix();
  if (names) return [...new Set(names)].map((name) => requireStream(parts, group, name));
  const range = beginningWith(prefix);
  const found = parts.db.streamsByName.ASC({ group: group.id, after: '', limit: MOST_CURSORS + 1, ...range });
  return found.length > MOST_CURSORS ? undefined : found;
}

async function testFilter(
  { world }: Parts,
  { filterPattern, logEventMessages }: Input<'TestMetricFilter'>,
): Promise<Output<'TestMetricFilter'>> {
  const pattern = compilePattern(filterPattern!);
  const breathe = breather(world);
  const matches = [];
  for (const [index, eventMessage] of logEventMessages!.entries()) {
    await breathe();
    if (!pattern.matches(eventMessage)) continue;
    matches.push({ eventNumber: index + 1, eventMessage, extractedValues: pattern.extract(eventMessage) });
  }
  return { matches };
}
