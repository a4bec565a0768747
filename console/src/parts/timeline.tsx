/**
 * What ran when, as bars on a common axis of time. Rows near the window only are in the page; while something runs, the right
 * edge and the running bars move with the clock.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, memo, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { timeLabel, timeTicks } from './axis.ts';
import { duration, type Instant, millisOf } from './format.ts';
import { StatusIcon } from './status.tsx';
import { useNow } from './ticker.ts';
import { phraseOf, toneOf } from './tone.ts';
import './timeline.css';

export type TimelineBar = { from: Instant; to?: Instant | null | undefined; status: string; title: string };
export type TimelineRow = { id: string; label: string; bars: readonly TimelineBar[] };

export type TimelineProps = {
  rows: readonly TimelineRow[];
  from: Instant;
  /** The right edge; the present while it is missing. */
  to?: Instant | null | undefined;
  selected?: string | undefined;
  onSelect?: ((id: string) => void) | undefined;
  label?: string;
};

const ROW = 32;
const LABEL = 220;
/** A second's execution is not stretched over the whole width. */
const LEAST_SPAN = 1000;
/** One mark for so many pixels. */
const MARK = 110;

export function Timeline({ rows, from, to, selected, onSelect, label = 'Timeline' }: TimelineProps) {
  const own = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const width = useWidth(scroller);
  const start = millisOf(from);
  const live = to === null || to === undefined;
  const now = useNow((at) => (live ? Math.floor(at / 1000) * 1000 : 0), live);
  const end = Math.max(start + LEAST_SPAN, live ? now : millisOf(to));
  const marks = useMemo(() => timeTicks(start, end, Math.max(1, (width - LABEL) / MARK), zone()), [start, end, width]);
  const [active, setActive] = useState(0);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 10,
    scrollPaddingStart: 28,
  });
  const place = (at: number) => `${(100 * (at - start)) / (end - start)}%`;
  const keys = (event: KeyboardEvent<HTMLDivElement>) => {
    const to = { ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: rows.length - 1 }[event.key];
    const row = rows[Math.min(active, rows.length - 1)];
    if ((event.key === 'Enter' || event.key === ' ') && row) onSelect?.(row.id);
    else if (to === undefined) return;
    event.preventDefault();
    if (to === undefined) return;
    const next = Math.max(0, Math.min(rows.length - 1, to));
    setActive(next);
    virtualizer.scrollToIndex(next);
  };
  const reached = rows[Math.min(active, rows.length - 1)]?.id;
  return (
    <div
      className="timeline"
      ref={scroller}
      role="listbox"
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={reached === undefined ? undefined : `${own}-${reached}`}
      onKeyDown={keys}
    >
      <div className="timeline-axis" aria-hidden="true">
        <div className="timeline-marks">
          {marks.at.map((at) => (
            <span key={at} className="timeline-mark" style={{ left: place(at) }}>
              {timeLabel(at, marks.step)}
            </span>
          ))}
        </div>
      </div>
      <div className="timeline-rows" style={{ height: virtualizer.getTotalSize() }} role="presentation">
        <div className="timeline-grid" aria-hidden="true">
          {marks.at.map((at) => (
            <span key={at} style={{ left: place(at) }} />
          ))}
        </div>
        {virtualizer.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          const bars = row.bars.some((bar) => bar.to === null || bar.to === undefined);
          return (
            <Row
              key={row.id}
              row={row}
              elementId={`${own}-${row.id}`}
              top={item.start}
              start={start}
              end={end}
              now={bars ? (live ? now : end) : 0}
              selected={selected === row.id}
              active={reached === row.id}
              onSelect={onSelect}
            />
          );
        })}
      </div>
    </div>
  );
}

const zone = () => new Date().getTimezoneOffset();

type RowProps = {
  row: TimelineRow;
  elementId: string;
  top: number;
  start: number;
  end: number;
  /** Where bars that still run end; 0 for a row without such bars, which so stays the same from second to second. */
  now: number;
  selected: boolean;
  active: boolean;
  onSelect: ((id: string) => void) | undefined;
};

const Row = memo(function Row({ row, elementId, top, start, end, now, selected, active, onSelect }: RowProps) {
  const classes = ['timeline-row'];
  if (selected) classes.push('timeline-selected');
  if (active) classes.push('timeline-active');
  const last = row.bars.at(-1);
  const spans = row.bars.map((bar) => {
    const from = millisOf(bar.from);
    const to = bar.to === null || bar.to === undefined ? Math.max(now, from) : millisOf(bar.to);
    return { bar, from, to, text: `${bar.title}, ${phraseOf(bar.status)}, ${duration(to - from)}` };
  });
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys, and names its active option
    <div
      id={elementId}
      className={classes.join(' ')}
      style={{ transform: `translateY(${top}px)` }}
      role="option"
      aria-selected={selected}
      aria-label={[row.label, ...spans.map(({ text }) => text)].join('; ')}
      onClick={() => onSelect?.(row.id)}
      tabIndex={-1}
    >
      <div className="timeline-label" title={row.label}>
        {last && (
          <span className={`timeline-icon timeline-${toneOf(last.status)}`}>
            <StatusIcon status={last.status} />
          </span>
        )}
        <span className="timeline-name">{row.label}</span>
      </div>
      <div className="timeline-bars">
        {spans.map(({ bar, from, to, text }) => (
          <div
            key={`${from} ${bar.title}`}
            className={`timeline-bar timeline-${toneOf(bar.status)}`}
            title={text}
            style={{
              left: `${(100 * (from - start)) / (end - start)}%`,
              width: `${(100 * (to - from)) / (end - start)}%`,
            }}
          >
            {/* Written by the style: the row's name tells it, in its own words. */}
            <span className="timeline-took" data-took={duration(to - from)} />
          </div>
        ))}
      </div>
    </div>
  );
});

function useWidth(element: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(800);
  useLayoutEffect(() => {
    const node = element.current;
    if (!node) return;
    const observer = new ResizeObserver(() => setWidth(node.clientWidth));
    setWidth(node.clientWidth);
    observer.observe(node);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
