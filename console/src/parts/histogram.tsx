/** How values are spread: a bar for each range. Pointing at one tells its range and count; its name tells the whole. */
import { useMemo } from 'react';
import { number } from './format.ts';
import { type Bin, binned } from './series.ts';
import './histogram.css';

export type { Bin } from './series.ts';

/** Either `bins` as they were counted elsewhere, or `values` to count here. */
export function Histogram({
  values,
  bins,
  label,
  width = 160,
  height = 40,
}: {
  values?: readonly number[];
  bins?: readonly Bin[];
  label: string;
  width?: number;
  height?: number;
}) {
  const shown = useMemo(() => bins ?? binned(values ?? [], 20), [bins, values]);
  const most = Math.max(1, ...shown.map(({ count }) => count));
  const [first, last] = [shown[0], shown.at(-1)];
  const bar = width / Math.max(1, shown.length);
  const total = shown.reduce((sum, { count }) => sum + count, 0);
  const name =
    first && last
      ? `${label}: ${number(total)} values from ${number(first.from)} to ${number(last.to)}, at most ${number(most)} in one of ${shown.length} ranges`
      : `${label}: no values`;
  return (
    <svg
      className="histogram"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={name}
    >
      {shown.map(({ from, to, count }, index) => {
        // A single value among millions still shows: it is there.
        const tall = count === 0 ? 0 : Math.max(1.5, ((height - 1) * count) / most);
        return (
          <g key={from}>
            <title>{`${number(from)} to ${number(to)}: ${number(count)}`}</title>
            <rect className="histogram-room" x={index * bar} y={0} width={bar} height={height} />
            <rect
              className="histogram-bar"
              x={index * bar + 0.5}
              y={height - 1 - tall}
              width={Math.max(0.5, bar - 1)}
              height={tall}
            />
          </g>
        );
      })}
      <path className="histogram-ground" d={`M0 ${height - 0.5}h${width}`} />
    </svg>
  );
}
