import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ACCOUNT, perform, testWorld } from '../../../tests/support/operations.ts';
import { deliveryMigrations } from '../../engine/deliveryStore.ts';
import { openStore, type Store } from '../../store/store.ts';
import { migrations } from './index.ts';
import { contentOf, objectsOver, type TestFolder, type TestObjects, testFolder } from './testing.ts';

let folder: TestFolder;
beforeEach(() => {
  folder = testFolder();
});
afterEach(() => folder.remove());

const OLD = 100_000;
const NEW = 200_000;
const content = (size: number) => Buffer.alloc(size, 'telar');

/** The process's last work, from the moment at which crash points are armed. */
const REPLACE = `
    armed = true;
    const Body = (async function* () {
      yield Buffer.alloc(${NEW} / 2, 'telar');
      if (point === 'upload') die();
      yield Buffer.alloc(${NEW} / 2, 'telar');
    })();
    await service.operations.PutObject.run({ Bucket: 'data', Key: 'k', Body }, call);
`;
const COLLECT = `
    await objects.putFile({ bucket: 'data', key: 'k' }, Buffer.alloc(${NEW}, 'telar'));
    await objects.putFile({ bucket: 'data', key: 'gone' }, Buffer.alloc(${OLD} + 1, 'telar'));
    await store.transact(() => service.operations.DeleteObject.run({ Bucket: 'data', Key: 'gone' }, call));
    armed = true;
    await collectGarbage({ dryRun: false, before: Number.MAX_SAFE_INTEGER, after: 0, budget: 1e9, keeps: () => false });
`;

/**
 * Runs a process that puts an object, then replaces it or collects garbage, and is killed with SIGKILL on the way: at a crash
 * point of the commit, or in the middle of the upload.
 */
function crashAt(point: string, work = REPLACE): void {
  const at = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const script = `
    import { systemWorld } from ${at('../../base/world.ts')};
    import { openBytes } from ${at('../../store/bytes.ts')};
    import { dataFolder } from ${at('../../store/folder.ts')};
    import { openStore } from ${at('../../store/store.ts')};
    import { createObjectsService, migrations } from ${at('./index.ts')};
    import { deliveryMigrations } from ${at('../../engine/deliveryStore.ts')};
    let armed = false;
    const point = ${JSON.stringify(point)};
    const die = () => process.kill(process.pid, 'SIGKILL');
    const world = { ...systemWorld, log: () => {}, crashPoint: (here) => armed && here === point && die() };
    const folder = dataFolder(${JSON.stringify(folder.root)});
    const store = openStore(folder, [migrations, deliveryMigrations], world);
    const { objects, service, collectGarbage } = createObjectsService({ store, bytes: openBytes(folder), world, account: ${JSON.stringify(ACCOUNT)} });
    const call = { now: 0, region: 'us-east-1', headers: {}, commit: (work) => store.transact(work) };
    await store.transact(() => service.operations.CreateBucket.run({ Bucket: 'data' }, call));
    await objects.putFile({ bucket: 'data', key: 'k' }, Buffer.alloc(${OLD}, 'telar'));
    ${work}
    console.log('survived');
  `;
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(child.stderr.replace(/.*ExperimentalWarning.*\n.*\n?/g, '')).toBe('');
  expect(child.signal).toBe('SIGKILL');
}

async function reopened<T>(work: (s3: TestObjects, store: Store) => Promise<T>): Promise<T> {
  const world = testWorld();
  const store = openStore(folder, [migrations, deliveryMigrations], world);
  const s3 = objectsOver(folder, store, world, ACCOUNT);
  try {
    await s3.service.start?.();
    return await work(s3, store);
  } finally {
    await s3.service.stop?.();
    await store.close();
  }
}

describe('a server killed while an object is replaced', () => {
  it.each([
    ['upload', OLD, 1],
    ['commit:before', OLD, 1],
    ['commit:after', NEW, 2],
    ['sync:after', NEW, 2],
  ])('at %s has the object of %i bytes, whole, and no file too many', async (point, size, files) => {
    crashAt(point);
    await reopened(async (s3, store) => {
      expect(readdirSync(folder.temporary)).toEqual([]);
      const answer = await perform(store, s3.operations.GetObject, { Bucket: 'data', Key: 'k' });
      expect((await contentOf(answer.Body)).equals(content(size))).toBe(true);
      expect(answer.ETag).toBe(`"${createHash('md5').update(content(size)).digest('hex')}"`);
      await s3.sweep();
      // The replaced version keeps its file.
      expect(folder.files()).toHaveLength(files);
    });
  });

  it('goes on to take the very upload that the crash interrupted', async () => {
    crashAt('commit:before');
    expect(folder.files()).toHaveLength(2);
    await reopened(async (s3) => {
      // Beside the sweep that removes what the crash left of the same content.
      await s3.objects.putFile({ bucket: 'data', key: 'k' }, content(NEW));
      await s3.sweep();
      const { path } = { path: '', ...s3.objects.openObject('data', 'k') };
      expect(path).not.toBe('');
      expect(folder.files()).toHaveLength(2);
    });
    await reopened(async (s3, store) => {
      const answer = await perform(store, s3.operations.GetObject, { Bucket: 'data', Key: 'k' });
      expect((await contentOf(answer.Body)).equals(content(NEW))).toBe(true);
    });
  });
});

describe('a server killed while garbage is collected', () => {
  it.each([
    ['commit:before', 2],
    ['commit:after', 0],
    ['sync:after', 0],
  ])('at %s still has every object, and %i versions that wait to be collected', async (point, waiting) => {
    crashAt(point, COLLECT);
    await reopened(async (s3, store) => {
      const answer = await perform(store, s3.operations.GetObject, { Bucket: 'data', Key: 'k' });
      expect((await contentOf(answer.Body)).equals(content(NEW))).toBe(true);
      expect(await Array.fromAsync(s3.damaged())).toEqual([]);
      const query = { before: Number.MAX_SAFE_INTEGER, after: 0, budget: 1e9, keeps: () => false };
      const { versions } = await s3.collectGarbage({ dryRun: false, ...query });
      expect(versions.count).toBe(waiting);
      await s3.sweep();
      expect(folder.files()).toHaveLength(1);
    });
  });
});
