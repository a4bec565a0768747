import { describe, expect, it } from 'vitest';
import { metricsIn } from '../../definition/pipeline/reportMetrics.ts';
import type { Condition, Expression } from '../../definition/pipeline/types.ts';
import { conditionText, numberText } from './condition.ts';
import { propertyFileUri } from './results.ts';

const accuracy: Expression = {
  'Std:JsonGet': { PropertyFile: { Get: 'Steps.E.PropertyFiles.R' }, Path: 'metrics.accuracy' },
};
const threshold: Expression = { Get: 'Parameters.AccuracyThreshold' };
const VALUES = new Map<Expression, number | string>([
  [accuracy, 0.80152671],
  [threshold, '0.78'],
]);
const say = (condition: Condition) =>
  conditionText(condition, async (expression) => ({
    expression,
    value: VALUES.get(expression) ?? (typeof expression === 'object' ? undefined : expression),
  }));

describe('conditions in words', () => {
  it('name both sides with their values', async () => {
    expect(await say({ Type: 'GreaterThanOrEqualTo', LeftValue: accuracy, RightValue: threshold })).toBe(
      'metrics.accuracy 0.801527 ≥ AccuracyThreshold 0.78',
    );
  });

  it('write out not, or and in', async () => {
    const low: Condition = { Type: 'LessThan', LeftValue: accuracy, RightValue: 0.5 };
    expect(await say({ Type: 'Not', Condition: low })).toBe('not (metrics.accuracy 0.801527 < 0.5)');
    expect(await say({ Type: 'Or', Conditions: [low, low] })).toMatch(/ or /);
    expect(await say({ Type: 'In', QueryValue: 'a', Values: ['a', 'b'] })).toBe('a in [a, b]');
  });

  it('say so when a value can no longer be told', async () => {
    expect(await say({ Type: 'Equals', LeftValue: { Get: 'Parameters.Gone' }, RightValue: true })).toBe(
      'Gone ? = true',
    );
  });
});

describe('figures', () => {
  it.each([
    [0.80152671, '0.801527'],
    [12, '12'],
    [0.5, '0.5'],
    [1234.5678912, '1234.5679'],
  ])('%d is %s', (value, text) => expect(numberText(value)).toBe(text));
});

describe('metrics of a report', () => {
  it('are the numbers below `metrics`', () => {
    const report = { metrics: { accuracy: 0.8, none: null, by: { sex: { female: 1 } } }, rows: 262 };
    expect(metricsIn(report)).toEqual([
      { name: 'accuracy', value: 0.8 },
      { name: 'by.sex.female', value: 1 },
    ]);
  });

  it('are those of the whole document without that member', () => {
    expect(metricsIn({ f1: 1, text: 'x' })).toEqual([{ name: 'f1', value: 1 }]);
    expect(metricsIn([1, 2])).toEqual([]);
  });

  it('lie under the output that the property file names', () => {
    const file = { PropertyFileName: 'R', OutputName: 'evaluation', FilePath: 'evaluation.json' };
    const Outputs = [{ OutputName: 'evaluation', S3Output: { S3Uri: 's3://b/runs/1/' } }];
    expect(propertyFileUri({ ProcessingOutputConfig: { Outputs } }, file)).toBe('s3://b/runs/1/evaluation.json');
    expect(propertyFileUri({}, file)).toBeUndefined();
  });
});
