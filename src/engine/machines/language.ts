/**
 * State machines as a language of the kernel: which state comes next, and what is asked of the world.
 *
 * S1. A turn folds one event and then runs every thread until it waits, or until the turn's budget is used up: then it asks for
 *     another turn. The budget counts states and not time, so that a journal folds into the same turns again.
 * S2. A thread's error is its own: it is retried, caught, or fails what is around it; it never escapes from `apply`.
 */
import { isStatesError } from '../../definition/asl/failure.ts';
import type { Machine } from '../../definition/asl/types.ts';
import type { Language } from '../language.ts';
import { chanceOf } from './chance.ts';
import {
  type AnyMachineEvent,
  EXECUTION_TIMEOUT,
  type MachineEvent,
  parseTimer,
  type TimerKind,
  threadOfTask,
} from './events.ts';
import { endExecution, evaluationFailed, TOO_LONG } from './failing.ts';
import { leaving, tooDeep } from './flow.ts';
import { isFull, member, payload, record } from './history.ts';
import { enter, enterNext, leave, startAgain, startIterations, stepOf, takeReady, takeUp } from './progress.ts';
import { type Group, type MachineInput, type MachineState, newThread, type Pending, type Thread } from './state.ts';
import { mapRunFailed, mapRunSucceeded, redriveMapRun, runsMap } from './states/distributed.ts';
import { startMap, startParallel } from './states/groups.ts';
import { leaveWait, runChoice, runFail, runPass, runSucceed, runWait } from './states/simple.ts';
import {
  activityStarted,
  beat,
  recordStarted,
  startTask,
  taskFailed,
  taskSubmitted,
  taskSucceeded,
  taskTimedOut,
} from './states/task.ts';

export const MACHINE = 'machine';

/** What a turn may do: a state costs one, a JSONata state more, since its expressions take longer. */
const BUDGET = 256;
const COST = { JSONPath: 1, JSONata: 8 } as const;

/** @param machineOf the compiled definition that an execution was begun with, by its name */
export function machineLanguage(machineOf: (definition: string) => Machine): Language<MachineState, MachineEvent> {
  return {
    name: MACHINE,
    begin: (input) => begin(input as MachineInput, machineOf),
    apply(state, event, at) {
      state.at = at;
      state.effects = [];
      if (state.status === 'RUNNING' || event.kind === 'redriven') {
        fold(state, event);
        advance(state);
      }
      return state.effects;
    },
    outcome(state) {
      const { events, outcome } = state;
      if (outcome.length === 0) return undefined;
      state.outcome = [];
      return `${events - outcome.length + 1}[${outcome.join(',')}]`;
    },
  };
}

function begin(input: MachineInput, machineOf: (definition: string) => Machine): MachineState {
  const machine = machineOf(input.definition);
  const inputValue = JSON.parse(input.input);
  const threads = new Map<number, Thread>();
  const counting = { threadCount: 0, threads };
  const root = newThread(counting, undefined, 0, machine, inputValue, 0);
  return {
    input,
    machine,
    inputValue,
    status: 'RUNNING',
    output: undefined,
    failure: {},
    startedAt: 0,
    endedAt: undefined,
    redrives: 0,
    redrivenAt: undefined,
    events: 0,
    cut: false,
    root,
    ...counting,
    variableBytes: 0,
    ready: [],
    readyHead: 0,
    starting: [],
    chance: chanceOf(''),
    at: 0,
    effects: [],
    outcome: [],
  };
}

function fold(state: MachineState, event: AnyMachineEvent): void {
  switch (event.kind) {
    case 'started':
      return started(state, event.seed);
    case 'stop-requested': {
      const { kind: _, ...failure } = event;
      return endExecution(state, 'ABORTED', failure, 0);
    }
    case 'timer':
      return timerFired(state, event.timer);
    case 'again':
    case 'dropped':
      return;
    case 'redriven':
      return redrive(state);
  }
  const thread = state.threads.get(threadOfTask(event.task));
  if (thread?.waiting?.kind !== 'task' || thread.waiting.task !== event.task) return;
  switch (event.kind) {
    case 'activity-started':
      return activityStarted(state, thread, event.workerName);
    case 'heartbeat':
      return beat(state, thread);
    case 'task-submitted':
      return taskSubmitted(state, thread, event.output);
    case 'task-succeeded':
      if (runsMap(thread)) return mapRunSucceeded(state, thread, event.output);
      return taskSucceeded(state, thread, event.output);
    case 'task-failed': {
      const { kind: _, task: __, ...failure } = event;
      return runsMap(thread) ? mapRunFailed(state, thread, failure) : taskFailed(state, thread, failure);
    }
  }
}

