import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutOf } from './layout.ts';
import { type GraphEdge, type GraphNode, shapeKey, shapeOf } from './shape.ts';

const NONE = new Set<string>();
const node = (id: string, parent?: string): GraphNode => ({ id, label: id, parent });
const lay = (nodes: GraphNode[], edges: GraphEdge[], folded: ReadonlySet<string> = NONE) =>
  layoutOf(shapeOf(nodes, edges, folded));

const MACHINE = [node('start'), node('map'), node('a', 'map'), node('b', 'map'), node('end')];
const ARROWS = [
  { from: 'start', to: 'map' },
  { from: 'a', to: 'b' },
  { from: 'map', to: 'end' },
];

/** A graph of `count` nodes in ranks of `wide`, each led to by two of the rank above. */
function large(count: number, wide: number) {
  const nodes = Array.from({ length: count }, (_, index) => node(`n${index}`));
  const edges = nodes.flatMap((_, index) =>
    index < wide
      ? []
      : [
          { from: `n${index - wide}`, to: `n${index}` },
          { from: `n${index - 1 - ((index * 7) % wide)}`, to: `n${index}` },
        ],
  );
  return { nodes, edges: edges.filter((edge) => edge.from !== edge.to) };
}

const inside = (inner: { x: number; y: number; width: number; height: number }, outer: typeof inner) =>
  inner.x >= outer.x - 0.01 &&
  inner.y >= outer.y - 0.01 &&
  inner.x + inner.width <= outer.x + outer.width + 0.01 &&
  inner.y + inner.height <= outer.y + outer.height + 0.01;

describe('a layout', () => {
  it('is the same each time', () => {
    expect(lay(MACHINE, ARROWS)).toEqual(lay(MACHINE, ARROWS));
    const { nodes, edges } = large(2000, 20);
    expect(lay(nodes, edges)).toEqual(lay(nodes, edges));
  });

  it('puts children into their parent, and what follows below what it follows', () => {
    const { boxes } = lay(MACHINE, ARROWS);
    const [map, a, b] = [boxes.get('map')!, boxes.get('a')!, boxes.get('b')!];
    expect(map.open).toBe(true);
    expect(inside(a, map)).toBe(true);
    expect(inside(b, map)).toBe(true);
    expect(b.y).toBeGreaterThan(a.y + a.height);
    expect(boxes.get('end')!.y).toBeGreaterThan(map.y + map.height);
  });

  it('of a folded parent shows nothing in it', () => {
    const { boxes, lines } = lay(MACHINE, ARROWS, new Set(['map']));
    expect([...boxes.keys()]).toEqual(['start', 'map', 'end']);
    expect(boxes.get('map')!.open).toBe(false);
    expect(lines.map(({ from, to }) => [from, to])).toEqual([
      ['start', 'map'],
      ['map', 'end'],
    ]);
  });

  it('draws an edge into a parent’s inside to the parent', () => {
    const { lines } = lay(MACHINE, [{ from: 'start', to: 'b' }]);
    expect(lines.map(({ from, to }) => [from, to])).toEqual([['start', 'map']]);
  });

  it('of nothing is nothing', () => {
    expect(lay([], [])).toEqual({ width: 0, height: 0, boxes: new Map(), lines: [] });
  });

  it.each([
    ['dagre', 60, 6],
    ['layers', 2000, 20],
    ['one wide rank', 1000, 1000],
  ])('by %s lets no two nodes overlap', (_, count, wide) => {
    const { nodes, edges } = large(count, wide);
    const layout = lay(nodes, edges);
    const boxes = [...layout.boxes.values()].sort((a, b) => a.y - b.y || a.x - b.x);
    expect(boxes).toHaveLength(count);
    boxes.forEach((box, index) => {
      expect(inside(box, { x: 0, y: 0, width: layout.width, height: layout.height })).toBe(true);
      const next = boxes[index + 1];
      if (next?.y === box.y) expect(next.x).toBeGreaterThanOrEqual(box.x + box.width);
    });
  });

  it('is found for any graph: circles, loops, missing ends, parents that contain each other', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.record({ id, label: id, parent: fc.option(id, { nil: undefined }) }), {
          selector: (one) => one.id,
        }),
        fc.array(fc.record({ from: id, to: id })),
        fc.uniqueArray(id),
        (nodes, edges, folded) => {
          const { boxes, lines } = lay(nodes, edges, new Set(folded));
          for (const box of boxes.values()) expect(Number.isFinite(box.x + box.y + box.width + box.height)).toBe(true);
          for (const line of lines) expect(boxes.has(line.from) && boxes.has(line.to)).toBe(true);
          if (folded.length === 0) expect(boxes.size).toBe(nodes.length);
        },
      ),
    );
  });
});

describe('the shape', () => {
  it('does not change with statuses and words', () => {
    const moved = MACHINE.map((one) => ({ ...one, label: `${one.label}!`, status: 'Running', detail: '3 s' }));
    expect(shapeKey(moved, ARROWS, NONE)).toBe(shapeKey(MACHINE, ARROWS, NONE));
  });

  it('changes with nodes, parents, edges and folding', () => {
    const key = shapeKey(MACHINE, ARROWS, NONE);
    expect(shapeKey(MACHINE.slice(1), ARROWS, NONE)).not.toBe(key);
    expect(
      shapeKey(
        MACHINE.map(({ id }) => node(id)),
        ARROWS,
        NONE,
      ),
    ).not.toBe(key);
    expect(shapeKey(MACHINE, ARROWS.slice(1), NONE)).not.toBe(key);
    expect(shapeKey(MACHINE, ARROWS, new Set(['map']))).not.toBe(key);
  });

  it('counts what a parent holds, folded or not', () => {
    expect(shapeOf(MACHINE, ARROWS, new Set(['map'])).sizes).toEqual(new Map([['map', 2]]));
  });
});
