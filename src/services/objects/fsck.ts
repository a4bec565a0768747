/** Whether the files that rows name are there and whole: the objects' share of `telar fsck`. Changes nothing. */
import type { Bytes } from '../../store/bytes.ts';
import type { ObjectsStore, VersionInFile } from './store.ts';

/** A version whose bytes cannot be trusted: its file is gone, or is not what its name says. */
export type DamagedObject = VersionInFile & { damage: 'missing' | 'changed' };

const PAGE = 1000;

/** Reads every object file once, however many objects share it; a gigabyte takes about a second. */
export async function* damagedObjects(rows: ObjectsStore, bytes: Bytes): AsyncGenerator<DamagedObject> {
  const known = new Map<string, 'sound' | 'missing' | 'changed'>();
  let after = 0;
  for (;;) {
    const page = rows.versionsInFiles({ after, limit: PAGE });
    for (const version of page) {
      const damage =
        known.get(version.file) ?? (await bytes.verify({ kind: 'file', file: version.file, size: version.size }));
      known.set(version.file, damage);
      if (damage !== 'sound') yield { ...version, damage };
    }
    const last = page.at(-1);
    if (!last) return;
    after = last.version;
  }
}
