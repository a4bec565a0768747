/**
 * Where the nodes and edges of a graph stand. Pure: equal shapes are laid out equally.
 * 1. Each parent's inside is laid out by itself, and stands in its surroundings as one node of that size; so folding one
 *    changes nothing within the others, and the many nodes of a large Map cost no more than they would alone.
 * 2. A level of more than DAGRE_MOST nodes and edges is laid out by `layered`: dagre is better to look at, but there it takes
 *    longer than 300 ms (measured: 60 to 200 ms for 200 nodes and edges each, seconds for 600 nodes with 1,200 edges).
 */
import dagre from '@dagrejs/dagre';
import { GAP, layered, type Placed, type Point, type Size } from './layered.ts';
import { type GraphEdge, type Level, ROOT, type Shape } from './shape.ts';

/** `x` and `y` are the upper left corner; `depth` is 0 outside every parent; `open` marks a parent whose inside is shown. */
export type Box = Size & Point & { id: string; depth: number; open: boolean };
export type Line = GraphEdge & { points: Point[]; depth: number };
export type Layout = Size & { boxes: Map<string, Box>; lines: Line[] };

export const NODE: Size = { width: 208, height: 48 };
/** Around the inside of an open parent; `top` leaves place for its name. */
const INSET = { x: 16, top: 40, bottom: 16 };
const DAGRE_MOST = 450;

function byDagre({ ids, edges }: Level, sizes: Map<string, Size>): Placed {
  const graph = new dagre.graphlib.Graph({ multigraph: false });
  graph.setGraph({ rankdir: 'TB', nodesep: GAP.x, ranksep: GAP.y, edgesep: 16, ranker: 'tight-tree' });
  // dagre writes into what it is given.
  for (const id of ids) graph.setNode(id, { ...sizes.get(id)! });
  for (const { from, to, label } of edges) {
    graph.setEdge(from, to, label ? { width: 7 * label.length, height: 16, labelpos: 'c' } : {});
  }
  dagre.layout(graph);
  const { width = 0, height = 0 } = graph.graph() as Partial<Size>;
  return {
    width: Number.isFinite(width) ? Math.max(0, width) : 0,
    height: Number.isFinite(height) ? Math.max(0, height) : 0,
    centres: new Map(
      ids.map((id) => {
        const { x, y } = graph.node(id) as Point;
        return [id, { x, y }] as const;
      }),
    ),
    bends: edges.map(({ from, to }) =>
      (graph.edge(from, to) as { points: Point[] }).points.map(({ x, y }) => ({ x, y })),
    ),
  };
}

function place(level: Level, sizes: Map<string, Size>): Placed {
  return level.ids.length + level.edges.length > DAGRE_MOST
    ? layered(level.ids, level.edges, sizes)
    : byDagre(level, sizes);
}

/** Parents from the innermost outwards, so that each one's size is known before its surroundings are laid out. */
function innermostFirst({ levels }: Shape): string[] {
  const order = [ROOT];
  for (let at = 0; at < order.length; at += 1) {
    for (const id of levels.get(order[at]!)?.ids ?? []) if (levels.has(id)) order.push(id);
  }
  return order.reverse();
}

export function layoutOf(shape: Shape): Layout {
  const placed = new Map<string, Placed>();
  const sizes = new Map<string, Size>();
  const order = innermostFirst(shape);
  for (const parent of order) {
    const level = shape.levels.get(parent)!;
    for (const id of level.ids) if (!sizes.has(id)) sizes.set(id, NODE);
    const inside = place(level, sizes);
    placed.set(parent, inside);
    sizes.set(parent, {
      width: Math.max(NODE.width, inside.width + 2 * INSET.x),
      height: inside.height + INSET.top + INSET.bottom,
    });
  }
  const boxes = new Map<string, Box>();
  const lines: Line[] = [];
  // Outermost first: a parent's corner is where its inside is counted from.
  for (const parent of order.reverse()) {
    const { centres, bends, width } = placed.get(parent)!;
    const around = boxes.get(parent);
    const depth = around ? around.depth + 1 : 0;
    const from = around ? { x: around.x + (around.width - width) / 2, y: around.y + INSET.top } : { x: 0, y: 0 };
    for (const [id, centre] of centres) {
      const size = sizes.get(id)!;
      const x = from.x + centre.x - size.width / 2;
      const y = from.y + centre.y - size.height / 2;
      boxes.set(id, { id, x, y, ...size, depth, open: shape.levels.has(id) });
    }
    shape.levels.get(parent)!.edges.forEach((edge, index) => {
      lines.push({ ...edge, depth, points: bends[index]!.map(({ x, y }) => ({ x: from.x + x, y: from.y + y })) });
    });
  }
  const { width, height } = placed.get(ROOT)!;
  return { width, height, boxes, lines };
}
