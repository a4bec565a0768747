/**
 * What jobs and pipelines leave in experiments of their own accord.
 *
 * E1. Every job has a trial component, made in the job's own transaction. Its ExperimentConfig says which trial it joins:
 *     the named one, or, when only an experiment is named, a new one of that experiment.
 * E2. A pipeline's execution has an experiment and a trial, made before the first of its jobs: named by its definition, by
 *     default after the pipeline and the execution.
 */
import type { Call } from '../../protocol/service.ts';
import { type CreatedJob, createOfJob } from './components.ts';
import type { Parts } from './context.ts';
import { experimentErrors } from './errors.ts';
import { createExperiment, createTrial, requireExperiment, requireTrial } from './experiments.ts';
import { arnOf, componentName, isName } from './names.ts';
import type { TrialRow } from './store.ts';

/** SageMaker's own, of a job's Create request. */
export type ExperimentConfig = {
  ExperimentName?: string | undefined;
  TrialName?: string | undefined;
  TrialComponentDisplayName?: string | undefined;
  RunName?: string | undefined;
};

export type PipelineRun = {
  experiment: string;
  trial: string;
  pipelineArn: string;
  executionArn: string;
};

/** Inside the transaction that creates the job. @throws ResourceNotFound for an experiment or trial that is not there */
export function jobCreated(parts: Parts, job: CreatedJob, config: ExperimentConfig, call: Call): void {
  const trial = trialOf(parts, job, config, call);
  const component = createOfJob(parts, job, { display: config.TrialComponentDisplayName, run: config.RunName }, call);
  if (trial && component) parts.db.insertMember({ trial: trial.id, component: component.id });
}

function trialOf(parts: Parts, job: CreatedJob, config: ExperimentConfig, call: Call): TrialRow | undefined {
  const { ExperimentName, TrialName } = config;
  const experiment = ExperimentName === undefined ? undefined : requireExperiment(parts, call, ExperimentName);
  if (TrialName !== undefined) {
    const trial = requireTrial(parts, call, TrialName);
    if (experiment && trial.experiment !== experiment.id) {
      throw experimentErrors.otherExperiment(TrialName, experiment.name);
    }
    return trial;
  }
  return experiment && createTrial(parts, componentName(job.kind, job.name), experiment, {}, call);
}

/** Inside the transaction that starts a job of the execution. What is there already is used. */
export function pipelineRuns(parts: Parts, run: PipelineRun, call: Call): void {
  // The job's own request is refused for names that cannot be.
  if (!isName(run.experiment) || !isName(run.trial)) return;
  if (parts.db.trial({ arn: arnOf(call, 'trial', run.trial) })) return;
  const experiment =
    parts.db.experiment({ arn: arnOf(call, 'experiment', run.experiment) }) ??
    createExperiment(parts, run.experiment, { source: run.pipelineArn }, call);
  createTrial(parts, run.trial, experiment, { source: run.executionArn }, call);
}
