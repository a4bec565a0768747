/**
 * The SageMaker pipeline definition, `"Version": "2020-12-01"`, as types: what `parsePipeline` answers and what the
 * authoring SDK writes. Member names are the wire's.
 *
 * I1. A value of type `PipelineDefinition` that came out of `parsePipeline` has passed every rule: names are unique,
 *     references reach, the graph has no cycle. Nothing downstream checks again.
 * I2. A step type is in `Step` exactly when Telar recognises it. The others are refused by name (REFUSED_STEP_TYPES).
 *
 * Mirrors https://aws-sagemaker-mlops.github.io/sagemaker-model-building-pipeline-definition-JSON-schema/ where that
 * schema agrees with what the SageMaker Python SDK really writes.
 */

export type Scalar = string | number | boolean | null;
export type Json = Scalar | Json[] | { [key: string]: Json };

// ---- expressions ---------------------------------------------------------------------------------------------------

/** `{"Get": "Parameters.X"}`, `{"Get": "Steps.train.ModelArtifacts.S3ModelArtifacts"}`, … */
export type GetExpression = { Get: string };
/** Its values written as text, with `On` between them. */
export type JoinExpression = { 'Std:Join': { On?: string; Values: Expression[] } };
/** One value out of a JSON document: a step's property file, or an object named by its S3 URI. */
export type JsonGetExpression = {
  'Std:JsonGet': { PropertyFile: GetExpression; Path: string } | { S3Uri: Expression; Path: string };
};
/** Any JSON in which a Get, a Std:Join or a Std:JsonGet may stand wherever a value may. */
export type Expression =
  | Scalar
  | GetExpression
  | JoinExpression
  | JsonGetExpression
  | Expression[]
  | { [key: string]: Expression };
export type Arguments = { [key: string]: Expression };

// ---- conditions ----------------------------------------------------------------------------------------------------

export const COMPARISONS = [
  'Equals',
  'NotEquals',
  'GreaterThan',
  'GreaterThanOrEqualTo',
  'LessThan',
  'LessThanOrEqualTo',
] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** A list of conditions holds when every one of them holds. */
export type Condition =
  | { Type: Comparison; LeftValue: Expression; RightValue: Expression }
  | { Type: 'In' | 'NotIn'; QueryValue: Expression; Values: Expression[] }
  | { Type: 'Not'; Condition: Condition }
  | { Type: 'Or'; Conditions: Condition[] };

// ---- policies of a step --------------------------------------------------------------------------------------------

export type CacheConfig = {
  Enabled: boolean;
  /** An ISO 8601 duration, or AWS's loose forms (`30d`, `T16m`). Always there when `Enabled`. */
  ExpireAfter?: string;
};

export const EXCEPTION_TYPES = [
  'Step.SERVICE_FAULT',
  'Step.THROTTLING',
  'SageMaker.JOB_INTERNAL_ERROR',
  'SageMaker.CAPACITY_ERROR',
  'SageMaker.RESOURCE_LIMIT',
] as const;
export type ExceptionType = (typeof EXCEPTION_TYPES)[number];

export type RetryPolicy = {
  ExceptionType: ExceptionType[];
  /** Seconds before the first retry; 1 when absent. */
  IntervalSeconds?: number;
  /** What the interval is multiplied by at each further retry; 2.0 when absent. */
  BackoffRate?: number;
  /** Retries, the first attempt not counted; 5 when neither this nor ExpireAfterMin is given. Never both. */
  MaxAttempts?: number;
  /** Minutes after the first failure beyond which no retry starts. */
  ExpireAfterMin?: number;
};

/** A JSON file that a Processing step writes under one of its outputs, to be read by Std:JsonGet. */
export type PropertyFile = { PropertyFileName: string; OutputName: string; FilePath: string };

export const OUTPUT_PARAMETER_TYPES = ['String', 'Integer', 'Boolean', 'Float'] as const;
/** A value that a Lambda or Callback step gives back. */
export type OutputParameter = { OutputName: string; OutputType: (typeof OUTPUT_PARAMETER_TYPES)[number] };

// ---- steps ---------------------------------------------------------------------------------------------------------

type StepBase = { Name: string; DisplayName?: string; Description?: string; DependsOn?: string[] };
type Cacheable = { CacheConfig?: CacheConfig };
type Retryable = { RetryPolicies?: RetryPolicy[] };

export type ProcessingStep = StepBase &
  Cacheable &
  Retryable & { Type: 'Processing'; Arguments: Arguments; PropertyFiles?: PropertyFile[] };
