/**
 * Carries out the tasks of executions: jobs through the same operations that clients call, with the execution's role.
 *
 * X1. The job of a start is created in the transaction that records the start: there is never one without the other.
 * X2. The end of a job reaches its step in the transaction that records the end of the job.
 */
import { type CacheAttribute, cacheKey } from '../../definition/pipeline/cacheKey.ts';
import { type DocumentOutcome, parseDocument } from '../../definition/pipeline/resolve.ts';
import type { Failure } from '../../definition/pipeline/retry.ts';
import type { Json, Step } from '../../definition/pipeline/types.ts';
import type { Executor, RunView, TaskStart } from '../../engine/language.ts';
import { type PipelineEvent, type PipelineTask, stepTask } from '../../engine/pipelines/events.ts';
import { experimentNames, jobName } from '../../engine/pipelines/scope.ts';
import type { PipelineState, StepMetadata } from '../../engine/pipelines/state.ts';
import { isAwsError } from '../../protocol/errors.ts';
import type { Call } from '../../protocol/service.ts';
import { type CacheEntry, lookUp } from './cache.ts';
import type { Parts } from './context.ts';
import { type ExternalStep, externalSteps, isExternal } from './externalSteps.ts';
import type { Described, JobEnd, JobLineage } from './ports.ts';
import { tellOfExecution, tellOfSteps } from './telling.ts';

type StepTask = Extract<PipelineTask, { kind: 'step' }>;
type Start = TaskStart<PipelineEvent>;

/** The operations behind the step types whose work is a job. */
const JOBS = {
  Processing: {
    create: 'CreateProcessingJob',
    stop: 'StopProcessingJob',
    name: 'ProcessingJobName',
    arn: 'ProcessingJobArn',
    metadata: 'ProcessingJob',
  },
  Training: {
    create: 'CreateTrainingJob',
    stop: 'StopTrainingJob',
    name: 'TrainingJobName',
    arn: 'TrainingJobArn',
    metadata: 'TrainingJob',
  },
  Transform: {
    create: 'CreateTransformJob',
    stop: 'StopTransformJob',
    name: 'TransformJobName',
    arn: 'TransformJobArn',
    metadata: 'TransformJob',
  },
} as const;
type JobStep = keyof typeof JOBS;

const isJob = (type: string): type is JobStep => Object.hasOwn(JOBS, type);

/** The largest JSON document that a condition or a property may read, in bytes. */
const LONGEST_DOCUMENT = 4 * 1024 * 1024;

export type PipelineExecutor = Executor<PipelineState, PipelineEvent> & {
  /** Inside the transaction that ends a job: passes the end on to the step that made it, if one did. */
  jobEnded(end: JobEnd): void;
};

