import { beforeEach, describe, expect, it } from 'vitest';
import { refusal, testCall } from '../../../tests/support/operations.ts';
import { type Tracked, tracking, training } from '../../../tests/support/tracking.ts';
import { parameterOf } from './ofJob.ts';

let made: Tracked;
beforeEach(() => {
  made = tracking();
});

const names = (summaries: readonly { TrialComponentName?: string | undefined }[] | undefined) =>
  summaries!.map(({ TrialComponentName }) => TrialComponentName);

describe('experiments and trials', () => {
  it('are made, changed, listed and deleted, from the inside out', async () => {
    await made.run('CreateExperiment', {
      ExperimentName: 'Study',
      Description: 'first',
      Tags: [{ Key: 'a', Value: 'b' }],
    });
    expect(await refusal(made.run('CreateExperiment', { ExperimentName: 'study' }))).toMatch(
      /^ValidationException: .*already exists/,
    );
    await made.run('UpdateExperiment', { ExperimentName: 'Study', DisplayName: 'The study' });
    expect(await made.run('DescribeExperiment', { ExperimentName: 'Study' })).toMatchObject({
      ExperimentName: 'Study',
      DisplayName: 'The study',
      Description: 'first',
    });
    await made.run('CreateTrial', { TrialName: 'Run-1', ExperimentName: 'Study' });
    expect((await made.run('ListTrials', { ExperimentName: 'Study' })).TrialSummaries).toMatchObject([
      { TrialName: 'Run-1', DisplayName: 'Run-1' },
    ]);
    expect(await refusal(made.run('DeleteExperiment', { ExperimentName: 'Study' }))).toMatch(/has trials/);
    await made.run('DeleteTrial', { TrialName: 'Run-1' });
    await made.run('DeleteExperiment', { ExperimentName: 'Study' });
    expect(made.tags.size).toBe(0);
    expect(await refusal(made.run('DescribeExperiment', { ExperimentName: 'Study' }))).toBe(
      "ResourceNotFound: Experiment 'Study' does not exist.",
    );
  });

  it('hold components that join and leave', async () => {
    await made.run('CreateExperiment', { ExperimentName: 'e' });
    await made.run('CreateTrial', { TrialName: 't', ExperimentName: 'e' });
    await made.run('CreateTrialComponent', { TrialComponentName: 'c', Parameters: { lr: { NumberValue: 0.1 } } });
    const both = { TrialName: 't', TrialComponentName: 'c' };
    await made.run('AssociateTrialComponent', both);
    await made.run('AssociateTrialComponent', both);
    expect(names((await made.run('ListTrialComponents', { ExperimentName: 'e' })).TrialComponentSummaries)).toEqual([
      'c',
    ]);
    expect((await made.run('ListTrials', { TrialComponentName: 'c' })).TrialSummaries).toHaveLength(1);
    expect(await refusal(made.run('DeleteTrialComponent', { TrialComponentName: 'c' }))).toMatch(/belongs to a trial/);
    expect(await refusal(made.run('DeleteTrial', { TrialName: 't' }))).toMatch(/has trial components/);
    await made.run('DisassociateTrialComponent', both);
    expect(await refusal(made.run('DisassociateTrialComponent', both))).toMatch(/^ResourceNotFound/);
    await made.run('DeleteTrialComponent', { TrialComponentName: 'c' });
    expect((await made.run('ListTrialComponents', {})).TrialComponentSummaries).toEqual([]);
    const mixed = made.run('ListTrialComponents', { ExperimentName: 'e', TrialName: 't' });
    expect(await refusal(mixed)).toMatch(/cannot be combined/);
  });
});

