/** Steps that are understood and not run: what to do in their place. A type leaves the table when it runs. */
import type { Json, Step, StepType } from '../../definition/pipeline/types.ts';

export const INSTEAD: Partial<Record<StepType, string>> = {
  Tuning: 'Train with each set of hyperparameters in a Training step, and compare their metrics in a Condition step.',
  AutoML: 'Train with an algorithm of your choice in a Training step.',
  QualityCheck: 'Compare the data with its baseline in a Processing step, and let a Condition step read the report.',
  ClarifyCheck: 'Measure the bias in a Processing step, and let a Condition step read the report.',
  EndpointConfig: 'Register the model with a RegisterModel step, and deploy it after its approval.',
  Endpoint: 'Register the model with a RegisterModel step, and deploy it after its approval.',
  InferenceComponent: 'Register the model with a RegisterModel step, and deploy it after its approval.',
  Lineage: 'Leave it out: what each job read and wrote is recorded without it.',
};

/** The program of AWS's own images that runs a notebook. */
const NOTEBOOK_PROGRAM = 'amazon_sagemaker_scheduler';

/** Whether a step is a notebook job, which the SageMaker Python SDK writes as a Training step. */
export function isNotebookJob(step: Step): boolean {
  if (step.Type !== 'Training') return false;
  const algorithm = step.Arguments['AlgorithmSpecification'] as Json | undefined;
  if (typeof algorithm !== 'object' || algorithm === null || Array.isArray(algorithm)) return false;
  const entrypoint = algorithm['ContainerEntrypoint'];
  return Array.isArray(entrypoint) && entrypoint[0] === NOTEBOOK_PROGRAM;
}
