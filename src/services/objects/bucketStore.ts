/** The SQL of buckets and of what is set on them; a part of store.ts. */
import type { Sql } from '../../store/sql.ts';
import type { Store } from '../../store/store.ts';
import type { Bucket, SettingKind, Versioning } from './buckets.ts';

const BUCKET = 'name, region, created_at AS createdAt, versioning';
const MOST_KNOWN = 10_000;

/** Every request asks for its bucket, most of them several times. */
export function bucketRows(sql: Sql, whenUndone: Store['whenUndone']) {
  const read = sql.one<{ name: string }, Bucket>(`SELECT ${BUCKET} FROM objects_buckets WHERE name = $name`);
  const known = new Map<string, Readonly<Bucket>>();
  const changing = <P extends { name: string }>(text: string) => {
    const change = sql.change<P>(text);
    return (parameters: P): number => {
      known.delete(parameters.name);
      whenUndone(() => known.delete(parameters.name));
      return change(parameters);
    };
  };
  return {
    bucket({ name }: { name: string }): Readonly<Bucket> | undefined {
      const found = known.get(name) ?? read({ name });
      if (known.size >= MOST_KNOWN) known.clear();
      if (found) known.set(name, found);
      return found;
    },
    /** In the order of names, after the given one. */
    buckets: sql.all<{ after: string; start: string; region: string | null; limit: number }, Bucket>(
      `SELECT ${BUCKET} FROM objects_buckets
       WHERE name > $after AND substr(name, 1, length($start)) = $start AND region = coalesce($region, region)
       ORDER BY name LIMIT $limit`,
    ),
    addBucket: changing<Pick<Bucket, 'name' | 'region' | 'createdAt'>>(
      'INSERT INTO objects_buckets (name, region, created_at) VALUES ($name, $region, $createdAt)',
    ),
    removeBucket: changing<{ name: string }>('DELETE FROM objects_buckets WHERE name = $name'),
    setVersioning: changing<{ name: string; versioning: Versioning }>(
      'UPDATE objects_buckets SET versioning = $versioning WHERE name = $name',
    ),
  };
}

/** What is set on buckets: one JSON document of a kind. */
export function settingRows(sql: Sql) {
  const setting = sql.one<{ bucket: string; kind: string }, { document: string }>(
    'SELECT document FROM objects_settings WHERE bucket = $bucket AND kind = $kind',
  );
  return {
    setting: (bucket: string, kind: SettingKind): string | undefined => setting({ bucket, kind })?.document,
    setSetting: sql.change<{ bucket: string; kind: SettingKind; document: string }>(
      'INSERT OR REPLACE INTO objects_settings (bucket, kind, document) VALUES ($bucket, $kind, $document)',
    ),
    removeSetting: sql.change<{ bucket: string; kind: SettingKind }>(
      'DELETE FROM objects_settings WHERE bucket = $bucket AND kind = $kind',
    ),
    settingsOf: sql.all<{ kind: SettingKind }, { bucket: string; document: string }>(
      'SELECT bucket, document FROM objects_settings WHERE kind = $kind ORDER BY bucket',
    ),
    allSettings: sql.all<Record<never, never>, { bucket: string; kind: string; document: string }>(
      'SELECT bucket, kind, document FROM objects_settings ORDER BY bucket, kind',
    ),
  };
}
