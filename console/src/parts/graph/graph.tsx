/**
 * A graph of steps: laid out once for its shape, live in its statuses, folded, zoomed, moved and walked with the keyboard.
 * 1. A change of statuses lays nothing out, and renders the changed nodes alone.
 * 2. For assistive technology it is a list of options; the edges are for the eye, their order is the list's.
 */
import { type KeyboardEvent, type MouseEvent, memo, useId, useMemo, useRef, useState } from 'react';
import { IconButton } from '../button.tsx';
import { FitIcon, ZoomInIcon, ZoomOutIcon } from '../icons.tsx';
import { Drawing, elementIdOf } from './drawing.tsx';
import { type Layout, layoutOf } from './layout.ts';
import { Minimap } from './minimap.tsx';
import { type GraphEdge, type GraphNode, type Shape, shapeKey, shapeOf } from './shape.ts';
import { useView } from './useView.ts';
import { type Direction, neighbour, reveal, wholeIn, zoomAt } from './view.ts';
import './graph.css';

export type { GraphEdge, GraphNode } from './shape.ts';

export type GraphProps = {
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
  selected?: string | undefined;
  onSelect?: ((id: string) => void) | undefined;
  height?: number | string;
  /** Its statuses move: running nodes and the edges into them show it. */
  live?: boolean;
  label?: string;
};

const MINIMAP_FROM = 60;

/** The layout of the shape that the nodes and edges have; the same object as long as the shape stays. */
function useLayout(nodes: readonly GraphNode[], edges: readonly GraphEdge[], folded: ReadonlySet<string>) {
  const last = useRef<{ key: string; shape: Shape; layout: Layout }>(undefined);
  return useMemo(() => {
    const key = shapeKey(nodes, edges, folded);
    if (last.current?.key !== key) {
      const shape = shapeOf(nodes, edges, folded);
      last.current = { key, shape, layout: layoutOf(shape) };
    }
    return last.current;
  }, [nodes, edges, folded]);
}

function useFolding() {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string) =>
    setFolded((now) => {
      const next = new Set(now);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  return { folded, toggle };
}

/** Rendered again only for other props: a page may render for reasons of its own each second. */
export const Graph = memo(function Graph(props: GraphProps) {
  const { nodes, edges, selected, onSelect, height = 480, live = false, label = 'Graph of the steps' } = props;
  const own = useId();
  const svg = useRef<SVGSVGElement>(null);
  const { folded, toggle } = useFolding();
  const { layout, shape } = useLayout(nodes, edges, folded);
  const window = useView(svg, layout, selected === undefined ? undefined : layout.boxes.get(selected));
  const { size, view, setView } = window;
  const [active, setActive] = useState<string>();
  const reached = active !== undefined && layout.boxes.has(active) ? active : selected;

  const goTo = (id: string | undefined) => {
    const box = id === undefined ? undefined : layout.boxes.get(id);
    if (!box) return;
    setActive(box.id);
    setView((now) => reveal(now, box, size));
  };
  const zoom = (by: number) => setView((now) => zoomAt(now, by, { x: size.width / 2, y: size.height / 2 }));
  const whole = () => setView(wholeIn(layout, size));
  const click = (event: MouseEvent) => {
    if (!window.clicked()) return;
    const target = event.target as Element;
    const fold = target.closest<SVGElement>('[data-fold]')?.dataset['fold'];
    if (fold !== undefined) return toggle(fold);
    const id = target.closest<SVGElement>('[data-node]')?.dataset['node'];
    if (id === undefined) return;
    setActive(id);
    onSelect?.(id);
  };
  const foldReached = () => {
    if (reached !== undefined && shape.sizes.has(reached)) toggle(reached);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const act = keyOf(event, { layout, reached, goTo, zoom, whole, foldReached, onSelect });
    if (!act) return;
    event.preventDefault();
    act();
  };

  return (
    <div className={live ? 'graph graph-live' : 'graph'} style={{ height }}>
      <div
        className="graph-list"
        role="listbox"
        tabIndex={0}
        aria-label={`${label}, ${nodes.length.toLocaleString('en-GB')} nodes`}
        aria-activedescendant={
          reached !== undefined && layout.boxes.has(reached) ? elementIdOf(own, reached) : undefined
        }
        onKeyDown={onKeyDown}
        onClick={click}
      >
        <svg ref={svg} className="graph-canvas" role="presentation" {...window.handlers}>
          <Drawing {...{ nodes, layout, shape, size, view, selected, reached, live, own }} />
        </svg>
      </div>
      <div className="graph-controls">
        <IconButton label="Zoom in" icon={<ZoomInIcon />} onClick={() => zoom(1.3)} />
        <IconButton label="Zoom out" icon={<ZoomOutIcon />} onClick={() => zoom(1 / 1.3)} />
        <IconButton label="Show the whole graph" icon={<FitIcon />} onClick={whole} />
      </div>
      {layout.boxes.size > MINIMAP_FROM && <Minimap {...{ layout, nodes, view, size }} onMove={setView} />}
    </div>
  );
});

type Keys = {
  layout: Layout;
  reached: string | undefined;
  goTo: (id: string | undefined) => void;
  zoom: (by: number) => void;
  whole: () => void;
  foldReached: () => void;
  onSelect: ((id: string) => void) | undefined;
};

/** What a key does; undefined for those that are not the graph's. */
function keyOf(event: KeyboardEvent, keys: Keys): (() => void) | undefined {
  const { layout, reached, goTo } = keys;
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const ids = () => [...layout.boxes.keys()];
  const table: Record<string, () => void> = {
    Enter: () => reached !== undefined && keys.onSelect?.(reached),
    ' ': keys.foldReached,
    Home: () => goTo(ids()[0]),
    End: () => goTo(ids().at(-1)),
    '+': () => keys.zoom(1.3),
    '-': () => keys.zoom(1 / 1.3),
    '0': keys.whole,
  };
  if (!event.key.startsWith('Arrow')) return Object.hasOwn(table, event.key) ? table[event.key] : undefined;
  return () => goTo(reached === undefined ? ids()[0] : neighbour(layout, reached, event.key as Direction));
}
