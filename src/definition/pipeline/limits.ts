/**
 * The limits of a pipeline definition, as AWS documents or was seen to apply them.
 *
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePipeline.html
 * https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html
 */

/** Bytes of UTF-8 in a definition. */
export const MAX_DEFINITION_BYTES = 1_048_576;
/** Lists and objects inside one another. Telar's own bound: real documents stay below 20. */
export const MAX_DEPTH = 100;
/** Telar's own bound on how many problems one answer lists; the last one then says how many more there are. */
export const MAX_PROBLEMS = 100;

export const MAX_PARAMETERS = 200;
export const MAX_PARAMETER_NAME = 256;
/** Characters of a parameter's value or default. */
export const MAX_PARAMETER_VALUE = 1024;

export const MAX_STEP_NAME = 64;
export const MAX_DISPLAY_NAME = 256;
export const MAX_DESCRIPTION = 3072;
/** Letters, digits, hyphens and underscores: the name of a step or a parameter. `__proto__` is no name. */
export const NAME_PATTERN = /^(?!__proto__$)[A-Za-z0-9\-_]+$/;

export const MAX_SELECTED_STEPS = 50;

/** Retry policies: what applies where a policy, or a whole policy, is silent. */
export const RETRY_DEFAULTS = { intervalSeconds: 1, backoffRate: 2, maxAttempts: 5 } as const;
export const MAX_RETRY_INTERVAL_SECONDS = 43_200;
export const MAX_RETRY_ATTEMPTS = 20;
export const MAX_RETRY_EXPIRE_MINUTES = 14_400;

/** The properties of `Execution.*`, as the SageMaker Python SDK's ExecutionVariables names them. */
export const EXECUTION_PROPERTIES = [
  'StartDateTime',
  'CurrentDateTime',
  'PipelineName',
  'PipelineArn',
  'PipelineExecutionId',
  'PipelineExecutionArn',
  'TrainingJobName',
  'ProcessingJobName',
] as const;
export type ExecutionProperty = (typeof EXECUTION_PROPERTIES)[number];

export const EXPERIMENT_PROPERTIES = ['ExperimentName', 'TrialName'] as const;
export type ExperimentProperty = (typeof EXPERIMENT_PROPERTIES)[number];
