/**
 * Telar's authoring SDK: a project, its pipelines, its state machines and their stable resources, as typed TypeScript values
 * that become plain AWS documents.
 *
 * @example
 * import { defineProject, definePipeline, processingStep, trainingStep } from 'telar';
 */
export {
  type Algorithm,
  customAlgorithm,
  type Hyperparameters,
  type XgboostHyperparameters,
  type XgboostMetric,
  xgboost,
} from './algorithms.ts';
export {
  type Condition,
  equals,
  greaterThan,
  greaterThanOrEqualTo,
  isIn,
  lessThan,
  lessThanOrEqualTo,
  not,
  or,
} from './conditions.ts';
export {
  codeBundleKey,
  type GlueJobDocuments,
  type PipelineDocuments,
  type ProjectDocuments,
  projectDocuments,
  type RoleDocuments,
  type ScheduleDocuments,
  type ScheduleGroupDocuments,
  type StateMachineDocuments,
} from './documents.ts';
export {
  defineFunction,
  type FunctionDocuments,
  type FunctionOptions,
  functionArn,
  type LambdaFunction,
} from './functions.ts';
export {
  type GlueJob,
  type GlueJobOptions,
  type GlueJobRequest,
  type GlueWorkerType,
  glueFileKey,
  glueJob,
} from './glueJob.ts';
export { type Image, images } from './images.ts';
export type { Call } from './machines/call.ts';
export type { Duration } from './machines/duration.ts';
export { type Expression, jsonata, orElse, type Readable, readAs, text, type Written } from './machines/expression.ts';
export type { Catcher, Retrier } from './machines/guards.ts';
export {
  awsSdk,
  events,
  glue,
  integration,
  lambda,
  sagemaker,
  sns,
  sqs,
  stepFunctions,
  workOf,
} from './machines/integrations.ts';
export { itemReader, resultWriter } from './machines/items.ts';
export type { Kit } from './machines/kit.ts';
export type { State, States } from './machines/state.ts';
export {
  type MachineLogging,
  machineDefinition,
  type StateMachine,
  type StateMachineOptions,
  stateMachine,
} from './machines/stateMachine.ts';
export {
  defineParameters,
  execution,
  type NamedParameters,
  type Parameter,
  parameter,
  type StartValues,
} from './parameters.ts';
export { type FunctionPermission, PERMISSION_PREFIX } from './permissions.ts';
export { definePipeline, type Pipeline, type PipelineOptions, pipelineDefinition, type Uploads } from './pipeline.ts';
export { type Cache, type JobFault, type Retry, type RetryOptions, retry, type StepFault } from './policies.ts';
export type { PolicyDocument, Statement } from './policy.ts';
export {
  type CodeBundle,
  type CsvSplit,
  codeBundle,
  type DataUpload,
  defineProject,
  type FileUpload,
  type PackageUpload,
  type Prediction,
  type Project,
  type ProjectOptions,
  splitCsv,
  uploadFile,
  uploadPackages,
} from './project.ts';
export {
  defineQueue,
  type Queue,
  type QueueDocuments,
  type QueueOptions,
  type QueueStatement,
  queueArn,
  queueUrl,
} from './queue.ts';
export { asText, join, type Ref, reference, type S3Uri, s3Uri, type Value } from './references.ts';
export {
  defineRole,
  glueRole,
  type JobKind,
  type PipelineRoleOptions,
  pipelineRole,
  type Role,
  type RoleArn,
  type RoleLike,
} from './roles.ts';
export {
  defineRule,
  type EventPattern,
  type Matches,
  type Rule,
  type RuleDocuments,
  type RuleOptions,
  type RuleTarget,
  type RuleTargetDocument,
} from './rule.ts';
export {
  defineSchedule,
  type Expression as ScheduleExpression,
  type FunctionArn,
  invocation,
  type Schedule,
  type ScheduleOptions,
  type ScheduleRoleOptions,
  scheduleRole,
} from './schedule.ts';
export type { Context, Late } from './scope.ts';
export {
  type ConditionStep,
  type ConditionStepOptions,
  conditionStep,
  type FailStepOptions,
  failStep,
} from './steps/control.ts';
export { type AnsweringStep, callbackStep, lambdaStep } from './steps/integration.ts';
export {
  type ModelPackageGroup,
  type ModelStep,
  type ModelStepOptions,
  modelPackageGroup,
  modelStep,
  type RegisterModelStep,
  type RegisterModelStepOptions,
  registerModelStep,
} from './steps/model.ts';
export {
  type ProcessingInput,
  type ProcessingOutput,
  type ProcessingStep,
  type ProcessingStepOptions,
  processingStep,
} from './steps/processing.ts';
export { type PropertyFile, type PropertyFileOptions, type Shape, shapeOf } from './steps/propertyFile.ts';
export { type BundledScript, bundledScript } from './steps/script.ts';
export type { Instance, Raw, Step, Texts } from './steps/step.ts';
export { type Channel, csv, type TrainingStep, type TrainingStepOptions, trainingStep } from './steps/training.ts';
export { type TransformStep, type TransformStepOptions, transformStep } from './steps/transform.ts';
export {
  defineTopic,
  type Subscription,
  type Topic,
  type TopicDocuments,
  type TopicOptions,
  type TopicStatement,
  topicArn,
} from './topic.ts';
