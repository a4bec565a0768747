/**
 * The top-level members of the SageMaker requests that steps make and of the Describe responses that steps expose: the
 * names only, so that a misspelt one is refused when the pipeline is created and not lost when the job is. What is
 * inside the members is checked by the service that the step calls.
 *
 * Taken from the AWS service model. Members that come up later at AWS must be added here.
 */
import type { Expression, Step, StepType } from './types.ts';

export type StepMembers = {
  /** The operation whose request the step's Arguments are. */
  operation: string;
  request: ReadonlySet<string>;
  /** What `Steps.<name>.…` may begin with. */
  response: ReadonlySet<string>;
};

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Step types that call a SageMaker operation. A ModelPackageName is AWS's to choose: RegisterModel takes none. */
const STEP_MEMBERS: Partial<Record<StepType, StepMembers>> = {
  Processing: {
    operation: 'CreateProcessingJob',
    request: words(`
    ProcessingInputs ProcessingOutputConfig ProcessingJobName ProcessingResources StoppingCondition
    AppSpecification Environment NetworkConfig RoleArn Tags ExperimentConfig`),
    response: words(`
    ProcessingInputs ProcessingOutputConfig ProcessingJobName ProcessingResources StoppingCondition
    AppSpecification Environment NetworkConfig RoleArn ExperimentConfig ProcessingJobArn ProcessingJobStatus
    ExitMessage FailureReason ProcessingEndTime ProcessingStartTime LastModifiedTime CreationTime
    MonitoringScheduleArn AutoMLJobArn TrainingJobArn`),
  },
  Training: {
    operation: 'CreateTrainingJob',
    request: words(`
    TrainingJobName HyperParameters AlgorithmSpecification RoleArn InputDataConfig OutputDataConfig ResourceConfig
    VpcConfig StoppingCondition Tags EnableNetworkIsolation EnableInterContainerTrafficEncryption
    EnableManagedSpotTraining CheckpointConfig DebugHookConfig DebugRuleConfigurations TensorBoardOutputConfig
    ExperimentConfig ProfilerConfig ProfilerRuleConfigurations Environment RetryStrategy RemoteDebugConfig
    InfraCheckConfig SessionChainingConfig ServerlessJobConfig MlflowConfig ModelPackageConfig`),
    response: words(`
    TrainingJobName TrainingJobArn TuningJobArn LabelingJobArn AutoMLJobArn ModelArtifacts TrainingJobStatus
    SecondaryStatus FailureReason HyperParameters AlgorithmSpecification RoleArn InputDataConfig OutputDataConfig
    ResourceConfig WarmPoolStatus VpcConfig StoppingCondition CreationTime TrainingStartTime TrainingEndTime
    LastModifiedTime SecondaryStatusTransitions FinalMetricDataList EnableNetworkIsolation
    EnableInterContainerTrafficEncryption EnableManagedSpotTraining CheckpointConfig TrainingTimeInSeconds
    BillableTimeInSeconds BillableTokenCount DebugHookConfig ExperimentConfig DebugRuleConfigurations
    TensorBoardOutputConfig DebugRuleEvaluationStatuses ProfilerConfig ProfilerRuleConfigurations
    ProfilerRuleEvaluationStatuses ProfilingStatus Environment RetryStrategy RemoteDebugConfig InfraCheckConfig
    ServerlessJobConfig MlflowConfig ModelPackageConfig MlflowDetails ProgressInfo OutputModelPackageArn`),
  },
  Tuning: {
    operation: 'CreateHyperParameterTuningJob',
    request: words(`
    HyperParameterTuningJobName HyperParameterTuningJobConfig TrainingJobDefinition TrainingJobDefinitions
    WarmStartConfig Tags Autotune`),
    response: words(`
    HyperParameterTuningJobName HyperParameterTuningJobArn HyperParameterTuningJobConfig TrainingJobDefinition
    TrainingJobDefinitions HyperParameterTuningJobStatus CreationTime HyperParameterTuningEndTime LastModifiedTime
    TrainingJobStatusCounters ObjectiveStatusCounters BestTrainingJob OverallBestTrainingJob WarmStartConfig
    Autotune FailureReason TuningJobCompletionDetails ConsumedResources TrainingJobSummaries`),
  },
  Transform: {
    operation: 'CreateTransformJob',
    request: words(`
    TransformJobName ModelName MaxConcurrentTransforms ModelClientConfig MaxPayloadInMB BatchStrategy Environment
    TransformInput TransformOutput DataCaptureConfig TransformResources DataProcessing Tags ExperimentConfig`),
    response: words(`
    TransformJobName TransformJobArn TransformJobStatus FailureReason ModelName MaxConcurrentTransforms
    ModelClientConfig MaxPayloadInMB BatchStrategy Environment TransformInput TransformOutput DataCaptureConfig
    TransformResources CreationTime TransformStartTime TransformEndTime LabelingJobArn AutoMLJobArn DataProcessing
    ExperimentConfig`),
  },
  AutoML: {
    operation: 'CreateAutoMLJob',
    request: words(`
    AutoMLJobName InputDataConfig OutputDataConfig ProblemType AutoMLJobObjective AutoMLJobConfig RoleArn
    GenerateCandidateDefinitionsOnly Tags ModelDeployConfig`),
    response: words(`
    AutoMLJobName AutoMLJobArn InputDataConfig OutputDataConfig RoleArn AutoMLJobObjective ProblemType
    AutoMLJobConfig CreationTime EndTime LastModifiedTime FailureReason PartialFailureReasons BestCandidate
    AutoMLJobStatus AutoMLJobSecondaryStatus GenerateCandidateDefinitionsOnly AutoMLJobArtifacts
    ResolvedAttributes ModelDeployConfig ModelDeployResult BestCandidateProperties`),
  },
  Model: {
    operation: 'CreateModel',
    request: words(`
    ModelName PrimaryContainer Containers InferenceExecutionConfig ExecutionRoleArn Tags VpcConfig
    EnableNetworkIsolation`),
    response: words(`
    ModelName PrimaryContainer Containers InferenceExecutionConfig ExecutionRoleArn VpcConfig CreationTime
    ModelArn EnableNetworkIsolation DeploymentRecommendation`),
  },
  RegisterModel: {
    operation: 'CreateModelPackage',
    request: words(`
    ModelPackageGroupName ModelPackageDescription ModelPackageRegistrationType InferenceSpecification
    ValidationSpecification SourceAlgorithmSpecification CertifyForMarketplace Tags ModelApprovalStatus
    MetadataProperties ModelMetrics ClientToken Domain Task SamplePayloadUrl CustomerMetadataProperties
    DriftCheckBaselines AdditionalInferenceSpecifications SkipModelValidation SourceUri SecurityConfig ModelCard
    ModelLifeCycle ManagedStorageType`),
    response: words(`
    ModelPackageName ModelPackageGroupName ModelPackageVersion ModelPackageRegistrationType ModelPackageArn
    ModelPackageDescription CreationTime InferenceSpecification SourceAlgorithmSpecification
    ValidationSpecification ModelPackageStatus ModelPackageStatusDetails CertifyForMarketplace ModelApprovalStatus
    CreatedBy MetadataProperties ModelMetrics LastModifiedTime LastModifiedBy ApprovalDescription Domain Task
    SamplePayloadUrl CustomerMetadataProperties DriftCheckBaselines AdditionalInferenceSpecifications
    SkipModelValidation SourceUri SecurityConfig ModelCard ModelLifeCycle ManagedStorageType`),
  },
  EndpointConfig: {
    operation: 'CreateEndpointConfig',
    request: words(`
    EndpointConfigName ProductionVariants DataCaptureConfig Tags KmsKeyId AsyncInferenceConfig ExplainerConfig
    ShadowProductionVariants ExecutionRoleArn VpcConfig EnableNetworkIsolation MetricsConfig
    CrossRegionTrafficConfig`),
    response: words(`
    EndpointConfigName EndpointConfigArn ProductionVariants DataCaptureConfig KmsKeyId CreationTime
    AsyncInferenceConfig ExplainerConfig ShadowProductionVariants ExecutionRoleArn VpcConfig
    EnableNetworkIsolation MetricsConfig CrossRegionTrafficConfig`),
  },
  Endpoint: {
    operation: 'CreateEndpoint',
    request: words(`
    EndpointName EndpointConfigName DeploymentConfig Tags`),
    response: words(`
    EndpointName EndpointArn EndpointConfigName ProductionVariants DataCaptureConfig EndpointStatus FailureReason
    CreationTime LastModifiedTime LastDeploymentConfig AsyncInferenceConfig PendingDeploymentSummary
    ExplainerConfig ShadowProductionVariants MetricsConfig CrossRegionTrafficConfig`),
  },
  InferenceComponent: {
    operation: 'CreateInferenceComponent',
    request: words(`
    InferenceComponentName EndpointName VariantName Specification Specifications RuntimeConfig Tags`),
    response: words(`
    InferenceComponentName InferenceComponentArn EndpointName EndpointArn VariantName FailureReason Specification
    Specifications RuntimeConfig CreationTime LastModifiedTime InferenceComponentStatus LastDeploymentConfig`),
  },
};

