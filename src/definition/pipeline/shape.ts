/**
 * What may stand where in a pipeline definition: which members each object has, and of which kind they are. A document
 * that has this shape can be read as the types of types.ts; whether it makes sense is for the rules.
 */
import {
  MAX_DESCRIPTION,
  MAX_DISPLAY_NAME,
  MAX_PARAMETER_NAME,
  MAX_PARAMETERS,
  MAX_RETRY_ATTEMPTS,
  MAX_RETRY_EXPIRE_MINUTES,
  MAX_RETRY_INTERVAL_SECONDS,
  MAX_STEP_NAME,
  NAME_PATTERN,
} from './limits.ts';
import { inside, isObject, kindOf, label, memberOf, type Place, quoteList, type Report } from './problems.ts';
import { didYouMean } from './suggest.ts';
import {
  COMPARISONS,
  EXCEPTION_TYPES,
  type Json,
  OUTPUT_PARAMETER_TYPES,
  PARAMETER_TYPES,
  REFUSED_STEP_TYPES,
  STEP_TYPES,
  type StepType,
} from './types.ts';

/** Reports whatever is wrong with the form of a value. */
type Shape = (value: Json, place: Place, report: Report) => void;
type Members = { readonly [key: string]: Shape };

const anything: Shape = () => {};

const boolean: Shape = (value, place, report) => {
  if (typeof value !== 'boolean') {
    report(place, 'wrong-type', () => `${label(place)} must be true or false, and is ${kindOf(value)}.`);
  }
};

function text(limits: { max?: number; pattern?: RegExp } = {}): Shape {
  const { max = 1_048_576, pattern } = limits;
  return (value, place, report) => {
    if (typeof value !== 'string') {
      report(place, 'wrong-type', () => `${label(place)} must be a string, and is ${kindOf(value)}.`);
    } else if (value.length > max) {
      report(place, 'too-long', `${label(place)} has ${value.length} characters; at most ${max} are allowed.`);
    } else if (pattern && !pattern.test(value)) {
      const allowed = 'use one or more letters, digits, hyphens and underscores';
      report(place, 'name-pattern', () => `${label(place)} cannot be ${kindOf(value)}: ${allowed}.`);
    }
  };
}

function number(limits: { min: number; max: number; whole: boolean }): Shape {
  const { min, max, whole } = limits;
  return (value, place, report) => {
    const fits = typeof value === 'number' && value >= min && value <= max && (!whole || Number.isInteger(value));
    if (fits) return;
    const kind = whole ? 'a whole number' : 'a number';
    const range = max === Number.MAX_VALUE ? `of at least ${min}` : `from ${min} to ${max}`;
    report(place, 'out-of-range', () => `${label(place)} must be ${kind} ${range}, and is ${kindOf(value)}.`);
  };
}

function oneOf(values: readonly string[]): Shape {
  return (value, place, report) => {
    if (typeof value === 'string' && values.includes(value)) return;
    const hint = typeof value === 'string' ? () => didYouMean(value, values) : () => '';
    const message = () => `${label(place)} must be one of ${quoteList(values)}, and is ${kindOf(value)}.${hint()}`;
    report(place, 'unknown-value', message);
  };
}

function list(item: Shape, limits: { min?: number; max?: number } = {}): Shape {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = limits;
  return (value, place, report) => {
    if (!Array.isArray(value)) {
      report(place, 'wrong-type', () => `${label(place)} must be a list, and is ${kindOf(value)}.`);
      return;
    }
    if (value.length < min) report(place, 'too-few', `${label(place)} is empty: it needs at least ${min} item.`);
    if (value.length > max) {
      report(place, 'too-many', `${label(place)} has ${value.length} items; at most ${max} are allowed.`);
    }
    for (const [index, element] of value.entries()) item(element, inside(place, index), report);
  };
}

function orNull(shape: Shape): Shape {
  return (value, place, report) => {
    if (value !== null) shape(value, place, report);
  };
}

