/**
 * SageMaker pipelines as a language of the kernel: which step starts when, and how an execution ends.
 *
 * E1. A step starts when every step upstream of it has succeeded, the branch it stands in was taken, and a place is free.
 * E2. A step downstream of a skipped one is skipped.
 * E3. After a step has failed for good, nothing further starts; what runs goes on to its end; then the execution fails.
 * E4. Conditions and Fail steps are decided here; every other step is a task. No step runs again once it has succeeded.
 */
import { assert } from '../../base/assert.ts';
import { nextRetry } from '../../definition/pipeline/retry.ts';
import type { Effect, Language } from '../language.ts';
import { type AnyPipelineEvent, type PipelineEvent, parseStepTask, retryTimer, stepTask } from './events.ts';
import { advance, endStep, launch } from './progress.ts';
import {
  beginExecution,
  type ExecutionInput,
  type PipelineState,
  type StepState,
  setExecutionStatus,
  setStatus,
} from './state.ts';
import { hasEnded } from './statuses.ts';

export const PIPELINE = 'pipeline';
const STEP_FAILURE = 'Step failure: One or multiple steps failed';

export const pipelineLanguage: Language<PipelineState, PipelineEvent> = {
  name: PIPELINE,
  begin: (input) => beginExecution(input as ExecutionInput),
  apply(state, event, at) {
    state.changedAt = at;
    state.moves = [];
    const effects: Effect[] = [];
    fold(state, event, at, effects);
    if (state.status === 'Executing' || state.status === 'Stopping') {
      advance(state, at, effects);
      finish(state, at, effects);
    }
    return effects;
  },
};

function fold(state: PipelineState, event: AnyPipelineEvent, at: number, effects: Effect[]): void {
  switch (event.kind) {
    case 'started':
      state.startedAt = at;
      state.waiting.forEach((count, index) => {
        if (count === 0 && state.steps[index]!.status === 'Waiting') state.ready.push(index);
      });
      return;
    case 'step-started': {
      const step = stepOf(state, event);
      if (step.status === 'Starting') setStatus(state, step, 'Executing');
      step.metadata = event.metadata;
      step.cache = event.cache;
      return;
    }
    case 'step-succeeded': {
      const step = stepOf(state, event);
      step.result = event.result;
      step.cacheHit = event.cacheHit;
      if (event.cache) step.cache = event.cache;
      if (event.metadata) step.metadata = event.metadata;
      return endStep(state, indexOf(state, event.step), 'Succeeded', at);
    }
    case 'step-failed':
      return failed(state, event, at, effects);
    case 'step-stopped': {
      const step = stepOf(state, event);
      if (event.metadata) step.metadata = event.metadata;
      return endStep(state, indexOf(state, event.step), 'Stopped', at);
    }
    case 'again':
      return;
    case 'dropped': {
      const task = parseStepTask(event.task);
      if (task) endStep(state, indexOf(state, task.step), 'Stopped', at);
      else state.active -= 1;
      return;
    }
    case 'document-read':
      return documentRead(state, event);
    case 'timer': {
      const index = indexOf(state, event.timer.slice(retryTimer('').length));
      state.retrying.delete(index);
      return launch(state, index, at, effects);
    }
    case 'stop-requested':
      return stop(state, at, effects);
    case 'retry-requested':
      return retry(state, event.maxParallel, effects);
    case 'updated':
      state.maxParallel = event.maxParallel ?? state.maxParallel;
  }
}

function indexOf(state: PipelineState, name: string): number {
  const index = state.plan.byName.get(name);
  assert(index !== undefined, `step ${name} is in the plan`);
  return index;
}

/** The step of an event; an event of an earlier start has no row to complete and so never arrives. */
function stepOf(state: PipelineState, event: { step: string; start: number }): StepState {
  const step = state.steps[indexOf(state, event.step)]!;
  assert(step.starts === event.start, `start ${event.start} of step ${event.step} is the one under way`);
  return step;
}

