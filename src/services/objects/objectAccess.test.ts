import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ACCOUNT,
  administrator,
  memoryStore,
  perform,
  refusal,
  testCall,
  testWorld,
} from '../../../tests/support/operations.ts';
import type { Call, TransactionOperation } from '../../protocol/service.ts';
import type { Store } from '../../store/store.ts';
import { migrations } from './index.ts';
import type { ObjectVersion } from './ports.ts';
import { body, objectsOver, type TestFolder, type TestObjects, testFolder } from './testing.ts';

let folder: TestFolder;
let store: Store;
let s3: TestObjects;

beforeEach(async () => {
  folder = testFolder();
  const world = testWorld();
  store = memoryStore([migrations], world);
  s3 = objectsOver(folder, store, world, ACCOUNT);
  await perform(store, s3.operations.CreateBucket, { Bucket: 'data' });
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

const name = (key: string) => ({ bucket: 'data', key });
const large = randomBytes(100_000);

describe('what other services do with objects', () => {
  it('store files and buffers, and read them back', async () => {
    const path = join(folder.root, 'model.tar.gz');
    writeFileSync(path, large);
    const stored = await s3.objects.putFile(name('model'), path, { ContentType: 'application/x-tar' });
    writeFileSync(path, 'changed afterwards');
    await s3.objects.putFile(name('evaluation.json'), Buffer.from('{}'));
    expect(s3.objects.head('data', 'model')).toEqual(stored);
    expect(stored).toMatchObject({ size: 100_000, attributes: { contentType: 'application/x-tar' } });
    const model = s3.objects.openObject('data', 'model');
    expect('path' in model && readFileSync(model.path).equals(large)).toBe(true);
    expect(s3.objects.openObject('data', 'evaluation.json')).toMatchObject({ bytes: Buffer.from('{}') });
  });

  it('are counted and summed up, by what lies there now', async () => {
    for (const key of ['a/1', 'a/2', 'b']) await s3.objects.putFile(name(key), Buffer.from('12345'));
    expect(await s3.objects.measure('data', '')).toEqual({ objects: 3, bytes: 15, whole: true });
    expect(await s3.objects.measure('data', 'a/')).toEqual({ objects: 2, bytes: 10, whole: true });
    await s3.objects.putFile(name('a/2'), Buffer.from('1'));
    expect(await s3.objects.measure('data', 'a/')).toEqual({ objects: 2, bytes: 6, whole: true });
    await expect(s3.objects.measure('none', '')).rejects.toThrow('The specified bucket does not exist');
  });

  it('read small objects at once, larger ones soon, too large ones not at all', async () => {
    await s3.objects.putFile(name('small'), Buffer.from('{"a":1}'));
    await s3.objects.putFile(name('large'), large);
    expect(s3.objects.readSmall('data', 'small', 100)).toEqual(Buffer.from('{"a":1}'));
    expect(await s3.objects.readSmall('data', 'large', 100_000)).toEqual(large);
    expect(() => s3.objects.readSmall('data', 'large', 99_999)).toThrow('exceeds the maximum allowed size');
  });

  it('list a prefix, in order', async () => {
    for (const key of ['p/b', 'p/a', 'p', 'q/a']) await s3.objects.putFile(name(key), Buffer.from(key));
    const { entries } = await s3.objects.list('data', 'p/');
    expect(entries.map(({ key, size }) => [key, size])).toEqual([
      ['p/a', 3],
      ['p/b', 3],
    ]);
    expect((await s3.objects.list('data', 'none')).entries).toEqual([]);
    expect([s3.objects.anyUnder('data', 'q/'), s3.objects.anyUnder('data', 'r')]).toEqual([true, false]);
  });

  it('know by a digest whether a prefix is still the same, however it was read', async () => {
    for (const key of ['p/b', 'p/a', 'q']) await s3.objects.putFile(name(key), Buffer.from(key));
    const { entries, fingerprint } = await s3.objects.list('data', 'p/');
    const digest = (versions: number[]) => createHash('sha256').update(versions.join()).digest('hex');
    expect(fingerprint).toBe(digest(entries.map(({ version }) => version)));
    expect(s3.objects.fingerprint('data', 'p/')).toBe(fingerprint);
    await s3.objects.putFile(name('q'), Buffer.from('again'));
    expect(s3.objects.fingerprint('data', 'p/')).toBe(fingerprint);
    await s3.objects.putFile(name('p/a'), Buffer.from('again'));
    const changed = s3.objects.fingerprint('data', 'p/');
    expect(changed).not.toBe(fingerprint);
    // What is undone has changed nothing, in memory neither.
    const undone = store.transact(() => {
      const remove = s3.operations.DeleteObject as TransactionOperation<object, unknown>;
      remove.run({ Bucket: 'data', Key: 'p/a' }, testCall());
      expect(s3.objects.fingerprint('data', 'p/')).not.toBe(changed);
      throw new Error('undo');
    });
    await expect(undone).rejects.toThrow('undo');
    expect(s3.objects.fingerprint('data', 'p/')).toBe(changed);
    expect(s3.objects.fingerprint('data', 'none')).toBe(digest([]));
  });

  it('follow versions, which only grow, and read former ones', async () => {
    const first = await s3.objects.putFile(name('k'), Buffer.from('one'));
    const second = await s3.objects.putFile(name('k'), large);
    expect(second.version).toBeGreaterThan(first.version);
    expect(s3.objects.currentVersions([name('k'), name('none'), { bucket: 'none', key: 'k' }])).toEqual([
      ...[second.version, undefined, undefined],
    ]);
    await perform(store, s3.operations.DeleteObject, { Bucket: 'data', Key: 'k' });
    expect(await s3.sweep()).toEqual({ files: 0 });
    expect(s3.objects.openObject('data', 'k', first.version)).toMatchObject({ bytes: Buffer.from('one') });
    expect(s3.objects.openObject('data', 'k', second.version)).toHaveProperty('path');
    expect(() => s3.objects.openObject('data', 'other', second.version)).toThrow('The specified key does not exist.');
    const third = await s3.objects.putFile(name('k'), Buffer.from('three'));
    expect(third.version).toBeGreaterThan(second.version);
  });

  it('commit an object with what records it, or neither', async () => {
    const received = await s3.objects.receive(name('k'), large);
    const failing = store.transact(() => {
      received.write();
      throw new Error('the record was refused');
    });
    await expect(failing).rejects.toThrow('the record was refused');
    expect(s3.objects.currentVersions([name('k')])).toEqual([undefined]);
    expect(await s3.sweep()).toEqual({ files: 0 });
    const { version } = await store.transact(received.write);
    received.release();
    expect(s3.objects.currentVersions([name('k')])).toEqual([version]);
    expect(await s3.sweep()).toEqual({ files: 0 });
  });

  it('given up after they were received leave nothing', async () => {
    const { size, release } = await s3.objects.receive(name('k'), large);
    expect(size).toBe(100_000);
    release();
    expect(await s3.sweep()).toEqual({ files: 1 });
    expect(folder.files()).toEqual([]);
  });

  it('are told of missing buckets and keys in S3’s words', async () => {
    expect(await refusal(s3.objects.putFile({ bucket: 'none', key: 'k' }, large))).toBe(
      'NoSuchBucket: The specified bucket does not exist',
    );
    await expect(s3.objects.list('none', '')).rejects.toThrow('The specified bucket does not exist');
    expect(() => s3.objects.fingerprint('none', '')).toThrow('The specified bucket does not exist');
    expect(() => s3.objects.head('data', 'none')).toThrow('The specified key does not exist.');
    expect(() => s3.objects.readSmall('data', 'none', 1)).toThrow('The specified key does not exist.');
    expect(folder.files()).toEqual([]);
  });
});

describe('readers', () => {
  it('are told of to the lineage, with the version that they read', async () => {
    const read: string[] = [];
    const ports = {
      recorder:
        ({ principal }: Call) =>
        ({ bucket, key, version }: ObjectVersion) =>
          void read.push(`${principal.arn} ${bucket}/${key} ${version}`),
    };
    const { operations, objects } = objectsOver(folder, store, testWorld(), ACCOUNT, ports);
    const { version } = await objects.putFile(name('k'), Buffer.from('v'));
    await perform(store, operations.GetObject, { Bucket: 'data', Key: 'k' });
    await perform(store, operations.HeadObject, { Bucket: 'data', Key: 'k' });
    await perform(store, operations.CopyObject, { Bucket: 'data', Key: 'l', CopySource: 'data/k' });
    await refusal(perform(store, operations.GetObject, { Bucket: 'data', Key: 'none' }));
    const line = `${administrator.arn} data/k ${version}`;
    expect(read).toEqual([line, line]);
  });
});

describe('damage', () => {
  it('is told of each object that shares a lost file, former versions included', async () => {
    const lost = await s3.objects.putFile(name('lost'), large);
    await s3.objects.putFile(name('sound'), randomBytes(100_000));
    await s3.objects.putFile(name('small'), Buffer.from('v'));
    await s3.objects.putFile(name('replaced'), large);
    await s3.objects.putFile(name('replaced'), Buffer.from('w'));
    expect(await Array.fromAsync(s3.damaged())).toEqual([]);
    rmSync(s3.bytes.pathOf({ kind: 'file', file: lost.file!, size: lost.size })!);
    const found = await Array.fromAsync(s3.damaged());
    expect(found.map(({ key, damage }) => [key, damage])).toEqual([
      ['lost', 'missing'],
      ['replaced', 'missing'],
    ]);
  });
});

describe('bytes that are read while their object goes', () => {
  it('are read to the end', async () => {
    const { operations } = s3;
    await perform(store, operations.PutObject, { Bucket: 'data', Key: 'k', Body: body(large) });
    const answer = await perform(store, operations.GetObject, { Bucket: 'data', Key: 'k' });
    await perform(store, operations.DeleteObject, { Bucket: 'data', Key: 'k' });
    await s3.bytes.sweep(() => false);
    const chunks: Buffer[] = [];
    for await (const chunk of answer.Body as unknown as AsyncIterable<Buffer>) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(large)).toBe(true);
  });
});
