/**
 * The API by which clients log metrics of trial components: SageMaker Metrics, two operations of REST-JSON on hosts of its own
 * (`metrics.sagemaker.<region>.amazonaws.com`), signed as SageMaker. Its schemas are written here as the official SDK exports those
 * of other APIs: two operations are not worth a package.
 */
import { defineApi } from '../../protocol/models.ts';

export type RawMetric = { MetricName: string; Timestamp: Date; Step?: number | undefined; Value: number };
export type PutMetrics = { TrialComponentName: string; MetricData: readonly RawMetric[] };
/** Those of AWS's codes that are answered. */
export type PutError = { Code: 'METRIC_LIMIT_EXCEEDED' | 'VALIDATION_ERROR'; MetricIndex: number };

export type Statistic = 'Min' | 'Max' | 'Avg' | 'Count' | 'StdDev' | 'Last';
export type Period = 'OneMinute' | 'FiveMinute' | 'OneHour' | 'IterationNumber';
export type MetricQuery = {
  MetricName: string;
  ResourceArn: string;
  MetricStat: Statistic;
  Period: Period;
  XAxisType: 'IterationNumber' | 'Timestamp';
  Start?: number | undefined;
  End?: number | undefined;
};
export type MetricResult = {
  Status: 'Complete' | 'Truncated' | 'ValidationError';
  Message?: string | undefined;
  XAxisValues: number[];
  MetricValues: number[];
};

/** Kinds of schemas, and codes of simple types (protocol/shapes.ts). */
const [LIST, STRUCTURE, OPERATION] = [1, 3, 9];
const [TEXT, NUMBER, TIME] = [0, 1, 4];

const structure = (name: string, required: number, members: Readonly<Record<string, unknown>>) => [
  ...[STRUCTURE, 'sagemaker-metrics', name, 0],
  ...[Object.keys(members), Object.values(members), required],
];
const list = (name: string, member: unknown) => [LIST, 'sagemaker-metrics', name, 0, member];
const operation = (name: string, method: string, input: unknown, output: unknown) => [
  ...[OPERATION, 'sagemaker-metrics', name, { http: [method, `/${name}`, 200] }],
  ...[() => input, () => output],
];

const rawMetric = structure('RawMetricData', 3, { MetricName: TEXT, Timestamp: TIME, Value: NUMBER, Step: NUMBER });
const putRequest = structure('BatchPutMetricsRequest', 2, {
  TrialComponentName: TEXT,
  MetricData: list('RawMetricDataList', rawMetric),
});
const putError = structure('BatchPutMetricsError', 0, { Code: TEXT, MetricIndex: NUMBER });
const putResponse = structure('BatchPutMetricsResponse', 0, { Errors: list('BatchPutMetricsErrorList', putError) });
const query = structure('MetricQuery', 5, {
  ...{ MetricName: TEXT, ResourceArn: TEXT, MetricStat: TEXT, Period: TEXT, XAxisType: TEXT },
  ...{ Start: NUMBER, End: NUMBER },
});
const getRequest = structure('BatchGetMetricsRequest', 1, { MetricQueries: list('MetricQueryList', query) });
const result = structure('MetricQueryResult', 3, {
  ...{ Status: TEXT, XAxisValues: list('XAxisValues', NUMBER), MetricValues: list('MetricValues', NUMBER) },
  Message: TEXT,
});
const getResponse = structure('BatchGetMetricsResponse', 0, {
  MetricQueryResults: list('MetricQueryResultList', result),
});

export const sagemakerMetrics = defineApi({
  name: 'sagemaker-metrics',
  signingNames: ['sagemaker'],
  protocol: 'rest-json',
  version: '2022-09-30',
  sdk: () => ({
    BatchPutMetrics$: operation('BatchPutMetrics', 'PUT', putRequest, putResponse),
    BatchGetMetrics$: operation('BatchGetMetrics', 'POST', getRequest, getResponse),
  }),
});
