/**
 * Metrics out of a job's log: SageMaker's MetricDefinitions, which are regular expressions with one group.
 *
 * M1. Pure. A log may be pushed in pieces of any size; the points are the same.
 * M2. No more than `LONGEST_LINE` characters of a line are looked at, however long it is.
 * M3. A definition sees each line as it is, and with its tabs as CloudWatch shows them (`#011`), since AWS's own
 *     definitions for XGBoost are written against that.
 *
 * https://docs.aws.amazon.com/sagemaker/latest/dg/training-metrics.html
 */

export type MetricDefinition = { name: string; regex: string };

export type MetricPoint = {
  name: string;
  value: number;
  /** The line of the log it was found in, from 0. */
  line: number;
};

export type MetricReader = {
  /** The points in the lines that are complete now. */
  push(text: string): MetricPoint[];
  /** The points in a last line without an end. */
  end(): MetricPoint[];
};

const LONGEST_LINE = 4096;
const NUMBER = '([-+]?[0-9]*\\.?[0-9]+(?:[eE][-+]?[0-9]+)?)';

/** JavaScript's form of a Python regular expression: named groups, leading flags, \Z. */
function compile(regex: string): RegExp {
  const flags = /^\(\?([ims]+)\)/.exec(regex);
  const body = (flags ? regex.slice(flags[0].length) : regex).replaceAll('(?P<', '(?<').replaceAll('\\Z', '$');
  return new RegExp(body, `g${flags?.[1] ?? ''}`);
}

/** undefined when the definition can be used, else what is wrong with it. */
export function metricDefinitionError({ name, regex }: MetricDefinition): string | undefined {
  try {
    compile(regex);
    return undefined;
  } catch (error) {
    return `The regular expression of metric '${name}' cannot be used: ${(error as Error).message}`;
  }
}

type Compiled = { name: string; pattern: RegExp; contains: string | undefined };

function pointsIn(text: string, definition: Compiled, line: number): MetricPoint[] {
  if (definition.contains !== undefined && !text.includes(definition.contains)) return [];
  const points: MetricPoint[] = [];
  for (const match of text.matchAll(definition.pattern)) {
    const found = match[1] ?? match[0];
    const value = Number(found);
    if (found.trim() !== '' && Number.isFinite(value)) points.push({ name: definition.name, value, line });
  }
  return points;
}

/**
 * Reads a log as it grows. Definitions that cannot be compiled find nothing; `metricDefinitionError` says why.
 *
 * @example
 * const reader = metricReader([{ name: 'loss', regex: 'loss=([0-9.]+)' }]);
 * reader.push('epoch 1 loss=0.5\nepoch'); // [{ name: 'loss', value: 0.5, line: 0 }]
 */
export function metricReader(definitions: readonly MetricDefinition[]): MetricReader {
  const compiled = definitions
    .filter((definition) => !metricDefinitionError(definition))
    .map((definition): Compiled => {
      const literal = /(train|validation)-([\w-]+):\(/.exec(definition.regex);
      return {
        name: definition.name,
        pattern: compile(definition.regex),
        // Most lines hold none of the built-in metrics: looking for plain text first is much cheaper.
        contains: definition.regex.startsWith('.*\\[[0-9]+\\].*#011') && literal ? literal[0].slice(0, -1) : undefined,
      };
    });
  let pending = '';
  let line = 0;
  const read = (text: string): MetricPoint[] => {
    const seen = text.length > LONGEST_LINE ? text.slice(0, LONGEST_LINE) : text;
    const shown = seen.includes('\t') ? seen.replaceAll('\t', '#011') : undefined;
    const points = compiled.flatMap((definition) => {
      const found = pointsIn(seen, definition, line);
      return found.length > 0 || shown === undefined ? found : pointsIn(shown, definition, line);
    });
    line += 1;
    return points;
  };
  return {
    push(text) {
      const lines = (pending + text).split('\n');
      // What is beyond the limit will not be looked at: no need to keep it.
      pending = lines.pop()!.slice(0, LONGEST_LINE);
      return lines.flatMap(read);
    },
    end() {
      const last = pending;
      pending = '';
      return last === '' ? [] : read(last);
    },
  };
}

/** Each metric's last value, which is what FinalMetricDataList holds. */
export function finalMetrics(points: readonly MetricPoint[]): Map<string, number> {
  return new Map(points.map((point) => [point.name, point.value]));
}

const XGBOOST_METRICS = [
  ...['accuracy', 'auc', 'aucpr', 'balanced_accuracy', 'f1', 'f1_binary', 'f1_macro', 'map', 'ndcg', 'precision'],
  ...['precision_macro', 'precision_micro', 'r2', 'recall', 'recall_macro', 'recall_micro', 'aft-nloglik'],
  ...['cox-nloglik', 'error', 'gamma-deviance', 'gamma-nloglik', 'interval-regression-accuracy', 'logloss', 'mae'],
  ...['mape', 'merror', 'mlogloss', 'mphe', 'mse', 'poisson-nloglik', 'rmse', 'rmsle', 'tweedie-nloglik'],
];

/** What the built-in XGBoost is measured by, without the user's saying so: `train:logloss`, `validation:auc`, … */
export const xgboostMetricDefinitions: readonly MetricDefinition[] = ['train', 'validation'].flatMap((data) =>
  XGBOOST_METRICS.map((metric) => ({
    name: `${data}:${metric}`,
    regex: `.*\\[[0-9]+\\].*#011${data}-${metric}:${NUMBER}.*`,
  })),
);
