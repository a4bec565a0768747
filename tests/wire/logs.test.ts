/** CloudWatch Logs through the official SDK: groups, streams, events, pages, tags, and what is refused. */
import * as sdk from '@aws-sdk/client-cloudwatch-logs';
import {
  CloudWatchLogs,
  type FilteredLogEvent,
  type FilterLogEventsCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let logs: CloudWatchLogs;
let counter = 0;
const ACCOUNT = '000000000000';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

beforeAll(async () => {
  server = await startTestServer();
  logs = new CloudWatchLogs(server.client);
});
afterAll(() => server.close());

/** A new group with a stream `s`. */
async function group(): Promise<string> {
  const logGroupName = `/tests/${++counter}`;
  await logs.createLogGroup({ logGroupName });
  await logs.createLogStream({ logGroupName, logStreamName: 's' });
  return logGroupName;
}
const at = (timestamp: number, message: string) => ({ timestamp, message });
const put = (logGroupName: string, logEvents: ReturnType<typeof at>[], logStreamName = 's') =>
  logs.putLogEvents({ logGroupName, logStreamName, logEvents });
const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);
const messages = (events: readonly { message?: string | undefined }[] | undefined) =>
  (events ?? []).map(({ message }) => message);
const arnOf = (name: string) => `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${name}`;

/** Every page of a filter. */
async function filtered(request: FilterLogEventsCommandInput): Promise<FilteredLogEvent[]> {
  const found: FilteredLogEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await logs.filterLogEvents({ ...request, nextToken });
    found.push(...(page.events ?? []));
    nextToken = page.nextToken;
  } while (nextToken);
  return found;
}

