/**
 * Artifacts, contexts and actions: three nouns that differ in what names them, and in little else.
 *
 * N1. There is one artifact for each SourceUri of a region; contexts and actions are unique by name.
 * N2. What has associations is not deleted: an association always has two ends.
 */
import type { Call } from '../../protocol/service.ts';
import { NOBODY, readUser, writeUser } from '../../protocol/userContext.ts';
import type { Parts } from './context.ts';
import { lineageErrors } from './errors.ts';
import { artifactArn, groupArn, type Kind, namedArn, type Place } from './names.ts';
import type { GivenTag } from './ports.ts';
import type { EntityRow } from './store.ts';

type Texts = Record<string, string>;
export type ActionStatus = 'Unknown' | 'InProgress' | 'Completed' | 'Failed' | 'Stopping' | 'Stopped';

/** Members that are kept as given. */
export type Kept = {
  Source: { SourceUri: string | undefined };
  Properties?: Texts | undefined;
  Description?: string | undefined;
  Status?: ActionStatus | undefined;
  MetadataProperties?: object | undefined;
};

/** An entity to be made: `name` is what makes a context or action unique, `kept.Source` an artifact. */
export type Draft = { kind: Kind; name: string | undefined; type: string; kept: Kept };

export const readKept = (row: Pick<EntityRow, 'kept'>): Kept => JSON.parse(row.kept) as Kept;

function draftArn(place: Place, { kind, name, kept }: Draft): string {
  return kind === 'artifact' ? artifactArn(place, kept.Source.SourceUri!) : namedArn(place, kind, name!);
}

function rowOf(place: Place, draft: Draft, at: number, by: string): Omit<EntityRow, 'id'> {
  return {
    arn: draftArn(place, draft),
    region: place.region,
    kind: draft.kind,
    name: draft.name ?? null,
    type: draft.type,
    source_uri: draft.kept.Source.SourceUri!,
    kept: JSON.stringify(draft.kept),
    created_at: at,
    created_by: by,
    modified_at: at,
    modified_by: by,
  };
}

/** Inside a transaction. @returns the ARN @throws ValidationException when it exists already */
export function createEntity(
  { db, ports }: Parts,
  draft: Draft,
  tags: readonly GivenTag[] | undefined,
  call: Call,
): string {
  const row = rowOf(call, draft, call.now, writeUser(call.principal));
  if (db.insertEntity(row) === 0) {
    if (draft.kind === 'artifact') throw lineageErrors.artifactExists(row.source_uri, row.arn);
    throw lineageErrors.nameTaken(draft.kind, draft.name!);
  }
  if (tags?.length) ports.setTags(row.arn, tags);
  return row.arn;
}

/** Inside a transaction: an entity that Telar itself records; the one that is there already, if there is one. @returns the ARN */
export function recordEntity({ db }: Pick<Parts, 'db'>, place: Place, draft: Draft, at: number): string {
  const row = rowOf(place, draft, at, NOBODY);
  db.insertEntity(row);
  return row.arn;
}

/** @throws ResourceNotFound */
export function requireEntity({ db }: Parts, kind: Kind, arn: string, named = arn): EntityRow {
  const row = db.entity({ arn });
  if (row?.kind !== kind) throw lineageErrors.notFound(kind, named);
  return row;
}

/** Of an entity, all requests together; as AWS bounds each. */
const MOST_PROPERTIES = 30;

type Changes = {
  name?: string | undefined;
  Properties?: Texts | undefined;
  PropertiesToRemove?: readonly string[] | undefined;
  Description?: string | undefined;
  Status?: ActionStatus | undefined;
};

/** Inside a transaction. */
export function updateEntity({ db }: Parts, row: EntityRow, changes: Changes, call: Call): void {
  const kept = readKept(row);
  const properties = { ...kept.Properties, ...changes.Properties };
  for (const name of changes.PropertiesToRemove ?? []) delete properties[name];
  if (Object.keys(properties).length > MOST_PROPERTIES) throw lineageErrors.tooManyProperties(MOST_PROPERTIES);
  db.updateEntity({
    arn: row.arn,
    name: changes.name ?? row.name,
    kept: JSON.stringify({
      ...kept,
      Properties: Object.keys(properties).length > 0 ? properties : undefined,
      Description: changes.Description ?? kept.Description,
      Status: changes.Status ?? kept.Status,
    } satisfies Kept),
    modified_at: call.now,
    modified_by: writeUser(call.principal),
  });
}

/** Inside a transaction. @throws ValidationException while it has associations */
export function deleteEntity({ db, ports }: Parts, row: EntityRow): void {
  const { arn } = row;
  const near = { arn, after: '', limit: 1 };
  if (db.incoming(near).length + db.outgoing(near).length > 0) {
    throw lineageErrors.associated(row.kind, row.name ?? arn);
  }
  db.deleteEntity({ arn });
  ports.removeTags(arn);
}

/** The members that the summaries of all three share. */
export const times = (row: EntityRow) => ({
  CreationTime: new Date(row.created_at),
  LastModifiedTime: new Date(row.modified_at),
});

/** The members that the descriptions of all three share. */
export function details({ account }: Parts, row: EntityRow) {
  return {
    ...times(row),
    Properties: readKept(row).Properties ?? {},
    CreatedBy: readUser(row.created_by),
    LastModifiedBy: readUser(row.modified_by),
    LineageGroupArn: groupArn({ account, region: row.region }),
  };
}
