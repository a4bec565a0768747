import { describe, expect, it } from 'vitest';
import { ATTEMPT, FACTS, integrationsOf, resource, sagemaker, states } from './testing.ts';

const integrations = integrationsOf([sagemaker, states]);
const on = (text: string) => integrations.resolve(resource(text));
const EXECUTION = 'arn:aws:states:us-east-1:111111111111:execution:child:e';
const JOB = 'arn:aws:sagemaker:us-east-1:111111111111:training-job/j';
const at = new Date(FACTS.at);

function submitted(text: string, args: { [name: string]: string }, answer: object) {
  const integration = on(text);
  return integration.answered(integration.prepare(args, ATTEMPT, 'Arguments'), answer, FACTS);
}

describe('an execution that is waited for', () => {
  const describeExecution = {
    ...{ executionArn: EXECUTION, name: 'e', status: 'SUCCEEDED', startDate: at, stopDate: at },
    ...{ input: '{}', inputDetails: { included: true }, output: '{"Arg1":"argument1"}' },
    outputDetails: { included: true },
  };
  const shown = {
    ...{ ExecutionArn: EXECUTION, Name: 'e', Status: 'SUCCEEDED', StartDate: FACTS.at, StopDate: FACTS.at },
    ...{ Input: '{}', InputDetails: { Included: true }, Output: '{"Arg1":"argument1"}' },
    OutputDetails: { Included: true },
  };

  it('is known by its ARN, and what was submitted is the answer', () =>
    expect(
      submitted('states:startExecution.sync', { StateMachineArn: 'a' }, { executionArn: EXECUTION, startDate: at }),
    ).toMatchObject({
      kind: 'submitted',
      output: { ExecutionArn: EXECUTION, StartDate: FACTS.at, SdkResponseMetadata: { RequestId: 'request-1' } },
      awaits: { kind: 'execution', id: EXECUTION },
    }));

  it('gives its description', () =>
    expect(on('states:startExecution.sync').ended(describeExecution)).toEqual({ ok: true, output: shown }));

  it('gives its description with JSON as JSON', () =>
    expect(on('states:startExecution.sync:2').ended(describeExecution)).toEqual({
      ok: true,
      output: { ...shown, Input: {}, Output: { Arg1: 'argument1' } },
    }));

  it.each(['FAILED', 'TIMED_OUT', 'ABORTED'])('and that ended %s fails the task with its description', (status) => {
    const { output: _, outputDetails: __, ...rest } = { ...describeExecution, status };
    const ended = on('states:startExecution.sync').ended({ ...rest, error: 'SomeFailure', cause: 'This fails.' });
    expect(ended).toMatchObject({ ok: false, failure: { error: 'States.TaskFailed' } });
    expect(JSON.parse(ended.ok ? '' : ended.failure.cause)).toEqual({
      ...{ ExecutionArn: EXECUTION, Name: 'e', Status: status, StartDate: FACTS.at, StopDate: FACTS.at },
      ...{ Input: '{}', InputDetails: { Included: true }, Error: 'SomeFailure', Cause: 'This fails.' },
    });
  });

  it('is stopped with the task', () =>
    expect(on('states:startExecution.sync').stop({ kind: 'execution', id: EXECUTION })).toMatchObject({
      ...{ api: states, operation: { name: 'StopExecution' }, input: { executionArn: EXECUTION } },
    }));
});

describe('a job that is waited for', () => {
  const describeJob = {
    ...{ TrainingJobName: 'j', TrainingJobArn: JOB, TrainingJobStatus: 'Completed', CreationTime: at },
    ...{ ModelArtifacts: { S3ModelArtifacts: 's3://b/m.tar.gz' }, HyperParameters: { depth: '3' } },
    FinalMetricDataList: [{ MetricName: 'auc', Value: 0.9, Timestamp: at }],
  };

  it('is known by its ARN', () =>
    expect(
      submitted('sagemaker:createTrainingJob.sync', { TrainingJobName: 'j' }, { TrainingJobArn: JOB }),
    ).toMatchObject({ kind: 'submitted', awaits: { kind: 'job', id: JOB }, output: { TrainingJobArn: JOB } }));

  it('gives its description', () =>
    expect(on('sagemaker:createTrainingJob.sync').ended(describeJob)).toEqual({
      ok: true,
      output: {
        ...{ ...describeJob, CreationTime: FACTS.at },
        FinalMetricDataList: [{ MetricName: 'auc', Value: 0.9, Timestamp: FACTS.at }],
      },
    }));

  it.each(['Failed', 'Stopped'])('and that ended %s fails the task', (status) =>
    expect(on('sagemaker:createTrainingJob.sync').ended({ TrainingJobStatus: status, FailureReason: 'why' })).toEqual({
      ok: false,
      failure: {
        error: 'States.TaskFailed',
        cause: JSON.stringify({ TrainingJobStatus: status, FailureReason: 'why' }),
      },
    }),
  );

  it.each([
    ['createTrainingJob', 'training-job', 'StopTrainingJob', 'TrainingJobName'],
    ['createProcessingJob', 'processing-job', 'StopProcessingJob', 'ProcessingJobName'],
    ['createTransformJob', 'transform-job', 'StopTransformJob', 'TransformJobName'],
    [
      'createHyperParameterTuningJob',
      'hyper-parameter-tuning-job',
      'StopHyperParameterTuningJob',
      'HyperParameterTuningJobName',
    ],
  ])('by %s is stopped with the task', (action, kind, operation, member) =>
    expect(
      on(`sagemaker:${action}.sync`).stop({ kind: 'job', id: `arn:aws:sagemaker:us-east-1:111111111111:${kind}/j` }),
    ).toMatchObject({ operation: { name: operation }, input: { [member]: 'j' } }),
  );
});

it('a task that waits for its token is not over with the answer', () => {
  const answered = submitted(
    'states:startExecution.waitForTaskToken',
    { StateMachineArn: 'a' },
    { executionArn: EXECUTION, startDate: at },
  );
  expect(answered).toMatchObject({ kind: 'submitted', output: { ExecutionArn: EXECUTION } });
  expect(answered).not.toHaveProperty('awaits');
  expect(on('aws-sdk:sfn:startExecution').stop({ kind: 'execution', id: EXECUTION })).toBeUndefined();
});

it('every job of the table has its operations in the model', () => {
  for (const job of ['HyperParameterTuningJob', 'LabelingJob', 'ProcessingJob', 'TrainingJob', 'TransformJob']) {
    const integration = on(`sagemaker:create${job}.sync`);
    expect(integration.stop({ kind: 'job', id: 'arn:aws:sagemaker:us-east-1:1:x/j' })).toBeDefined();
    expect(integration.ended({ [`${job}Status`]: 'Completed' })).toEqual({
      ok: true,
      output: { [`${job}Status`]: 'Completed' },
    });
  }
});
