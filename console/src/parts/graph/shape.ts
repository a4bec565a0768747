/**
 * What of a graph decides its layout: which nodes there are, which stands in which, what is folded, and the edges. Statuses
 * and words do not, so a live execution is laid out once.
 */

/** `parent` is the node (a Map, a Parallel) that this one stands in. */
export type GraphNode = {
  id: string;
  label: string;
  kind?: string | undefined;
  status?: string | undefined;
  detail?: string | undefined;
  parent?: string | undefined;
};

/** `aside`: the way that is only taken when something goes wrong; it is drawn dotted. */
export type GraphEdge = { from: string; to: string; label?: string | undefined; aside?: boolean | undefined };

/** The nodes directly in one parent (ROOT for the graph itself), and the edges between them. */
export type Level = { ids: string[]; edges: GraphEdge[] };

/** `levels` holds only what is shown: nothing in a folded node. `sizes` is how many nodes each parent holds, at any depth. */
export type Shape = { levels: Map<string, Level>; sizes: Map<string, number> };

export const ROOT = '';

/** Equal for graphs that are laid out alike. */
export function shapeKey(
  nodes: readonly GraphNode[],
  edges: readonly GraphEdge[],
  folded: ReadonlySet<string>,
): string {
  const parts = nodes.map((node) => `${node.id}\u0001${node.parent ?? ''}`);
  const arrows = edges.map((edge) => `${edge.from}\u0001${edge.to}\u0001${edge.label ?? ''}\u0001${edge.aside ?? ''}`);
  return [parts.join('\u0002'), arrows.join('\u0002'), [...folded].sort().join('\u0002')].join('\u0003');
}

/** Each node's parents, nearest first. A parent that is missing counts as none, and so does one that would close a circle. */
function ancestry(nodes: readonly GraphNode[]): Map<string, string[]> {
  const parents = new Map(nodes.map((node) => [node.id, node.parent]));
  return new Map(
    nodes.map((node) => {
      const chain: string[] = [];
      let at = node.parent;
      while (at !== undefined && parents.has(at) && at !== node.id && !chain.includes(at)) {
        chain.push(at);
        at = parents.get(at);
      }
      // Whoever comes back to itself has no parent at all: otherwise a circle would hang on nothing.
      return [node.id, at === node.id || (at !== undefined && chain.includes(at)) ? [] : chain] as const;
    }),
  );
}

export function shapeOf(nodes: readonly GraphNode[], edges: readonly GraphEdge[], folded: ReadonlySet<string>): Shape {
  const above = ancestry(nodes);
  const levels = new Map<string, Level>([[ROOT, { ids: [], edges: [] }]]);
  const sizes = new Map<string, number>();
  const level = (id: string) => {
    const known = levels.get(id) ?? { ids: [], edges: [] };
    levels.set(id, known);
    return known;
  };
  for (const [id, chain] of above) {
    for (const parent of chain) sizes.set(parent, (sizes.get(parent) ?? 0) + 1);
    if (!chain.some((parent) => folded.has(parent))) level(chain[0] ?? ROOT).ids.push(id);
  }
  const drawn = new Set<string>();
  for (const edge of edges) {
    const lifted = lift(edge, above, folded);
    if (!lifted || drawn.has(`${lifted.from}\u0001${lifted.to}`)) continue;
    drawn.add(`${lifted.from}\u0001${lifted.to}`);
    level(lifted.level).edges.push({ from: lifted.from, to: lifted.to, label: edge.label, aside: edge.aside });
  }
  return { levels, sizes };
}

/**
 * An edge between nodes of different parents, drawn between those of their ancestors that stand side by side. None where one
 * stands in the other, or an end is missing, or both are in the same folded node.
 */
function lift(edge: GraphEdge, above: Map<string, string[]>, folded: ReadonlySet<string>) {
  const up = above.get(edge.from);
  const down = above.get(edge.to);
  if (!up || !down) return undefined;
  const left = [ROOT, ...up.toReversed(), edge.from];
  const right = [ROOT, ...down.toReversed(), edge.to];
  let at = 0;
  while (at < left.length && at < right.length && left[at] === right[at]) at += 1;
  const from = left[at];
  const to = right[at];
  const level = left[at - 1];
  if (from === undefined || to === undefined || level === undefined) return undefined;
  return left.slice(1, at).some((parent) => folded.has(parent)) ? undefined : { level, from, to };
}
