/** Whom a change is told to, what it is told, and that it is told if and only if it happened. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ACCOUNT,
  memoryStore,
  perform,
  refusal,
  START,
  type TestClock,
  testCall,
  testWorld,
} from '../../../tests/support/operations.ts';
import type { SystemEvent } from '../../base/systemEvents.ts';
import { deliveryMigrations } from '../../engine/deliveryStore.ts';
import { awsError } from '../../protocol/errors.ts';
import type { Store } from '../../store/store.ts';
import { migrations } from './index.ts';
import { notificationMembers, notificationRules } from './notificationRules.ts';
import { body, objectsOver, type TestFolder, type TestObjects, testFolder } from './testing.ts';

const DAY = 86_400_000;
const Bucket = 'data';
const QUEUE = `arn:aws:sqs:us-east-1:${ACCOUNT}:q`;
const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:t`;
const FUNCTION = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:f`;

let folder: TestFolder;
let store: Store;
let s3: TestObjects;
let clock: TestClock;
let timers: { at: number; run: () => void }[];
let sent: { arn: string; payload: string }[];
let emitted: SystemEvent[];
/** The destinations that take nothing. */
let closed: Set<string>;

beforeEach(async () => {
  folder = testFolder();
  clock = { time: START };
  timers = [];
  sent = [];
  emitted = [];
  closed = new Set();
  const still = testWorld(clock);
  const world = {
    ...still,
    clock: {
      ...still.clock,
      at(at: number, run: () => void) {
        timers.push({ at, run });
        return () => {
          timers = timers.filter((one) => one.run !== run);
        };
      },
    },
  };
  store = memoryStore([migrations, deliveryMigrations], world);
  s3 = objectsOver(folder, store, world, ACCOUNT, {
    notify({ arn, payload }) {
      if (closed.has(arn)) throw awsError('AccessDenied', 'not allowed', 403);
      sent.push({ arn, payload });
    },
    mayInvoke: (arn) => !closed.has(arn),
    emit: (event) => void emitted.push(event),
  });
  await s3.service.start?.();
  await perform(store, s3.operations.CreateBucket, { Bucket });
});
afterEach(async () => {
  await s3.service.stop?.();
  await store.close();
  folder.remove();
});