describe('the component of a job', () => {
  const job = {
    ...training('s3://b/data', 's3://b/model'),
    HyperParameters: { eta: '0.2', objective: 'reg:logistic', blank: ' ' },
    FinalMetricDataList: [{ MetricName: 'auc', Value: 0.9, Timestamp: new Date(0) }],
  };

  it('says what its job says, and what clients add over it', async () => {
    await made.created('j', job, { TrialComponentDisplayName: 'Training' });
    const which = { TrialComponentName: 'j-aws-training-job' };
    expect(await made.run('DescribeTrialComponent', which)).toMatchObject({
      DisplayName: 'Training',
      Status: { PrimaryStatus: 'InProgress' },
      Parameters: {
        eta: { NumberValue: 0.2 },
        objective: { StringValue: 'reg:logistic' },
        blank: { StringValue: ' ' },
      },
      InputArtifacts: { train: { Value: 's3://b/data' }, 'SageMaker.ImageUri': { Value: 'image:1' } },
      Metrics: [{ MetricName: 'auc', Last: 0.9 }],
    });
    await made.run('UpdateTrialComponent', {
      ...which,
      Parameters: { eta: { NumberValue: 7 }, mine: { StringValue: 'x' } },
    });
    await made.ended('j');
    expect(await made.run('DescribeTrialComponent', which)).toMatchObject({
      Status: { PrimaryStatus: 'Completed' },
      Parameters: { eta: { NumberValue: 7 }, mine: { StringValue: 'x' }, objective: { StringValue: 'reg:logistic' } },
    });
    await made.run('UpdateTrialComponent', { ...which, ParametersToRemove: ['eta'] });
    expect((await made.run('DescribeTrialComponent', which)).Parameters!['eta']).toEqual({ NumberValue: 0.2 });
  });

  it('does not grow without end', async () => {
    await made.run('CreateTrialComponent', { TrialComponentName: 'c' });
    const many = (prefix: string) =>
      Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`${prefix}${n}`, { NumberValue: n }]));
    await made.run('UpdateTrialComponent', { TrialComponentName: 'c', Parameters: many('a') });
    const more = made.run('UpdateTrialComponent', { TrialComponentName: 'c', Parameters: many('b') });
    expect(await refusal(more)).toMatch(/at most 300 Parameters/);
  });

  it('joins the trial that its job names, or a new one of its experiment', async () => {
    await made.run('CreateExperiment', { ExperimentName: 'e' });
    await made.run('CreateExperiment', { ExperimentName: 'other' });
    await made.run('CreateTrial', { TrialName: 't', ExperimentName: 'e' });
    await made.created('a', job, { ExperimentName: 'e', TrialName: 't' });
    await made.created('b', job, { ExperimentName: 'e' });
    expect(names((await made.run('ListTrialComponents', { TrialName: 't' })).TrialComponentSummaries)).toEqual([
      'a-aws-training-job',
    ]);
    expect(await made.run('DescribeTrial', { TrialName: 'b-aws-training-job' })).toMatchObject({ ExperimentName: 'e' });
    const wrong = made.created('c', job, { ExperimentName: 'other', TrialName: 't' });
    expect(await refusal(wrong)).toMatch(/does not belong to experiment/);
  });

  it('outlives its job, and is the next one’s that has its name', async () => {
    await made.run('CreateExperiment', { ExperimentName: 'e' });
    await made.created('j', job, { ExperimentName: 'e' });
    await made.ended('j');
    const which = { TrialComponentName: 'j-aws-training-job' };
    const before = await made.run('DescribeTrialComponent', which);
    const arn = made.arnOf('j');
    await made.store.transact(() => made.experiments.jobDeleted(arn, made.jobs.get(arn)!));
    made.jobs.delete(arn);
    expect(await made.run('DescribeTrialComponent', which)).toEqual(before);
    await made.created('j', { HyperParameters: { eta: '9' } });
    expect((await made.run('DescribeTrialComponent', which)).Parameters).toEqual({ eta: { NumberValue: 9 } });
    expect((await made.run('ListTrialComponents', { ExperimentName: 'e' })).TrialComponentSummaries).toEqual([]);
  });

  it('leaves a component alone that a client made under its name', async () => {
    await made.run('CreateTrialComponent', { TrialComponentName: 'j-aws-training-job', DisplayName: 'mine' });
    expect(await made.created('j', job)).toBeUndefined();
    expect(await made.run('DescribeTrialComponent', { TrialComponentName: 'j-aws-training-job' })).toMatchObject({
      DisplayName: 'mine',
      Parameters: {},
    });
  });

  it('tells numbers from texts as AWS does', () => {
    expect(['1e-3', '0x10', 'Infinity', '', '1,5'].map(parameterOf)).toEqual([
      { NumberValue: 0.001 },
      { NumberValue: 16 },
      { StringValue: 'Infinity' },
      { StringValue: '' },
      { StringValue: '1,5' },
    ]);
  });
});

describe('a pipeline’s execution', () => {
  it('has its experiment and trial once, whatever it starts', async () => {
    const run = { experiment: 'p', trial: 'x1', pipelineArn: 'arn:p', executionArn: 'arn:p/execution/x1' };
    const call = testCall();
    for (let n = 0; n < 2; n += 1) await made.store.transact(() => made.experiments.pipelineRuns(run, call));
    await made.store.transact(() => made.experiments.pipelineRuns({ ...run, trial: 'x2' }, call));
    await made.store.transact(() => made.experiments.pipelineRuns({ ...run, trial: 'no name' }, call));
    const { TrialSummaries } = await made.run('ListTrials', {
      ExperimentName: 'p',
      SortBy: 'Name',
      SortOrder: 'Ascending',
    });
    expect(TrialSummaries!.map(({ TrialName }) => TrialName)).toEqual(['x1', 'x2']);
  });
});
