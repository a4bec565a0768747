/** The versions of a group, each with the figures of its report: what the list, the chart and the comparison are made of. */
import { useQueries } from '@tanstack/react-query';
import { type Metric, metricsIn } from '../../../../src/definition/pipeline/reportMetrics.ts';
import type { Json } from '../../../../src/definition/pipeline/types.ts';
import { call, keyOf } from '../../data/call.ts';
import { jsonObjectQuery } from '../../data/objects.ts';
import { type ModelPackage, reportUri } from './model.ts';

export type Described = { arn: string; model: ModelPackage | undefined; metrics: Metric[] | undefined };

/** @param arns of so many versions as are looked at */
export function useDescribed(arns: readonly string[]): Described[] {
  const described = useQueries({
    queries: arns.map((ModelPackageName) => ({
      queryKey: keyOf('sagemaker', 'DescribeModelPackage', { ModelPackageName }) as readonly unknown[],
      queryFn: () => call('sagemaker', 'DescribeModelPackage', { ModelPackageName }),
    })),
  });
  const models = described.map(({ data }) => data);
  const reports = useQueries({ queries: models.map((model) => jsonObjectQuery(model ? reportUri(model) : '')) });
  return arns.map((arn, index) => {
    const report = reports[index]?.data;
    return { arn, model: models[index], metrics: report === undefined ? undefined : metricsIn(report as Json) };
  });
}
