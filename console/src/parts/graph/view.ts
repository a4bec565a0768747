/** What of a graph is in the window: moving it, zooming it, and where the arrow keys lead. Pure. */
import type { Size } from './layered.ts';
import type { Box, Layout } from './layout.ts';

/** A point of the graph stands in the window at `x + point.x * zoom`, `y + point.y * zoom`. */
export type View = { x: number; y: number; zoom: number };

const ZOOM = { least: 0.04, most: 2.5 };
const MARGIN = 24;
/** Smaller than this nothing can be read, so a graph that needs it opens at its beginning instead. */
const READABLE = 0.45;

const between = (least: number, value: number, most: number) => Math.max(least, Math.min(most, value));

/** Zooms so that the point of the window at `at` stays where it is. */
export function zoomAt(view: View, factor: number, at: { x: number; y: number }): View {
  const zoom = between(ZOOM.least, view.zoom * factor, ZOOM.most);
  const by = zoom / view.zoom;
  return { zoom, x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by };
}

/** The whole graph, never larger than life. */
export function wholeIn(layout: Size, window: Size): View {
  const wide = (window.width - 2 * MARGIN) / Math.max(1, layout.width);
  const high = (window.height - 2 * MARGIN) / Math.max(1, layout.height);
  const zoom = between(ZOOM.least, Math.min(wide, high), 1);
  return {
    zoom,
    x: (window.width - layout.width * zoom) / 2,
    y: (window.height - layout.height * zoom) / 2,
  };
}

/** How a graph opens: whole, or, if nothing could be read then, with its first node at the top. */
export function opening(layout: Layout, window: Size): View {
  const whole = wholeIn(layout, window);
  if (whole.zoom >= READABLE) return whole;
  const first = layout.boxes.values().next().value;
  const middle = first ? first.x + first.width / 2 : layout.width / 2;
  return { zoom: 0.7, x: window.width / 2 - middle * 0.7, y: MARGIN };
}

/** Moves the view just far enough that `box` is in the window. */
export function reveal(view: View, box: Box, window: Size): View {
  const shift = (at: number, start: number, length: number, size: number) => {
    const low = at + start * view.zoom - MARGIN;
    const high = at + (start + length) * view.zoom + MARGIN;
    return low < 0 || high - low > size ? -low : high > size ? size - high : 0;
  };
  const x = shift(view.x, box.x, box.width, window.width);
  const y = shift(view.y, box.y, box.height, window.height);
  return x === 0 && y === 0 ? view : { ...view, x: view.x + x, y: view.y + y };
}

/** The boxes and lines that can be seen, and a window's margin more, so that moving a little shows nothing new. */
export function within(layout: Layout, view: View, window: Size): { boxes: Box[]; lines: Layout['lines'] } {
  const left = (-view.x - window.width / 2) / view.zoom;
  const right = (window.width * 1.5 - view.x) / view.zoom;
  const top = (-view.y - window.height / 2) / view.zoom;
  const bottom = (window.height * 1.5 - view.y) / view.zoom;
  const boxes = [...layout.boxes.values()].filter(
    (box) => box.x < right && box.x + box.width > left && box.y < bottom && box.y + box.height > top,
  );
  const lines = layout.lines.filter(({ points }) => {
    const [start, end] = [points[0]!, points.at(-1)!];
    return (
      Math.min(start.x, end.x) < right &&
      Math.max(start.x, end.x) > left &&
      Math.min(start.y, end.y) < bottom &&
      Math.max(start.y, end.y) > top
    );
  });
  return { boxes, lines };
}

export type Direction = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight';

const middle = (box: Box) => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 });

/**
 * Where an arrow key leads from a node: down and up along its edges, then into and out of what it stands in; left and right
 * to the nearest node beside it.
 */
export function neighbour(layout: Layout, id: string, direction: Direction): string | undefined {
  const box = layout.boxes.get(id);
  if (!box) return layout.boxes.keys().next().value;
  const from = middle(box);
  const nearest = (boxes: Box[], far: (box: Box) => number) =>
    boxes.reduce<Box | undefined>((best, one) => (best === undefined || far(one) < far(best) ? one : best), undefined)
      ?.id;
  const others = [...layout.boxes.values()].filter((one) => one.id !== id);
  if (direction === 'ArrowLeft' || direction === 'ArrowRight') {
    const sign = direction === 'ArrowLeft' ? -1 : 1;
    const beside = others.filter((one) => {
      const overlap = Math.min(one.y + one.height, box.y + box.height) - Math.max(one.y, box.y);
      return overlap > 0 && (middle(one).x - from.x) * sign > 1;
    });
    const same = beside.filter((one) => one.depth === box.depth);
    return nearest(same.length > 0 ? same : beside, (one) => Math.abs(middle(one).x - from.x));
  }
  const down = direction === 'ArrowDown';
  const ends = layout.lines.flatMap((line) =>
    down ? (line.from === id ? line.to : []) : line.to === id ? line.from : [],
  );
  const along = ends.flatMap((end) => (end === id ? [] : (layout.boxes.get(end) ?? [])));
  const sideways = (one: Box) => Math.abs(middle(one).x - from.x);
  // Down from an open parent is into it, and up from its first node out of it: what it holds would not be reached otherwise.
  if (down && box.open) {
    const inner = others.filter((one) => one.depth === box.depth + 1 && contains(box, one));
    return nearest(inner, (one) => one.y * 1000 + sideways(one));
  }
  if (along.length > 0) return nearest(along, sideways);
  const outer = others.find((one) => one.depth === box.depth - 1 && contains(one, box));
  if (!outer) return undefined;
  if (!down) return outer.id;
  return neighbour(
    { ...layout, boxes: new Map(layout.boxes).set(outer.id, { ...outer, open: false }) },
    outer.id,
    direction,
  );
}

function contains(outer: Box, inner: Box): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width + 0.01 &&
    inner.y + inner.height <= outer.y + outer.height + 0.01
  );
}
