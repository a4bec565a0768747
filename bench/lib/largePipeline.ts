/** Pipelines of many steps, and how long creating one through the wire takes. */
import { CreatePipelineCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { withServer } from './server.ts';

/** Steps in layers of `width`, each step waiting for one of the layer before. */
export function largePipeline(steps: number, width: number): string {
  const Steps = Array.from({ length: steps }, (_, index) => ({
    Name: `step-${index}`,
    Type: 'Processing',
    ...(index >= width && { DependsOn: [`step-${index - width}`] }),
    Arguments: {
      ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } },
      AppSpecification: { ImageUri: 'telar/node:24', ContainerEntrypoint: ['true'] },
      RoleArn: 'arn:aws:iam::000000000000:role/bench',
    },
  }));
  return JSON.stringify({ Version: '2020-12-01', Steps });
}

/** Milliseconds from the request to its answer. */
export async function createLargePipeline(steps: number): Promise<number> {
  const PipelineDefinition = largePipeline(steps, 40);
  return withServer(async ({ client, roleArn }) => {
    const sagemaker = new SageMakerClient(client);
    const command = new CreatePipelineCommand({
      PipelineName: 'large',
      RoleArn: roleArn,
      PipelineDefinition,
      ClientRequestToken: crypto.randomUUID(),
    });
    const started = performance.now();
    await sagemaker.send(command);
    return performance.now() - started;
  });
}
