import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cacheAttributes, cacheKey, canonicalJson } from './cacheKey.ts';
import { expressionsBeside } from './members.ts';
import type { Json, Step } from './types.ts';

const step = (Type: Step['Type'], more: object = {}): Step => ({ Name: 's', Type, Arguments: {}, ...more }) as Step;

/** Type → every attribute that counts, as AWS documents them, and one that does not. */
const KEYS: [Step['Type'], string[], string][] = [
  ['Processing', ['AppSpecification', 'Environment', 'ProcessingInputs'], 'ProcessingOutputConfig'],
  [
    'Training',
    [
      'AlgorithmSpecification',
      'CheckpointConfig',
      'DebugHookConfig',
      'DebugRuleConfigurations',
      'Environment',
      'HyperParameters',
      'InputDataConfig',
    ],
    'ResourceConfig',
  ],
  ['Tuning', ['HyperParameterTuningJobConfig', 'TrainingJobDefinition', 'TrainingJobDefinitions'], 'WarmStartConfig'],
  ['Transform', ['DataProcessing', 'Environment', 'ModelName', 'TransformInput'], 'TransformOutput'],
  ['AutoML', ['AutoMLJobConfig', 'AutoMLJobObjective', 'InputDataConfig', 'ProblemType'], 'OutputDataConfig'],
];

describe('the attributes that count', () => {
  test.each(KEYS)('%s', (type, names, ignored) => {
    const given = Object.fromEntries([...names, ignored, 'RoleArn'].map((name) => [name, 'x']));
    expect(cacheAttributes(step(type), given)).toEqual(names.map((name) => ({ name, value: 'x' })));
  });

  test('of nested definitions only the documented members', () => {
    const definition = { InputDataConfig: [1], StaticHyperParameters: { a: '1' }, RoleArn: 'r', OutputDataConfig: {} };
    const kept = { InputDataConfig: [1], StaticHyperParameters: { a: '1' } };
    expect(
      cacheAttributes(step('Tuning'), { TrainingJobDefinitions: [definition], TrainingJobDefinition: definition }),
    ).toEqual([
      { name: 'TrainingJobDefinition', value: kept },
      { name: 'TrainingJobDefinitions', value: [kept] },
    ]);
    const config = { Mode: 'ENSEMBLING', SecurityConfig: {}, CompletionCriteria: { MaxCandidates: 3 } };
    expect(cacheAttributes(step('AutoML'), { AutoMLJobConfig: config })).toEqual([
      { name: 'AutoMLJobConfig', value: { Mode: 'ENSEMBLING', CompletionCriteria: { MaxCandidates: 3 } } },
    ]);
  });

  test('of checks and functions also what stands beside the Arguments', () => {
    const check = step('QualityCheck', {
      CheckType: 'DATA_QUALITY',
      SkipCheck: { Get: 'Parameters.Skip' },
      FailOnViolation: true,
    });
    expect(expressionsBeside(check)).toEqual({
      CheckType: 'DATA_QUALITY',
      SkipCheck: { Get: 'Parameters.Skip' },
      FailOnViolation: true,
    });
    const beside = { CheckType: 'DATA_QUALITY', SkipCheck: false, FailOnViolation: true };
    expect(cacheAttributes(check, { Environment: {} }, beside).map(({ name }) => name)).toEqual([
      'CheckType',
      'Environment',
      'SkipCheck',
    ]);
    expect(cacheAttributes(step('Lambda'), { a: 1 }, { FunctionArn: 'arn' })).toEqual([
      { name: 'Arguments.a', value: 1 },
      { name: 'FunctionArn', value: 'arn' },
    ]);
  });

  test('steps that are never cached have none', () => {
    expect(cacheAttributes(step('RegisterModel'), { ModelMetrics: {} })).toEqual([]);
  });
});

test('canonical JSON does not know the order of members, and reads back as the same value', () => {
  const shuffled = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, member]) => [key, shuffled(member)]),
    );
  };
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = value as Json;
      expect(canonicalJson(shuffled(json))).toBe(canonicalJson(json));
      expect(JSON.parse(canonicalJson(json))).toEqual(JSON.parse(JSON.stringify(json)));
    }),
  );
});

test('a key changes with any attribute, and with nothing else', () => {
  const attributes = (environment: Json) =>
    cacheAttributes(step('Processing'), { Environment: environment, RoleArn: 'r' });
  expect(cacheKey(attributes({ a: '1', b: '2' }))).toBe(cacheKey(attributes({ b: '2', a: '1' })));
  expect(cacheKey(attributes({ a: '1' }))).not.toBe(cacheKey(attributes({ a: '2' })));
  expect(cacheKey(attributes({ a: '1' }))).toMatch(/^[0-9a-f]{64}$/);
  expect(canonicalJson({ b: 1.0, a: [-0, 'é\u2028'] })).toBe(`{"a":[0,${JSON.stringify('é\u2028')}],"b":1}`);
});