function started(state: MachineState, seed: string): void {
  const { input, machine, root } = state;
  state.chance = chanceOf(seed);
  state.startedAt = state.at;
  record(state, 'ExecutionStarted', 0, `${payload(state, 'input', input.input)},${member('roleArn', input.roleArn)}`);
  setExecutionTimeout(state, machine);
  enterNext(state, root);
}

function setExecutionTimeout(state: MachineState, { timeoutSeconds }: Machine): void {
  if (timeoutSeconds === undefined) return;
  state.effects.push({ kind: 'timer', timer: EXECUTION_TIMEOUT, at: state.at + timeoutSeconds * 1000 });
}

function timerFired(state: MachineState, timer: string): void {
  if (timer === EXECUTION_TIMEOUT) return endExecution(state, 'TIMED_OUT', {}, 0);
  const { kind, thread: id } = parseTimer(timer)!;
  const thread = state.threads.get(id);
  if (!thread || !awaits(thread, kind)) return;
  switch (kind) {
    case 'wait':
      return attempt(state, thread, () => leaveWait(state, thread));
    case 'retry':
      return startAgain(state, thread);
    default:
      return taskTimedOut(state, thread, kind);
  }
}

function awaits({ waiting }: Thread, kind: TimerKind): boolean {
  return waiting?.kind === 'timer'
    ? waiting.timer === kind
    : waiting?.kind === 'task' && waiting[kind as 'timeout'] !== undefined;
}

/** Runs ready threads, a state each in turn, within the budget (S1). */
function advance(state: MachineState): void {
  let left = BUDGET;
  while (left > 0) {
    const thread = takeReady(state);
    if (!thread) break;
    const { pending } = thread;
    if (!pending) continue;
    left -= COST[thread.state.flow.language];
    attempt(state, thread, () => step(state, thread, pending));
    if (state.status !== 'RUNNING') return;
    if (isFull(state)) break;
  }
  if (state.status !== 'RUNNING') return;
  recordStarted(state);
  if (isFull(state)) return endExecution(state, 'FAILED', TOO_LONG, state.events);
  if (state.readyHead < state.ready.length) state.effects.push({ kind: 'again' });
}

function attempt(state: MachineState, thread: Thread, work: () => void): void {
  try {
    work();
  } catch (error) {
    // An expression that came to the stack's end over a value that is nested too deeply.
    const told = error instanceof RangeError ? tooDeep() : error;
    if (!isStatesError(told)) throw error;
    evaluationFailed(state, stepOf(error as Error, thread), told);
  }
}

function step(state: MachineState, thread: Thread, what: Pending): void {
  thread.pending = undefined;
  if (what.kind === 'resume') {
    const next = 'next' in thread.state ? thread.state.next : undefined;
    return leave(state, thread, leaving(state, thread, what.result), next as string | undefined);
  }
  if (what.kind === 'enter') enter(state, thread);
  start(state, thread);
}

function start(state: MachineState, thread: Thread): void {
  const current = thread.state;
  switch (current.type) {
    case 'Pass':
      return runPass(state, thread, current);
    case 'Succeed':
      return runSucceed(state, thread);
    case 'Fail':
      return runFail(state, thread, current);
    case 'Wait':
      return runWait(state, thread, current);
    case 'Choice':
      return runChoice(state, thread, current);
    case 'Task':
      return startTask(state, thread, current);
    case 'Parallel':
      return startParallel(state, thread, current);
    case 'Map':
      return startMap(state, thread, current);
  }
}

/** A Standard execution that failed goes on where it failed: what has succeeded is kept. */
function redrive(state: MachineState): void {
  state.redrives += 1;
  state.redrivenAt = state.at;
  state.status = 'RUNNING';
  state.failure = {};
  state.endedAt = undefined;
  state.effects.push({ kind: 'reopen' });
  record(state, 'ExecutionRedriven', state.events, member('redriveCount', state.redrives));
  setExecutionTimeout(state, state.machine);
  goOn(state, state.root);
}

function goOn(state: MachineState, thread: Thread): void {
  thread.failure = undefined;
  thread.retries = undefined;
  thread.retryCount = 0;
  const { waiting, paused } = thread;
  thread.paused = undefined;
  if (waiting?.kind === 'group') return goOnWith(state, waiting.group);
  if (paused) takeUp(state, thread, paused);
  else if (thread.entered === 0) enterNext(state, thread);
  else if (thread.mapRun) redriveMapRun(state, thread);
  else startAgain(state, thread);
}

/** Those of its children that have not ended go on; of a Map, the iterations that there is room for are started. */
function goOnWith(state: MachineState, group: Group): void {
  for (const child of [...group.children]) if (child) goOn(state, child);
  if (group.kind === 'Map') attempt(state, group.owner, () => startIterations(state, group, state.events));
}
