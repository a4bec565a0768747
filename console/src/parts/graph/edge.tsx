/** One edge: a smooth line through its points, an arrow at its end, a label in its middle. */
import { memo } from 'react';
import type { Point } from './layered.ts';

/** Straight pieces whose corners are rounded: the curve never leaves the way that the layout found. */
function pathOf(points: readonly Point[]): string {
  const [start, ...rest] = points;
  const end = rest.at(-1);
  if (!start || !end) return '';
  let path = `M${round(start.x)} ${round(start.y)}`;
  for (let at = 0; at < rest.length - 1; at += 1) {
    const corner = rest[at]!;
    const next = rest[at + 1]!;
    const to = at === rest.length - 2 ? next : { x: (corner.x + next.x) / 2, y: (corner.y + next.y) / 2 };
    path += `Q${round(corner.x)} ${round(corner.y)} ${round(to.x)} ${round(to.y)}`;
  }
  return rest.length === 1 ? `${path}L${round(end.x)} ${round(end.y)}` : path;
}

const round = (value: number) => Math.round(value * 10) / 10;

type EdgeProps = {
  points: readonly Point[];
  label: string | undefined;
  /** The marker's id, one for each graph in the page. */
  arrow: string;
  flows: boolean;
  aside: boolean;
};

export const GraphEdgeView = memo(function GraphEdgeView({ points, label, arrow, flows, aside }: EdgeProps) {
  const way = flows ? ' graph-flows' : aside ? ' graph-aside' : '';
  const middle = points[Math.floor(points.length / 2)];
  return (
    <g className={`graph-edge${way}`}>
      <path d={pathOf(points)} markerEnd={`url(#${arrow})`} />
      {label && middle && (
        <text className="graph-edge-label" x={middle.x} y={middle.y + 4}>
          {label}
        </text>
      )}
    </g>
  );
});
