/**
 * QueryLineage: what led to a vertex, and what came of it, breadth first.
 *
 * Q1. The vertices come in one order: nearer ones first, those equally near what led to them in the order of
 *     their ARNs. The start is none of them.
 * Q2. A filter leaves vertices out of the answer, not out of the way: what lies behind them is reached.
 * Q3. An edge is given with the later of its two vertices, once both are given or are the start.
 * Q4. The loop is never held: others come first after a few milliseconds.
 */
import { type Pace, paced } from '../../base/pace.ts';
import { decodeToken, encodeToken } from '../../protocol/pages.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import { type EdgeType, type Vertex, vertexOf } from './associations.ts';
import type { Parts, Sdk } from './context.ts';
import { lineageErrors } from './errors.ts';
import { ofVertex } from './neighbours.ts';

export type QueryInput = InputOf<Sdk, 'QueryLineage'>;
export type QueryOutput = OutputOf<Sdk, 'QueryLineage'>;

type Edge = NonNullable<QueryOutput['Edges']>[number];

const DEFAULT_DEPTH = 10;
const DEFAULT_PAGE = 10;
/** Vertices that one query walks past, at most. */
const WIDEST = 50_000;
export async function queryLineage(parts: Parts, input: QueryInput, call: Call): Promise<QueryOutput> {
  const [start] = input.StartArns ?? [];
  if (start === undefined) throw lineageErrors.noStart();
  if (!vertexOf(parts, call, start)) throw lineageErrors.vertexMissing('StartArns', start);
  const { NextToken: token, MaxResults: limit = DEFAULT_PAGE, ...query } = input;
  const asked = { operation: 'QueryLineage', region: call.region, ...query };
  const after = token === undefined ? undefined : decodeToken(asked, token)?.[0];
  if (token !== undefined && after === undefined) throw lineageErrors.staleToken();
  const pace = paced(parts.clock);
  const { given, page, more } = await walk(
    { parts, input, call, start, after: after as string | undefined, limit },
    pace,
  );
  const last = page.at(-1);
  return {
    Vertices: page.map(({ arn, type, lineageType }) => ({ Arn: arn, Type: type, LineageType: lineageType })),
    Edges: input.IncludeEdges === false ? [] : await edgesOf(parts, input, given, page.length, pace),
    NextToken: more && last ? encodeToken(asked, [last.arn]) : undefined,
  };
}

type Walk = {
  parts: Parts;
  input: QueryInput;
  call: Call;
  start: string;
  /** The vertex that the page before ended with. */
  after: string | undefined;
  limit: number;
};

/** @returns the page, and by ARN the order in which all vertices so far were given; the start is 0 */
async function walk({ parts, input, call, start, after, limit }: Walk, pace: Pace) {
  const matches = matcher(input.Filters);
  const given = new Map([[start, 0]]);
  const page: Vertex[] = [];
  const seen = new Set([start]);
  let begun = after === undefined;
  let layer = [start];
  for (let depth = 0; depth < (input.MaxDepth ?? DEFAULT_DEPTH) && layer.length > 0; depth += 1) {
    const next: string[] = [];
    for (const arn of layer) {
      for await (const row of neighbours(parts, arn, input.Direction, pace)) {
        const other = row.source === arn ? row.destination : row.source;
        if (seen.has(other)) continue;
        if (seen.size > WIDEST) throw lineageErrors.tooWide(WIDEST);
        seen.add(other);
        await pace();
        next.push(other);
        const vertex = vertexOf(parts, call, other);
        if (!vertex || !matches(vertex)) continue;
        if (begun && page.length === limit) return { given, page, more: true };
        given.set(other, given.size);
        if (begun) page.push(vertex);
        if (other === after) begun = true;
      }
    }
    layer = next;
  }
  if (!begun) throw lineageErrors.staleToken();
  return { given, page, more: false };
}

/** The associations of a vertex that the direction follows. */
async function* neighbours({ db }: Parts, arn: string, direction: QueryInput['Direction'], pace: Pace) {
  if (direction !== 'Descendants') yield* ofVertex(db, 'incoming', arn, pace);
  if (direction !== 'Ascendants') yield* ofVertex(db, 'outgoing', arn, pace);
}

/** The associations among the vertices given so far whose later end is on the page: read as the walk itself reads. */
async function edgesOf(parts: Parts, input: QueryInput, given: ReadonlyMap<string, number>, page: number, pace: Pace) {
  const edges = new Map<number, Edge>();
  const earlier = given.size - page;
  for (const [arn, order] of given) {
    for await (const row of neighbours(parts, arn, input.Direction, pace)) {
      const other = given.get(row.source === arn ? row.destination : row.source);
      if (other === undefined || Math.max(order, other) < earlier) continue;
      const AssociationType = (row.type as EdgeType | null) ?? undefined;
      edges.set(row.id, { SourceArn: row.source, DestinationArn: row.destination, AssociationType });
    }
  }
  return [...edges.values()];
}

/** Whether a vertex is in the answer. */
function matcher(filters: QueryInput['Filters']): (vertex: Vertex) => boolean {
  if (!filters) return () => true;
  const { Types, LineageTypes, CreatedAfter, CreatedBefore, ModifiedAfter, ModifiedBefore } = filters;
  const properties = Object.entries(filters.Properties ?? {});
  return (vertex) =>
    (!Types?.length || Types.includes(vertex.type)) &&
    (!LineageTypes?.length || LineageTypes.includes(vertex.lineageType)) &&
    (!CreatedAfter || vertex.createdAt > CreatedAfter.getTime()) &&
    (!CreatedBefore || vertex.createdAt < CreatedBefore.getTime()) &&
    (!ModifiedAfter || vertex.modifiedAt > ModifiedAfter.getTime()) &&
    (!ModifiedBefore || vertex.modifiedAt < ModifiedBefore.getTime()) &&
    properties.every(([name, value]) => vertex.properties[name] === value);
}
