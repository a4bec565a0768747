/**
 * A log of any length: only the lines in the window are in the page.
 * 1. A browser cannot scroll further than some ten million pixels, so longer logs are shown in stretches of STRETCH lines.
 * 2. Following shows each new line; scrolling up leaves off following, scrolling to the end takes it up again.
 */

import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { plainText } from './ansi.ts';
import { TextButton } from './button.tsx';
import { cutAt } from './find.ts';
import { SpinnerIcon } from './icons.tsx';
import { LogBar } from './logBar.tsx';
import { useLogSearch } from './logSearch.ts';
import './log.css';

/** `time` in milliseconds since 1970. */
export type LogLine = { time?: number | undefined; text: string };

export type LogViewProps = {
  lines: readonly LogLine[];
  /** More lines may come at the end. */
  live: boolean;
  loading?: boolean;
  /** Earlier lines that are not loaded; asked for when the beginning comes near. */
  more?: { hasMore: boolean; load: () => unknown; loading: boolean } | undefined;
  onDownload?: (() => void) | undefined;
  label?: string;
  height?: number | string;
};

const STRETCH = 400_000;
const LINE = 20;

export function LogView({ lines, live, loading = false, more, onDownload, label = 'Log', height = 420 }: LogViewProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [wrap, setWrap] = useState(false);
  // What is read from its end on is shown from its end: that is where what went wrong stands.
  const [follow, setFollow] = useState(live || more !== undefined);
  const [stretch, setStretch] = useState(0);
  const stretches = Math.max(1, Math.ceil(lines.length / STRETCH));
  const shown = follow ? stretches - 1 : Math.min(stretch, stretches - 1);
  const first = shown * STRETCH;
  const count = Math.min(STRETCH, lines.length - first);
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE,
    overscan: 20,
  });
  const reveal = (line: number) => {
    setFollow(false);
    setStretch(Math.floor(line / STRETCH));
    requestAnimationFrame(() => virtualizer.scrollToIndex(line % STRETCH, { align: 'center' }));
  };
  const search = useLogSearch(lines, reveal);
  useFollow({ virtualizer, follow, count, wrap });
  useSteady(scroller, lines);
  const onScroll = useScrolling({ follow, setFollow, setStretch, shown, stretches, more });

  return (
    <div className="log">
      <LogBar
        search={search}
        wrap={wrap}
        onWrap={(next) => {
          setWrap(next);
          virtualizer.measure();
        }}
        follow={follow}
        onFollow={(next) => {
          setStretch(stretches - 1);
          setFollow(next);
        }}
        live={live}
        onDownload={onDownload}
      />
      {stretches > 1 && (
        <Stretches shown={shown} stretches={stretches} lines={lines.length} onShow={(next) => reveal(next * STRETCH)} />
      )}
      <div
        className="log-scroll"
        role="log"
        // Read when one goes there: a job that writes ten lines a second would never let a screen reader finish one.
        aria-live="off"
        aria-label={label}
        style={{ height }}
        ref={scroller}
        onScroll={onScroll}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
        tabIndex={0}
      >
        {lines.length === 0 && <LogEmpty loading={loading} live={live} />}
        <div className={wrap ? 'log-lines log-wrap' : 'log-lines'} style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => (
            <Line
              key={item.key}
              line={lines[first + item.index]!}
              index={item.index}
              start={item.start}
              measure={wrap ? virtualizer.measureElement : undefined}
              needle={search.needle}
              current={search.line === first + item.index}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

type LineProps = {
  line: LogLine;
  index: number;
  start: number;
  measure: ((element: HTMLElement | null) => void) | undefined;
  needle: string;
  current: boolean;
};

function Line({ line, index, start, measure, needle, current }: LineProps) {
  return (
    <div
      ref={measure}
      data-index={index}
      className={current ? 'log-line log-current' : 'log-line'}
      style={{ transform: `translateY(${start}px)` }}
    >
      {line.time !== undefined && <span className="log-time">{clock(line.time)}</span>}
      <span className="log-text">
        {cutAt(plainText(line.text), needle).map((piece, at) =>
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no other name than their place
          at % 2 === 1 ? <mark key={at}>{piece}</mark> : piece,
        )}
      </span>
    </div>
  );
}

const two = (figure: number) => String(figure).padStart(2, '0');

/** The local time of day to the millisecond; the day is the page's to say. */
function clock(time: number): string {
  const at = new Date(time);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

function LogEmpty({ loading, live }: { loading: boolean; live: boolean }) {
  return (
    <p className="log-empty">
      {loading && <SpinnerIcon />}
      {loading ? 'Loading the log…' : live ? 'Nothing has been written yet.' : 'Nothing was written.'}
    </p>
  );
}

function Stretches(props: { shown: number; stretches: number; lines: number; onShow: (stretch: number) => void }) {
  const { shown, stretches, lines, onShow } = props;
  const from = shown * STRETCH + 1;
  const to = Math.min(lines, (shown + 1) * STRETCH);
  return (
    <div className="log-stretches">
      <span>
        Lines {from.toLocaleString('en-GB')} to {to.toLocaleString('en-GB')} of {lines.toLocaleString('en-GB')}
      </span>
      <TextButton disabled={shown === 0} onClick={() => onShow(shown - 1)}>
        Earlier
      </TextButton>
      <TextButton disabled={shown === stretches - 1} onClick={() => onShow(shown + 1)}>
        Later
      </TextButton>
    </div>
  );
}

type Following = {
  virtualizer: Virtualizer<HTMLDivElement, Element>;
  follow: boolean;
  count: number;
  wrap: boolean;
};

/** Keeps the last line in the window while the log is followed. */
function useFollow({ virtualizer, follow, count, wrap }: Following) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line, or other heights, move the end
  useEffect(() => {
    if (!follow || count === 0) return;
    virtualizer.scrollToIndex(count - 1, { align: 'end' });
  }, [follow, count, wrap, virtualizer]);
}

/** Earlier lines come in above what is read, which stays where it is. */
function useSteady(scroller: RefObject<HTMLDivElement | null>, lines: readonly LogLine[]) {
  const last = useRef(lines);
  useLayoutEffect(() => {
    const [before, grown] = [last.current, lines.length - last.current.length];
    last.current = lines;
    const [first, now] = [before[0], lines[grown]];
    if (grown <= 0 || !first || !now || lines[0] === first) return;
    if (now.text === first.text && now.time === first.time) scroller.current?.scrollBy(0, grown * LINE);
  }, [scroller, lines]);
}

type Scrolling = Pick<LogViewProps, 'more'> & {
  follow: boolean;
  setFollow: (follow: boolean) => void;
  setStretch: (stretch: number) => void;
  shown: number;
  stretches: number;
};

/** What scrolling means: away from the end leaves off following, to the end takes it up, to the beginning loads earlier lines. */
function useScrolling({ follow, setFollow, setStretch, shown, stretches, more }: Scrolling) {
  const last = useRef(0);
  return (event: { currentTarget: HTMLDivElement }) => {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
    const up = scrollTop < last.current - 2;
    last.current = scrollTop;
    const atEnd = scrollHeight - scrollTop - clientHeight < LINE;
    if (follow && up && !atEnd) {
      setStretch(shown);
      setFollow(false);
    } else if (!follow && atEnd && !up && shown === stretches - 1 && scrollHeight > clientHeight) setFollow(true);
    if (up && scrollTop < 200 && shown === 0 && more?.hasMore && !more.loading) more.load();
  };
}
