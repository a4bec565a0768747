/** A job by its kind and name. */
import { useCall } from '../../data/queries.ts';
import type { Refusal } from '../../data/session.ts';
import { type Described, ofProcessing, ofTraining, ofTransform } from './described.ts';
import type { Kind } from './kinds.ts';

export function useJob(
  kind: Kind,
  name: string,
): { job: Described | undefined; error: Refusal | null; refetch(): void } {
  const processing = useCall(
    'sagemaker',
    'DescribeProcessingJob',
    { ProcessingJobName: name },
    { enabled: kind === 'processing' },
  );
  const training = useCall(
    'sagemaker',
    'DescribeTrainingJob',
    { TrainingJobName: name },
    { enabled: kind === 'training' },
  );
  const transform = useCall(
    'sagemaker',
    'DescribeTransformJob',
    { TransformJobName: name },
    { enabled: kind === 'transform' },
  );
  const { error, refetch } = { processing, training, transform }[kind];
  return {
    job:
      (processing.data && ofProcessing(processing.data)) ??
      (training.data && ofTraining(training.data)) ??
      (transform.data && ofTransform(transform.data)),
    error,
    refetch: () => void refetch(),
  };
}
