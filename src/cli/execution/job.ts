/** A job by its ARN, whatever its type. */
import type { SageMaker } from '@aws-sdk/client-sagemaker';
import { lastPart } from './view.ts';

export type DescribedJob = {
  name: string | undefined;
  status: string | undefined;
  /** What its Describe operation answers. */
  describe: object;
};

type Kind = { group: string; describe(client: SageMaker, name: string): Promise<DescribedJob> };

/** By the resource's type in the ARN. */
const KINDS: Readonly<Record<string, Kind>> = {
  'processing-job': {
    group: '/aws/sagemaker/ProcessingJobs',
    async describe(client, name) {
      const { $metadata: _, ...describe } = await client.describeProcessingJob({ ProcessingJobName: name });
      return { name: describe.ProcessingJobName, status: describe.ProcessingJobStatus, describe };
    },
  },
  'training-job': {
    group: '/aws/sagemaker/TrainingJobs',
    async describe(client, name) {
      const { $metadata: _, ...describe } = await client.describeTrainingJob({ TrainingJobName: name });
      return { name: describe.TrainingJobName, status: describe.TrainingJobStatus, describe };
    },
  },
  'transform-job': {
    group: '/aws/sagemaker/TransformJobs',
    async describe(client, name) {
      const { $metadata: _, ...describe } = await client.describeTransformJob({ TransformJobName: name });
      return { name: describe.TransformJobName, status: describe.TransformJobStatus, describe };
    },
  },
};

function kindOf(arn: string): Kind {
  const type = /:([a-z]+-job)\//.exec(arn)?.[1] ?? '';
  return KINDS[type] ?? KINDS['processing-job']!;
}

/** The log group that AWS keeps its log in. */
export const logGroupOf = (arn: string): string => kindOf(arn).group;

/** Rejects as its Describe operation does. */
export const describeJob = (client: SageMaker, arn: string): Promise<DescribedJob> =>
  kindOf(arn).describe(client, lastPart(arn));
