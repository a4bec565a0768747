/** Whether the rows and files of objects are there, whole, and agree: the objects' share of `telar fsck`. Changes nothing. */
import type { Bytes } from '../../store/bytes.ts';
import type { ObjectsStore, VersionInFile } from './store.ts';

/** A version, or a part, whose bytes cannot be trusted: its file is gone, or is not what its name says. */
export type DamagedObject = Omit<VersionInFile, 'version'> & {
  damage: 'missing' | 'changed';
  /** The number of the part, for an upload under way. */
  part: number | undefined;
};

const PAGE = 1000;

/** Reads every object file once, however many objects share it; a gigabyte takes about a second. */
export async function* damagedObjects(rows: ObjectsStore, bytes: Bytes): AsyncGenerator<DamagedObject> {
  const known = new Map<string, 'sound' | 'missing' | 'changed'>();
  async function damageOf({ file, size }: { file: string; size: number }) {
    const damage = known.get(file) ?? (await bytes.verify({ kind: 'file', file, size }));
    known.set(file, damage);
    return damage;
  }
  for (let after = 0; ; ) {
    const page = rows.versionsInFiles({ after, limit: PAGE });
    for (const { version: _, ...object } of page) {
      const damage = await damageOf(object);
      if (damage !== 'sound') yield { ...object, damage, part: undefined };
    }
    const last = page.at(-1);
    if (!last) break;
    after = last.version;
  }
  for (let after = { upload: '', number: 0 }; ; ) {
    const page = rows.partsInFiles({ ...after, limit: PAGE });
    for (const { bucket, key, file, size, number } of page) {
      const damage = await damageOf({ file, size });
      if (damage !== 'sound') yield { bucket, key, file, size, damage, part: number };
    }
    const last = page.at(-1);
    if (!last) return;
    after = { upload: last.upload, number: last.number };
  }
}

/** What rows say that cannot be, one sentence each. */
export function* contradictions(rows: ObjectsStore): Generator<string> {
  const newest = rows.newestVersion();
  for (let after = 0; after < newest; after += PAGE) {
    for (const { bucket, key, problem } of rows.impossibleVersions({ after, to: after + PAGE })) {
      yield `s3://${bucket}/${key}: ${problem}.`;
    }
  }
  for (const { bucket, kind, document } of rows.allSettings({})) {
    try {
      JSON.parse(document);
    } catch {
      yield `s3://${bucket}: its ${kind} setting cannot be read.`;
    }
  }
}
