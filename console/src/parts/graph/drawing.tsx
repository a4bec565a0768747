/**
 * What is drawn of a graph: open parents, over them the edges, over these the nodes. Of more than CULL_FROM nodes only those
 * near the window, and no words where none could be read.
 */
import { useMemo } from 'react';
import { toneOf } from '../tone.ts';
import { GraphEdgeView } from './edge.tsx';
import type { Size } from './layered.ts';
import type { Box, Layout } from './layout.ts';
import { GraphNodeView } from './node.tsx';
import type { GraphNode, Shape } from './shape.ts';
import { type View, within } from './view.ts';

const CULL_FROM = 300;
/** Below this zoom a label is less than five pixels high. */
const COARSE = 0.36;

type DrawingProps = {
  nodes: readonly GraphNode[];
  layout: Layout;
  shape: Shape;
  size: Size;
  view: View;
  selected: string | undefined;
  reached: string | undefined;
  live: boolean;
  /** Makes ids of elements unlike those of other graphs in the page. */
  own: string;
};

export const elementIdOf = (own: string, id: string) => `${own}-${id}`;

export function Drawing({ nodes, layout, shape, size, view, selected, reached, live, own }: DrawingProps) {
  const byId = useMemo(() => new Map(nodes.map((node) => [node.id, node])), [nodes]);
  const culled = layout.boxes.size > CULL_FROM;
  const shown = culled ? within(layout, view, size) : { boxes: [...layout.boxes.values()], lines: layout.lines };
  const coarse = culled && view.zoom < COARSE;
  // The option that the keyboard is on must be in the page even when it is out of the window.
  const kept = reached === undefined ? undefined : layout.boxes.get(reached);
  const boxes = kept && culled && !shown.boxes.includes(kept) ? [...shown.boxes, kept] : shown.boxes;
  const draw = (box: Box) => {
    const node = byId.get(box.id);
    if (!node) return null;
    return (
      <GraphNodeView
        key={box.id}
        elementId={elementIdOf(own, box.id)}
        {...box}
        holds={shape.sizes.get(box.id) ?? 0}
        label={node.label}
        kind={node.kind}
        status={node.status}
        detail={node.detail}
        selected={selected === box.id}
        active={reached === box.id}
        coarse={coarse}
      />
    );
  };
  const arrow = `${own}-arrow`;
  return (
    <>
      <defs>
        <marker id={arrow} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path className="graph-arrow" d="M0 .5 8 4 0 7.5z" />
        </marker>
      </defs>
      <g transform={`translate(${view.x} ${view.y}) scale(${view.zoom})`}>
        {boxes.filter((box) => box.open).map(draw)}
        {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing of an edge takes the focus */}
        <g aria-hidden="true">
          {shown.lines.map((line) => (
            <GraphEdgeView
              key={`${line.from}\u0001${line.to}`}
              points={line.points}
              label={coarse ? undefined : line.label}
              arrow={arrow}
              aside={line.aside ?? false}
              flows={live && toneOf(byId.get(line.to)?.status ?? '') === 'busy'}
            />
          ))}
        </g>
        {boxes.filter((box) => !box.open).map(draw)}
      </g>
    </>
  );
}
