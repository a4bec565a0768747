/** Associations: what contributed to what, what produced what. */
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import { readUser, writeUser } from '../../protocol/userContext.ts';
import type { Parts, Sdk } from './context.ts';
import { lineageErrors } from './errors.ts';
import { type LineageType, lineageTypeOf, type Place } from './names.ts';
import type { AssociationRow } from './store.ts';

type Summary = NonNullable<OutputOf<Sdk, 'ListAssociations'>['AssociationSummaries']>[number];
export type EdgeType = NonNullable<Summary['AssociationType']>;

/** A vertex of the graph, whatever keeps it. */
export type Vertex = {
  arn: string;
  lineageType: LineageType;
  type: string;
  name: string | undefined;
  createdAt: number;
  modifiedAt: number;
  properties: Readonly<Record<string, string>>;
};

/** The vertex of an ARN; undefined when there is none. */
export function vertexOf({ db, ports }: Pick<Parts, 'db' | 'ports'>, place: Place, arn: string): Vertex | undefined {
  const lineageType = lineageTypeOf(place, arn);
  if (!lineageType) return undefined;
  const row = db.entity({ arn });
  if (row) {
    const { Properties } = JSON.parse(row.kept) as { Properties?: Record<string, string> };
    return {
      arn,
      lineageType,
      type: row.type,
      name: row.name ?? undefined,
      createdAt: row.created_at,
      modifiedAt: row.modified_at,
      properties: Properties ?? {},
    };
  }
  const node = ports.experimentNode(arn);
  return node && { arn, lineageType, ...node, properties: {} };
}

function requireVertex(parts: Parts, place: Place, member: string, arn: string): Vertex {
  if (!lineageTypeOf(place, arn)) throw lineageErrors.noVertex(member, arn);
  const vertex = vertexOf(parts, place, arn);
  if (!vertex) throw lineageErrors.vertexMissing(member, arn);
  return vertex;
}

/** Inside a transaction. */
export function addAssociation(parts: Parts, input: InputOf<Sdk, 'AddAssociation'>, call: Call): void {
  const source = requireVertex(parts, call, 'SourceArn', input.SourceArn!);
  const destination = requireVertex(parts, call, 'DestinationArn', input.DestinationArn!);
  if (source.arn === destination.arn) throw lineageErrors.toItself(source.arn);
  const made = parts.db.insertAssociation({
    region: call.region,
    source: source.arn,
    destination: destination.arn,
    source_type: source.type,
    destination_type: destination.type,
    type: input.AssociationType ?? null,
    created_at: call.now,
    created_by: writeUser(call.principal),
  });
  if (made === 0) throw lineageErrors.associationExists(source.arn, destination.arn);
}

/** Inside a transaction. */
export function deleteAssociation({ db }: Parts, source: string, destination: string): void {
  if (db.deleteAssociation({ source, destination }) === 0) {
    throw lineageErrors.noAssociation(source, destination);
  }
}

export function summarizeAssociation(parts: Parts, place: Place, row: AssociationRow): Summary {
  return {
    SourceArn: row.source,
    DestinationArn: row.destination,
    SourceType: row.source_type,
    DestinationType: row.destination_type,
    AssociationType: (row.type as EdgeType | null) ?? undefined,
    SourceName: vertexOf(parts, place, row.source)?.name,
    DestinationName: vertexOf(parts, place, row.destination)?.name,
    CreationTime: new Date(row.created_at),
    CreatedBy: readUser(row.created_by),
  };
}
