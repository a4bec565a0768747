/** What something was made of, and what was made of it: AWS's lineage, as a graph whose nodes lead to their pages. */

import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { shortName } from '../parts/format.ts';
import type { GraphEdge, GraphNode } from '../parts/graph/shape.ts';
import { call, keyOf } from './call.ts';
import { hrefOf } from './links.ts';
import { useCall } from './queries.ts';
import { type Refusal, regionNow } from './session.ts';
import type { Output } from './types.ts';

type Found = Output<'sagemaker', 'QueryLineage'>;
type Sources = ReadonlyMap<string, string>;

export type LineageGraph = {
  nodes: GraphNode[];
  edges: GraphEdge[];
  /** The page of a node's source. */
  hrefs: ReadonlyMap<string, string>;
};

const DEEPEST = 10;
const MOST = 50;

export type LineageOf = {
  graph: LineageGraph | undefined;
  /** Nothing was recorded: false. */
  found: boolean;
  /** What it was recorded of: the thing itself, or the place that it lies in. */
  of: string | undefined;
  error: Refusal | null;
};

/** @param source an ARN, or an s3:// URI */
export function useLineage(source: string): LineageOf {
  const { start, of, error, isPending } = useStart(source);
  const lineage = useCall(
    'sagemaker',
    'QueryLineage',
    {
      ...{ StartArns: start === undefined ? [] : [start], Direction: 'Both', IncludeEdges: true },
      ...{ MaxDepth: DEEPEST, MaxResults: MOST },
    },
    { enabled: start !== undefined },
  );
  const described = useSources(lineage.data?.Vertices ?? []);
  const sources = useMemo(
    () => new Map([...described, ...(start === undefined || of === undefined ? [] : [[start, of] as const])]),
    [described, start, of],
  );
  const graph = useMemo(() => lineage.data && lineageGraph(lineage.data, sources), [lineage.data, sources]);
  // A job is a trial component, whether anything was recorded of it or not.
  const empty = lineage.data !== undefined && (lineage.data.Vertices ?? []).length === 0 && jobComponent(source);
  return { graph, of, found: isPending || (start !== undefined && !empty), error: error ?? lineage.error };
}

type Start = { start: string | undefined; of: string | undefined; error: Refusal | null; isPending: boolean };

/** Where the graph begins. */
function useStart(source: string): Start {
  const component = jobComponent(source);
  const places = component === undefined ? placesOf(source) : [];
  const found = useQueries({
    queries: places.map((SourceUri) => ({
      queryKey: keyOf('sagemaker', 'ListArtifacts', { SourceUri, MaxResults: 1 }) as readonly unknown[],
      queryFn: () => call('sagemaker', 'ListArtifacts', { SourceUri, MaxResults: 1 }),
    })),
  });
  if (component !== undefined) return { start: component, of: source, error: null, isPending: false };
  const place = found.findIndex(({ data }) => (data?.ArtifactSummaries ?? []).length > 0);
  const isPending = found.some((one) => one.isPending);
  return {
    // The nearest one is known only once all are.
    ...(isPending ? { start: undefined, of: undefined } : startAt(found[place]?.data, places[place])),
    error: (found.find(({ error }) => error)?.error ?? null) as Refusal | null,
    isPending,
  };
}

const startAt = (data: Output<'sagemaker', 'ListArtifacts'> | undefined, of: string | undefined) => ({
  ...{ start: data?.ArtifactSummaries?.[0]?.ArtifactArn, of },
});

/** A job is in the graph as its trial component. */
export const jobComponent = (arn: string): string | undefined => {
  const [, before, kind, name] =
    /^(arn:[^:]+:sagemaker:[^:]*:\d*:)(processing|training|transform)-job\/(.+)$/.exec(arn) ?? [];
  return name === undefined ? undefined : `${before}experiment-trial-component/${name}-aws-${kind}-job`;
};

/** Jobs name the folders that they read and write: an object's lineage is that of the nearest one, if it has none of its own. */
export function placesOf(source: string): string[] {
  const [, bucket, key] = /^(s3:\/\/[^/]+\/)(.+)$/.exec(source) ?? [];
  if (bucket === undefined || key === undefined) return [source];
  const folders = key.split('/').slice(0, -1);
  const above = folders.map((_, index) => bucket + folders.slice(0, folders.length - index).join('/'));
  return [source, ...above.flatMap((folder) => [`${folder}/`, folder]), bucket, bucket.slice(0, -1)];
}

/** The part of a name that tells it from others: the end of a place, an image without its registry, a pipeline's step. */
function labelOf(source: string): string {
  if (source.startsWith('s3://')) return source.split('/').filter(Boolean).slice(2).slice(-2).join('/') || source;
  if (/\.dkr\.ecr\./.test(source)) return source.slice(source.indexOf('/') + 1);
  const step = /-job\/pipelines-[a-z0-9]{12}-(.+)-[A-Za-z0-9]{10}$/.exec(source)?.[1];
  return step ?? shortName(source);
}

type Vertex = NonNullable<Found['Vertices']>[number];

/** What each vertex stands for: the object, job or model that it was recorded of. */
function useSources(vertices: readonly Vertex[]): Sources {
  const found = useQueries({
    queries: vertices.map((vertex) => ({
      queryKey: [regionNow(), 'sagemaker', 'lineage source', vertex.Arn] as readonly unknown[],
      queryFn: () => sourceOf(vertex),
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  return new Map(
    vertices.flatMap(({ Arn = '' }, index) => (found[index]?.data ? [[Arn, found[index].data] as const] : [])),
  );
}

/** Null where nothing but its own name is known. */
async function sourceOf({ Arn = '', LineageType }: Vertex): Promise<string | null> {
  const name = Arn.slice(Arn.indexOf('/') + 1);
  switch (LineageType) {
    case 'Artifact':
      return (await call('sagemaker', 'DescribeArtifact', { ArtifactArn: Arn })).Source?.SourceUri ?? null;
    case 'TrialComponent':
      return (
        (await call('sagemaker', 'DescribeTrialComponent', { TrialComponentName: name })).Source?.SourceArn ?? null
      );
    case 'Context':
      return (await call('sagemaker', 'DescribeContext', { ContextName: name })).Source?.SourceUri ?? null;
    default:
      return null;
  }
}

/** Pure: a node for each vertex and end of an edge; edges lead from what was used to what was made. */
function lineageGraph({ Vertices = [], Edges = [] }: Found, sources: Sources): LineageGraph {
  const types = new Map(Vertices.map(({ Arn = '', Type = '', LineageType }) => [Arn, Type || (LineageType ?? '')]));
  const arns = new Set([...types.keys(), ...sources.keys()]);
  for (const { SourceArn = '', DestinationArn = '' } of Edges) arns.add(SourceArn).add(DestinationArn);
  const hrefs = new Map<string, string>();
  const nodes = [...arns].map((id): GraphNode => {
    const href = hrefOf(sources.get(id) ?? id);
    if (href !== undefined) hrefs.set(id, href);
    return { id, label: labelOf(sources.get(id) ?? id), kind: types.get(id) };
  });
  const edges = Edges.map(({ SourceArn = '', DestinationArn = '', AssociationType }) => ({
    ...{ from: SourceArn, to: DestinationArn, label: AssociationType },
  }));
  return { nodes, edges, hrefs };
}
