/** What something was made of, and what was made of it: AWS's lineage, as a graph whose nodes lead to their pages. */

import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { shortName } from '../parts/format.ts';
import type { GraphEdge, GraphNode } from '../parts/graph/shape.ts';
import { call } from './call.ts';
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

/**
 * @param source an ARN, or an s3:// URI
 * @returns `found: false` where nothing was recorded about it
 */
export function useLineage(source: string): { graph: LineageGraph | undefined; found: boolean; error: Refusal | null } {
  const artifacts = useCall('sagemaker', 'ListArtifacts', { SourceUri: source, MaxResults: 1 });
  const artifact = artifacts.data?.ArtifactSummaries?.[0]?.ArtifactArn;
  const lineage = useCall(
    'sagemaker',
    'QueryLineage',
    {
      ...{ StartArns: artifact === undefined ? [] : [artifact], Direction: 'Both', IncludeEdges: true },
      ...{ MaxDepth: DEEPEST, MaxResults: MOST },
    },
    { enabled: artifact !== undefined },
  );
  const described = useSources(lineage.data?.Vertices ?? []);
  const sources = useMemo(
    () => new Map([...described, ...(artifact === undefined ? [] : [[artifact, source] as const])]),
    [described, artifact, source],
  );
  return {
    graph: lineage.data && lineageGraph(lineage.data, sources),
    found: artifacts.data === undefined || artifact !== undefined,
    error: artifacts.error ?? lineage.error,
  };
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
