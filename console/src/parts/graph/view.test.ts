import { describe, expect, it } from 'vitest';
import { layoutOf } from './layout.ts';
import { type GraphNode, shapeOf } from './shape.ts';
import { neighbour, opening, reveal, wholeIn, within, zoomAt } from './view.ts';

const node = (id: string, parent?: string): GraphNode => ({ id, label: id, parent });
const layout = layoutOf(
  shapeOf(
    [node('start'), node('left'), node('right'), node('map'), node('a', 'map'), node('b', 'map'), node('end')],
    [
      { from: 'start', to: 'left' },
      { from: 'start', to: 'right' },
      { from: 'left', to: 'map' },
      { from: 'right', to: 'map' },
      { from: 'a', to: 'b' },
      { from: 'map', to: 'end' },
    ],
    new Set(),
  ),
);
const window = { width: 800, height: 400 };

describe('zooming', () => {
  it('keeps what is under the pointer there', () => {
    const view = { x: 30, y: -20, zoom: 0.8 };
    const at = { x: 200, y: 120 };
    const next = zoomAt(view, 1.5, at);
    expect((at.x - next.x) / next.zoom).toBeCloseTo((at.x - view.x) / view.zoom);
    expect((at.y - next.y) / next.zoom).toBeCloseTo((at.y - view.y) / view.zoom);
  });

  it('ends somewhere', () => {
    expect(zoomAt({ x: 0, y: 0, zoom: 1 }, 1e9, window as never).zoom).toBe(2.5);
    expect(zoomAt({ x: 0, y: 0, zoom: 1 }, 1e-9, window as never).zoom).toBe(0.04);
  });
});

it('fits a whole graph into the window, in its middle', () => {
  const view = wholeIn(layout, window);
  expect(view.zoom).toBeLessThan(1);
  expect(layout.height * view.zoom).toBeLessThanOrEqual(window.height);
  expect(view.y).toBeCloseTo(window.height - view.y - layout.height * view.zoom);
});

it('opens a graph that would be too small to read at its beginning', () => {
  const tall = layoutOf(
    shapeOf(
      Array.from({ length: 100 }, (_, index) => node(`n${index}`)),
      Array.from({ length: 99 }, (_, index) => ({ from: `n${index}`, to: `n${index + 1}` })),
      new Set(),
    ),
  );
  const view = opening(tall, window);
  expect(view.zoom).toBe(0.7);
  const seen = within(tall, view, window).boxes.map((box) => box.id);
  expect(seen).toContain('n0');
  expect(seen).not.toContain('n99');
  expect(seen.length).toBeLessThan(20);
  const last = tall.boxes.get('n99')!;
  expect(within(tall, reveal(view, last, window), window).boxes).toContain(last);
});

it('leads sideways to what stands beside', () => {
  const [west, east] = ['left', 'right'].sort((a, b) => layout.boxes.get(a)!.x - layout.boxes.get(b)!.x) as [
    string,
    string,
  ];
  expect(neighbour(layout, west, 'ArrowRight')).toBe(east);
  expect(neighbour(layout, east, 'ArrowLeft')).toBe(west);
  expect(neighbour(layout, west, 'ArrowLeft')).toBeUndefined();
});

it.each([
  ['start', 'ArrowUp', undefined],
  ['left', 'ArrowUp', 'start'],
  ['left', 'ArrowDown', 'map'],
  ['map', 'ArrowDown', 'a'],
  ['a', 'ArrowDown', 'b'],
  ['a', 'ArrowUp', 'map'],
  ['b', 'ArrowDown', 'end'],
  ['end', 'ArrowUp', 'map'],
  ['end', 'ArrowDown', undefined],
  ['gone', 'ArrowDown', 'start'],
] as const)('from %s, %s leads to %s', (from, key, to) => expect(neighbour(layout, from, key)).toBe(to));
