/**
 * What becomes of errors: retried, caught, or passed on to the state around, up to the end of the execution.
 *
 * F1. Retriers come before catchers; the first that matches counts, and of a retrier whose attempts are used up, the catchers are next.
 * F2. States.Runtime and States.DataLimitExceeded are matched by their own name alone; States.TaskFailed matches all but timeouts.
 * F3. Whatever is given up is cancelled and its timers cleared in the same turn: nothing of it comes back.
 *
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
import { isStatesError, type StatesError } from '../../definition/asl/failure.ts';
import { putAt } from '../../definition/asl/paths/index.ts';
import type { Json, JsonObject } from '../../definition/asl/scope.ts';
import type { Catcher, Retrier } from '../../definition/asl/types.ts';
import { fraction } from './chance.ts';
import { EXECUTION_TIMEOUT, type TimerKind, timerName } from './events.ts';
import { evaluate, type Left } from './flow.ts';
import { members, record, recordOf } from './history.ts';
import { iteration, leave } from './progress.ts';
import type { ExecutionStatus, Failure, Group, MachineState, Thread } from './state.ts';
import { release } from './variables.ts';

const TERMINAL: ReadonlySet<string> = new Set(['States.Runtime', 'States.DataLimitExceeded']);
const TIMEOUTS: ReadonlySet<string> = new Set(['States.Timeout', 'States.HeartbeatTimeout']);

/** @param also a further name of the error: a missed heartbeat is told as States.Timeout */
export function matches(errorEquals: readonly string[], error: string | undefined, also?: string): boolean {
  return errorEquals.some((name) => {
    if (name === error || (also !== undefined && name === also)) return true;
    if (error !== undefined && TERMINAL.has(error)) return false;
    if (name === 'States.ALL') return true;
    return name === 'States.TaskFailed' && !(error !== undefined && TIMEOUTS.has(error));
  });
}

/** The evaluation of a field failed, or a state's data are too large. */
export function evaluationFailed(state: MachineState, thread: Thread, { failure }: StatesError): void {
  const { error, cause: sentence, location } = failure;
  const { name, type } = thread.state;
  const where = `An error occurred while executing the state '${name}' (entered at the event id #${thread.entered}). `;
  const cause = error === 'States.DataLimitExceeded' ? sentence : where + sentence;
  if (error === 'States.QueryEvaluationError') {
    // As AWS links them: what is evaluated on entering a state follows the event before it.
    const first = thread.previous === thread.entered && type !== 'Wait';
    thread.previous = record(
      state,
      'EvaluationFailed',
      first ? thread.before : thread.previous,
      members({ error, cause, location, state: name }),
    );
  }
  if (error === 'States.Runtime') return endExecution(state, 'FAILED', { error, cause }, thread.previous);
  threadFailed(state, thread, { error, cause });
}

/** The work of a thread's state has failed. */
export function threadFailed(state: MachineState, thread: Thread, failure: Failure, also?: string): void {
  const current = thread.state;
  const guarded =
    current.type === 'Task' || current.type === 'Parallel' || current.type === 'Map' ? current : undefined;
  if (guarded) {
    const index = guarded.retry.findIndex(({ errorEquals }) => matches(errorEquals, failure.error, also));
    if (index >= 0 && retry(state, thread, guarded.retry[index]!, index)) return;
    const catcher = guarded.catch.find(({ errorEquals }) => matches(errorEquals, failure.error, also));
    if (current.type !== 'Task') recordOf(state, thread, `${current.type}StateFailed`);
    if (catcher && caught(state, thread, catcher, failure)) return;
  }
  thread.failure = failure;
  if (thread.group) return groupFailed(state, thread.group, thread, failure, also);
  endExecution(state, 'FAILED', failure, thread.previous);
}

function retry(state: MachineState, thread: Thread, retrier: Retrier, index: number): boolean {
  const current = thread.state;
  thread.retries ??= [];
  const done = thread.retries[index] ?? 0;
  if (done >= retrier.maxAttempts) return false;
  thread.retries[index] = done + 1;
  thread.retryCount += 1;
  if (current.type === 'Parallel' || current.type === 'Map') dropGroup(state, thread);
  const delay = backoff(retrier, done) * 1000;
  const jittered = retrier.jitterStrategy === 'FULL' ? delay * fraction(state.chance) : delay;
  setTimer(state, thread, 'retry', jittered);
  thread.waiting = { kind: 'timer', timer: 'retry' };
  return true;
}

/** Seconds until the next retry, without jitter. @param done how many there were */
export function backoff({ intervalSeconds, backoffRate, maxDelaySeconds }: Retrier, done: number): number {
  return Math.min(intervalSeconds * backoffRate ** done, maxDelaySeconds ?? Number.POSITIVE_INFINITY);
}

function caught(state: MachineState, thread: Thread, catcher: Catcher, failure: Failure): boolean {
  try {
    const left = leavingByCatch(state, thread, catcher, failure);
    dropGroup(state, thread);
    leave(state, thread, left, catcher.next);
    return true;
  } catch (error) {
    if (!isStatesError(error)) throw error;
    thread.failure = error.failure;
    endExecution(state, 'FAILED', error.failure, thread.previous);
    return true;
  }
}