export function createExecutor(parts: Parts): PipelineExecutor {
  const { db, engine, ports, world, trackObjects } = parts;

  const external = externalSteps(parts);

  const callFor = ({ input }: PipelineState) =>
    ports.callAs(input.roleArn, input.region, `pipeline-${input.executionId}`);

  function start({ state }: RunView<PipelineState>, task: PipelineTask): Start {
    if (task.kind === 'read') return { kind: 'outside', work: () => read(state, task.uri) };
    const planned = state.plan.steps[state.plan.byName.get(task.step)!]!.step;
    if (isJob(planned.Type)) return startJob(state, planned, planned.Type, task);
    if (isExternal(planned)) return startExternal(state, planned, task);
    switch (planned.Type) {
      case 'Model':
        return createModel(state, task);
      case 'RegisterModel':
        return registerModel(state, task);
      default:
        throw new Error(`Steps of the type ${planned.Type} are refused when a pipeline is created.`);
    }
  }

  /** Unless an earlier run of the step is good for this one, too. */
  function startExternal(state: PipelineState, planned: ExternalStep, task: StepTask): Start {
    const looked = lookUp(
      { db, ports, trackObjects },
      state.input.pipelineArn,
      planned,
      task.arguments,
      world.clock.now(),
      [],
      task.beside,
    );
    const which = { step: task.step, start: task.start };
    if (!looked.hit) return external.start({ state, planned, task, call: callFor(state), cache: looked.verdict });
    const { entry, source } = looked.hit;
    const cacheHit = { sourceExecutionArn: source };
    const { result, metadata } = entry;
    return {
      kind: 'finished',
      event: { kind: 'step-succeeded', ...which, result, metadata, cacheHit, cache: looked.verdict },
    };
  }

  async function read(state: PipelineState, uri: string): Promise<PipelineEvent> {
    const outcome = await ports
      .readText(uri, LONGEST_DOCUMENT, callFor(state))
      .then(parseDocument, (error: Error): DocumentOutcome => ({ ok: false, reason: error.message }));
    return { kind: 'document-read', uri, outcome };
  }

  function startJob(state: PipelineState, planned: Step, type: JobStep, task: StepTask): Start {
    const { input } = state;
    const looking = { db, ports, trackObjects };
    const now = world.clock.now();
    const looked = lookUp(looking, input.pipelineArn, planned, task.arguments, now, modelAttributes(state, task));
    const cache = looked.verdict;
    const which = { step: task.step, start: task.start };
    if (looked.hit) {
      const { entry, source } = looked.hit;
      const { result, metadata } = entry;
      const cacheHit = { sourceExecutionArn: source };
      return { kind: 'finished', event: { kind: 'step-succeeded', ...which, result, metadata, cacheHit, cache } };
    }
    const job = JOBS[type];
    const call = callFor(state);
    const experiment = inExperiment(state, task, call);
    const name = jobName(input.executionId, task.step, task.start);
    const arn = String(ports.invoke(job.create, { ...task.arguments, ...experiment, [job.name]: name }, call)[job.arn]);
    db.insertStepJob({ job: arn, execution: input.executionArn, ...which });
    const metadata: StepMetadata = { [job.metadata]: { Arn: arn } };
    return { kind: 'running', event: { kind: 'step-started', ...which, metadata, cache } };
  }

  /** The ExperimentConfig of a step's job: the execution's trial, made where it is missing, and what the step itself says. */
  function inExperiment(state: PipelineState, task: StepTask, call: Call) {
    const names = experimentNames(state);
    if (!names) return {};
    const { executionArn, pipelineArn } = state.input;
    const { ExperimentName, TrialName } = names;
    ports.pipelineRuns({ experiment: ExperimentName, trial: TrialName, executionArn, pipelineArn }, call);
    return { ExperimentConfig: { ...(task.arguments['ExperimentConfig'] as object | undefined), ...names } };
  }

  /** A model that was made anew under its name is another one. */
  function modelAttributes(state: PipelineState, { arguments: { ModelName } }: StepTask): CacheAttribute[] {
    if (typeof ModelName !== 'string') return [];
    const model = ports.servedModel(callFor(state), ModelName);
    return model ? [{ name: 'Model', value: wireJson(model) }] : [];
  }

  function createModel(state: PipelineState, task: StepTask): Start {
    const call = callFor(state);
    const name = { ModelName: jobName(state.input.executionId, task.step, task.start) };
    const arn = String(ports.invoke('CreateModel', { ...task.arguments, ...name }, call)['ModelArn']);
    const describe = wireJson(ports.invoke('DescribeModel', name, call));
    return made(task, describe, { Model: { Arn: arn } });
  }

  function registerModel(state: PipelineState, task: StepTask): Start {
    const call = callFor(state);
    const arn = ports.registerModel(task.arguments, call).ModelPackageArn;
    const describe = wireJson(ports.invoke('DescribeModelPackage', { ModelPackageName: arn }, call));
    return made(task, describe, { RegisterModel: { Arn: arn } });
  }

  function cancel({ state }: RunView<PipelineState>, task: PipelineTask): void {
    if (task.kind === 'read') return;
    const planned = state.plan.steps[state.plan.byName.get(task.step)!]!.step;
    if (isExternal(planned)) return external.cancel({ state, planned, task, call: callFor(state) });
    if (!isJob(planned.Type)) return;
    const job = JOBS[planned.Type];
    try {
      ports.invoke(job.stop, { [job.name]: jobName(state.input.executionId, task.step, task.start) }, callFor(state));
    } catch (error) {
      // A role that may start jobs and not stop them: this one goes on to its end, and the execution waits for it.
      if (!isAwsError(error) || error.status !== 403) throw error;
    }
  }

  function jobEnded(end: JobEnd): void {
    const made = db.stepJob({ job: end.jobArn });
    if (!made) return;
    const state = engine.state<PipelineState>(made.execution)!;
    const which = { step: made.step, start: made.start };
    const recorded = engine.complete<PipelineEvent>(
      made.execution,
      stepTask(made.step, made.start),
      endEvent(end, which, state),
    );
    if (recorded && end.status === 'Completed') keep(state, which, ports.lineageOf(end.jobArn));
  }

  /** What a successful job leaves for later executions. */
  function keep(state: PipelineState, { step }: { step: string }, touched: JobLineage): void {
    const { status, metadata, cache, result } = state.steps[state.plan.byName.get(step)!]!;
    if (status !== 'Succeeded' || !result || cache?.verdict !== 'miss') return;
    const { attributes } = cache;
    const entry: CacheEntry = { attributes, result, metadata, lineage: touched };
    db.insertCache({
      pipeline: state.input.pipelineArn,
      step,
      key: cacheKey(attributes),
      execution: state.input.executionArn,
      ended_at: world.clock.now(),
      entry: JSON.stringify(entry),
    });
  }

  /** What a function or whoever answered a message gave back is good for later executions, too: it touched no objects that are known. */
  function keepOutputs(state: PipelineState, which: { step: string }): void {
    keep(state, which, { reads: [], prefixes: [], outputs: [] });
  }

  return {
    start: (run, _task, body) => start(run, body as PipelineTask),
    failed(_run, _task, body, error) {
      const task = body as PipelineTask;
      if (task.kind === 'read') {
        return { kind: 'document-read', uri: task.uri, outcome: { ok: false, reason: failureOf(error).reason } };
      }
      return { kind: 'step-failed', step: task.step, start: task.start, failure: failureOf(error) };
    },
    cancel: (run, _task, body) => cancel(run, body as PipelineTask),
    observed({ key, state }, event, at) {
      if (event.kind === 'step-succeeded' && event.result.outputParameters && !event.cacheHit)
        keepOutputs(state, event);
      tellOfSteps(parts, state);
      const row = db.execution({ arn: key });
      if (!row) return;
      if (event.kind === 'started') tellOfExecution(parts, state, row, null);
      if (row.status === state.status) return;
      tellOfExecution(parts, state, row, row.status);
      db.setStatus({ arn: key, status: state.status, failure_reason: state.failureReason ?? null, modified_at: at });
    },
    jobEnded,
  };
}