describe('groups', () => {
  it('are made, described and deleted, under AWS ARNs', async () => {
    const name = await group();
    const { logGroups } = await logs.describeLogGroups({ logGroupNamePrefix: name });
    expect(logGroups).toEqual([
      {
        ...{ logGroupName: name, arn: `${arnOf(name)}:*`, logGroupArn: arnOf(name), logGroupClass: 'STANDARD' },
        ...{ creationTime: expect.any(Number), metricFilterCount: 0, storedBytes: 0 },
      },
    ]);
    await expect(logs.createLogGroup({ logGroupName: name })).rejects.toMatchObject({
      ...{ name: 'ResourceAlreadyExistsException', message: 'The specified log group already exists' },
    });
    await put(name, [at(Date.now(), 'gone')]);
    await logs.deleteLogGroup({ logGroupName: name });
    await expect(logs.deleteLogGroup({ logGroupName: name })).rejects.toMatchObject({
      ...{ name: 'ResourceNotFoundException', message: 'The specified log group does not exist.' },
    });
    // One of the same name is another one.
    await logs.createLogGroup({ logGroupName: name });
    expect(await filtered({ logGroupName: name })).toEqual([]);
    expect((await logs.describeLogStreams({ logGroupName: name })).logStreams).toEqual([]);
  });

  it('are found by prefix, part of the name and class, page by page', async () => {
    for (const name of ['a/1', 'a/2', 'a/3', 'b/1']) {
      const logGroupClass = name === 'a/3' ? 'INFREQUENT_ACCESS' : 'STANDARD';
      await logs.createLogGroup({ logGroupName: `/pages/${name}`, logGroupClass });
    }
    const names = async (request: object) =>
      (await logs.describeLogGroups(request)).logGroups?.map(({ logGroupName = '' }) => logGroupName.slice(7));
    expect(await names({ logGroupNamePrefix: '/pages/a' })).toEqual(['a/1', 'a/2', 'a/3']);
    expect(await names({ logGroupNamePattern: 'ages/b' })).toEqual(['b/1']);
    expect(await names({ logGroupNamePrefix: '/pages', logGroupClass: 'INFREQUENT_ACCESS' })).toEqual(['a/3']);
    const first = await logs.describeLogGroups({ logGroupNamePrefix: '/pages/a', limit: 2 });
    expect(await names({ logGroupNamePrefix: '/pages/a', limit: 2, nextToken: first.nextToken })).toEqual(['a/3']);
    await expect(
      logs.describeLogGroups({ logGroupNamePrefix: '/pages', nextToken: first.nextToken }),
    ).rejects.toMatchObject({ name: 'InvalidParameterException', message: 'The specified nextToken is invalid.' });
    await expect(logs.describeLogGroups({ logGroupNamePrefix: 'a', logGroupNamePattern: 'a' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  it('have tags, by name and by ARN', async () => {
    const logGroupName = await group();
    const resourceArn = arnOf(logGroupName);
    await logs.tagLogGroup({ logGroupName, tags: { team: 'data', stage: 'test' } });
    await logs.tagResource({ resourceArn, tags: { stage: 'live' } });
    expect((await logs.listTagsForResource({ resourceArn })).tags).toEqual({ team: 'data', stage: 'live' });
    await logs.untagResource({ resourceArn, tagKeys: ['team'] });
    expect((await logs.listTagsLogGroup({ logGroupName })).tags).toEqual({ stage: 'live' });
    await logs.untagLogGroup({ logGroupName, tags: ['stage'] });
    expect((await logs.listTagsForResource({ resourceArn })).tags).toEqual({});
    await expect(logs.tagResource({ resourceArn: `${resourceArn}x`, tags: { a: 'b' } })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`k${n}`, '']));
    await logs.tagResource({ resourceArn, tags: many });
    await expect(logs.tagResource({ resourceArn, tags: { more: '' } })).rejects.toMatchObject({
      name: 'TooManyTagsException',
    });
  });

  it('have a retention of one of the numbers of days that AWS knows', async () => {
    const logGroupName = await group();
    const shown = async () =>
      (await logs.describeLogGroups({ logGroupNamePrefix: logGroupName })).logGroups?.[0]?.retentionInDays;
    await logs.putRetentionPolicy({ logGroupName, retentionInDays: 7 });
    expect(await shown()).toBe(7);
    await expect(logs.putRetentionPolicy({ logGroupName, retentionInDays: 8 })).rejects.toThrow(
      "Value '8' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [1, 3, 5,",
    );
    await logs.deleteRetentionPolicy({ logGroupName });
    expect(await shown()).toBeUndefined();
  });

  it('refuse in AWS words and codes what violates the model', async () => {
    await expect(logs.createLogGroup({ logGroupName: 'a b' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining("Value 'a b' at 'logGroupName' failed to satisfy constraint"),
    });
  });
});

describe('streams', () => {
  it('are ordered by name or by their last event, and paged', async () => {
    const logGroupName = await group();
    const now = Date.now();
    for (const [name, age] of Object.entries({ 'job-a/1': 10, 'job-a/2': 30, 'job-b/1': 20 })) {
      await logs.createLogStream({ logGroupName, logStreamName: name });
      await put(logGroupName, [at(now - age, 'x')], name);
    }
    const names = async (request: object) => {
      const found: string[] = [];
      let nextToken: string | undefined;
      do {
        const page = await logs.describeLogStreams({ logGroupName, limit: 2, nextToken, ...request });
        found.push(...(page.logStreams ?? []).map(({ logStreamName = '' }) => logStreamName));
        nextToken = page.nextToken;
      } while (nextToken);
      return found;
    };
    expect(await names({})).toEqual(['job-a/1', 'job-a/2', 'job-b/1', 's']);
    expect(await names({ descending: true })).toEqual(['s', 'job-b/1', 'job-a/2', 'job-a/1']);
    expect(await names({ logStreamNamePrefix: 'job-a/' })).toEqual(['job-a/1', 'job-a/2']);
    expect(await names({ orderBy: 'LastEventTime' })).toEqual(['s', 'job-a/2', 'job-b/1', 'job-a/1']);
    expect(await names({ orderBy: 'LastEventTime', descending: true })).toEqual([
      ...['job-a/1', 'job-b/1', 'job-a/2', 's'],
    ]);
    await expect(names({ orderBy: 'LastEventTime', logStreamNamePrefix: 'job' })).rejects.toThrow(
      'Cannot order by LastEventTime with a logStreamNamePrefix.',
    );
    const { logStreams } = await logs.describeLogStreams({ logGroupName, logStreamNamePrefix: 'job-a/1' });
    expect(logStreams).toEqual([
      {
        ...{ logStreamName: 'job-a/1', arn: `${arnOf(logGroupName)}:log-stream:job-a/1`, storedBytes: 0 },
        ...{ creationTime: expect.any(Number), lastIngestionTime: expect.any(Number) },
        ...{ firstEventTimestamp: now - 10, lastEventTimestamp: now - 10, uploadSequenceToken: expect.any(String) },
      },
    ]);
  });

  it('are deleted with their events', async () => {
    const logGroupName = await group();
    await put(logGroupName, [at(Date.now(), 'gone')]);
    await logs.deleteLogStream({ logGroupName, logStreamName: 's' });
    expect(await filtered({ logGroupName })).toEqual([]);
    await expect(logs.getLogEvents({ logGroupName, logStreamName: 's' })).rejects.toMatchObject({
      ...{ name: 'ResourceNotFoundException', message: 'The specified log stream does not exist.' },
    });
    await logs.createLogStream({ logGroupName, logStreamName: 's' });
    await expect(logs.createLogStream({ logGroupName, logStreamName: 's' })).rejects.toMatchObject({
      ...{ name: 'ResourceAlreadyExistsException', message: 'The specified log stream already exists' },
    });
    expect((await logs.getLogEvents({ logGroupName, logStreamName: 's' })).events).toEqual([]);
  });
});

describe('putting events', () => {
  it('takes what is timely, and says what is too old, too new or expired', async () => {
    const logGroupName = await group();
    const now = Date.now();
    const answer = await put(logGroupName, [at(now - 15 * DAY, 'old'), at(now - 14.5 * DAY, 'old too')]);
    expect(answer.rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 2 });
    const ahead = await put(logGroupName, [at(now, 'now'), at(now + 3 * HOUR, 'new')]);
    expect(ahead.rejectedLogEventsInfo).toEqual({ tooNewLogEventStartIndex: 1 });
    await logs.putRetentionPolicy({ logGroupName, retentionInDays: 3 });
    const late = await put(logGroupName, [at(now - 3.1 * DAY, 'expired'), at(now - 2.9 * DAY, 'kept')]);
    expect(late.rejectedLogEventsInfo).toEqual({ expiredLogEventEndIndex: 1 });
    expect(messages(await filtered({ logGroupName }))).toEqual(['kept', 'now']);
  });

  it('refuses batches that are out of order, too wide or too large, whatever the sequence token', async () => {
    const logGroupName = await group();
    const now = Date.now();
    const refusals: [ReturnType<typeof at>[], RegExp][] = [
      [[at(now, 'b'), at(now - 1, 'a')], /must be in chronological order/],
      [[at(now - DAY - 1, 'a'), at(now, 'b')], /cannot span more than 24 hours/],
      [[at(now, 'x'.repeat(1_048_551))], /^Log event too large: 1048577 bytes exceeds limit of 1048576$/],
      [[at(now, 'x'.repeat(600_000)), at(now, 'x'.repeat(600_000))], /^Upload too large: 1200052 bytes exceeds limit/],
      [Array.from({ length: 10_001 }, () => at(now, 'x')), /Member must have length less than or equal to 10000/],
      [[at(now, '')], /Member must have length greater than or equal to 1/],
    ];
    for (const [events, message] of refusals) {
      await expect(put(logGroupName, events)).rejects.toMatchObject({
        ...{ name: 'InvalidParameterException', message: expect.stringMatching(message) },
      });
    }
    const request = { logGroupName, logStreamName: 's', sequenceToken: 'any' };
    await logs.putLogEvents({ ...request, logEvents: [at(now, 'x'.repeat(1_048_550))] });
    const { logGroups } = await logs.describeLogGroups({ logGroupNamePrefix: logGroupName });
    expect(logGroups?.[0]?.storedBytes).toBe(1_048_576);
  });
});

describe('getting events', () => {
  it('goes through a stream forwards and backwards; tokens stay equal at both ends', async () => {
    const logGroupName = await group();
    const now = Date.now();
    // A later batch may bring earlier events.
    await put(logGroupName, [at(now + 2, 'c'), at(now + 4, 'e')]);
    await put(logGroupName, [at(now, 'a'), at(now + 1, 'b'), at(now + 3, 'd')]);
    const get = (more: object) => logs.getLogEvents({ logGroupName, logStreamName: 's', limit: 2, ...more });
    const first = await get({ startFromHead: true });
    expect(messages(first.events)).toEqual(['a', 'b']);
    expect(first.nextForwardToken).toMatch(/^f\/\d{56}\/s$/);
    const second = await get({ nextToken: first.nextForwardToken, startFromHead: true });
    const third = await get({ nextToken: second.nextForwardToken, startFromHead: true });
    expect([messages(second.events), messages(third.events)]).toEqual([['c', 'd'], ['e']]);
    const end = await get({ nextToken: third.nextForwardToken, startFromHead: true });
    expect(end).toMatchObject({ events: [], nextForwardToken: third.nextForwardToken });
    await put(logGroupName, [at(now + 9, 'later')]);
    expect(messages((await get({ nextToken: end.nextForwardToken })).events)).toEqual(['later']);

    const last = await get({});
    expect(messages(last.events)).toEqual(['e', 'later']);
    const before = await get({ nextToken: last.nextBackwardToken });
    const beginning = await get({ nextToken: before.nextBackwardToken });
    expect([messages(before.events), messages(beginning.events)]).toEqual([
      ['c', 'd'],
      ['a', 'b'],
    ]);
    const start = await get({ nextToken: beginning.nextBackwardToken });
    expect(start).toMatchObject({ events: [], nextBackwardToken: beginning.nextBackwardToken });
  });

  it('keeps to the times: the start counts, the end does not', async () => {
    const logGroupName = await group();
    const now = Date.now();
    await put(
      logGroupName,
      [0, 1, 2, 3].map((n) => at(now + n, String(n))),
    );
    for (const startFromHead of [true, false]) {
      const request = { logGroupName, logStreamName: 's', startFromHead };
      const { events } = await logs.getLogEvents({ ...request, startTime: now + 1, endTime: now + 3 });
      expect(events).toEqual([
        { timestamp: now + 1, message: '1', ingestionTime: expect.any(Number) },
        { timestamp: now + 2, message: '2', ingestionTime: expect.any(Number) },
      ]);
    }
    await expect(logs.getLogEvents({ logGroupName, logStreamName: 's', nextToken: 'f/1/s' })).rejects.toMatchObject({
      ...{ name: 'InvalidParameterException', message: 'The specified nextToken is invalid.' },
    });
  });

  it('takes times beyond all events', async () => {
    const request = { logGroupName: await group(), logStreamName: 's', startFromHead: true };
    const far = { startTime: Number.MAX_SAFE_INTEGER, endTime: Number.MAX_SAFE_INTEGER };
    const { nextForwardToken } = await logs.getLogEvents({ ...request, ...far });
    expect(await logs.getLogEvents({ ...request, nextToken: nextForwardToken })).toMatchObject({ events: [] });
    await expect(logs.getLogEvents({ ...request, startTime: 2, endTime: 1 })).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  it('gives a page of 1 MB at most, and the group by its ARN', async () => {
    const logGroupName = await group();
    const now = Date.now();
    for (let n = 0; n < 5; n += 1) await put(logGroupName, [at(now + n, String(n).repeat(300_000))]);
    const request = { logGroupIdentifier: arnOf(logGroupName), logStreamName: 's', startFromHead: true };
    const first = await logs.getLogEvents(request);
    expect(first.events).toHaveLength(3);
    const rest = await logs.getLogEvents({ ...request, nextToken: first.nextForwardToken });
    expect(messages(rest.events).map((text) => text?.[0])).toEqual(['3', '4']);
  });

  it('follows a stream that is empty at first', async () => {
    const logGroupName = await group();
    const request = { logGroupName, logStreamName: 's' };
    for (const startFromHead of [true, false]) {
      const { nextForwardToken } = await logs.getLogEvents({ ...request, startFromHead });
      await put(logGroupName, [at(Date.now(), `came ${startFromHead}`)]);
      const { events } = await logs.getLogEvents({ ...request, nextToken: nextForwardToken });
      expect(messages(events)).toEqual([`came ${startFromHead}`]);
    }
  });
});

describe('filtering events', () => {
  it('interleaves the streams of a group, all of them or those that are named', async () => {
    const logGroupName = await group();
    const now = Date.now();
    for (const name of ['t1', 't2', 'u1']) {
      await logs.createLogStream({ logGroupName, logStreamName: name });
      await put(logGroupName, [at(now, `${name} first`), at(now + 5, `${name} last`)], name);
    }
    await put(logGroupName, [at(now + 3, 'between')]);
    const everything = await filtered({ logGroupName, limit: 2 });
    expect(messages(everything)).toEqual([
      ...['t1 first', 't2 first', 'u1 first', 'between', 't1 last', 't2 last', 'u1 last'],
    ]);
    expect(new Set(everything.map(({ eventId }) => eventId)).size).toBe(7);
    expect(everything[3]).toEqual({
      ...{ logStreamName: 's', timestamp: now + 3, message: 'between', ingestionTime: expect.any(Number) },
      eventId: expect.stringMatching(/^\d{56}$/),
    });
    expect(messages(await filtered({ logGroupName, logStreamNamePrefix: 't', filterPattern: 'last' }))).toEqual([
      ...['t1 last', 't2 last'],
    ]);
    expect(messages(await filtered({ logGroupName, logStreamNames: ['u1', 's'], startTime: now + 1 }))).toEqual([
      ...['between', 'u1 last'],
    ]);
    await expect(filtered({ logGroupName, logStreamNames: ['missing'] })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(filtered({ logGroupName, logStreamNames: ['s'], logStreamNamePrefix: 's' })).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  it('goes through more streams than it reads side by side', async () => {
    const logGroupName = await group();
    const now = Date.now();
    for (let n = 0; n < 120; n += 1) {
      const name = `${n % 2 ? 'odd' : 'even'}-${n}`;
      await logs.createLogStream({ logGroupName, logStreamName: name });
      await put(logGroupName, [at(now + n, `event ${n}`)], name);
    }
    const all = await filtered({ logGroupName, limit: 50 });
    expect(messages(all)).toEqual(Array.from({ length: 120 }, (_, n) => `event ${n}`));
    expect(await filtered({ logGroupName, logStreamNamePrefix: 'odd' })).toHaveLength(60);
  });

  it('refuses a pattern that is none, by name', async () => {
    const logGroupName = await group();
    await expect(filtered({ logGroupName, filterPattern: '{ $.a = }' })).rejects.toMatchObject({
      ...{
        name: 'InvalidParameterException',
        message: expect.stringMatching(/^Invalid filter pattern\. A value is miss/),
      },
    });
  });
});

it('TestMetricFilter tries a pattern on messages', async () => {
  const { matches } = await logs.testMetricFilter({
    filterPattern: '[ip, ..., status = 4*, bytes]',
    logEventMessages: ['1.2.3.4 - "GET /a b" 404 12', '1.2.3.4 - "GET /" 200 12'],
  });
  expect(matches).toEqual([
    {
      ...{ eventNumber: 1, eventMessage: '1.2.3.4 - "GET /a b" 404 12' },
      extractedValues: { $ip: '1.2.3.4', $2: '-', $3: 'GET /a b', $status: '404', $bytes: '12' },
    },
  ]);
});

it('has no subscription filters, and takes none', async () => {
  const logGroupName = await group();
  expect((await logs.describeSubscriptionFilters({ logGroupName })).subscriptionFilters).toEqual([]);
  const filter = { logGroupName, filterName: 'f', filterPattern: '', destinationArn: 'arn:aws:lambda:us-east-1:0:x' };
  await expect(logs.putSubscriptionFilter(filter)).rejects.toMatchObject({ name: 'NotImplemented' });
});

it('refuses every operation that it does not have by its name', async () => {
  const served = new Set(Object.keys(server.server.system.services.find(({ name }) => name === 'logs')!.operations));
  const known = Object.keys(sdk).filter((key) => key.endsWith('Command') && !key.startsWith('$'));
  const missing = known.map((key) => key.slice(0, -'Command'.length)).filter((name) => !served.has(name));
  expect(missing.length).toBeGreaterThan(80);
  // Event streams have a host of their own, which is not this machine.
  const client = new CloudWatchLogs({ ...server.client, disableHostPrefix: true });
  for (const name of missing) {
    const call = (client as unknown as Record<string, (input: object) => Promise<unknown>>)[lowerFirst(name)]!;
    await expect(call.call(client, {})).rejects.toMatchObject({
      ...{ name: 'NotImplemented', message: expect.stringContaining(`logs:${name}`) },
    });
  }
});
