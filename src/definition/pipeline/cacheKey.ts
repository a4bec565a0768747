/**
 * What decides whether a step may reuse an earlier result: the attributes that AWS compares, and a hash over them.
 *
 * K1. Exactly the documented attributes count; all others (roles, instances, outputs, names) are ignored.
 * K2. Equal attributes give equal keys whatever the order of their members.
 *
 * https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-default-keys.html
 */
import { createHash } from 'node:crypto';
import type { Json, Step, StepType } from './types.ts';

export type CacheAttribute = { name: string; value: Json };

/** An attribute counts whole, or only these members of it (of each item, where it is a list). */
type Pick = { readonly [attribute: string]: readonly string[] | 'whole' };

const TUNED = [
  'AlgorithmSpecification',
  'HyperParameterRanges',
  'InputDataConfig',
  'StaticHyperParameters',
  'TuningObjective',
];
/** The check's own configuration and its CheckJobConfig, as the SDK spreads them over a CreateProcessingJob request. */
const CHECK: Pick = {
  AppSpecification: 'whole',
  Environment: 'whole',
  ProcessingInputs: 'whole',
  ProcessingOutputConfig: 'whole',
  ProcessingResources: 'whole',
  NetworkConfig: 'whole',
  StoppingCondition: 'whole',
  RoleArn: 'whole',
};

const ARGUMENTS: Partial<Record<StepType, Pick>> = {
  Processing: { AppSpecification: 'whole', Environment: 'whole', ProcessingInputs: 'whole' },
  Training: {
    AlgorithmSpecification: 'whole',
    CheckpointConfig: 'whole',
    DebugHookConfig: 'whole',
    DebugRuleConfigurations: 'whole',
    Environment: 'whole',
    HyperParameters: 'whole',
    InputDataConfig: 'whole',
  },
  Tuning: { HyperParameterTuningJobConfig: 'whole', TrainingJobDefinition: TUNED, TrainingJobDefinitions: TUNED },
  Transform: { DataProcessing: 'whole', Environment: 'whole', ModelName: 'whole', TransformInput: 'whole' },
  AutoML: {
    AutoMLJobConfig: ['CandidateGenerationConfig', 'CompletionCriteria', 'DataSplitConfig', 'Mode'],
    AutoMLJobObjective: 'whole',
    InputDataConfig: 'whole',
    ProblemType: 'whole',
  },
  QualityCheck: CHECK,
  ClarifyCheck: CHECK,
};

/** Step types that may have a CacheConfig though AWS documents no keys: all their arguments count. */
const WHOLE: ReadonlySet<StepType> = new Set([
  'Lambda',
  'Callback',
  'Endpoint',
  'EndpointConfig',
  'InferenceComponent',
  'Lineage',
]);

/** Members beside Arguments that count. */
const BESIDE = [
  'CheckType',
  'FunctionArn',
  'ModelName',
  'ModelPackageGroupName',
  'RegisterNewBaseline',
  'SkipCheck',
  'SqsQueueUrl',
  'SuppliedBaselineConstraints',
  'SuppliedBaselineStatistics',
] as const;

/**
 * The attributes of a step that its cache key is made of, sorted by name. Those that are absent are left out; a step of
 * a type that is never cached has none.
 *
 * @param given the step's Arguments, resolved
 * @param beside `expressionsBeside(step)`, resolved
 */
export function cacheAttributes(
  step: Step,
  given: { readonly [key: string]: Json },
  beside: { readonly [key: string]: Json } = {},
): CacheAttribute[] {
  const whole = WHOLE.has(step.Type);
  const picks = whole
    ? Object.fromEntries(Object.keys(given).map((name) => [name, 'whole'] as const))
    : ARGUMENTS[step.Type];
  if (!picks) return [];
  const attributes = Object.entries(picks).flatMap(([name, members]): CacheAttribute[] => {
    const value = Object.hasOwn(given, name) ? given[name]! : undefined;
    if (value === undefined) return [];
    return [{ name: whole ? `Arguments.${name}` : name, value: members === 'whole' ? value : picked(value, members) }];
  });
  for (const name of BESIDE) {
    const value = Object.hasOwn(beside, name) ? beside[name] : undefined;
    if (value !== undefined) attributes.push({ name, value });
  }
  return attributes.sort((left, right) => (left.name < right.name ? -1 : 1));
}

function picked(value: Json, members: readonly string[]): Json {
  if (Array.isArray(value)) return value.map((item) => picked(item, members));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => members.includes(key)));
}

/**
 * JSON with sorted keys and no spaces: equal values give equal texts.
 *
 * @param value of bounded depth, as resolved arguments are
 * @example canonicalJson({ b: 1, a: [2.0] }) === '{"a":[2],"b":1}'
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key]!)}`);
  return `{${members.join(',')}}`;
}

/** The SHA-256 of a step's attributes, in hexadecimal. Scope it by pipeline and step: other steps' results never count. */
export function cacheKey(attributes: readonly CacheAttribute[]): string {
  return createHash('sha256')
    .update(canonicalJson([...attributes]))
    .digest('hex');
}