/** The step is over once it has begun. */
function made({ step, start }: StepTask, describe: Json, metadata: StepMetadata): Start {
  return { kind: 'finished', event: { kind: 'step-succeeded', step, start, result: { describe }, metadata } };
}

function endEvent(end: JobEnd, which: { step: string; start: number }, state: PipelineState): PipelineEvent {
  if (end.status === 'Completed') {
    return { kind: 'step-succeeded', ...which, result: { describe: wireJson(end.describe) } };
  }
  if (end.status === 'Stopped' && state.status === 'Stopping') return { kind: 'step-stopped', ...which };
  const reason = end.failureReason ?? (end.status === 'Stopped' ? 'The job was stopped.' : 'The job failed.');
  return {
    kind: 'step-failed',
    ...which,
    failure: end.internal ? { reason, type: 'SageMaker.JOB_INTERNAL_ERROR' } : { reason },
  };
}

/** What retry policies may match on, from the error of a refused start. */
function failureOf(error: unknown): Failure {
  if (!isAwsError(error)) return { reason: `InternalServerError: ${String(error)}`, type: 'Step.SERVICE_FAULT' };
  const reason = `ClientError: ${error.message} (${error.code})`;
  if (/Throttl|TooManyRequests/.test(error.code)) return { reason, type: 'Step.THROTTLING' };
  if (error.code === 'ResourceLimitExceeded') return { reason, type: 'SageMaker.RESOURCE_LIMIT' };
  return error.status >= 500 ? { reason, type: 'Step.SERVICE_FAULT' } : { reason };
}

/** A Describe answer as it stands on the wire: dates as text, absent members left out. */
function wireJson(value: Described): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
