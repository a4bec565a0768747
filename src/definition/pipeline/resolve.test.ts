import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DocumentOutcome, parseDocument, resolve, type Scope, type StepResult } from './resolve.ts';
import type { Expression, Json, Scalar } from './types.ts';

const STEPS: Record<string, StepResult> = {
  prep: {
    describe: {
      ProcessingJobName: 'job-1',
      ProcessingOutputConfig: { Outputs: [{ OutputName: 'train', S3Output: { S3Uri: 's3://bucket/train' } }] },
    },
  },
  train: {
    describe: {
      ModelArtifacts: { S3ModelArtifacts: 's3://bucket/model.tar.gz' },
      FinalMetricDataList: [{ MetricName: 'validation:logloss', Value: 0.42, Timestamp: 1 }],
    },
  },
  evaluate: {
    describe: {
      ProcessingOutputConfig: { Outputs: [{ OutputName: 'report', S3Output: { S3Uri: 's3://bucket/report/' } }] },
    },
    propertyFiles: [{ PropertyFileName: 'Report', OutputName: 'report', FilePath: 'evaluation.json' }],
  },
  gate: { outcome: 'True' },
  notify: { outputParameters: { status: 'sent', count: 3 } },
};
const REPORT = 's3://bucket/report/evaluation.json';

function scope(documents: Record<string, DocumentOutcome> = {}, parameters: Record<string, Scalar> = {}): Scope {
  const own = <T>(values: Record<string, T>, key: string) => (Object.hasOwn(values, key) ? values[key] : undefined);
  return {
    parameter: (name) => own(parameters, name),
    execution: { PipelineExecutionId: 'abc123def456' },
    step: (name) => own(STEPS, name),
    document: (uri) => own(documents, uri),
  };
}
const read = (value: Json): Record<string, DocumentOutcome> => ({ [REPORT]: { ok: true, value } });
const get = (text: string): Expression => ({ Get: text });
const join = (on: string, ...values: Expression[]): Expression => ({ 'Std:Join': { On: on, Values: values } });
const report = (path: string): Expression => ({
  'Std:JsonGet': { PropertyFile: { Get: 'Steps.evaluate.PropertyFiles.Report' }, Path: path },
});

describe('a value', () => {
  test.each<[string, Expression, Json]>([
    ['plain', { a: [1, null, 'x', true], b: {} }, { a: [1, null, 'x', true], b: {} }],
    ['of a parameter, typed', get('Parameters.Count'), 5],
    ['of the execution', get('Execution.PipelineExecutionId'), 'abc123def456'],
    ['of an output', get("Steps.prep.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri"), 's3://bucket/train'],
    ['of an output by position', get('Steps.prep.ProcessingOutputConfig.Outputs[0].OutputName'), 'train'],
    ['of a model', get('Steps.train.ModelArtifacts.S3ModelArtifacts'), 's3://bucket/model.tar.gz'],
    ['of a metric', get("Steps.train.FinalMetricDataList['validation:logloss'].Value"), 0.42],
    ['of an output parameter', get("Steps.notify.OutputParameters['count']"), 3],
    ['of an outcome', get('Steps.gate.Outcome'), true],
    ['inside a structure', { Env: [{ A: get('Parameters.Count') }] }, { Env: [{ A: 5 }] }],
    ['joined', join('/', 's3:/', get('Parameters.Bucket'), join('', 1, 0.5, true)), 's3://bucket/10.5true'],
    ['of an outcome, joined', join(': ', 'outcome', get('Steps.gate.Outcome')), 'outcome: true'],
    ['joined without On', { 'Std:Join': { Values: ['a', 'b'] } }, 'ab'],
    ['a Get beside other members, which is plain', { Get: 'x', Other: 1 }, { Get: 'x', Other: 1 }],
  ])('%s', (_, expression, value) => {
    expect(resolve(expression, scope({}, { Count: 5, Bucket: 'bucket' }))).toEqual({ ok: true, value });
  });

  test('out of a property file, under the S3Uri of its output', () => {
    const documents = read({ metrics: { accuracy: 0.81, runs: [{ f1: 0.7 }] } });
    expect(resolve(report('metrics.accuracy'), scope(documents))).toEqual({ ok: true, value: 0.81 });
    expect(resolve(report('$.metrics.runs[0].f1'), scope(documents))).toEqual({ ok: true, value: 0.7 });
  });
});

test('names every document that it needs, each once', () => {
  const other: Expression = {
    'Std:JsonGet': { S3Uri: join('/', 's3://bucket', get('Parameters.Key')), Path: 'Result[0]' },
  };
  const expression = { a: report('x'), b: [report('y'), other] };
  const needs = [REPORT, 's3://bucket/k.json'];
  expect(resolve(expression, scope({}, { Key: 'k.json' }))).toEqual({ ok: false, needs });
  const some = scope({ ...read({ x: 1, y: 2 }) }, { Key: 'k.json' });
  expect(resolve(expression, some)).toEqual({ ok: false, needs: ['s3://bucket/k.json'] });
  const all = scope(
    { ...read({ x: 1, y: 2 }), 's3://bucket/k.json': { ok: true, value: { Result: [3] } } },
    { Key: 'k.json' },
  );
  expect(resolve(expression, all)).toEqual({ ok: true, value: { a: 1, b: [2, 3] } });
});