function failed(
  state: PipelineState,
  event: Extract<PipelineEvent, { kind: 'step-failed' }>,
  at: number,
  effects: Effect[],
): void {
  const step = stepOf(state, event);
  const index = indexOf(state, event.step);
  if (event.metadata) step.metadata = event.metadata;
  step.failure = event.failure;
  step.firstFailureAt ??= at;
  const planned = state.plan.steps[index]!.step;
  const mayRetry = state.status === 'Executing' && !state.failing;
  const next = mayRetry ? nextRetry(planned, event.failure, step.retries, step.firstFailureAt, at) : undefined;
  if (!next) return endStep(state, index, 'Failed', at);
  step.retries += 1;
  state.retrying.add(index);
  if (step.status === 'Executing') setStatus(state, step, 'Starting');
  effects.push({ kind: 'timer', timer: retryTimer(event.step), at: next.at });
}

function documentRead(state: PipelineState, event: Extract<PipelineEvent, { kind: 'document-read' }>): void {
  state.documents.set(event.uri, event.outcome);
  state.active -= 1;
  for (const index of state.readers.get(event.uri) ?? []) {
    const step = state.steps[index]!;
    step.needs.delete(event.uri);
    if (step.needs.size === 0 && step.status === 'Waiting') state.ready.push(index);
  }
  state.readers.delete(event.uri);
}

function stop(state: PipelineState, at: number, effects: Effect[]): void {
  setExecutionStatus(state, 'Stopping');
  giveUpRetries(state, 'Stopped', at, effects);
  state.steps.forEach((step, index) => {
    if (step.status !== 'Starting' && step.status !== 'Executing') return;
    setStatus(state, step, 'Stopping');
    effects.push({ kind: 'cancel', task: stepTask(state.plan.steps[index]!.name, step.starts) });
  });
}

function giveUpRetries(state: PipelineState, status: 'Failed' | 'Stopped', at: number, effects: Effect[]): void {
  for (const index of state.retrying) {
    effects.push({ kind: 'clearTimer', timer: retryTimer(state.plan.steps[index]!.name) });
    endStep(state, index, status, at);
  }
  state.retrying.clear();
}

function retry(state: PipelineState, maxParallel: number | undefined, effects: Effect[]): void {
  setExecutionStatus(state, 'Executing');
  state.failing = false;
  state.failureReason = undefined;
  state.endedAt = undefined;
  state.maxParallel = maxParallel ?? state.maxParallel;
  for (const [uri, outcome] of state.documents) if (!outcome.ok) state.documents.delete(uri);
  for (const step of state.steps) {
    if (step.status !== 'Failed' && step.status !== 'Stopped') continue;
    setStatus(state, step, 'Waiting');
    Object.assign(step, { failure: undefined, firstFailureAt: undefined, endedAt: undefined, retries: 0 });
    state.open += 1;
  }
  state.ready = [];
  state.readyHead = 0;
  state.steps.forEach((step, index) => {
    if (step.status !== 'Waiting') return;
    const { upstream } = state.plan.steps[index]!;
    state.waiting[index] = upstream.filter((other) => !hasEnded(state.steps[other]!.status)).length;
    if (state.waiting[index] === 0) state.ready.push(index);
  });
  effects.push({ kind: 'reopen' });
}

function finish(state: PipelineState, at: number, effects: Effect[]): void {
  if (state.failing) giveUpRetries(state, 'Failed', at, effects);
  if (state.active > 0) return;
  if (state.failing) {
    setExecutionStatus(state, 'Failed');
    state.failureReason = STEP_FAILURE;
  } else if (state.status === 'Stopping') setExecutionStatus(state, 'Stopped');
  else if (state.open === 0) setExecutionStatus(state, 'Succeeded');
  else return;
  state.endedAt = at;
  effects.push({ kind: 'close' });
}
