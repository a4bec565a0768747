/**
 * The state of an execution: what its events have led to so far. Only the language changes it.
 *
 * M1. Threads form a tree: the root runs the machine, the others a branch of a Parallel or an iteration of an inline Map. A thread
 *     is ready, waiting (for a task, a timer, its group), or over.
 * M2. `events` counts the history's events: they are numbered from 1 without a gap, in the order in which they were recorded.
 * M3. Values are shared and never changed in place.
 */
import type { Json, JsonObject } from '../../definition/asl/scope.ts';
import type { Branch, Machine, MachineType, State } from '../../definition/asl/types.ts';
import type { Effect, TaskName } from '../language.ts';
import type { Chance } from './chance.ts';
import type { TimerKind } from './events.ts';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** All that an execution is begun with; fixed for its life. */
export type MachineInput = {
  executionArn: string;
  executionName: string;
  stateMachineArn: string;
  stateMachineName: string;
  roleArn: string;
  region: string;
  account: string;
  type: MachineType;
  /** Names the definition's text: an execution goes on with the one that it was started with. */
  definition: string;
  /** The input's text, as given. */
  input: string;
  /** Of an execution that a distributed map started. */
  mapRunArn?: string;
  /** Of an Express execution whose end is the answer to its start. */
  sync?: true;
  /** Where its history's events are logged, too. */
  log?: ExecutionLog;
};

/** `data`: payloads, too. */
export type ExecutionLog = { level: 'ALL' | 'ERROR' | 'FATAL'; data: boolean; group: string };

export type Failure = { error?: string; cause?: string };

/** What a thread waits for. `timeout`, `heartbeat`: seconds of the timers that are set. */
export type Waiting =
  | { kind: 'task'; task: TaskName; token?: string; timeout?: number; heartbeat?: number }
  | { kind: 'timer'; timer: TimerKind }
  | { kind: 'group'; group: Group };

/** What a ready thread does next. */
export type Pending =
  | { kind: 'enter' }
  /** Starts its state's work, anew. */
  | { kind: 'start' }
  /** Its state's work is done. */
  | { kind: 'resume'; result: Json };

export type MapItem = { index: number; value: Json; key?: string; source?: string };

/** What a map run is to do, evaluated. `items`: those of the state, where no ItemReader reads them. */
export type MapRunPlan = {
  readonly input: Json;
  readonly maxConcurrency: number;
  readonly toleratedFailureCount?: number;
  readonly toleratedFailurePercentage?: number;
  readonly items?: Json[] | JsonObject;
  readonly reader?: { readonly arguments: JsonObject; readonly maxItems?: number };
  readonly batcher?: {
    readonly batchInput?: Json;
    readonly maxItemsPerBatch?: number;
    readonly maxInputBytesPerBatch?: number;
  };
  readonly writer?: { readonly arguments: JsonObject };
};

/** `started`: the event of its start, or of its last redrive. */
export type MapRun = { readonly arn: string; readonly plan: MapRunPlan; started: number; redrives: number };

export type Thread = {
  readonly id: number;
  /** Absent for the root. */
  readonly group: Group | undefined;
  readonly index: number;
  readonly branch: Branch;
  readonly item: MapItem | undefined;
  /** Its own; those of the threads around it are seen, too. */
  variables: Map<string, Json> | undefined;
  state: State;
  input: Json;
  /** JSON of `input`, where it is known. */
  inputText: string | undefined;
  /** The event of entering the state, the one before it, and when. */
  entered: number;
  before: number;
  enteredAt: number;
  /** The thread's newest event: `previousEventId` of its next one. */
  previous: number;
  /** Tasks started so far: names the next. */
  starts: number;
  /** Of the state: retries by each retrier, and all of them. */
  retries: number[] | undefined;
  retryCount: number;
  /** Exactly one of the two, until it is over or has failed. */
  pending: Pending | undefined;
  waiting: Waiting | undefined;
  /** What it was about to do when it was given up: a redrive goes on with it. */
  paused: Pending | undefined;
  /** Of a distributed Map: what its items run in, until that has succeeded or the state is left. */
  mapRun: MapRun | undefined;
  /** What it failed with, until the execution is redriven. */
  failure: Failure | undefined;
  over: boolean;
};

/** The children of a Parallel or an inline Map. */
export type Group = {
  readonly owner: Thread;
  readonly kind: 'Parallel' | 'Map';
  /** Of a Map: the effective input, for ItemSelector. */
  readonly input: Json;
  readonly items: readonly Json[];
  /** By index; those that have ended are gone. */
  readonly children: (Thread | undefined)[];
  readonly results: Json[];
  next: number;
  running: number;
  most: number;
};

export type MachineState = {
  readonly input: MachineInput;
  readonly machine: Machine;
  readonly inputValue: Json;
  /** The context object, where it is given: of a state that is tested by itself. */
  context?: JsonObject;
  status: ExecutionStatus;
  output: string | undefined;
  failure: Failure;
  startedAt: number;
  endedAt: number | undefined;
  redrives: number;
  redrivenAt: number | undefined;
  events: number;
  /** An event found no room in the history: nothing but the end can follow. */
  cut: boolean;
  root: Thread;
  threads: Map<number, Thread>;
  threadCount: number;
  ready: Thread[];
  readyHead: number;
  /** Tasks scheduled in this turn whose start is yet to be recorded. */
  starting: Thread[];
  chance: Chance;
  /** Of the turn under way. */
  at: number;
  effects: Effect[];
  outcome: string[];
};

export function newThread(
  state: { threadCount: number; threads: Map<number, Thread> },
  group: Group | undefined,
  index: number,
  branch: Branch,
  input: Json,
  previous: number,
  item?: MapItem,
): Thread {
  const id = state.threadCount;
  state.threadCount += 1;
  const thread: Thread = {
    id,
    group,
    index,
    branch,
    item,
    variables: undefined,
    state: branch.states.get(branch.startAt)!,
    input,
    inputText: undefined,
    entered: 0,
    before: 0,
    enteredAt: 0,
    previous,
    starts: 0,
    retries: undefined,
    retryCount: 0,
    pending: undefined,
    waiting: undefined,
    paused: undefined,
    mapRun: undefined,
    failure: undefined,
    over: false,
  };
  state.threads.set(id, thread);
  return thread;
}

/** The variable as the thread sees it: its own, else that of the nearest thread around it. */
export function variable(thread: Thread, name: string): Json | undefined {
  for (let at: Thread | undefined = thread; at; at = at.group?.owner) {
    const value = at.variables?.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

export function assign(thread: Thread, values: JsonObject): void {
  thread.variables ??= new Map();
  for (const name of Object.keys(values)) thread.variables.set(name, values[name]!);
}

/** The item of the map that is nearest around the thread. */
export function itemOf(thread: Thread): MapItem | undefined {
  for (let at: Thread | undefined = thread; at; at = at.group?.owner) if (at.item) return at.item;
  return undefined;
}
