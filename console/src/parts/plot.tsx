/** uPlot in React: drawn anew with another theme or other series, moved along with new data, as wide as its place. */
import { useEffect, useRef, useState } from 'react';
import Uplot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { timeLabel } from './axis.ts';
import { absolute, number } from './format.ts';
import { type Palette, paletteOf } from './palette.ts';
import type { aligned } from './series.ts';

type PlotProps = { data: ReturnType<typeof aligned>; labels: string[]; xKind: 'time' | 'step'; height: number };

/** The legend's line below the drawing. */
const LEGEND = 28;

function optionsOf({ labels, xKind, height }: Omit<PlotProps, 'data'>, palette: Palette, width: number): Uplot.Options {
  const axis = {
    stroke: palette.text,
    font: palette.font,
    grid: { stroke: palette.grid, width: 1 },
    ticks: { show: false },
  };
  const time = xKind === 'time';
  return {
    width,
    height: height - LEGEND,
    ms: 1,
    cursor: { points: { size: 7 }, drag: { x: true, y: false } },
    scales: { x: { time } },
    axes: [
      {
        ...axis,
        values: (_, at, __, ___, step) => at.map((one) => (time ? timeLabel(one, step) : number(one))),
      },
      { ...axis, size: 64, values: (_, at) => at.map((one) => number(one)) },
    ],
    series: [
      { label: time ? 'Time' : 'Step', value: (_, x) => (x === null ? '–' : time ? absolute(new Date(x)) : number(x)) },
      ...labels.map((label, index) => ({
        label,
        ...palette.line(index),
        width: 1.75,
        spanGaps: true,
        value: (_: Uplot, y: number | null) => (y === null ? '–' : number(y)),
      })),
    ],
  };
}

/** A number that changes whenever the page's theme does. */
function useTheme(): number {
  const [theme, setTheme] = useState(0);
  useEffect(() => {
    const change = () => setTheme((now) => now + 1);
    const observer = new MutationObserver(change);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', change);
    return () => {
      observer.disconnect();
      system.removeEventListener('change', change);
    };
  }, []);
  return theme;
}

export function Plot({ data, labels, xKind, height }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Uplot>(undefined);
  const theme = useTheme();
  const names = labels.join('\u0001');
  const latest = useRef(data);
  latest.current = data;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const options = optionsOf(
      { labels: names.split('\u0001'), xKind, height },
      paletteOf(element),
      element.clientWidth,
    );
    const made = new Uplot(options, latest.current as Uplot.AlignedData, element);
    plot.current = made;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth !== made.width) made.setSize({ width: element.clientWidth, height: height - LEGEND });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [names, xKind, height, theme]);

  useEffect(() => {
    plot.current?.setData(data as Uplot.AlignedData);
  }, [data]);

  return <div className="chart-plot" ref={place} style={{ height }} aria-hidden="true" />;
}
