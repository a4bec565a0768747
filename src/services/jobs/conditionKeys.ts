/** SageMaker's condition keys of a request that makes a job: what policies bound jobs by. */
import { requestTagKeys } from '../../protocol/conditionKeys.ts';
import type { ConditionKeys, InputOf } from '../../protocol/service.ts';
import type { Sdk } from './context.ts';

type Processing = Partial<InputOf<Sdk, 'CreateProcessingJob'>>;
type Training = Partial<InputOf<Sdk, 'CreateTrainingJob'>>;
type Transform = InputOf<Sdk, 'CreateTransformJob'>;

export function conditionKeys(input: Processing | Training): ConditionKeys {
  const { ProcessingResources, ProcessingOutputConfig, NetworkConfig } = input as Processing;
  const training = input as Training;
  const resources = ProcessingResources?.ClusterConfig ?? training.ResourceConfig;
  const network = NetworkConfig ?? training;
  const vpc = NetworkConfig?.VpcConfig ?? training.VpcConfig;
  const keys: ConditionKeys = {
    'sagemaker:InstanceTypes': resources?.InstanceType === undefined ? undefined : [resources.InstanceType],
    'sagemaker:VolumeKmsKey': resources?.VolumeKmsKeyId,
    'sagemaker:OutputKmsKey': ProcessingOutputConfig?.KmsKeyId ?? training.OutputDataConfig?.KmsKeyId,
    'sagemaker:NetworkIsolation': boolean(network.EnableNetworkIsolation),
    'sagemaker:InterContainerTrafficEncryption': boolean(network.EnableInterContainerTrafficEncryption),
    'sagemaker:VpcSubnets': vpc?.Subnets,
    'sagemaker:VpcSecurityGroupIds': vpc?.SecurityGroupIds,
    ...requestTagKeys(input.Tags),
  };
  return keys;
}

/** SageMaker fills in `false` where the request is silent. */
const boolean = (given: boolean | undefined): string => String(given ?? false);

/** @param modelArn of the model that is named */
export function transformKeys(
  { TransformResources, TransformOutput, Tags }: Transform,
  modelArn: string,
): ConditionKeys {
  const type = TransformResources?.InstanceType;
  return {
    'sagemaker:ModelArn': modelArn,
    'sagemaker:InstanceTypes': type === undefined ? undefined : [type],
    'sagemaker:VolumeKmsKey': TransformResources?.VolumeKmsKeyId,
    'sagemaker:OutputKmsKey': TransformOutput?.KmsKeyId,
    ...requestTagKeys(Tags),
  };
}
