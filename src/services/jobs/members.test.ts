/** That no member of a request is taken and forgotten: a new SDK's new member does not compile until it is decided on. */
import { expectTypeOf, it } from 'vitest';
import type { InputOf } from '../../protocol/service.ts';
import type { Sdk } from './context.ts';
import type { ProcessingRequest } from './processing.ts';
import type { TrainingRequest } from './training.ts';

type Left<T, Known extends string> = Exclude<keyof NonNullable<T>, Known>;

/** AWS's own to fill in, where InstancePreferences were given. */
type Selected = 'SelectedInstanceCount' | 'SelectedInstanceType';

/** Kept as given and answered; what they ask for happens, or has nothing to act on here (README: Gaps, By design). */
type Common = 'RoleArn' | 'Tags' | 'StoppingCondition' | 'Environment' | 'ExperimentConfig';

it('of CreateProcessingJob', () => {
  type Kept = 'ProcessingJobName' | 'ProcessingInputs' | 'ProcessingOutputConfig' | 'ProcessingResources';
  expectTypeOf<Left<ProcessingRequest, Common | Kept | 'AppSpecification' | 'NetworkConfig'>>().toBeNever();
  type Cluster = NonNullable<ProcessingRequest['ProcessingResources']>['ClusterConfig'];
  type Size = 'InstanceCount' | 'InstanceType' | 'VolumeSizeInGB' | 'VolumeKmsKeyId';
  expectTypeOf<Left<Cluster, Size | Selected | 'InstancePreferences'>>().toBeNever();
  type Application = 'ImageUri' | 'ContainerEntrypoint' | 'ContainerArguments';
  expectTypeOf<Left<ProcessingRequest['AppSpecification'], Application>>().toBeNever();
  type Network = 'EnableInterContainerTrafficEncryption' | 'EnableNetworkIsolation' | 'VpcConfig';
  expectTypeOf<Left<ProcessingRequest['NetworkConfig'], Network>>().toBeNever();
  type Input = NonNullable<ProcessingRequest['ProcessingInputs']>[number];
  expectTypeOf<Left<Input, 'InputName' | 'AppManaged' | 'S3Input' | 'DatasetDefinition'>>().toBeNever();
  type Source = 'S3Uri' | 'LocalPath' | 'S3DataType' | 'S3InputMode' | 'S3DataDistributionType' | 'S3CompressionType';
  expectTypeOf<Left<Input['S3Input'], Source>>().toBeNever();
});

it('of CreateTrainingJob', () => {
  type Kept = 'TrainingJobName' | 'HyperParameters' | 'AlgorithmSpecification' | 'InputDataConfig' | 'OutputDataConfig';
  type Settings = 'DebugHookConfig' | 'ProfilerConfig' | 'TensorBoardOutputConfig' | 'ResourceConfig';
  type Switches =
    | 'EnableNetworkIsolation'
    | 'EnableInterContainerTrafficEncryption'
    | 'EnableManagedSpotTraining'
    | 'VpcConfig';
  type Refused =
    | 'CheckpointConfig'
    | 'DebugRuleConfigurations'
    | 'ProfilerRuleConfigurations'
    | 'RetryStrategy'
    | 'RemoteDebugConfig'
    | 'InfraCheckConfig'
    | 'SessionChainingConfig'
    | 'ServerlessJobConfig'
    | 'MlflowConfig'
    | 'ModelPackageConfig';
  expectTypeOf<Left<TrainingRequest, Common | Kept | Settings | Switches | Refused>>().toBeNever();
  type Size = 'InstanceCount' | 'InstanceType' | 'VolumeSizeInGB' | 'VolumeKmsKeyId' | 'KeepAlivePeriodInSeconds';
  type Groups = 'InstanceGroups' | 'TrainingPlanArn' | 'InstancePreferences' | 'InstancePlacementConfig';
  expectTypeOf<Left<TrainingRequest['ResourceConfig'], Size | Groups | Selected>>().toBeNever();
  type Stopping = 'MaxRuntimeInSeconds' | 'MaxWaitTimeInSeconds' | 'MaxPendingTimeInSeconds';
  expectTypeOf<Left<TrainingRequest['StoppingCondition'], Stopping>>().toBeNever();
});

it('of a training channel', () => {
  type Channel = NonNullable<TrainingRequest['InputDataConfig']>[number];
  type Kept = 'ChannelName' | 'DataSource' | 'ContentType' | 'CompressionType' | 'RecordWrapperType' | 'InputMode';
  expectTypeOf<Left<Channel, Kept | 'ShuffleConfig'>>().toBeNever();
  type Source = NonNullable<Channel['DataSource']>;
  expectTypeOf<Left<Source, 'S3DataSource' | 'FileSystemDataSource' | 'DatasetSource'>>().toBeNever();
  type Place = 'S3DataType' | 'S3Uri' | 'S3DataDistributionType' | 'AttributeNames' | 'InstanceGroupNames';
  expectTypeOf<Left<Source['S3DataSource'], Place | 'ModelAccessConfig' | 'HubAccessConfig'>>().toBeNever();
});

it('of UpdateTrainingJob', () => {
  type Update = InputOf<Sdk, 'UpdateTrainingJob'>;
  type Decided = 'ProfilerConfig' | 'ProfilerRuleConfigurations' | 'RemoteDebugConfig' | 'ResourceConfig';
  expectTypeOf<Left<Update, 'TrainingJobName' | Decided>>().toBeNever();
  expectTypeOf<Left<Update['ResourceConfig'], 'KeepAlivePeriodInSeconds'>>().toBeNever();
});