/** An object with these members and no others. @param what names it in messages: `a retry policy` */
function record(what: string, required: Members, optional: Members = {}): Shape {
  const known = [...Object.keys(required), ...Object.keys(optional)];
  return (value, place, report) => {
    if (!isObject(value)) {
      report(place, 'wrong-type', () => `${label(place)} must be an object, ${what}, and is ${kindOf(value)}.`);
      return;
    }
    for (const key of Object.keys(value)) {
      const member = Object.hasOwn(required, key) ? required[key] : Object.hasOwn(optional, key) && optional[key];
      if (member) member(value[key]!, inside(place, key), report);
      else {
        report(inside(place, key), 'unknown-key', () => {
          const takes = `Allowed here: ${known.join(', ')}.`;
          return `Unknown property '${key.slice(0, 80)}' in ${what}. ${takes}${didYouMean(key, known)}`;
        });
      }
    }
    for (const key of Object.keys(required)) {
      if (!Object.hasOwn(value, key)) report(place, 'missing-key', `${capital(what)} needs ${key}, which is missing.`);
    }
  };
}

const object: Shape = (value, place, report) => {
  if (!isObject(value)) {
    report(place, 'wrong-type', () => `${label(place)} must be an object, and is ${kindOf(value)}.`);
  }
};

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

// ---- conditions ----------------------------------------------------------------------------------------------------

const comparison = (type: string) =>
  record(`a condition of type ${type}`, { Type: anything, LeftValue: anything, RightValue: anything });
const membership = (type: string) =>
  record(`a condition of type ${type}`, { Type: anything, QueryValue: anything, Values: list(anything, { min: 1 }) });

const condition: Shape = (value, place, report) => {
  const type = memberOf(value, 'Type');
  const shape = typeof type === 'string' && Object.hasOwn(CONDITIONS, type) ? CONDITIONS[type] : undefined;
  if (shape) shape(value, place, report);
  else if (!isObject(value)) object(value, place, report);
  else oneOf(Object.keys(CONDITIONS))(type ?? null, inside(place, 'Type'), report);
};

const CONDITIONS: Members = {
  ...Object.fromEntries(COMPARISONS.map((type) => [type, comparison(type)])),
  In: membership('In'),
  NotIn: membership('NotIn'),
  Not: record('a condition of type Not', { Type: anything, Condition: condition }),
  Or: record('a condition of type Or', { Type: anything, Conditions: list(condition, { min: 1 }) }),
};

// ---- steps ---------------------------------------------------------------------------------------------------------

const cacheConfig = record('a CacheConfig', { Enabled: boolean }, { ExpireAfter: text() });
const retryPolicy = record(
  'a retry policy',
  { ExceptionType: list(oneOf(EXCEPTION_TYPES), { min: 1 }) },
  {
    IntervalSeconds: number({ min: 0, max: MAX_RETRY_INTERVAL_SECONDS, whole: true }),
    BackoffRate: number({ min: 0, max: Number.MAX_VALUE, whole: false }),
    MaxAttempts: number({ min: 1, max: MAX_RETRY_ATTEMPTS, whole: true }),
    ExpireAfterMin: number({ min: 1, max: MAX_RETRY_EXPIRE_MINUTES, whole: true }),
  },
);
const propertyFile = record('a property file', { PropertyFileName: text(), OutputName: text(), FilePath: text() });
const outputParameter = record('an output parameter', {
  OutputName: text(),
  OutputType: oneOf(OUTPUT_PARAMETER_TYPES),
});
const step: Shape = (value, place, report) => {
  const type = memberOf(value, 'Type');
  if (!isObject(value)) object(value, place, report);
  else if (typeof type !== 'string') stepWithoutType(value, place, report);
  else if (Object.hasOwn(STEPS, type)) STEPS[type as StepType](value, place, report);
  else report(inside(place, 'Type'), 'unknown-step-type', () => unknownStepType(type));
};
const branch = list(step);

const NAME: Members = { Name: text({ max: MAX_STEP_NAME, pattern: NAME_PATTERN }), Type: anything };
const DESCRIPTION: Members = {
  DisplayName: text({ max: MAX_DISPLAY_NAME }),
  Description: text({ max: MAX_DESCRIPTION }),
  DependsOn: list(text()),
};
const cache: Members = { CacheConfig: cacheConfig };
const retry: Members = { RetryPolicies: list(retryPolicy) };
const outputs: Members = { OutputParameters: list(outputParameter) };
const check: Members = {
  ModelName: anything,
  ModelPackageGroupName: anything,
  SkipCheck: anything,
  FailOnViolation: anything,
  RegisterNewBaseline: anything,
  SuppliedBaselineStatistics: anything,
  SuppliedBaselineConstraints: anything,
};
const conditionArguments = record(
  "a Condition step's Arguments",
  { Conditions: list(condition, { min: 1 }) },
  { IfSteps: branch, ElseSteps: branch },
);
const failArguments = record("a Fail step's Arguments", {}, { ErrorMessage: anything });

