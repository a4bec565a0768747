/** A pipeline of steps that do nothing, one after the other: what a step costs beside its own work. */
import { S3 } from '@aws-sdk/client-s3';
import { SageMaker } from '@aws-sdk/client-sagemaker';
import type { BenchServer } from './server.ts';

const CODE = '/opt/ml/processing/input/code';
const RESULT = '/opt/ml/processing/output/result';
const BUCKET = 'chain';

export type ChainOptions = {
  image: string;
  /** The program and the name of its script. */
  program: string;
  script: string;
  source: string;
  steps: number;
};

function definition({ image, program, script, steps }: ChainOptions, roleArn: string, name: string): string {
  const Steps = Array.from({ length: steps }, (_, index) => ({
    Name: `step-${index}`,
    Type: 'Processing',
    ...(index > 0 && { DependsOn: [`step-${index - 1}`] }),
    Arguments: {
      ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } },
      AppSpecification: { ImageUri: image, ContainerEntrypoint: [program, `${CODE}/${script}`] },
      RoleArn: roleArn,
      ProcessingInputs: [
        {
          InputName: 'code',
          S3Input: {
            S3Uri: `s3://${BUCKET}/${name}/code/`,
            LocalPath: CODE,
            S3DataType: 'S3Prefix',
            S3InputMode: 'File',
          },
        },
      ],
      ProcessingOutputConfig: {
        Outputs: [
          {
            OutputName: 'result',
            S3Output: { S3Uri: `s3://${BUCKET}/${name}/result/${index}`, LocalPath: RESULT, S3UploadMode: 'EndOfJob' },
          },
        ],
      },
    },
  }));
  return JSON.stringify({ Version: '2020-12-01', Steps });
}

/** Publishes the chain; the answer executes it once, and says how long each step took from the one before, in milliseconds. */
export async function publishChain(
  { client, roleArn, over }: BenchServer,
  name: string,
  options: ChainOptions,
): Promise<() => Promise<number[]>> {
  const sagemaker = new SageMaker(client);
  const s3 = new S3({ ...client, forcePathStyle: true });
  await s3.createBucket({ Bucket: BUCKET }).catch(() => {}); // it may be there
  await s3.putObject({ Bucket: BUCKET, Key: `${name}/code/${options.script}`, Body: options.source });
  await sagemaker.createPipeline({
    ...{ PipelineName: name, RoleArn: roleArn, ClientRequestToken: crypto.randomUUID() },
    PipelineDefinition: definition(options, roleArn, name),
  });
  return async () => {
    const { PipelineExecutionArn } = await sagemaker.startPipelineExecution({
      PipelineName: name,
      ClientRequestToken: crypto.randomUUID(),
    });
    await over(PipelineExecutionArn!);
    const { PipelineExecutionStatus } = await sagemaker.describePipelineExecution({ PipelineExecutionArn });
    if (PipelineExecutionStatus !== 'Succeeded') throw new Error(`The chain ended ${PipelineExecutionStatus}.`);
    const { PipelineExecutionSteps: steps = [] } = await sagemaker.listPipelineExecutionSteps({
      PipelineExecutionArn,
      SortOrder: 'Ascending',
    });
    const times = steps.map(({ StartTime, EndTime }) => EndTime!.getTime() - StartTime!.getTime());
    return times;
  };
}
