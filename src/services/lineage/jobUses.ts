/** What a job used and made, out of its Describe answer: pure. */
import type { OutputOf } from '../../protocol/service.ts';
import type { Sdk } from './context.ts';
import type { JobUses, Use } from './recording.ts';

type Training = OutputOf<Sdk, 'DescribeTrainingJob'>;
type Processing = OutputOf<Sdk, 'DescribeProcessingJob'>;
type Transform = OutputOf<Sdk, 'DescribeTransformJob'>;

/** What a transform job's model was made of. */
export type ServedBy = { image: string; dataUri: string | undefined };

const uses = (type: Use['type'], uris: readonly (string | undefined)[]): Use[] =>
  [...new Set(uris)].flatMap((uri) => (uri ? [{ uri, type }] : []));

/** A model is there only once it was stored: until then its URI is empty. */
export function usesOfTraining(job: Partial<Training>): JobUses {
  const channels = (job.InputDataConfig ?? []).map(({ DataSource }) => DataSource?.S3DataSource?.S3Uri);
  return {
    inputs: [...uses('DataSet', channels), ...uses('Image', [job.AlgorithmSpecification?.TrainingImage])],
    outputs: uses('Model', [job.ModelArtifacts?.S3ModelArtifacts]),
  };
}

/** Outputs are stored by jobs that succeed. */
export function usesOfProcessing(job: Partial<Processing>): JobUses {
  const inputs = (job.ProcessingInputs ?? []).map(({ S3Input }) => S3Input?.S3Uri);
  const outputs = (job.ProcessingOutputConfig?.Outputs ?? []).map(({ S3Output }) => S3Output?.S3Uri);
  return {
    inputs: [...uses('DataSet', inputs), ...uses('Image', [job.AppSpecification?.ImageUri])],
    outputs: job.ProcessingJobStatus === 'Completed' ? uses('DataSet', outputs) : [],
  };
}

/** Its Describe answer names the model alone; `servedBy` is what that was made of. */
export function usesOfTransform(job: Partial<Transform>, servedBy: ServedBy | undefined): JobUses {
  const inputs = uses('DataSet', [job.TransformInput?.DataSource?.S3DataSource?.S3Uri]);
  const outputs = uses('DataSet', [job.TransformOutput?.S3OutputPath]);
  return {
    inputs: [...inputs, ...uses('Model', [servedBy?.dataUri]), ...uses('Image', [servedBy?.image])],
    outputs: job.TransformJobStatus === 'Completed' ? outputs : [],
  };
}
