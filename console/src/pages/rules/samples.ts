/**
 * Events to try a pattern with: what Telar's services tell of what happens, as AWS documents it, and an event of one's own. Places and
 * times are filled in.
 */
export type Sample = { name: string; source: string; detailType: string; resources: readonly string[]; detail: object };

const sagemaker = (resource: string) => `arn:aws:sagemaker:REGION:ACCOUNT:${resource}`;
const execution = sagemaker('pipeline/titanic/execution/abcdefghijkl');
const stateExecution = 'arn:aws:states:REGION:ACCOUNT:execution:training:by-hand';

export const SAMPLES: readonly Sample[] = [
  {
    ...{ name: 'A pipeline’s execution succeeded', source: 'aws.sagemaker' },
    detailType: 'SageMaker Model Building Pipeline Execution Status Change',
    resources: [sagemaker('pipeline/titanic'), execution],
    detail: {
      ...{ pipelineArn: sagemaker('pipeline/titanic'), pipelineExecutionArn: execution },
      ...{ pipelineExecutionDisplayName: 'execution-1', currentPipelineExecutionStatus: 'Succeeded' },
      ...{ previousPipelineExecutionStatus: 'Executing', executionStartTime: 'TIME', executionEndTime: 'TIME' },
    },
  },
  {
    ...{ name: 'A pipeline’s step failed', source: 'aws.sagemaker' },
    detailType: 'SageMaker Model Building Pipeline Execution Step Status Change',
    resources: [sagemaker('pipeline/titanic'), execution],
    detail: {
      ...{ pipelineArn: sagemaker('pipeline/titanic'), pipelineExecutionArn: execution, stepName: 'Train' },
      ...{ stepType: 'Training', previousStepStatus: 'Executing', currentStepStatus: 'Failed' },
      ...{ failureReason: 'ClientError', stepStartTime: 'TIME', stepEndTime: 'TIME' },
    },
  },
  {
    ...{ name: 'A training job failed', source: 'aws.sagemaker', detailType: 'SageMaker Training Job State Change' },
    resources: [sagemaker('training-job/train-1')],
    detail: {
      ...{ TrainingJobName: 'train-1', TrainingJobArn: sagemaker('training-job/train-1'), TrainingJobStatus: 'Failed' },
      ...{ FailureReason: 'AlgorithmError' },
    },
  },
  {
    ...{ name: 'A model was approved', source: 'aws.sagemaker', detailType: 'SageMaker Model Package State Change' },
    resources: [sagemaker('model-package/titanic/1')],
    detail: {
      ...{ ModelPackageGroupName: 'titanic', ModelPackageVersion: 1 },
      ...{ ModelPackageArn: sagemaker('model-package/titanic/1'), ModelPackageStatus: 'Completed' },
      ...{ ModelApprovalStatus: 'Approved', UpdatedModelPackageFields: ['ModelApprovalStatus'] },
    },
  },
  {
    ...{ name: 'A state machine’s execution failed', source: 'aws.states' },
    detailType: 'Step Functions Execution Status Change',
    resources: [stateExecution],
    detail: {
      ...{ executionArn: stateExecution, stateMachineArn: 'arn:aws:states:REGION:ACCOUNT:stateMachine:training' },
      ...{ name: 'by-hand', status: 'FAILED', error: 'States.TaskFailed', cause: 'The task failed.', input: '{}' },
    },
  },
  {
    ...{ name: 'An object was created', source: 'aws.s3', detailType: 'Object Created' },
    resources: ['arn:aws:s3:::my-bucket'],
    detail: {
      ...{
        version: '0',
        bucket: { name: 'my-bucket' },
        object: { key: 'data/new.csv', size: 1024, etag: 'e', sequencer: '0' },
      },
      ...{ 'request-id': 'by-hand', requester: 'ACCOUNT', 'source-ip-address': '127.0.0.1', reason: 'PutObject' },
    },
  },
  {
    ...{ name: 'A schedule of a rule occurred', source: 'aws.events', detailType: 'Scheduled Event' },
    ...{ resources: ['arn:aws:events:REGION:ACCOUNT:rule/nightly'], detail: {} },
  },
  {
    ...{ name: 'An event of your own', source: 'my.app', detailType: 'Order Placed', resources: [] },
    detail: { order: 17, amount: 99.5 },
  },
];

export type Place = { account: string; region: string; at: Date };

/** The whole event, as a target would get it. */
export function eventOf({ source, detailType, resources, detail }: Sample, { account, region, at }: Place): object {
  const time = at.toISOString().replace(/\.\d+Z$/, 'Z');
  const event = {
    ...{ version: '0', id: '00000000-0000-0000-0000-000000000000', 'detail-type': detailType, source },
    ...{ account, time, region, resources, detail },
  };
  const filled = JSON.stringify(event)
    .replaceAll('REGION', region)
    .replaceAll('ACCOUNT', account)
    .replaceAll('TIME', time);
  return JSON.parse(filled) as object;
}

/** The sample that is most like what a pattern waits for: the one that shares its kind, else its source, else the last. */
export function sampleFor(pattern: string | undefined): Sample {
  let wanted: { source?: unknown; 'detail-type'?: unknown } = {};
  try {
    wanted = JSON.parse(pattern ?? '{}') as typeof wanted;
  } catch {
    // A pattern that is no JSON waits for nothing.
  }
  const names = (list: unknown, name: string) => Array.isArray(list) && list.includes(name);
  return (
    SAMPLES.find(({ detailType }) => names(wanted['detail-type'], detailType)) ??
    SAMPLES.find(({ source }) => names(wanted.source, source)) ??
    SAMPLES.at(-1)!
  );
}
