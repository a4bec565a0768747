/** How an execution moves on: starting the steps whose turn has come, and passing on what an ended step means. */
import { evaluateConditions } from '../../definition/pipeline/condition.ts';
import { expressionsBeside } from '../../definition/pipeline/members.ts';
import { resolve } from '../../definition/pipeline/resolve.ts';
import type { Arguments, ConditionStep, FailStep, Json } from '../../definition/pipeline/types.ts';
import type { Effect } from '../language.ts';
import { type PipelineTask, readTask, stepTask } from './events.ts';
import { scopeOf } from './scope.ts';
import { type PipelineState, setStatus } from './state.ts';
import { hasEnded } from './statuses.ts';

/** Starts every ready step for which there is a place. */
export function advance(state: PipelineState, at: number, effects: Effect[]): void {
  while (state.readyHead < state.ready.length) {
    if (state.failing || state.status !== 'Executing' || state.active >= state.maxParallel) return;
    const index = state.ready[state.readyHead++]!;
    if (state.steps[index]!.status === 'Waiting') take(state, index, at, effects);
  }
  state.ready = [];
  state.readyHead = 0;
}

function take(state: PipelineState, index: number, at: number, effects: Effect[]): void {
  const { step: planned } = state.plan.steps[index]!;
  if (planned.Type === 'Condition') decide(state, index, planned, at, effects);
  else if (planned.Type === 'Fail') failByDesign(state, index, planned, at, effects);
  else launch(state, index, at, effects);
}

/** Starts a step's task: the first time, or again after a failed attempt. */
export function launch(state: PipelineState, index: number, at: number, effects: Effect[]): void {
  const step = state.steps[index]!;
  const { name, step: planned } = state.plan.steps[index]!;
  const first = step.status === 'Waiting';
  // The job's own name is part of what its arguments may refer to, so the start is counted first.
  const start = step.starts + 1;
  const beside = planned.Type === 'Lambda' || planned.Type === 'Callback' ? expressionsBeside(planned) : {};
  const given = { arguments: planned.Arguments as Arguments, beside };
  const outcome = resolve(given, scopeOf(state, index, start, at));
  if (!outcome.ok && 'needs' in outcome) return awaitDocuments(state, index, outcome.needs, effects);
  if (first) {
    state.active += 1;
    step.startedAt ??= at;
    setStatus(state, step, 'Starting');
  }
  if (!outcome.ok) {
    step.failure = { reason: outcome.error.message };
    return endStep(state, index, 'Failed', at);
  }
  step.starts = start;
  step.failure = undefined;
  const resolved = outcome.value as { arguments: { [key: string]: Json }; beside: { [key: string]: Json } };
  const outside = Object.keys(beside).length > 0;
  const body: PipelineTask = {
    ...{ kind: 'step', step: name, start, arguments: resolved.arguments },
    ...(outside && { beside: resolved.beside }),
  };
  effects.push({ kind: 'task', task: stepTask(name, start), body });
}

function decide(state: PipelineState, index: number, planned: ConditionStep, at: number, effects: Effect[]): void {
  const outcome = evaluateConditions(planned.Arguments.Conditions, scopeOf(state, index, 1, at));
  if (!outcome.ok && 'needs' in outcome) return awaitDocuments(state, index, outcome.needs, effects);
  const step = state.steps[index]!;
  beginHere(state, index, at);
  if (!outcome.ok) {
    step.failure = { reason: outcome.error.message };
    return endStep(state, index, 'Failed', at);
  }
  const verdict = outcome.value ? 'True' : 'False';
  step.result = { outcome: verdict };
  step.metadata = { Condition: { Outcome: verdict } };
  endStep(state, index, 'Succeeded', at);
}

function failByDesign(state: PipelineState, index: number, planned: FailStep, at: number, effects: Effect[]): void {
  const outcome = resolve(planned.Arguments.ErrorMessage ?? '', scopeOf(state, index, 1, at));
  if (!outcome.ok && 'needs' in outcome) return awaitDocuments(state, index, outcome.needs, effects);
  const message = outcome.ok ? String(outcome.value) : outcome.error.message;
  const step = state.steps[index]!;
  beginHere(state, index, at);
  step.failure = { reason: message };
  step.metadata = { Fail: { ErrorMessage: message } };
  state.failedByDesign = true;
  endStep(state, index, 'Failed', at);
}

/** A step that is decided at once still counts as active for the moment, so that ending it is the same for all. */
function beginHere(state: PipelineState, index: number, at: number): void {
  const step = state.steps[index]!;
  state.active += 1;
  step.starts += 1;
  step.startedAt ??= at;
  setStatus(state, step, 'Starting');
}

function awaitDocuments(state: PipelineState, index: number, uris: readonly string[], effects: Effect[]): void {
  const step = state.steps[index]!;
  for (const uri of new Set(uris)) {
    step.needs.add(uri);
    const readers = state.readers.get(uri);
    if (readers) {
      readers.push(index);
      continue;
    }
    state.readers.set(uri, [index]);
    state.active += 1;
    state.reads += 1;
    const body: PipelineTask = { kind: 'read', uri };
    effects.push({ kind: 'task', task: readTask(state.reads), body });
  }
}

/** Ends an active step, and passes on what that means for those downstream. */
export function endStep(
  state: PipelineState,
  index: number,
  status: 'Succeeded' | 'Failed' | 'Stopped',
  at: number,
): void {
  const step = state.steps[index]!;
  setStatus(state, step, status);
  step.endedAt = at;
  state.active -= 1;
  state.open -= 1;
  if (status === 'Failed') state.failing = true;
  if (status !== 'Succeeded') return;
  for (const other of state.plan.steps[index]!.downstream) {
    state.waiting[other]! -= 1;
    if (notTaken(state, other, index)) skip(state, other);
    else if (state.waiting[other] === 0 && state.steps[other]!.status === 'Waiting') state.ready.push(other);
  }
}

/** Whether `index` stands in the branch of `condition` that its verdict did not take. */
function notTaken(state: PipelineState, index: number, condition: number): boolean {
  const { branch } = state.plan.steps[index]!;
  if (branch?.condition !== condition) return false;
  return state.steps[condition]!.result?.outcome !== (branch.side === 'if' ? 'True' : 'False');
}

/** Skips a step and all that lies downstream of it. */
function skip(state: PipelineState, from: number): void {
  const pending = [from];
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    const step = state.steps[index]!;
    if (hasEnded(step.status)) continue;
    setStatus(state, step, 'Skipped');
    state.open -= 1;
    pending.push(...state.plan.steps[index]!.downstream);
  }
}
