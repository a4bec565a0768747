/**
 * Lines over time or steps. What draws them (uPlot) is fetched when the first chart is shown; its place is kept until then.
 * The same figures are a table for whoever does not see the drawing.
 */
import { lazy, Suspense, useMemo, useState } from 'react';
import { Button } from './button.tsx';
import { absolute, NOTHING, number } from './format.ts';
import { aligned, type Series, spread } from './series.ts';
import './chart.css';

export type LineChartProps = {
  series: readonly Series[];
  /** `time`: x is milliseconds since 1970. */
  xKind: 'time' | 'step';
  height?: number;
  label: string;
};

const Plot = lazy(async () => ({ default: (await import('./plot.tsx')).Plot }));

/** A table of thousands of rows helps nobody: these are spread evenly over the whole. */
const TABLE_ROWS = 50;

export function LineChart({ series, xKind, height = 220, label }: LineChartProps) {
  const [asTable, setAsTable] = useState(false);
  const data = useMemo(() => aligned(series), [series]);
  const empty = data[0].length === 0;
  return (
    <figure className="chart" aria-label={label}>
      <figcaption className="chart-head">
        <span className="chart-title">{label}</span>
        <Button aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? 'Show the chart' : 'Show as a table'}
        </Button>
      </figcaption>
      {asTable ? (
        <ChartTable series={series} data={data} xKind={xKind} label={label} />
      ) : empty ? (
        <p className="chart-empty" style={{ height }}>
          No values yet.
        </p>
      ) : (
        <Suspense fallback={<div style={{ height }} />}>
          <Plot data={data} labels={series.map((one) => one.label)} xKind={xKind} height={height} />
        </Suspense>
      )}
    </figure>
  );
}

type TableProps = Pick<LineChartProps, 'series' | 'xKind' | 'label'> & { data: ReturnType<typeof aligned> };

function ChartTable({ series, data, xKind, label }: TableProps) {
  const [xs, ...columns] = data;
  return (
    <div className="chart-scroll">
      <table className="chart-table" aria-label={label}>
        <thead>
          <tr>
            <th scope="col">{xKind === 'time' ? 'Time' : 'Step'}</th>
            {series.map((one) => (
              <th scope="col" key={one.label}>
                {one.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {spread(xs.length, TABLE_ROWS).map((at) => (
            <tr key={xs[at]}>
              <th scope="row">{xKind === 'time' ? absolute(new Date(xs[at]!)) : number(xs[at]!)}</th>
              {columns.map((column, index) => (
                <td key={series[index]!.label}>{column[at] === null ? NOTHING : number(column[at]!)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
