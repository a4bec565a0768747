import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finalMetrics, metricDefinitionError, metricReader, xgboostMetricDefinitions } from './metrics.ts';

const LOG =
  '[0]\ttrain-logloss:0.44304\tvalidation-logloss:0.5\nnoise\n[1]\ttrain-logloss:0.30306\tvalidation-logloss:1e-2\n';

describe('metrics of a log', () => {
  it("reads the built-in XGBoost's lines", () => {
    const points = metricReader(xgboostMetricDefinitions).push(LOG);
    expect(points).toEqual([
      { name: 'train:logloss', value: 0.44304, line: 0 },
      { name: 'validation:logloss', value: 0.5, line: 0 },
      { name: 'train:logloss', value: 0.30306, line: 2 },
      { name: 'validation:logloss', value: 0.01, line: 2 },
    ]);
    expect(Object.fromEntries(finalMetrics(points))).toEqual({ 'train:logloss': 0.30306, 'validation:logloss': 0.01 });
  });

  it('tells logloss from mlogloss, and auc from aucpr', () => {
    const points = metricReader(xgboostMetricDefinitions).push('[3]\ttrain-mlogloss:0.25\ttrain-aucpr:0.75\n');
    expect(points.map((point) => point.name).sort()).toEqual(['train:aucpr', 'train:mlogloss']);
  });

  it('finds the same however the log is cut', () => {
    const whole = metricReader(xgboostMetricDefinitions).push(LOG);
    fc.assert(
      fc.property(fc.array(fc.nat(LOG.length), { maxLength: 6 }), (cuts) => {
        const reader = metricReader(xgboostMetricDefinitions);
        const edges = [0, ...cuts.sort((a, b) => a - b), LOG.length];
        const points = edges.slice(1).flatMap((end, index) => reader.push(LOG.slice(edges[index], end)));
        expect([...points, ...reader.end()]).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });

  it("takes Python's syntax, several matches a line, and a last line without an end", () => {
    const reader = metricReader([
      { name: 'acc', regex: '(?i)ACC: (?P<value>[0-9.]+)' },
      { name: 'broken', regex: '(' },
    ]);
    expect(reader.push('acc: 0.1 acc: 0.2\nacc: nan\nAcc: 0.3').map((point) => point.value)).toEqual([0.1, 0.2]);
    expect(reader.end()).toEqual([{ name: 'acc', value: 0.3, line: 2 }]);
    expect(metricDefinitionError({ name: 'broken', regex: '(' })).toContain("metric 'broken'");
  });

  it('never looks beyond the bound of a line, and does not keep what is there', () => {
    const reader = metricReader([{ name: 'x', regex: 'x=([0-9]+)' }]);
    expect(reader.push('.'.repeat(100_000))).toEqual([]);
    expect(reader.push('x=1\nx=2\n')).toEqual([{ name: 'x', value: 2, line: 1 }]);
  });
});
