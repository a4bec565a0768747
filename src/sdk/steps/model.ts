/**
 * Steps that make a model usable: a version in the registry, or a Model for transform jobs and endpoints.
 *
 * Defaults and the form of `Arguments` are those of the SageMaker Python SDK's `Model.register()` and `Model.create()`.
 */
import type {
  CreateModelInput,
  CreateModelPackageInput,
  DescribeModelOutput,
  DescribeModelPackageOutput,
  ModelApprovalStatus,
  ProductionVariantInstanceType,
  TransformInstanceType,
} from '@aws-sdk/client-sagemaker';
import type { Image } from '../images.ts';
import { must } from '../mistake.ts';
import type { Retry, StepFault } from '../policies.ts';
import { type Ref, reference, type S3Uri, type Value } from '../references.ts';
import { type RoleLike, roleArn } from '../roles.ts';
import {
  makeStep,
  type PropertyOf,
  propertyOf,
  type Raw,
  type Step,
  type StepOptions,
  type Texts,
  withRaw,
} from './step.ts';

/** A named collection of a model's versions, one of the project's stable resources. */
export type ModelPackageGroup = {
  readonly kind: 'modelPackageGroup';
  readonly name: string;
  readonly description?: string;
};

/**
 * A model package group.
 *
 * @throws when the name is not AWS's `[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}`
 * @example const survival = modelPackageGroup({ name: 'titanic-survival-xgboost', description: 'Who survived?' })
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackageGroup.html
 */
export function modelPackageGroup(options: { name: string; description?: string }): ModelPackageGroup {
  must(
    /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/.test(options.name),
    `model package group '${options.name}'`,
    'the name may hold letters, digits and inner hyphens only, at most 63',
  );
  return { kind: 'modelPackageGroup', ...options };
}

type ModelStepBase = StepOptions & {
  image: Image | Ref<string>;
  /** model.tar.gz. @example train.modelArtifacts */
  modelData: Value<S3Uri>;
  /** Environment of the serving container. */
  environment?: Texts;
  /** No job runs here, so only a step's own faults can be retried. @default AWS's own */
  retry?: readonly Retry<StepFault>[];
};

export type RegisterModelStepOptions = ModelStepBase & {
  /** Where the version is added. */
  group: ModelPackageGroup | Value<string>;
  /** @default 'PendingManualApproval' */
  approval?: ModelApprovalStatus | Ref<string>;
  /** What the version is, for people. */
  modelDescription?: string;
  /** Media types that the model takes, such as `text/csv`. */
  contentTypes: readonly string[];
  /** Media types that it answers with. */
  responseTypes: readonly string[];
  /** Instances on which it may be an endpoint. */
  endpointInstances?: readonly ProductionVariantInstanceType[];
  /** Instances on which it may run batch transforms. */
  transformInstances?: readonly TransformInstanceType[];
  /** JSON with the model's quality. @example evaluate.propertyFiles.EvaluationReport.s3Uri */
  modelQuality?: Value<S3Uri>;
  /** Facts to keep with the version: CustomerMetadataProperties, 50 at most. */
  metadata?: Texts;
  /** Anything else of CreateModelPackage, laid over what the options above write. */
  raw?: Raw<CreateModelPackageInput>;
};

export type RegisterModelStep = Step<'RegisterModel'> & {
  readonly modelPackageArn: Ref<string>;
  /** Any value of DescribeModelPackage. */
  readonly property: PropertyOf<DescribeModelPackageOutput>;
};

/**
 * A step that adds a version to a model package group.
 *
 * @throws when no media type is given
 * @example
 * registerModelStep({
 *   name: 'RegisterModel', group: survival, image: images.xgboost('1.7-1'), modelData: train.modelArtifacts,
 *   contentTypes: ['text/csv'], responseTypes: ['text/csv'], modelQuality: evaluate.propertyFiles.Report.s3Uri,
 * })
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html
 */
export function registerModelStep(options: RegisterModelStepOptions): RegisterModelStep {
  const { name, group, contentTypes, responseTypes, metadata, environment = {} } = options;
  const subject = `step '${name}'`;
  must(contentTypes.length > 0, subject, "`contentTypes` is empty: say what the model takes, such as 'text/csv'");
  must(responseTypes.length > 0, subject, "`responseTypes` is empty: say what the model answers, such as 'text/csv'");
  const args = {
    ModelPackageGroupName: typeof group === 'object' && 'kind' in group ? group.name : group,
    ModelPackageDescription: options.modelDescription,
    ModelMetrics: options.modelQuality && modelMetrics(options.modelQuality),
    CustomerMetadataProperties: metadata,
    InferenceSpecification: {
      Containers: [{ Image: options.image, Environment: environment, ModelDataUrl: options.modelData }],
      SupportedContentTypes: contentTypes,
      SupportedResponseMIMETypes: responseTypes,
      SupportedRealtimeInferenceInstanceTypes: options.endpointInstances,
      SupportedTransformInstanceTypes: options.transformInstances,
    },
    ModelApprovalStatus: options.approval ?? 'PendingManualApproval',
    SkipModelValidation: 'None',
  };
  return {
    ...makeStep('RegisterModel', options, withRaw(args, options.raw)),
    modelPackageArn: reference({ Get: `Steps.${name}.ModelPackageArn` }),
    property: propertyOf(name),
  };
}

export type ModelStepOptions = ModelStepBase & {
  /** Whom the serving container acts as. @default the pipeline's role */
  role?: RoleLike;
  /** Cuts the container off the network. @default false */
  networkIsolation?: boolean;
  /** Anything else of CreateModel, laid over what the options above write. */
  raw?: Raw<CreateModelInput>;
};

export type ModelStep = Step<'Model'> & {
  /** For a transform step. */
  readonly modelName: Ref<string>;
  /** Any value of DescribeModel. */
  readonly property: PropertyOf<DescribeModelOutput>;
};

/**
 * A step that makes a Model: image and artifacts together, as transform jobs and endpoints want them.
 *
 * @example modelStep({ name: 'CreateModel', image: images.xgboost('1.7-1'), modelData: train.modelArtifacts })
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModel.html
 */
export function modelStep(options: ModelStepOptions): ModelStep {
  const { name, image, modelData, environment = {}, networkIsolation } = options;
  const args = {
    ExecutionRoleArn: roleArn(`step '${name}'`, options.role),
    PrimaryContainer: { Image: image, Environment: environment, ModelDataUrl: modelData },
    EnableNetworkIsolation: networkIsolation ? true : undefined,
  };
  return {
    ...makeStep('Model', options, withRaw(args, options.raw)),
    modelName: reference({ Get: `Steps.${name}.ModelName` }),
    property: propertyOf(name),
  };
}

/** Empty members are there because the Python SDK writes them. */
function modelMetrics(quality: Value<S3Uri>) {
  return {
    ModelQuality: { Statistics: { ContentType: 'application/json', S3Uri: quality } },
    Bias: {},
    Explainability: {},
  };
}