const CHECK_PROPERTIES = words(`
    CalculatedBaselineConstraints CalculatedBaselineStatistics BaselineUsedForDriftCheckConstraints
    BaselineUsedForDriftCheckStatistics`);

/** The members of a step type's request and response, or undefined where they are free or not of SageMaker. */
export function membersOf(type: StepType): StepMembers | undefined {
  if (type !== 'QualityCheck' && type !== 'ClarifyCheck') return STEP_MEMBERS[type];
  const job = STEP_MEMBERS.Processing;
  return job && { ...job, response: new Set([...job.response, ...CHECK_PROPERTIES]) };
}

const BESIDE_ARGUMENTS = [
  'FunctionArn',
  'SqsQueueUrl',
  'CheckType',
  'ModelName',
  'ModelPackageGroupName',
  'SkipCheck',
  'FailOnViolation',
  'RegisterNewBaseline',
  'SuppliedBaselineStatistics',
  'SuppliedBaselineConstraints',
] as const;

/** The expressions of a step beside its Arguments (`FunctionArn`, `SkipCheck`, …): to be resolved with them. */
export function expressionsBeside(step: Step): { [key: string]: Expression } {
  const members = new Map<string, Expression>(Object.entries(step));
  const beside = BESIDE_ARGUMENTS.flatMap((name): [string, Expression][] => {
    const value = members.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(beside);
}
