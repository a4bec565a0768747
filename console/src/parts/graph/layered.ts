/**
 * A cheap layout for graphs that dagre would take too long for: ranks by the longest path, each rank ordered by where its
 * predecessors stand, a wide rank broken into rows. Linear in nodes and edges.
 */
import type { GraphEdge } from './shape.ts';

export type Size = { width: number; height: number };
export type Point = { x: number; y: number };

/** Centres of nodes and the bends of edges (in the order of `edges`); the whole begins at 0, 0. */
export type Placed = Size & { centres: Map<string, Point>; bends: Point[][] };

export const GAP = { x: 28, y: 44 };

/** More nodes side by side than this make further rows. */
const WIDEST = 40;

type Links = Map<string, string[]>;

function linksOf(ids: readonly string[], edges: readonly GraphEdge[], key: 'from' | 'to', value: 'from' | 'to'): Links {
  const links: Links = new Map(ids.map((id) => [id, []]));
  for (const edge of edges) links.get(edge[key])?.push(edge[value]);
  return links;
}

/** Ids in an order in which edges lead forwards, but for those that close a circle. */
function topological(ids: readonly string[], next: Links): string[] {
  const done = new Set<string>();
  const order: string[] = [];
  for (const start of ids) {
    // Depth first without recursion: a chain of thousands would overflow the stack.
    const stack: { id: string; at: number }[] = done.has(start) ? [] : [{ id: start, at: 0 }];
    done.add(start);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const to = next.get(top.id)?.[top.at];
      top.at += 1;
      if (to === undefined) {
        order.push(top.id);
        stack.pop();
      } else if (!done.has(to)) {
        done.add(to);
        stack.push({ id: to, at: 0 });
      }
    }
  }
  return order.reverse();
}

function ranksOf(ids: readonly string[], next: Links): string[][] {
  const order = topological(ids, next);
  const place = new Map(order.map((id, index) => [id, index]));
  const rank = new Map<string, number>();
  const ranks: string[][] = [];
  for (const id of order) {
    const own = rank.get(id) ?? 0;
    const row = ranks[own] ?? [];
    ranks[own] = row;
    row.push(id);
    for (const to of next.get(id) ?? []) {
      if (place.get(to)! > place.get(id)!) rank.set(to, Math.max(rank.get(to) ?? 0, own + 1));
    }
  }
  return ranks;
}

/** Puts one row's nodes as near to their predecessors as their widths allow. */
function putRow(
  row: string[],
  wish: (id: string) => number | undefined,
  sizes: Map<string, Size>,
): Map<string, number> {
  const wishes = row.map((id, index) => ({ id, index, at: wish(id) }));
  wishes.sort((a, b) => (a.at ?? 0) - (b.at ?? 0) || a.index - b.index);
  const put = new Map<string, number>();
  let edge = Number.NEGATIVE_INFINITY;
  let shift = 0;
  for (const { id, at } of wishes) {
    const half = sizes.get(id)!.width / 2;
    const x = Math.max(at ?? 0, edge + half);
    shift += (at ?? 0) - x;
    edge = x + half + GAP.x;
    put.set(id, x);
  }
  // What was pushed to the right moves back by half as much on average: the row stands centred under what it follows.
  const back = shift / Math.max(1, row.length);
  return new Map([...put].map(([id, x]) => [id, x + back]));
}

export function layered(ids: readonly string[], edges: readonly GraphEdge[], sizes: Map<string, Size>): Placed {
  const before = linksOf(ids, edges, 'to', 'from');
  const ranks = ranksOf(ids, linksOf(ids, edges, 'from', 'to'));
  const centres = new Map<string, Point>();
  let top = 0;
  for (const rank of ranks) {
    for (let from = 0; from < rank.length; from += WIDEST) {
      const row = rank.slice(from, from + WIDEST);
      const height = Math.max(...row.map((id) => sizes.get(id)!.height));
      const wish = (id: string) => {
        const above = (before.get(id) ?? []).flatMap((other) => centres.get(other)?.x ?? []);
        return above.length > 0 ? above.reduce((sum, x) => sum + x, 0) / above.length : undefined;
      };
      for (const [id, x] of putRow(row, wish, sizes)) centres.set(id, { x, y: top + height / 2 });
      top += height + GAP.y;
    }
  }
  return atOrigin(centres, edges, sizes, Math.max(0, top - GAP.y));
}

function atOrigin(
  centres: Map<string, Point>,
  edges: readonly GraphEdge[],
  sizes: Map<string, Size>,
  height: number,
): Placed {
  let left = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  for (const [id, { x }] of centres) {
    const half = sizes.get(id)!.width / 2;
    left = Math.min(left, x - half);
    right = Math.max(right, x + half);
  }
  for (const point of centres.values()) point.x -= left;
  const bends = edges.map(({ from, to }) => {
    const [a, b] = [centres.get(from)!, centres.get(to)!];
    const down = b.y > a.y ? 1 : -1;
    const start = { x: a.x, y: a.y + (down * sizes.get(from)!.height) / 2 };
    const end = { x: b.x, y: b.y - (down * sizes.get(to)!.height) / 2 };
    return [start, { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 }, end];
  });
  return { centres, bends, width: centres.size > 0 ? right - left : 0, height };
}
