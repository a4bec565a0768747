/** The course of a training job's metrics, read out of its log as the server reads their last values. Pure. */
import {
  type MetricDefinition,
  metricReader,
  xgboostMetricDefinitions,
} from '../../../../src/definition/jobs/metrics.ts';
import type { Series } from '../../parts/series.ts';

/** The job's definitions, and before them those that AWS adds for its own image. */
export function definitionsOf(image: string | undefined, own: readonly MetricDefinition[]): MetricDefinition[] {
  const named = new Set(own.map(({ name }) => name));
  const xgboost = image !== undefined && /\/sagemaker-xgboost[:@]/.test(image);
  return [...(xgboost ? xgboostMetricDefinitions.filter(({ name }) => !named.has(name)) : []), ...own];
}

/** A line for each metric; x counts how often it was logged. */
export function curvesOf(lines: readonly { text: string }[], definitions: readonly MetricDefinition[]): Series[] {
  const reader = metricReader(definitions);
  const curves = new Map<string, [number, number][]>();
  for (const { name, value } of lines.flatMap(({ text }) => reader.push(`${text}\n`))) {
    const points = curves.get(name) ?? [];
    points.push([points.length + 1, value]);
    curves.set(name, points);
  }
  return [...curves].map(([label, points]) => ({ label, points }));
}

/** Curves that are one measure of several sets (train:auc, validation:auc) belong into one chart. */
export function chartsOf(curves: readonly Series[]): { label: string; series: Series[] }[] {
  const charts = new Map<string, Series[]>();
  for (const curve of curves) {
    const measure = curve.label.split(':').at(-1)!;
    charts.set(measure, [...(charts.get(measure) ?? []), curve]);
  }
  return [...charts].map(([label, series]) => ({ label, series }));
}