/** Lets time pass, and everything that is due happen. */
async function pass(milliseconds: number): Promise<void> {
  clock.time += milliseconds;
  for (const timer of timers.filter(({ at }) => at <= clock.time)) {
    timers = timers.filter((one) => one !== timer);
    timer.run();
  }
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

const call = () => testCall({ now: clock.time, remoteAddress: '127.0.0.1' });
const put = (Key: string, more: object = {}) =>
  perform(store, s3.operations.PutObject, { Bucket, Key, Body: body('text') as never, ...more }, call());
const remove = (Key: string, more: object = {}) =>
  perform(store, s3.operations.DeleteObject, { Bucket, Key, ...more }, call());
const configure = (NotificationConfiguration: object) =>
  perform(store, s3.operations.PutBucketNotificationConfiguration, { Bucket, NotificationConfiguration }, call());
const toQueue = (Events: string[], more: object = {}) =>
  configure({ QueueConfigurations: [{ Id: 'rule', QueueArn: QUEUE, Events, ...more }] });
const records = async () => {
  await pass(0);
  return sent.flatMap(({ payload }) => JSON.parse(payload).Records ?? []);
};
const names = async () => (await records()).map(({ eventName, s3 }) => `${eventName} ${s3.object.key}`);

describe('a destination', () => {
  it('is sent a test message when it is set, and a record of each change after', async () => {
    await toQueue(['s3:ObjectCreated:*']);
    expect(JSON.parse(sent[0]!.payload)).toMatchObject({ Event: 's3:TestEvent', Service: 'Amazon S3', Bucket });
    await put('a folder/ä b.txt');
    expect((await records())[0]).toMatchObject({
      ...{ eventVersion: '2.1', eventSource: 'aws:s3', awsRegion: 'us-east-1', eventName: 'ObjectCreated:Put' },
      ...{ eventTime: new Date(START).toISOString(), userIdentity: { principalId: 'AWS:AIDATESTADMINISTRATOR' } },
      requestParameters: { sourceIPAddress: '127.0.0.1' },
      s3: {
        ...{ s3SchemaVersion: '1.0', configurationId: 'rule' },
        bucket: { name: Bucket, arn: 'arn:aws:s3:::data', ownerIdentity: { principalId: ACCOUNT } },
        object: { key: 'a+folder/%C3%A4+b.txt', size: 4, eTag: '1cb251ec0d568de6a929b520c4aed8d1' },
      },
    });
  });

  it.each([
    [['s3:ObjectCreated:*'], ['ObjectCreated:Put a', 'ObjectCreated:Copy b']],
    [['s3:ObjectCreated:Copy'], ['ObjectCreated:Copy b']],
    [['s3:ObjectRemoved:Delete'], ['ObjectRemoved:Delete a']],
    [['s3:ObjectTagging:*'], ['ObjectTagging:Put b', 'ObjectTagging:Delete b']],
  ])('is told of %j alone', async (events, expected) => {
    await toQueue(events);
    await put('a');
    await perform(store, s3.operations.CopyObject, { Bucket, Key: 'b', CopySource: 'data/a' }, call());
    await remove('a');
    await remove('none');
    const Tagging = { TagSet: [{ Key: 'k', Value: 'v' }] };
    await perform(store, s3.operations.PutObjectTagging, { Bucket, Key: 'b', Tagging }, call());
    await perform(store, s3.operations.DeleteObjectTagging, { Bucket, Key: 'b' }, call());
    expect(await names()).toEqual(expected);
  });

  it('is told of keys that begin and end as its filter says', async () => {
    const FilterRules = [
      { Name: 'prefix', Value: 'in/' },
      { Name: 'Suffix', Value: '.csv' },
    ];
    await toQueue(['s3:ObjectCreated:*'], { Filter: { Key: { FilterRules } } });
    for (const key of ['in/a.csv', 'in/a.txt', 'a.csv', 'in/.csv']) await put(key);
    expect(await names()).toEqual(['ObjectCreated:Put in/a.csv', 'ObjectCreated:Put in/.csv']);
  });

  it('is told of markers and versions in a versioned bucket, in an order that its sequencers have', async () => {
    await perform(store, s3.operations.PutBucketVersioning, {
      ...{ Bucket, VersioningConfiguration: { Status: 'Enabled' } },
    });
    await toQueue(['s3:ObjectCreated:*', 's3:ObjectRemoved:*']);
    const { VersionId } = await put('k');
    const { VersionId: marker } = await remove('k');
    await remove('k', { VersionId: marker });
    await put('k');
    await remove('k', { VersionId });
    const all = (await records()).map(({ eventName, s3 }) => [eventName, s3.object.versionId, s3.object.sequencer]);
    expect(all.map(([name]) => name)).toEqual([
      ...['ObjectCreated:Put', 'ObjectRemoved:DeleteMarkerCreated', 'ObjectRemoved:Delete'],
      ...['ObjectCreated:Put', 'ObjectRemoved:Delete'],
    ]);
    expect([all[0]![1], all[1]![1], all[2]![1], all[4]![1]]).toEqual([VersionId, marker, marker, VersionId]);
    const sequencers = all.map(([, , sequencer]) => sequencer);
    expect(sequencers).toEqual([...sequencers].sort());
  });

  it('that refuses is asked again for a day, and others do not wait for it', async () => {
    await configure({
      QueueConfigurations: [{ QueueArn: QUEUE, Events: ['s3:ObjectCreated:*'] }],
      TopicConfigurations: [{ TopicArn: TOPIC, Events: ['s3:ObjectRemoved:*'] }],
    });
    sent = [];
    closed.add(QUEUE);
    await put('k');
    await remove('k');
    expect(await names()).toEqual(['ObjectRemoved:Delete k']);
    await pass(3600_000);
    closed.delete(QUEUE);
    await pass(3600_000);
    expect(await names()).toEqual(['ObjectRemoved:Delete k', 'ObjectCreated:Put k']);
  });

  it('is told nothing of what was undone', async () => {
    await toQueue(['s3:ObjectCreated:*']);
    await refusal(put('k', { IfMatch: 'other' }));
    expect(await names()).toEqual([]);
  });
});

describe('EventBridge', () => {
  it('is told of all changes, once it is switched on', async () => {
    await put('before');
    await configure({ EventBridgeConfiguration: {} });
    await put('k');
    await remove('k');
    expect(emitted.map(({ source, detailType, resources }) => [source, detailType, resources])).toEqual([
      ['aws.s3', 'Object Created', ['arn:aws:s3:::data']],
      ['aws.s3', 'Object Deleted', ['arn:aws:s3:::data']],
    ]);
    expect(emitted[0]!.detail()).toEqual({
      ...{ version: '0', bucket: { name: Bucket }, 'request-id': 'request', requester: ACCOUNT, reason: 'PutObject' },
      object: { key: 'k', size: 4, etag: '1cb251ec0d568de6a929b520c4aed8d1', sequencer: expect.any(String) },
      'source-ip-address': '127.0.0.1',
    });
    expect(emitted[1]!.detail()).toMatchObject({ reason: 'DeleteObject', 'deletion-type': 'Permanently Deleted' });
  });

  it('is told of what life cycles do', async () => {
    await configure({ EventBridgeConfiguration: {} });
    await put('k');
    emitted = [];
    await perform(store, s3.operations.PutBucketLifecycleConfiguration, {
      Bucket,
      LifecycleConfiguration: {
        Rules: [
          {
            ...{ ID: 'r', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 5 } },
            Transitions: [{ Days: 1, StorageClass: 'GLACIER' }],
          },
        ],
      },
    });
    clock.time += 3 * DAY;
    await s3.runLifecycles();
    clock.time += 3 * DAY;
    await s3.runLifecycles();
    expect(emitted.map(({ detailType }) => detailType)).toEqual(['Object Storage Class Changed', 'Object Deleted']);
    expect(emitted[0]!.detail()).toMatchObject({
      'destination-storage-class': 'GLACIER',
      requester: 's3.amazonaws.com',
    });
    expect(emitted[1]!.detail()).toMatchObject({ reason: 'Lifecycle Expiration' });
  });
});