/** One step type: its members beside Name, Type, DependsOn, DisplayName and Description. */
function stepOf(type: StepType, optional: Members, required: Members = { Arguments: object }): Shape {
  const what = /^[AEI]/.test(type) ? `an ${type} step` : `a ${type} step`;
  return record(what, { ...NAME, ...required }, { ...DESCRIPTION, ...optional });
}

const STEPS: Readonly<Record<StepType, Shape>> = {
  Processing: stepOf('Processing', { ...cache, ...retry, PropertyFiles: list(propertyFile) }),
  Training: stepOf('Training', { ...cache, ...retry }),
  Tuning: stepOf('Tuning', { ...cache, ...retry }),
  Transform: stepOf('Transform', { ...cache, ...retry }),
  AutoML: stepOf('AutoML', { ...cache, ...retry }),
  Model: stepOf('Model', retry),
  RegisterModel: stepOf('RegisterModel', retry),
  Condition: stepOf('Condition', {}, { Arguments: conditionArguments }),
  Fail: stepOf('Fail', {}, { Arguments: failArguments }),
  Lambda: stepOf('Lambda', { ...cache, ...outputs }, { Arguments: object, FunctionArn: anything }),
  Callback: stepOf('Callback', { ...cache, ...outputs }, { Arguments: object, SqsQueueUrl: anything }),
  QualityCheck: stepOf('QualityCheck', { ...cache, ...check }, { Arguments: object, CheckType: anything }),
  ClarifyCheck: stepOf('ClarifyCheck', { ...cache, ...check }, { Arguments: object, CheckType: anything }),
  Endpoint: stepOf('Endpoint', cache),
  EndpointConfig: stepOf('EndpointConfig', { ...cache, ...retry }),
  InferenceComponent: stepOf('InferenceComponent', cache),
  Lineage: stepOf('Lineage', cache),
};

function stepWithoutType(value: { [key: string]: Json }, place: Place, report: Report): void {
  if (!Object.hasOwn(value, 'Type')) report(place, 'missing-key', 'A step needs Type, which is missing.');
  else text()(value['Type']!, inside(place, 'Type'), report);
}

function unknownStepType(type: string): string {
  const refused = Object.hasOwn(REFUSED_STEP_TYPES, type) ? type : type.startsWith('Bedrock') ? 'Bedrock' : undefined;
  if (refused) return `Telar does not run ${type} steps. ${REFUSED_STEP_TYPES[refused]}`;
  const known = `Known types: ${STEP_TYPES.join(', ')}.`;
  return `There is no step type '${type.slice(0, 80)}'. ${known}${didYouMean(type, STEP_TYPES)}`;
}

// ---- the document --------------------------------------------------------------------------------------------------

const parameter = record(
  'a parameter',
  { Name: text({ max: MAX_PARAMETER_NAME, pattern: NAME_PATTERN }), Type: oneOf(PARAMETER_TYPES) },
  { DefaultValue: anything, EnumValues: list(text(), { min: 1 }) },
);

const version: Shape = (value, place, report) => {
  if (value !== '2020-12-01') {
    report(place, 'version', () => `Version must be '2020-12-01', the only one there is, and is ${kindOf(value)}.`);
  }
};

/** Reports everything about the form of a pipeline definition. */
export const definitionShape: Shape = record(
  'the pipeline definition',
  { Version: version, Steps: list(step, { min: 1 }) },
  {
    Metadata: object,
    Parameters: list(parameter, { max: MAX_PARAMETERS }),
    PipelineExperimentConfig: orNull(
      record('PipelineExperimentConfig', {}, { ExperimentName: anything, TrialName: anything }),
    ),
    MlflowConfig: orNull(object),
  },
);
