import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ACCOUNT,
  memoryStore,
  perform,
  START,
  type TestClock,
  testCall,
  testWorld,
} from '../../../tests/support/operations.ts';
import type { Store } from '../../store/store.ts';
import { migrations } from './index.ts';
import { body, objectsOver, type TestFolder, type TestObjects, testFolder } from './testing.ts';

const DAY = 86_400_000;
const Bucket = 'data';
let folder: TestFolder;
let store: Store;
let s3: TestObjects;
let clock: TestClock;

beforeEach(async () => {
  folder = testFolder();
  clock = { time: START };
  const world = testWorld(clock);
  store = memoryStore([migrations], world);
  s3 = objectsOver(folder, store, world, ACCOUNT);
  await perform(store, s3.operations.CreateBucket, { Bucket });
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

const call = () => testCall({ now: clock.time });
const put = (Key: string, more: { Tagging?: string; content?: string } = {}) =>
  perform(
    store,
    s3.operations.PutObject,
    { Bucket, Key, Body: body(more.content ?? 'x') as never, ...(more.Tagging ? { Tagging: more.Tagging } : {}) },
    call(),
  );
const remove = (Key: string) => perform(store, s3.operations.DeleteObject, { Bucket, Key }, call());
const rule = (more: object) =>
  perform(store, s3.operations.PutBucketLifecycleConfiguration, {
    Bucket,
    LifecycleConfiguration: { Rules: [{ ID: 'r', Status: 'Enabled', Filter: { Prefix: '' }, ...more }] },
  });
const versioned = () =>
  perform(store, s3.operations.PutBucketVersioning, { Bucket, VersioningConfiguration: { Status: 'Enabled' } });
const keys = async () =>
  (await perform(store, s3.operations.ListObjectsV2, { Bucket })).Contents!.map(({ Key }) => Key);
const history = async () => {
  const { Versions = [], DeleteMarkers = [] } = await perform(store, s3.operations.ListObjectVersions, { Bucket });
  return [Versions.length, DeleteMarkers.length];
};
const onDay = async (days: number) => {
  clock.time = START + days * DAY;
  return s3.runLifecycles();
};

describe('objects expire', () => {
  it('at the midnight after their days, and not before', async () => {
    await put('k');
    await rule({ Expiration: { Days: 2 } });
    // Put at three in the morning of the 2nd: two days later is the 4th, the next midnight begins the 5th.
    await onDay(2);
    expect(await keys()).toEqual(['k']);
    clock.time = Date.UTC(2026, 0, 4, 23, 59, 59);
    await s3.runLifecycles();
    expect(await keys()).toEqual(['k']);
    clock.time = Date.UTC(2026, 0, 5);
    expect(await s3.runLifecycles()).toEqual({ expired: 1, removed: 0, moved: 0, aborted: 0, unrestored: 0 });
    expect(await keys()).toEqual([]);
    expect(await s3.runLifecycles()).toEqual({ expired: 0, removed: 0, moved: 0, aborted: 0, unrestored: 0 });
  });
  it('at an instant', async () => {
    await put('k');
    await rule({ Expiration: { Date: new Date('2026-02-01T00:00:00Z') } });
    await onDay(29);
    expect(await keys()).toEqual(['k']);
    await onDay(30);
    expect(await keys()).toEqual([]);
  });
  it.each([
    [{ Prefix: 'logs/' }, ['a', 'big', 'tagged']],
    [{ Tag: { Key: 't', Value: '1' } }, ['a', 'big', 'logs/a']],
    [{ Tag: { Key: 't', Value: '2' } }, ['a', 'big', 'logs/a', 'tagged']],
    [{ ObjectSizeGreaterThan: 5 }, ['a', 'logs/a', 'tagged']],
    [{ ObjectSizeLessThan: 5 }, ['big']],
    [{ And: { Prefix: 'logs/', Tags: [{ Key: 't', Value: '1' }] } }, ['a', 'big', 'logs/a', 'tagged']],
  ])('that a filter names: %j', async (Filter, left) => {
    for (const key of ['a', 'logs/a']) await put(key);
    await put('tagged', { Tagging: 't=1' });
    await put('big', { content: 'x'.repeat(10) });
    await rule({ Filter, Expiration: { Days: 1 } });
    await onDay(3);
    expect(await keys()).toEqual(left);
  });
  it('not by a rule that is switched off', async () => {
    await put('k');
    await rule({ Status: 'Disabled', Expiration: { Days: 1 } });
    await onDay(9);
    expect(await keys()).toEqual(['k']);
  });
  it('all of them, however many there are', async () => {
    for (let n = 0; n < 250; n += 1) await put(`${n}`);
    await rule({ Expiration: { Days: 1 } });
    expect((await onDay(3)).expired).toBe(250);
    expect(await keys()).toEqual([]);
  });
  it('behind a marker in a versioned bucket, which goes when it hides nothing', async () => {
    await versioned();
    await put('k');
    await rule({ Expiration: { Days: 1 }, NoncurrentVersionExpiration: { NoncurrentDays: 1 } });
    await onDay(3);
    expect(await history()).toEqual([1, 1]);
    await onDay(6);
    expect(await history()).toEqual([0, 1]);
    await onDay(9);
    expect(await history()).toEqual([0, 0]);
  });
});

describe('noncurrent versions', () => {
  it('expire by the time at which they ceased to be current', async () => {
    await versioned();
    await put('k');
    clock.time = START + 10 * DAY;
    await put('k');
    await rule({ NoncurrentVersionExpiration: { NoncurrentDays: 2 } });
    await onDay(12);
    expect(await history()).toEqual([2, 0]);
    await onDay(13);
    expect(await history()).toEqual([1, 0]);
    expect(await keys()).toEqual(['k']);
  });
  it('are kept by number', async () => {
    await versioned();
    for (let n = 0; n < 6; n += 1) await put('k');
    await put('other');
    await rule({ NoncurrentVersionExpiration: { NoncurrentDays: 1, NewerNoncurrentVersions: 2 } });
    await onDay(5);
    expect(await history()).toEqual([4, 0]);
  });
  it('are kept by number also where a key has more than one part of them', async () => {
    await versioned();
    for (let n = 0; n < 230; n += 1) await put('k');
    await rule({ NoncurrentVersionExpiration: { NoncurrentDays: 1, NewerNoncurrentVersions: 3 } });
    expect((await onDay(5)).removed).toBe(226);
    expect(await history()).toEqual([4, 0]);
  });
  it('take a marker along that something was put over', async () => {
    await versioned();
    await remove('k');
    await put('k');
    await rule({ NoncurrentVersionExpiration: { NoncurrentDays: 1 } });
    await onDay(5);
    expect(await history()).toEqual([1, 0]);
  });
  it('leave the marker of a deleted key that hides others', async () => {
    await versioned();
    await put('k');
    await remove('k');
    await rule({ Expiration: { ExpiredObjectDeleteMarker: true } });
    await onDay(5);
    expect(await history()).toEqual([1, 1]);
  });
  it('take a lone marker away where they are told to', async () => {
    await versioned();
    await remove('k');
    await rule({ Expiration: { ExpiredObjectDeleteMarker: true } });
    await onDay(5);
    expect(await history()).toEqual([0, 0]);
  });
});

describe('storage classes', () => {
  it('change by name, the latest that is due', async () => {
    await put('k');
    await rule({
      Transitions: [
        { Days: 30, StorageClass: 'STANDARD_IA' },
        { Days: 60, StorageClass: 'GLACIER_IR' },
      ],
    });
    const { version } = s3.objects.head('data', 'k');
    const storageClass = async () =>
      (await perform(store, s3.operations.HeadObject, { Bucket, Key: 'k' })).StorageClass;
    expect((await onDay(20)).moved).toBe(0);
    expect((await onDay(40)).moved).toBe(1);
    expect(await storageClass()).toBe('STANDARD_IA');
    expect((await onDay(41)).moved).toBe(0);
    await onDay(70);
    expect(await storageClass()).toBe('GLACIER_IR');
    expect(s3.objects.head('data', 'k').version).toBe(version);
  });
  it('of old versions change too', async () => {
    await versioned();
    await put('k');
    await put('k');
    await rule({ NoncurrentVersionTransitions: [{ NoncurrentDays: 30, StorageClass: 'ONEZONE_IA' }] });
    expect((await onDay(35)).moved).toBe(1);
    const { Versions } = await perform(store, s3.operations.ListObjectVersions, { Bucket });
    expect(Versions?.map(({ StorageClass }) => StorageClass)).toEqual(['STANDARD', 'ONEZONE_IA']);
  });
});

describe('uploads that nobody completes', () => {
  it('are given up with their parts', async () => {
    const begin = (Key: string) => perform(store, s3.operations.CreateMultipartUpload, { Bucket, Key }, call());
    const { UploadId } = await begin('logs/k');
    await begin('k');
    const Body = body(Buffer.alloc(100_000)) as never;
    await perform(store, s3.operations.UploadPart, { Bucket, Key: 'logs/k', UploadId, PartNumber: 1, Body }, call());
    await rule({ Filter: { Prefix: 'logs/' }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 } });
    expect((await onDay(3)).aborted).toBe(0);
    expect((await onDay(4)).aborted).toBe(1);
    const { Uploads } = await perform(store, s3.operations.ListMultipartUploads, { Bucket });
    expect(Uploads?.map(({ Key }) => Key)).toEqual(['k']);
    expect(await s3.sweep()).toEqual({ files: 1 });
  });
});
