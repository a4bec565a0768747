/** All SQL of the lineage service: entities (artifacts, contexts, actions), and the associations between vertices. */
import { keyset } from '../../store/keyset.ts';
import type { Migrations } from '../../store/migrations.ts';
import type { Sql } from '../../store/sql.ts';
import type { Kind } from './names.ts';

export const migrations: Migrations = {
  owner: 'lineage',
  steps: [
    `CREATE TABLE lineage_entities (
       id INTEGER PRIMARY KEY AUTOINCREMENT, arn TEXT NOT NULL UNIQUE, region TEXT NOT NULL, kind TEXT NOT NULL,
       name TEXT, type TEXT NOT NULL, source_uri TEXT NOT NULL, kept TEXT NOT NULL,
       created_at INTEGER NOT NULL, created_by TEXT NOT NULL, modified_at INTEGER NOT NULL, modified_by TEXT NOT NULL
     ) STRICT;
     CREATE INDEX lineage_entities_by_time ON lineage_entities (region, kind, created_at, id);
     CREATE INDEX lineage_entities_by_type ON lineage_entities (region, kind, type, created_at, id);
     -- An artifact is found by its source through its ARN, and few have names: their rows cost no more than they must.
     CREATE INDEX lineage_entities_by_name ON lineage_entities (region, kind, name, id) WHERE kind <> 'artifact';
     CREATE INDEX lineage_entities_by_source ON lineage_entities (region, kind, source_uri, created_at, id)
       WHERE kind <> 'artifact';
     CREATE TABLE lineage_associations (
       -- In the order in which they were made.
       id INTEGER PRIMARY KEY AUTOINCREMENT, region TEXT NOT NULL, source TEXT NOT NULL, destination TEXT NOT NULL,
       -- Of the two ends, which never change theirs.
       source_type TEXT NOT NULL, destination_type TEXT NOT NULL,
       type TEXT, created_at INTEGER NOT NULL, created_by TEXT NOT NULL, UNIQUE (destination, source)
     ) STRICT;
     CREATE INDEX lineage_associations_from ON lineage_associations (source, destination);`,
  ],
};

/** Times are milliseconds since the epoch; `created_by` and `modified_by` are SageMaker's UserContext as JSON. */
export type EntityRow = {
  id: number;
  arn: string;
  region: string;
  kind: Kind;
  /** An artifact need not have one. */
  name: string | null;
  type: string;
  source_uri: string;
  /** JSON of `Kept`. */
  kept: string;
  created_at: number;
  created_by: string;
  modified_at: number;
  modified_by: string;
};

export type AssociationRow = {
  id: number;
  region: string;
  source: string;
  destination: string;
  source_type: string;
  destination_type: string;
  type: string | null;
  created_at: number;
  created_by: string;
};

type Ends = Pick<AssociationRow, 'source' | 'destination'>;
/** Associations of one vertex, in the order of their other ends: those after one. */
type Neighbourhood = { arn: string; after: string; limit: number };

const TIMES = { createdAfter: 'created_at > $createdAfter', createdBefore: 'created_at < $createdBefore' } as const;

export type LineageStore = ReturnType<typeof lineageStore>;

export function lineageStore(sql: Sql) {
  return {
    entity: sql.one<{ arn: string }, EntityRow>('SELECT * FROM lineage_entities WHERE arn = $arn'),
    entityOfSource: sql.one<{ region: string; kind: Kind; source_uri: string }, EntityRow>(
      `SELECT * FROM lineage_entities WHERE region = $region AND kind = $kind AND kind <> 'artifact'
         AND source_uri = $source_uri ORDER BY created_at, id LIMIT 1`,
    ),
    artifacts: keyset<EntityRow>(sql, {
      from: "lineage_entities WHERE kind = 'artifact'",
      filters: { region: 'region = $region', arn: 'arn = $arn', type: 'type = $type', ...TIMES },
      sorts: { CreationTime: ['created_at', 'id'] },
    }),
    /** Contexts or actions. */
    named: keyset<EntityRow>(sql, {
      from: "lineage_entities WHERE kind <> 'artifact'",
      filters: {
        region: 'region = $region',
        kind: 'kind = $kind',
        type: 'type = $type',
        sourceUri: 'source_uri = $sourceUri',
        ...TIMES,
      },
      sorts: { CreationTime: ['created_at', 'id'], Name: ['name', 'id'] },
    }),
    insertEntity: sql.change<Omit<EntityRow, 'id'>>(
      `INSERT INTO lineage_entities (arn, region, kind, name, type, source_uri, kept, created_at, created_by, modified_at,
         modified_by)
       VALUES ($arn, $region, $kind, $name, $type, $source_uri, $kept, $created_at, $created_by, $modified_at, $modified_by)
       ON CONFLICT (arn) DO NOTHING`,
    ),
    updateEntity: sql.change<Pick<EntityRow, 'arn' | 'name' | 'kept' | 'modified_at' | 'modified_by'>>(
      `UPDATE lineage_entities SET name = $name, kept = $kept, modified_at = $modified_at, modified_by = $modified_by
       WHERE arn = $arn`,
    ),
    deleteEntity: sql.change<{ arn: string }>('DELETE FROM lineage_entities WHERE arn = $arn'),
    /** In the order in which they were made, and in the reverse: those after an id, and those before one. */
    associationsAfter: sql.all<{ id: number; limit: number }, AssociationRow>(
      'SELECT * FROM lineage_associations WHERE id > $id ORDER BY id LIMIT $limit',
    ),
    associationsBefore: sql.all<{ id: number; limit: number }, AssociationRow>(
      'SELECT * FROM lineage_associations WHERE id < $id ORDER BY id DESC LIMIT $limit',
    ),
    insertAssociation: sql.change<Omit<AssociationRow, 'id'>>(
      `INSERT INTO lineage_associations (region, source, destination, source_type, destination_type, type, created_at,
         created_by)
       VALUES ($region, $source, $destination, $source_type, $destination_type, $type, $created_at, $created_by)
       ON CONFLICT DO NOTHING`,
    ),
    deleteAssociation: sql.change<Ends>(
      'DELETE FROM lineage_associations WHERE source = $source AND destination = $destination',
    ),
    /** Those that lead away from a vertex. */
    outgoing: sql.all<Neighbourhood, AssociationRow>(
      `SELECT * FROM lineage_associations WHERE source = $arn AND destination > $after ORDER BY destination LIMIT $limit`,
    ),
    /** Those that lead to a vertex. */
    incoming: sql.all<Neighbourhood, AssociationRow>(
      `SELECT * FROM lineage_associations WHERE destination = $arn AND source > $after ORDER BY source LIMIT $limit`,
    ),
  };
}
