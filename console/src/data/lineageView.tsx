/** The lineage of one thing, drawn: each node leads to its page. */
import { useLocation } from 'wouter';
import { Graph } from '../parts/graph/graph.tsx';
import { Banner, Empty, Failure, Loading } from '../parts/notice.tsx';
import { useLineage } from './lineage.ts';

type Props = {
  /** An ARN, or an s3:// URI. */
  source: string;
  label: string;
  /** When lineage of such things is recorded. */
  none: string;
};

export function Lineage({ source, label, none }: Props) {
  const { graph, found, of, error } = useLineage(source);
  const [, navigate] = useLocation();
  if (error) return <Failure error={error} />;
  if (!found) return <Empty title="Nothing was recorded">{none}</Empty>;
  if (!graph) return <Loading />;
  return (
    <>
      {of !== source && <Banner>What is recorded of the folder that it lies in, {of}</Banner>}
      <Graph
        label={label}
        nodes={graph.nodes}
        edges={graph.edges}
        onSelect={(id) => {
          const href = graph.hrefs.get(id);
          if (href !== undefined) navigate(href.replace(/^\/console/, ''));
        }}
      />
    </>
  );
}
