/** The SQL of restored archives; a part of store.ts. */
import type { Sql } from '../../store/sql.ts';

type Version = { version: number };

export function restoreRows(sql: Sql) {
  return {
    restoredUntil: sql.one<Version, { until: number }>('SELECT until FROM objects_restores WHERE version = $version'),
    setRestored: sql.change<Version & { until: number }>(
      'INSERT OR REPLACE INTO objects_restores VALUES ($version, $until)',
    ),
    removeRestore: sql.change<Version>('DELETE FROM objects_restores WHERE version = $version'),
    anyRestored: sql.one<Record<never, never>, Version>('SELECT version FROM objects_restores LIMIT 1'),
    /** Whose time is over. */
    restoresOver: sql.all<{ now: number; limit: number }, Version & { bucket: string; key: string }>(
      `SELECT version, bucket, key FROM objects_restores JOIN objects_versions USING (version)
       WHERE until <= $now ORDER BY until LIMIT $limit`,
    ),
  };
}