/** What a state leaves that fails and is caught. @throws StatesError when a field of the catcher cannot be evaluated */
export function leavingByCatch(state: MachineState, thread: Thread, catcher: Catcher, failure: Failure): Left {
  const errorOutput = { Error: failure.error ?? null, Cause: failure.cause ?? null };
  const jsonata = thread.state.flow.language === 'JSONata';
  const seen = jsonata ? { errorOutput } : {};
  const document = jsonata ? thread.input : errorOutput;
  const assigned = catcher.assign && evaluate<JsonObject>(state, thread, catcher.assign, document, seen);
  return { output: caughtOutput(), assigned };

  function caughtOutput(): Json {
    if (jsonata) return catcher.output ? evaluate(state, thread, catcher.output, document, seen) : errorOutput;
    if (catcher.resultPath === undefined) return errorOutput;
    return catcher.resultPath === null ? thread.input : putAt(catcher.resultPath, thread.input, errorOutput);
  }
}

function groupFailed(state: MachineState, group: Group, failed: Thread, failure: Failure, also?: string): void {
  const { owner, kind } = group;
  const last = failed.previous;
  if (kind === 'Map') record(state, 'MapIterationFailed', last, iteration(owner, failed.index));
  recordAborted(state, failed, last);
  giveUp(state, failed);
  for (const child of group.children) {
    if (!child || child === failed) continue;
    if (kind === 'Map') record(state, 'MapIterationAborted', last, iteration(owner, child.index));
    recordAborted(state, child, last);
    giveUp(state, child);
  }
  owner.previous = last;
  threadFailed(state, owner, failure, also);
}

const ABORTED: ReadonlySet<string> = new Set(['Task', 'Wait', 'Parallel', 'Map']);

function recordAborted(state: MachineState, thread: Thread, previous: number): void {
  if (thread.state.type === 'Map' && thread.waiting?.kind === 'task') record(state, 'MapRunAborted', previous);
  if (thread.entered > 0 && ABORTED.has(thread.state.type)) record(state, `${thread.state.type}StateAborted`, previous);
}

/** Cancels what the thread, and those in it, wait for. They stay, for a redrive. */
function giveUp(state: MachineState, thread: Thread): void {
  const { waiting } = thread;
  thread.paused ??= thread.pending;
  thread.pending = undefined;
  if (!waiting) return;
  switch (waiting.kind) {
    case 'task':
      abandonTask(state, thread);
      return;
    case 'timer':
      state.effects.push({ kind: 'clearTimer', timer: timerName(waiting.timer, thread.id) });
      thread.waiting = undefined;
      return;
    case 'group':
      for (const child of waiting.group.children) if (child) giveUp(state, child);
  }
}

/** Gives up the task that the thread waits for: asked to stop, and its end is no longer of interest. */
export function abandonTask(state: MachineState, thread: Thread): void {
  const { waiting } = thread;
  if (waiting?.kind !== 'task') return;
  state.effects.push({ kind: 'abandon', task: waiting.task });
  clearTaskTimers(state, thread);
  thread.waiting = undefined;
}

export function clearTaskTimers(state: MachineState, { id, waiting }: Thread): void {
  if (waiting?.kind !== 'task') return;
  if (waiting.timeout !== undefined) state.effects.push({ kind: 'clearTimer', timer: timerName('timeout', id) });
  if (waiting.heartbeat !== undefined) state.effects.push({ kind: 'clearTimer', timer: timerName('heartbeat', id) });
}

/** @param milliseconds from now */
export function setTimer(state: MachineState, thread: Thread, kind: TimerKind, milliseconds: number): void {
  state.effects.push({ kind: 'timer', timer: timerName(kind, thread.id), at: state.at + milliseconds });
}

/** The threads of a Parallel or Map are gone for good, with all that they wait for: it is started anew, or left. */
function dropGroup(state: MachineState, owner: Thread): void {
  const { waiting } = owner;
  if (waiting?.kind !== 'group') return;
  for (const child of waiting.group.children) {
    if (!child) continue;
    giveUp(state, child);
    dropGroup(state, child);
    state.threads.delete(child.id);
    release(state, child);
  }
  owner.waiting = undefined;
}

/** What an execution fails with whose history is full. */
export const TOO_LONG: Failure = {
  error: 'States.Runtime',
  cause: 'The execution reached the maximum number of history events (25000).',
};

const END_EVENTS = { FAILED: 'ExecutionFailed', TIMED_OUT: 'ExecutionTimedOut', ABORTED: 'ExecutionAborted' } as const;

/**
 * Ends the execution without success; what is under way is given up. What ends it from outside, StopExecution or its own time,
 * follows no event, and of what it ends nothing is told. @param previous the event that led to a failure
 */
export function endExecution(
  state: MachineState,
  status: keyof typeof END_EVENTS & ExecutionStatus,
  failure: Failure,
  previous: number,
): void {
  const told = state.cut && status === 'FAILED' ? TOO_LONG : failure;
  giveUp(state, state.root);
  state.ready.length = 0;
  state.readyHead = 0;
  state.starting.length = 0;
  if (state.machine.timeoutSeconds !== undefined && status !== 'TIMED_OUT') {
    state.effects.push({ kind: 'clearTimer', timer: EXECUTION_TIMEOUT });
  }
  // That it was the time, the event alone says: the execution itself has no error.
  const details = status === 'TIMED_OUT' ? { error: 'States.Timeout' } : told;
  record(state, END_EVENTS[status], status === 'FAILED' ? previous : 0, members(details));
  state.status = status;
  state.failure = told;
  state.endedAt = state.at;
  state.effects.push({ kind: 'close' });
}
