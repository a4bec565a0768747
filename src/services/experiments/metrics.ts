/**
 * Metrics that clients log for trial components: every point, and of each metric its statistics, which are kept up as points come.
 *
 * M1. The statistics of a metric are those of all its points, in the transaction that takes a point.
 * M2. However much was logged, an answer reads a bounded number of points, and says so where there were more.
 * M3. What a deleted component leaves behind goes in small parts, with the points that come later.
 */
import type { Call, OutputOf } from '../../protocol/service.ts';
import type { Parts, Sdk } from './context.ts';
import type { MetricQuery, MetricResult, Period, PutError, PutMetrics, RawMetric, Statistic } from './metricsApi.ts';
import type { ComponentRow, MetricRow, PointRow } from './store.ts';

type Summaries = NonNullable<OutputOf<Sdk, 'DescribeTrialComponent'>['Metrics']>;

/** Of one component. */
const MOST_METRICS = 1000;
const MOST_POINTS = 1_000_000;
/** Points that one request reads at most, for all its queries; and that one put clears away. */
const MOST_READ = 10_000;
const CLEARED = 200;
/** As far from now as AWS takes the time of a point, in milliseconds. */
const OLDEST = 14 * 24 * 3_600_000;
const NEWEST = 2 * 3_600_000;

/** Inside a transaction. @returns what was not taken, and why */
export function putMetrics({ db }: Parts, row: ComponentRow, { MetricData }: PutMetrics, call: Call): PutError[] {
  const errors: PutError[] = [];
  let { metrics, points } = db.metricTotals({ component: row.id })!;
  for (const [MetricIndex, point] of MetricData.entries()) {
    const known = db.metric({ component: row.id, name: point.MetricName });
    if (!isValid(point, call.now)) errors.push({ Code: 'VALIDATION_ERROR', MetricIndex });
    else if (points >= MOST_POINTS || (!known && metrics >= MOST_METRICS))
      errors.push({ Code: 'METRIC_LIMIT_EXCEEDED', MetricIndex });
    else {
      const at = point.Timestamp.getTime();
      const metric = db.saveMetric(withPoint(known ?? empty(row.id, point.MetricName), at, point.Value))!.id;
      db.insertPoint({ metric, at, step: point.Step ?? null, value: point.Value });
      if (!known) metrics += 1;
      points += 1;
    }
  }
  clearSome(db);
  return errors;
}

function clearSome(db: Parts['db']): void {
  const left = db.leftMetric({});
  if (left && db.removePoints({ metric: left.id, limit: CLEARED }) === 0) db.removeMetric({ id: left.id });
}

function isValid({ Timestamp, Value }: RawMetric, now: number): boolean {
  const at = Timestamp.getTime();
  return Number.isFinite(Value) && at >= now - OLDEST && at <= now + NEWEST;
}

type Statistics = Omit<MetricRow, 'id'>;

const empty = (component: number, name: string): Statistics => ({
  ...{ component, name, count: 0, mean: 0, squares: 0, last: 0, last_at: Number.NEGATIVE_INFINITY },
  ...{ least: Number.POSITIVE_INFINITY, most: Number.NEGATIVE_INFINITY },
});

/** By Welford's method: no sum grows so large that small differences are lost in it. */
function withPoint<S extends Statistics>(before: S, at: number, value: number): S {
  const count = before.count + 1;
  const mean = before.mean + (value - before.mean) / count;
  return {
    ...before,
    ...{ count, mean, squares: before.squares + (value - before.mean) * (value - mean) },
    ...{ least: Math.min(before.least, value), most: Math.max(before.most, value) },
    ...(at >= before.last_at && { last: value, last_at: at }),
  };
}

const deviation = ({ squares, count }: Statistics) => Math.sqrt(squares / count);

/** The metrics of a component, as its description has them. */
export function metricsOf({ db }: Parts, { id, arn }: ComponentRow): Summaries {
  return db.metricsOf({ component: id }).map((row) => ({
    MetricName: row.name,
    SourceArn: arn,
    TimeStamp: new Date(row.last_at),
    ...{ Max: row.most, Min: row.least, Last: row.last, Count: row.count, Avg: row.mean, StdDev: deviation(row) },
  }));
}

/** Answers in the order of the queries. */
export function getMetrics(parts: Parts, queries: readonly MetricQuery[]): MetricResult[] {
  let left = MOST_READ;
  return queries.map((query) => {
    const row = parts.db.component({ arn: query.ResourceArn }) ?? parts.db.componentOfJob({ job: query.ResourceArn });
    const metric = row && parts.db.metric({ component: row.id, name: query.MetricName });
    if (!metric) return refused(`There is no metric '${query.MetricName}' of ${query.ResourceArn}.`);
    const bySteps = query.XAxisType === 'IterationNumber';
    // What is asked for are seconds since the epoch, or iterations.
    const unit = bySteps ? 1 : 1000;
    const points = parts.db[bySteps ? 'pointsBySteps' : 'pointsByTime']({
      metric: metric.id,
      start: query.Start === undefined ? Number.MIN_SAFE_INTEGER : query.Start * unit,
      end: query.End === undefined ? Number.MAX_SAFE_INTEGER : query.End * unit,
      limit: left + 1,
    });
    const whole = points.length <= left;
    const read = whole ? points : points.slice(0, left);
    left -= read.length;
    return { Status: whole ? 'Complete' : 'Truncated', ...series(read, query) };
  });
}

const refused = (Message: string): MetricResult => ({
  ...{ Status: 'ValidationError', Message, XAxisValues: [], MetricValues: [] },
});

const MINUTE = 60_000;
const LENGTHS: Readonly<Record<Exclude<Period, 'IterationNumber'>, number>> = {
  ...{ OneMinute: MINUTE, FiveMinute: 5 * MINUTE, OneHour: 60 * MINUTE },
};

/** Points in their order, gathered by period: where each period begins on the axis, and its statistic. */
function series(points: readonly PointRow[], { Period: period, XAxisType, MetricStat }: MetricQuery) {
  const gathered = new Map<number, { x: number; statistics: Statistics }>();
  for (const { at, step, value } of points) {
    if (period === 'IterationNumber' && step === null) continue;
    const key = period === 'IterationNumber' ? step! : Math.floor(at / LENGTHS[period]);
    const begins = period === 'IterationNumber' ? at : key * LENGTHS[period];
    const x = XAxisType === 'IterationNumber' ? step! : Math.floor(begins / 1000);
    const { statistics, ...before } = gathered.get(key) ?? { x, statistics: empty(0, '') };
    gathered.set(key, { ...before, statistics: withPoint(statistics, at, value) });
  }
  const all = [...gathered.values()];
  return {
    XAxisValues: all.map(({ x }) => x),
    MetricValues: all.map(({ statistics }) => STATISTICS[MetricStat](statistics)),
  };
}

const STATISTICS: Readonly<Record<Statistic, (of: Statistics) => number>> = {
  Min: ({ least }) => least,
  Max: ({ most }) => most,
  Avg: ({ mean }) => mean,
  Count: ({ count }) => count,
  StdDev: deviation,
  Last: ({ last }) => last,
};
