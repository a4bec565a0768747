/** What came of a step. */
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../src/definition/pipeline/types.ts';
import { outputsOf, trainingMetrics } from './figures.ts';

describe('outputs', () => {
  it('are what the work of a step left behind', () => {
    const S3Output = { S3Uri: 's3://b/report' };
    expect(outputsOf({ ProcessingOutputConfig: { Outputs: [{ OutputName: 'report', S3Output }] } })).toEqual({
      report: 's3://b/report',
    });
    expect(outputsOf({ ProcessingOutputConfig: { Outputs: { report: { S3Output } } } })).toEqual({
      report: 's3://b/report',
    });
    expect(outputsOf({ ModelArtifacts: { S3ModelArtifacts: 's3://b/model.tar.gz' }, ModelPackageArn: null })).toEqual({
      model: 's3://b/model.tar.gz',
    });
    expect(outputsOf(undefined)).toEqual({});
  });
});

it('the last metrics of a training are figures; what is none is left out', () => {
  const FinalMetricDataList: Json = [{ MetricName: 'loss', Value: 0.25, Timestamp: 1 }, { MetricName: 'broken' }];
  expect(trainingMetrics({ FinalMetricDataList })).toEqual([{ name: 'loss', value: 0.25 }]);
  expect(trainingMetrics({})).toEqual([]);
});