describe('a configuration', () => {
  const rule = (more: object) => ({ QueueArn: QUEUE, Events: ['s3:ObjectCreated:*'], ...more });

  it('is answered as it was written, and switched off by an empty one', async () => {
    const written = {
      TopicConfigurations: [{ Id: 'a', TopicArn: TOPIC, Events: ['s3:ObjectRemoved:*'] }],
      LambdaFunctionConfigurations: [
        {
          ...{ Id: 'b', LambdaFunctionArn: FUNCTION, Events: ['s3:ObjectCreated:Put'] },
          Filter: { Key: { FilterRules: [{ Name: 'Prefix', Value: 'in/' }] } },
        },
      ],
      EventBridgeConfiguration: {},
    };
    await configure(written);
    expect(await perform(store, s3.operations.GetBucketNotificationConfiguration, { Bucket })).toEqual(written);
    await configure({});
    expect(await perform(store, s3.operations.GetBucketNotificationConfiguration, { Bucket })).toEqual({});
  });

  it('whose destinations refuse is refused, unless it is not to be checked', async () => {
    closed = new Set([QUEUE, FUNCTION]);
    const NotificationConfiguration = {
      QueueConfigurations: [rule({})],
      LambdaFunctionConfigurations: [{ LambdaFunctionArn: FUNCTION, Events: ['s3:ObjectRemoved:*'] }],
    } as never;
    expect(await refusal(configure(NotificationConfiguration))).toMatch(
      `InvalidArgument: Unable to validate the following destination configurations: ${QUEUE}, ${FUNCTION}`,
    );
    const input = { Bucket, NotificationConfiguration, SkipDestinationValidation: true };
    await perform(store, s3.operations.PutBucketNotificationConfiguration, input, call());
  });

  it.each<[object, string | RegExp]>([
    [{ QueueConfigurations: [rule({ QueueArn: TOPIC })] }, 'The ARN is not well formed'],
    [{ QueueConfigurations: [rule({ QueueArn: QUEUE.replace('us-east-1', 'eu-west-1') })] }, /region is not valid/],
    [{ QueueConfigurations: [rule({ QueueArn: `${QUEUE}.fifo` })] }, /FIFO queues and topics are not supported/],
    [{ QueueConfigurations: [rule({ Events: [] })] }, /MalformedXML|not well-formed/],
    [
      { QueueConfigurations: [rule({ Id: 'a' }), rule({ Id: 'a', Events: ['s3:ObjectRemoved:*'] })] },
      /IDs must be unique/,
    ],
    [{ QueueConfigurations: [rule({}), rule({ Events: ['s3:ObjectCreated:Put'] })] }, /Configurations overlap/],
    [
      { QueueConfigurations: [rule({ Filter: { Key: { FilterRules: [{ Name: 'middle', Value: 'x' }] } } })] },
      'filter rule name must be either prefix or suffix',
    ],
  ])('%j is refused', (asked, message) => {
    let count = 0;
    expect(() => notificationRules(asked, 'us-east-1', () => `id-${count++}`)).toThrow(message);
  });

  it('may name one event for two prefixes that do not overlap', () => {
    const filter = (Value: string) => ({ Filter: { Key: { FilterRules: [{ Name: 'prefix', Value }] } } });
    const asked = { QueueConfigurations: [rule({ Id: 'a', ...filter('a/') }), rule({ Id: 'b', ...filter('b/') })] };
    const rules = notificationRules(asked as never, 'us-east-1', () => 'unused');
    expect(notificationMembers(rules).QueueConfigurations).toHaveLength(2);
  });
});

