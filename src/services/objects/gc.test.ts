import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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
import { body, contentOf, objectsOver, type TestFolder, type TestObjects, testFolder } from './testing.ts';

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
const put = (Key: string, content: string | Buffer) =>
  perform(store, s3.operations.PutObject, { Bucket, Key, Body: body(content) as never }, call());
const remove = (Key: string) => perform(store, s3.operations.DeleteObject, { Bucket, Key }, call());
const read = async (Key: string) =>
  (await contentOf((await perform(store, s3.operations.GetObject, { Bucket, Key })).Body)).toString();
const collect = (more: Partial<Parameters<TestObjects['collectGarbage']>[0]> = {}) =>
  s3.collectGarbage({ dryRun: false, before: clock.time + 1, after: 0, budget: 60_000, keeps: () => false, ...more });

const LARGE = Buffer.alloc(100_000, 'telar');
const amount = (count: number, bytes: number) => ({ count, bytes });

describe('garbage', () => {
  it('is what was overwritten and deleted, not what is there', async () => {
    await put('k', 'old');
    await put('k', 'new');
    await put('gone', 'gone!');
    await remove('gone');
    await put('stays', 'stays');
    const found = await collect();
    expect(found).toMatchObject({ versions: amount(2, 8), kept: amount(0, 0), uploads: 0, next: undefined });
    expect([await read('k'), await read('stays')]).toEqual(['new', 'stays']);
    expect((await collect()).versions).toEqual(amount(0, 0));
  });

  it('stays where it is only to be named', async () => {
    await put('k', LARGE);
    const { version } = s3.objects.head('data', 'k');
    await remove('k');
    const found = await collect({ dryRun: true });
    expect(found.versions).toEqual(amount(1, 100_000));
    expect(s3.objects.openObject('data', 'k', version)).toHaveProperty('path');
    expect(await collect()).toMatchObject({ versions: amount(1, 100_000), files: amount(1, 100_000) });
    expect(() => s3.objects.openObject('data', 'k', version)).toThrow('The specified key does not exist.');
    expect(folder.files()).toEqual([]);
  });

  it('leaves a file that another version still has', async () => {
    await put('a', LARGE);
    await put('b', LARGE);
    await remove('a');
    expect(await collect()).toMatchObject({ versions: amount(1, 100_000), files: amount(0, 0) });
    expect((await read('b')).length).toBe(100_000);
    await remove('b');
    expect(await collect()).toMatchObject({ versions: amount(1, 100_000), files: amount(1, 100_000) });
  });

  it('is kept for its retention', async () => {
    await put('k', 'old');
    await remove('k');
    clock.time = START + 10 * DAY;
    const kept = { before: clock.time - 10 * DAY };
    expect((await collect(kept)).versions).toEqual(amount(0, 0));
    expect((await collect({ before: kept.before + 1 })).versions).toEqual(amount(1, 3));
  });

  it('is kept where a lineage names it', async () => {
    for (const content of ['one', 'two', 'three']) await put('k', content);
    const { version } = s3.objects.head('data', 'k');
    const found = await collect({ keeps: (one) => one.version === version - 1 });
    expect(found).toMatchObject({ versions: amount(1, 3), kept: amount(1, 3) });
    expect(s3.objects.openObject('data', 'k', version - 1)).toHaveProperty('bytes', Buffer.from('two'));
  });

  it('is no version that clients can still see', async () => {
    await perform(store, s3.operations.PutBucketVersioning, {
      Bucket,
      VersioningConfiguration: { Status: 'Enabled' },
    });
    await put('k', 'one');
    await put('k', 'two');
    await remove('k');
    expect((await collect()).versions).toEqual(amount(0, 0));
    const { Versions = [], DeleteMarkers = [] } = await perform(store, s3.operations.ListObjectVersions, { Bucket });
    expect([Versions.length, DeleteMarkers.length]).toEqual([2, 1]);
    for (const { VersionId } of [...Versions, ...DeleteMarkers]) {
      await perform(store, s3.operations.DeleteObject, { Bucket, Key: 'k', VersionId }, call());
    }
    expect((await collect()).versions).toEqual(amount(3, 6));
  });

  it('is gone through in parts, each call going on where the last stopped', async () => {
    for (let n = 0; n < 3; n += 1) await put('k', `${n}`);
    const first = await collect({ budget: 0 });
    expect(first).toMatchObject({ versions: amount(0, 0), next: 0 });
    expect((await collect({ after: first.next! })).versions).toEqual(amount(2, 2));
  });

  it('goes also while objects are written, whose bytes stay', async () => {
    for (let n = 0; n < 120; n += 1) await put('k', `${n}`);
    await put('file', LARGE);
    await remove('file');
    // The same content again, while its former file is on its way out.
    const [found] = await Promise.all([collect(), put('file', LARGE), put('k', 'last')]);
    expect(found.versions.count).toBeGreaterThanOrEqual(120);
    expect([(await read('file')).length, await read('k')]).toEqual([100_000, 'last']);
  });

  it('is also the record of a completed upload, after which it cannot be completed again', async () => {
    const at = { Bucket, Key: 'k' };
    const { UploadId } = await perform(store, s3.operations.CreateMultipartUpload, at, call());
    const part = { ...at, UploadId, PartNumber: 1, Body: body(LARGE) as never };
    const { ETag } = await perform(store, s3.operations.UploadPart, part, call());
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    const complete = () =>
      perform(store, s3.operations.CompleteMultipartUpload, { ...at, UploadId, MultipartUpload }, call());
    await complete();
    await complete();
    expect((await collect({ before: clock.time })).uploads).toBe(0);
    expect((await collect({ dryRun: true })).uploads).toBe(1);
    expect((await collect()).uploads).toBe(1);
    await expect(complete()).rejects.toMatchObject({ code: 'NoSuchUpload' });
    expect((await read('k')).length).toBe(100_000);
  });

  it('is not an upload under way', async () => {
    const at = { Bucket, Key: 'k' };
    const { UploadId } = await perform(store, s3.operations.CreateMultipartUpload, at, call());
    await perform(
      store,
      s3.operations.UploadPart,
      { ...at, UploadId, PartNumber: 1, Body: body(LARGE) as never },
      call(),
    );
    clock.time += 100 * DAY;
    expect(await collect()).toMatchObject({ uploads: 0, files: amount(0, 0) });
    await perform(store, s3.operations.AbortMultipartUpload, { ...at, UploadId }, call());
    expect(await collect()).toMatchObject({ files: amount(1, 100_000) });
  });
});

describe('files that nothing names any more', () => {
  it('go by themselves a while later, in one sweep for all of them', async () => {
    const due: { at: number; run: () => void }[] = [];
    const world = testWorld(clock);
    const timed = {
      ...world,
      clock: {
        ...world.clock,
        at(at: number, run: () => void) {
          due.push({ at, run });
          return () => {};
        },
      },
    };
    const own = objectsOver(folder, store, timed, ACCOUNT);
    const at = { Bucket, Key: 'k' };
    for (const content of [LARGE, Buffer.alloc(70_000)]) {
      const { UploadId } = await perform(store, own.operations.CreateMultipartUpload, at);
      const part = { ...at, UploadId, PartNumber: 1, Body: body(content) as never };
      await perform(store, own.operations.UploadPart, part);
      await perform(store, own.operations.AbortMultipartUpload, { ...at, UploadId });
    }
    expect(folder.files()).toHaveLength(2);
    expect(due.map((timer) => timer.at - clock.time)).toEqual([60_000]);
    due[0]!.run();
    await vi.waitFor(() => expect(folder.files()).toEqual([]));
    await own.service.stop?.();
  });
});
