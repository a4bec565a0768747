/** A series as a line the height of a word; its name says what the eye sees: the last value, the least and the most. */
import { number } from './format.ts';
import './sparkline.css';

const PAD = 2;

export function Sparkline({
  values,
  label,
  width = 96,
  height = 24,
}: {
  values: readonly number[];
  label: string;
  width?: number;
  height?: number;
}) {
  const known = values.filter(Number.isFinite);
  const least = Math.min(...known);
  const most = Math.max(...known);
  const last = known.at(-1);
  const x = (index: number) => PAD + (index * (width - 2 * PAD)) / Math.max(1, values.length - 1);
  const y = (value: number) =>
    most === least ? height / 2 : height - PAD - ((value - least) * (height - 2 * PAD)) / (most - least);
  let path = '';
  let pen = 'M';
  values.forEach((value, index) => {
    if (Number.isFinite(value)) path += `${pen}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    // A gap lifts the pen.
    pen = Number.isFinite(value) ? 'L' : 'M';
  });
  const name =
    last === undefined
      ? `${label}: no values`
      : `${label}: last ${number(last)}, from ${number(least)} to ${number(most)}`;
  return (
    <svg
      className="sparkline"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={name}
    >
      <path d={path} />
      {last !== undefined && <circle cx={x(values.lastIndexOf(last))} cy={y(last)} r={2} />}
    </svg>
  );
}