export type TrainingStep = StepBase & Cacheable & Retryable & { Type: 'Training'; Arguments: Arguments };
export type TuningStep = StepBase & Cacheable & Retryable & { Type: 'Tuning'; Arguments: Arguments };
export type TransformStep = StepBase & Cacheable & Retryable & { Type: 'Transform'; Arguments: Arguments };
export type AutoMlStep = StepBase & Cacheable & Retryable & { Type: 'AutoML'; Arguments: Arguments };
export type ModelStep = StepBase & Retryable & { Type: 'Model'; Arguments: Arguments };
export type RegisterModelStep = StepBase & Retryable & { Type: 'RegisterModel'; Arguments: Arguments };
export type ConditionStep = StepBase & {
  Type: 'Condition';
  /** An absent branch is an empty one. */
  Arguments: { Conditions: Condition[]; IfSteps?: Step[]; ElseSteps?: Step[] };
};
export type FailStep = StepBase & { Type: 'Fail'; Arguments: { ErrorMessage?: Expression } };
export type LambdaStep = StepBase &
  Cacheable & { Type: 'Lambda'; Arguments: Arguments; FunctionArn: Expression; OutputParameters?: OutputParameter[] };
export type CallbackStep = StepBase &
  Cacheable & { Type: 'Callback'; Arguments: Arguments; SqsQueueUrl: Expression; OutputParameters?: OutputParameter[] };
/** QualityCheck and ClarifyCheck: a processing job that compares data or a model with a baseline. */
export type CheckStep = StepBase &
  Cacheable & {
    Type: 'QualityCheck' | 'ClarifyCheck';
    Arguments: Arguments;
    CheckType: Expression;
    /** Of ClarifyCheck: the model that is asked. */
    ModelName?: Expression;
    ModelPackageGroupName?: Expression;
    SkipCheck?: Expression;
    FailOnViolation?: Expression;
    RegisterNewBaseline?: Expression;
    SuppliedBaselineStatistics?: Expression;
    SuppliedBaselineConstraints?: Expression;
  };
/** Steps of SDK v3 and late v2: recognised here; whether they can be run is the engine's to say. */
export type DeploymentStep = StepBase &
  Cacheable &
  Retryable & { Type: 'Endpoint' | 'EndpointConfig' | 'InferenceComponent' | 'Lineage'; Arguments: Arguments };

export type Step =
  | ProcessingStep
  | TrainingStep
  | TuningStep
  | TransformStep
  | AutoMlStep
  | ModelStep
  | RegisterModelStep
  | ConditionStep
  | FailStep
  | LambdaStep
  | CallbackStep
  | CheckStep
  | DeploymentStep;
export type StepType = Step['Type'];

/** Every step type that the parser accepts, in the order in which messages list them. */
export const STEP_TYPES = [
  'Processing',
  'Training',
  'Tuning',
  'Transform',
  'AutoML',
  'Model',
  'RegisterModel',
  'Condition',
  'Fail',
  'Lambda',
  'Callback',
  'QualityCheck',
  'ClarifyCheck',
  'Endpoint',
  'EndpointConfig',
  'InferenceComponent',
  'Lineage',
] as const satisfies readonly StepType[];

/** AWS's step types that Telar refuses, each with what to use instead. */
export const REFUSED_STEP_TYPES: Readonly<Record<string, string>> = {
  EMR: 'It needs an EMR cluster. Use a Processing step, or a Glue job from a state machine.',
  EMRServerless: 'It needs an EMR Serverless application. Use a Processing step, or a Glue job from a state machine.',
  Bedrock: 'It needs Amazon Bedrock. Use a Training or a Lambda step.',
};

// ---- the document --------------------------------------------------------------------------------------------------

export const PARAMETER_TYPES = ['String', 'Integer', 'Float', 'Boolean'] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];
export type ParameterDefinition = {
  Name: string;
  Type: ParameterType;
  /** Without it the parameter is required at start. */
  DefaultValue?: string | number | boolean;
  /** Of String parameters only: the values that may be given. */
  EnumValues?: string[];
};

export type PipelineDefinition = {
  Version: '2020-12-01';
  Metadata?: { [key: string]: Json };
  Parameters?: ParameterDefinition[];
  PipelineExperimentConfig?: { ExperimentName?: Expression; TrialName?: Expression } | null;
  MlflowConfig?: { [key: string]: Expression } | null;
  Steps: Step[];
};

/** One thing that is wrong with a definition or a start request. */
export type Problem = {
  /** Where: a JSON path such as `$.Steps[2].Arguments.RoleArn`. */
  path: string;
  /** Which rule says so, as a name to search for: `unknown-step`, `cycle`, … */
  rule: string;
  /** What is wrong, with which thing, and what to do about it: a sentence. */
  message: string;
};
