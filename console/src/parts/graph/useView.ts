/** The window of one graph: how large it is, what it shows, and moving it by pointer, wheel and pinch. */
import { type PointerEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Point, Size } from './layered.ts';
import type { Box, Layout } from './layout.ts';
import { opening, reveal, type View, zoomAt } from './view.ts';

/** How far a pointer may go and still have clicked. */
const CLICK = 4;

export type Window = {
  size: Size;
  view: View;
  setView: (next: View | ((view: View) => View)) => void;
  /** False from the first movement of a drag on, so that its end is no click. */
  clicked: () => boolean;
  handlers: {
    onPointerDown: (event: PointerEvent<SVGSVGElement>) => void;
    onPointerMove: (event: PointerEvent<SVGSVGElement>) => void;
    onPointerUp: (event: PointerEvent<SVGSVGElement>) => void;
    onPointerCancel: (event: PointerEvent<SVGSVGElement>) => void;
  };
};

/** @param wanted what must be in the window: the node that was chosen, here or elsewhere */
export function useView(element: RefObject<SVGSVGElement | null>, layout: Layout, wanted?: Box): Window {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const [view, set] = useState<View>({ x: 0, y: 0, zoom: 1 });
  const moved = useRef(false);
  const setView: Window['setView'] = (next) => {
    moved.current = true;
    set(next);
  };

  useLayoutEffect(() => {
    const svg = element.current;
    if (!svg) return;
    const measure = () => setSize({ width: svg.clientWidth, height: svg.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(svg);
    return () => observer.disconnect();
  }, [element]);

  // As long as nobody has moved it, the graph opens anew with another shape or size of the window.
  useLayoutEffect(() => {
    if (size.width === 0) return;
    if (!moved.current) set(opening(layout, size));
    if (wanted) set((now) => reveal(now, wanted, size));
  }, [layout, size, wanted]);

  useEffect(() => {
    const svg = element.current;
    if (!svg) return;
    // A pinch on a touchpad is a wheel with ctrl. A plain wheel stays the page's. React's own listener could not prevent it.
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const { left, top } = svg.getBoundingClientRect();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      const factor = Math.exp(-Math.max(-60, Math.min(60, event.deltaY * lines)) / 150);
      moved.current = true;
      set((now) => zoomAt(now, factor, { x: event.clientX - left, y: event.clientY - top }));
    };
    svg.addEventListener('wheel', wheel, { passive: false });
    return () => svg.removeEventListener('wheel', wheel);
  }, [element]);

  const { clicked, handlers } = usePointers(setView);
  return { size, view, setView, clicked, handlers };
}

/** One pointer drags, two pinch. */
function usePointers(setView: Window['setView']): Pick<Window, 'clicked' | 'handlers'> {
  const pointers = useRef(new Map<number, Point>());
  const travelled = useRef(0);
  const up = (event: PointerEvent<SVGSVGElement>) => {
    pointers.current.delete(event.pointerId);
  };
  const move = (event: PointerEvent<SVGSVGElement>) => {
    const last = pointers.current.get(event.pointerId);
    if (!last) return;
    const now = { x: event.clientX, y: event.clientY };
    pointers.current.set(event.pointerId, now);
    const by = { x: now.x - last.x, y: now.y - last.y };
    travelled.current += Math.abs(by.x) + Math.abs(by.y);
    if (travelled.current <= CLICK) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
    if (!other) return setView((view) => ({ ...view, x: view.x + by.x, y: view.y + by.y }));
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const factor = distance(now, other) / Math.max(1, distance(last, other));
    setView((view) => zoomAt(view, factor, { x: (now.x + other.x) / 2 - left, y: (now.y + other.y) / 2 - top }));
  };
  return {
    clicked: () => travelled.current <= CLICK,
    handlers: {
      onPointerDown: (event) => {
        if (event.button !== 0) return;
        if (pointers.current.size === 0) travelled.current = 0;
        pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      },
      onPointerMove: move,
      onPointerUp: up,
      onPointerCancel: up,
    },
  };
}

const distance = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y);