describe('an error names the thing', () => {
  test.each<[string, Expression, Record<string, DocumentOutcome>, string, RegExp]>([
    ['a parameter', get('Parameters.X'), {}, 'UnknownParameter', /parameter 'X'/],
    ['an execution property', get('Execution.TrainingJobName'), {}, 'UnknownExecutionProperty', /TrainingJobName/],
    ['a step without result', get('Steps.later.TrainingJobArn'), {}, 'StepHasNoResult', /'later' has not succeeded/],
    [
      'a property',
      get("Steps.prep.ProcessingOutputConfig.Outputs['test'].S3Output.S3Uri"),
      {},
      'PropertyNotFound',
      /'prep' has no ProcessingOutputConfig.*: its ProcessingOutputConfig\.Outputs has items named 'train'/,
    ],
    [
      'an output parameter',
      get("Steps.notify.OutputParameters['x']"),
      {},
      'OutputParameterNotFound',
      /'status', 'count'/,
    ],
    [
      'a path in a document',
      report('metrics.accuracy'),
      read({ metrics: { acc: 0.8, f1: 0.7 } }),
      'JsonPathNotFound',
      /^The path 'metrics\.accuracy' was not found in s3:\/\/bucket\/report\/evaluation\.json: 'metrics' has only the keys 'acc', 'f1'\. .*'evaluate' writes to evaluation\.json\.$/,
    ],
    ['the root of a path', report('m.a'), read({}), 'JsonPathNotFound', /the document has no keys at all/],
    ['a path into a number', report('m.a'), read({ m: 1 }), 'JsonPathNotFound', /'m' has the number 1/],
    [
      'an unreadable document',
      report('m'),
      { [REPORT]: parseDocument('{"m": NaN}') },
      'DocumentUnreadable',
      /evaluation\.json could not be read as JSON: .*NaN or Infinity/,
    ],
    ['an empty document', report('m'), { [REPORT]: parseDocument(' \n') }, 'DocumentUnreadable', /it is empty/],
    ['a structure in a Join', join('', report('m')), read({ m: {} }), 'NotAScalar', /Value 1 of a Std:Join/],
    ['a null in a Join', join('', report('m')), read({ m: null }), 'NotAScalar', /null/],
    ['no S3 URI', { 'Std:JsonGet': { S3Uri: 'http://x', Path: 'a' } }, {}, 'MalformedExpression', /begin with s3/],
  ])('%s', (_, expression, documents, code, words) => {
    const error = { code, message: expect.stringMatching(words) };
    expect(resolve(expression, scope(documents))).toEqual({ ok: false, error });
  });
});

test('a byte order mark before a document is no error', () => {
  expect(parseDocument('\uFEFF{"a":1}')).toEqual({ ok: true, value: { a: 1 } });
});

test('a value nested without end is refused', () => {
  const deep = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000)) as Json;
  const error = { code: 'NotAScalar', message: expect.stringMatching(/100 deep/) };
  expect(resolve(report('$'), scope(read(deep)))).toEqual({ ok: false, error });
});

test('keys of a document or a definition never become a prototype', () => {
  const hostile = JSON.parse('{"__proto__":{"admin":true},"Get":"x"}') as Expression;
  const resolved = resolve(hostile, scope());
  expect(resolved.ok && Object.getPrototypeOf(resolved.value)).toBe(Object.prototype);
  expect(resolved.ok && Object.keys(resolved.value as object)).toEqual(['__proto__', 'Get']);
});

test('answers for any expression', () => {
  const text = fc.constantFrom('Parameters.Count', 'Steps.prep.X', 'Steps.gate.Outcome', 'Steps.', 'Execution.X', 'a[');
  const keys = fc.constantFrom('Get', 'Std:Join', 'Std:JsonGet', 'On', 'Values', 'S3Uri', 'PropertyFile', 'Path', 'x');
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 5 }, text, fc.jsonValue(), fc.array(tie('value')), fc.dictionary(keys, tie('value'))),
  }));
  fc.assert(
    fc.property(value, (expression) => {
      const resolved = resolve(expression as Expression, scope({}, { Count: 5 }));
      if (resolved.ok) expect(JSON.stringify(resolved.value)).toBeTypeOf('string');
      else if ('needs' in resolved) expect(resolved.needs.length).toBeGreaterThan(0);
      else expect(resolved.error.message).not.toBe('');
    }),
    { numRuns: 500 },
  );
});