describe('an archived object', () => {
  const glacier = { StorageClass: 'GLACIER' };
  const get = (Key: string) => perform(store, s3.operations.GetObject, { Bucket, Key }, call());
  const head = (Key: string) => perform(store, s3.operations.HeadObject, { Bucket, Key }, call());
  const restore = (Key: string, RestoreRequest: object = { Days: 2 }) =>
    perform(store, s3.operations.RestoreObject, { Bucket, Key, RestoreRequest }, call());

  it('is neither read nor copied until it is restored, and no longer than that', async () => {
    await put('k', glacier);
    expect(await refusal(get('k'))).toMatch(/^InvalidObjectState: .*s3:\/\/data\/k is archived in GLACIER/);
    const copy = () => perform(store, s3.operations.CopyObject, { Bucket, Key: 'l', CopySource: 'data/k' }, call());
    expect(await refusal(copy())).toMatch(/^InvalidObjectState/);
    expect(() => s3.objects.openObject(Bucket, 'k')).toThrow('is archived in GLACIER. Restore it first');
    expect(await head('k')).toMatchObject({ StorageClass: 'GLACIER' });
    expect(await head('k')).not.toHaveProperty('Restore');
    await restore('k');
    // In the night after two days: the 5th begins.
    expect((await head('k')).Restore).toBe('ongoing-request="false", expiry-date="Mon, 05 Jan 2026 00:00:00 GMT"');
    await get('k');
    await copy();
    clock.time = Date.UTC(2026, 0, 5);
    expect(await refusal(get('k'))).toMatch(/^InvalidObjectState/);
    expect(await head('k')).not.toHaveProperty('Restore');
  });

  it('is what a life cycle makes of it, and moves on, never back', async () => {
    await put('k');
    const Rules = [
      {
        ...{ ID: 'r', Status: 'Enabled', Filter: { Prefix: '' } },
        Transitions: [
          { Days: 1, StorageClass: 'GLACIER' },
          { Days: 5, StorageClass: 'DEEP_ARCHIVE' },
        ],
      },
    ] as never;
    await perform(store, s3.operations.PutBucketLifecycleConfiguration, { Bucket, LifecycleConfiguration: { Rules } });
    const classes: unknown[] = [];
    for (const days of [3, 4]) {
      clock.time += days * DAY;
      await s3.runLifecycles();
      classes.push((await head('k')).StorageClass);
    }
    expect(classes).toEqual(['GLACIER', 'DEEP_ARCHIVE']);
    await put('deep', { StorageClass: 'DEEP_ARCHIVE' });
    clock.time += 3 * DAY;
    await s3.runLifecycles();
    expect((await head('deep')).StorageClass).toBe('DEEP_ARCHIVE');
  });

  it('tells of its restore, and of the end of it', async () => {
    await put('k', glacier);
    await configure({ EventBridgeConfiguration: {} });
    await toQueue(['s3:ObjectRestore:*']);
    await restore('k');
    clock.time += 4 * DAY;
    expect((await s3.runLifecycles()).unrestored).toBe(1);
    expect((await s3.runLifecycles()).unrestored).toBe(0);
    const all = await records();
    expect(all.map(({ eventName }) => eventName)).toEqual([
      ...['ObjectRestore:Post', 'ObjectRestore:Completed', 'ObjectRestore:Delete'],
    ]);
    expect(all[1].glacierEventData.restoreEventData).toEqual({
      ...{ lifecycleRestorationExpiryTime: '2026-01-05T00:00:00.000Z', lifecycleRestoreStorageClass: 'GLACIER' },
    });
  });

  it.each<[string, object, RegExp]>([
    ['k', { Days: 0 }, /^InvalidArgument: restoration days/],
    ['k', { Days: 1, GlacierJobParameters: { Tier: 'Expedited' } }, /^InvalidArgument: Retrieval option/],
    ['k', { Type: 'SELECT' }, /^NotImplemented/],
    ['warm', { Days: 1 }, /^InvalidObjectState: Restore is not allowed/],
    ['none', { Days: 1 }, /^NoSuchKey/],
  ])('of the key %s is not restored by %j', async (key, request, expected) => {
    await put('k', { StorageClass: 'DEEP_ARCHIVE' });
    await put('warm');
    expect(await refusal(restore(key, request))).toMatch(expected);
  });
});
