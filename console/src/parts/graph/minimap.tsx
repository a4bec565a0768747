/** The whole of a large graph in a corner, with the window in it; pressing or dragging moves the window there. */
import { memo, type PointerEvent, useMemo } from 'react';
import { toneOf } from '../tone.ts';
import type { Size } from './layered.ts';
import type { Layout } from './layout.ts';
import type { GraphNode } from './shape.ts';
import type { View } from './view.ts';

const MAP = { width: 176, height: 120 };

/** All nodes of one tone as one path: five elements, however many nodes there are. */
const Marks = memo(function Marks({ layout, nodes }: { layout: Layout; nodes: readonly GraphNode[] }) {
  const paths = useMemo(() => {
    const byTone = new Map<string, string>();
    for (const { id, status } of nodes) {
      const box = layout.boxes.get(id);
      if (!box || box.open) continue;
      const tone = status === undefined ? 'idle' : toneOf(status);
      const rect = `M${Math.round(box.x)} ${Math.round(box.y)}h${box.width}v${box.height}h${-box.width}z`;
      byTone.set(tone, (byTone.get(tone) ?? '') + rect);
    }
    return [...byTone];
  }, [layout, nodes]);
  return paths.map(([tone, path]) => <path key={tone} className={`graph-mark graph-${tone}`} d={path} />);
});

type MinimapProps = {
  layout: Layout;
  nodes: readonly GraphNode[];
  view: View;
  size: Size;
  onMove: (view: View) => void;
};

export function Minimap({ layout, nodes, view, size, onMove }: MinimapProps) {
  const move = (event: PointerEvent<SVGSVGElement>) => {
    if (event.buttons === 0) return;
    const matrix = event.currentTarget.getScreenCTM();
    if (!matrix) return;
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    onMove({ ...view, x: size.width / 2 - at.x * view.zoom, y: size.height / 2 - at.y * view.zoom });
  };
  return (
    <svg
      className="graph-minimap"
      {...MAP}
      viewBox={`-40 -40 ${layout.width + 80} ${layout.height + 80}`}
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        move(event);
      }}
      onPointerMove={move}
    >
      <Marks layout={layout} nodes={nodes} />
      <rect
        className="graph-window"
        x={-view.x / view.zoom}
        y={-view.y / view.zoom}
        width={size.width / view.zoom}
        height={size.height / view.zoom}
      />
    </svg>
  );
}
