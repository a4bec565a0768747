/** Fills a bucket with very many keys, past the wire: a million PUTs would take a minute. */
import { silentLog } from '../../src/base/log.ts';
import { systemWorld } from '../../src/base/world.ts';
import { allMigrations } from '../../src/server/system.ts';
import { dataFolder } from '../../src/store/folder.ts';
import { openStore } from '../../src/store/store.ts';

const BATCH = 20_000;

/** Half of the keys are under `year=2025/`, half under `year=2026/`. */
export async function fillBucket(folder: string, bucket: string, keys: number): Promise<void> {
  const store = openStore(dataFolder(folder), allMigrations, { ...systemWorld, log: silentLog });
  try {
    const addBucket = store.sql.change(
      'INSERT INTO objects_buckets (name, region, created_at) VALUES ($bucket, $region, 0)',
    );
    const add = store.sql.change(
      `INSERT INTO objects_versions (bucket, key, modified_at, size, etag, md5, attributes)
       VALUES ($bucket, $key, 0, 0, $etag, $etag, '{"contentType":"text/csv","metadata":{}}')`,
    );
    await store.transact(() => addBucket({ bucket, region: 'us-east-1' }));
    for (let from = 0; from < keys; from += BATCH) {
      await store.transact(() => {
        for (let index = from; index < from + BATCH; index += 1) {
          const year = index % 2 === 0 ? 2025 : 2026;
          const key = `year=${year}/part-${String(index).padStart(7, '0')}.csv`;
          add({ bucket, key, etag: 'd41d8cd98f00b204e9800998ecf8427e' });
        }
      });
    }
  } finally {
    await store.close();
  }
}
