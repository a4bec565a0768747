/** An execution by hand, for this folder's tests: the kernel's part played over plain values, its journal folded again at any time. */
import { assert } from '../../base/assert.ts';
import { compileMachine } from '../../definition/asl/parse/index.ts';
import type { Json, JsonObject } from '../../definition/asl/scope.ts';
import type { MachineType } from '../../definition/asl/types.ts';
import type { Effect, Language } from '../language.ts';
import type { AnyMachineEvent, MachineEvent, MachineTask } from './events.ts';
import { machineLanguage } from './language.ts';
import type { MachineInput, MachineState } from './state.ts';

export const START = Date.UTC(2026, 0, 2, 3, 4, 5);
export const SEED = '0123456789abcdef0123456789abcdef';

export type Entry = { at: number; event: AnyMachineEvent; outcome: string | undefined };
export type Told = { id: number; type: string; previous: number; details: JsonObject | undefined };

export type Run = ReturnType<typeof begin>;

export type Options = { input?: Json | undefined; type?: MachineType; seed?: string };

export function languageOf(definition: object, type: MachineType = 'STANDARD'): Language<MachineState, MachineEvent> {
  const compiled = compileMachine(JSON.stringify(definition), type);
  assert(compiled.ok, `the definition of a test is one: ${JSON.stringify(compiled)}`);
  return machineLanguage(() => compiled.machine);
}

export const inputOf = (input: Json, type: MachineType = 'STANDARD'): MachineInput => ({
  executionArn: 'arn:aws:states:us-east-1:123456789012:execution:m:e',
  executionName: 'e',
  stateMachineArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:m',
  stateMachineName: 'm',
  roleArn: 'arn:aws:iam::123456789012:role/r',
  region: 'us-east-1',
  account: '123456789012',
  type,
  definition: '1',
  input: JSON.stringify(input),
});

/** An execution before its first event. */
function begin(language: Language<MachineState, MachineEvent>, input: MachineInput) {
  const state = language.begin(input);
  const journal: Entry[] = [];
  const tasks = new Map<string, MachineTask>();
  const abandoned: string[] = [];
  const timers = new Map<string, number>();
  let now = START;
  let again = false;
  let turns = 0;

  function carryOut(effect: Effect): void {
    if (effect.kind === 'task') tasks.set(effect.task, effect.body as MachineTask);
    else if (effect.kind === 'timer') timers.set(effect.timer, Math.ceil(effect.at));
    else if (effect.kind === 'clearTimer') timers.delete(effect.timer);
    else if (effect.kind === 'again') again = true;
    else if (effect.kind === 'close') again = false;
    else if (effect.kind === 'abandon') {
      tasks.delete(effect.task);
      abandoned.push(effect.task);
    }
  }

  /** One turn. */
  function send(event: AnyMachineEvent): void {
    const effects = language.apply(state, event, now);
    journal.push({ at: now, event, outcome: language.outcome?.(state) });
    turns += 1;
    for (const effect of effects) carryOut(effect);
  }

  /** A turn, and those that it asks for. */
  function take(event: AnyMachineEvent): void {
    send(event);
    while (again) turn();
  }

  function turn(): void {
    again = false;
    send({ kind: 'again' });
  }

  /** The task under way of a state. */
  function taskOf(name: string): string {
    const found = [...tasks].find(
      ([task, body]) =>
        task === name || (body.kind === 'call' && body.state === name) || ('arn' in body && body.arn === name),
    );
    assert(found, `a task of ${name} is under way: ${[...tasks.keys()]}`);
    return found[0];
  }

  function succeed(name: string, output: Json = {}): void {
    succeedInOneTurn(name, output);
    while (again) turn();
  }

  function succeedInOneTurn(name: string, output: Json): void {
    const task = taskOf(name);
    tasks.delete(task);
    send({ kind: 'task-succeeded', task, output });
  }

  function fail(name: string, error?: string, cause?: string): void {
    const task = taskOf(name);
    tasks.delete(task);
    take({
      kind: 'task-failed',
      task,
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
    });
  }

  /** Time passes up to the next timer, which fires. */
  function fire(): void {
    const next = [...timers].sort(([, a], [, b]) => a - b)[0];
    assert(next, 'a timer is set');
    timers.delete(next[0]);
    now = Math.max(now, next[1]);
    take({ kind: 'timer', timer: next[0] });
  }

  /** What was recorded of it before: its turns are taken again. */
  function replay(recorded: readonly Entry[]): void {
    for (const { at, event } of recorded) {
      now = at;
      if (event.kind === 'task-succeeded' || event.kind === 'task-failed') tasks.delete(event.task);
      if (event.kind === 'timer') timers.delete(event.timer);
      again = false;
      send(event);
    }
  }

  const told = (): Told[] => journal.flatMap(({ outcome }) => (outcome === undefined ? [] : read(outcome)));

  return {
    ...{
      state,
      journal,
      tasks,
      timers,
      abandoned,
      send,
      take,
      turn,
      succeed,
      succeedInOneTurn,
      fail,
      fire,
      replay,
      taskOf,
      told,
    },
    /** Lets time pass that nothing waits for. */
    pass(milliseconds: number) {
      now += milliseconds;
    },
    now: () => now,
    turns: () => turns,
    /** Whether another turn is asked for. */
    again: () => again,
    types: () => told().map(({ type }) => type),
    /** Milliseconds from now to each timer. */
    delays: () => Object.fromEntries([...timers].map(([timer, at]) => [timer, at - now])),
    output: () => (state.output === undefined ? undefined : (JSON.parse(state.output) as Json)),
    /** The outcomes of the journal, folded anew. */
    folded: () => foldAgain(language, input, journal),
  };
}

function foldAgain(
  language: Language<MachineState, MachineEvent>,
  input: MachineInput,
  journal: readonly Entry[],
): (string | undefined)[] {
  const state = language.begin(JSON.parse(JSON.stringify(input)));
  return journal.map(({ at, event }) => {
    language.apply(state, JSON.parse(JSON.stringify(event)), at);
    return language.outcome?.(state);
  });
}

function read(outcome: string): Told[] {
  const first = Number.parseInt(outcome, 10);
  const events = JSON.parse(outcome.slice(outcome.indexOf('['))) as [string, number, JsonObject?][];
  return events.map(([type, previous, details], index) => ({ id: first + index, type, previous, details }));
}

/** Every execution of the tests since they were looked at last. */
export const runs: Run[] = [];

/** Begins an execution and runs it until it waits. */
export function execute(definition: object, options: Options = {}): Run {
  const run = executeOneTurn(definition, options);
  while (run.again()) run.turn();
  return run;
}

/** The same without the further turns that it asks for. */
export function executeOneTurn(definition: object, { input = {}, type = 'STANDARD', seed = SEED }: Options = {}): Run {
  const run = begin(languageOf(definition, type), inputOf(input, type));
  runs.push(run);
  run.send({ kind: 'started', seed });
  return run;
}

/** An execution whose journal was recorded, as it stands after that. */
export function takeUp(definition: object, { input = {}, type = 'STANDARD' }: Options, journal: readonly Entry[]): Run {
  const run = begin(languageOf(definition, type), inputOf(input, type));
  runs.push(run);
  run.replay(journal);
  return run;
}

/**
 * What must hold of any execution at any time: its journal folds into the very same history again, which has no gap, and who is
 * over waits for nothing.
 */
export function problemsOf(run: Run): string[] {
  const problems: string[] = [];
  const folded = run.folded();
  run.journal.forEach(({ outcome }, index) => {
    if (folded[index] !== outcome) problems.push(`event ${index} folds into ${folded[index]}, and not into ${outcome}`);
  });
  run.told().forEach(({ id, previous, type }, index) => {
    if (id !== index + 1) problems.push(`${type} has the id ${id}, not ${index + 1}`);
    if (previous >= id) problems.push(`${type}, the event ${id}, follows ${previous}`);
  });
  if (run.state.status === 'RUNNING') return problems;
  if (run.tasks.size > 0) problems.push(`it is over, and waits for ${[...run.tasks.keys()]}`);
  if (run.timers.size > 0) problems.push(`it is over, and waits until ${[...run.timers.keys()]}`);
  return problems;
}

export const CALL = 'arn:aws:states:::aws-sdk:sfn:listStateMachines';

export const machine = (States: object, StartAt = Object.keys(States)[0]) => ({ StartAt, States });
export const pass = (Next?: string, more: object = {}) => ({
  Type: 'Pass',
  ...(Next === undefined ? { End: true } : { Next }),
  ...more,
});
export const task = (more: { Next?: string; [field: string]: unknown } = {}) => ({
  ...{ Type: 'Task', Resource: CALL, Parameters: {} },
  ...(more.Next === undefined ? { End: true } : {}),
  ...more,
});
export const parallel = (branches: object[], more: object = {}) => ({
  ...{ Type: 'Parallel', Branches: branches, End: true },
  ...more,
});
export const chain = (length: number, more: object = {}, name = 'S') =>
  machine(
    Object.fromEntries(
      Array.from({ length }, (_, n) => [`${name}${n}`, pass(n < length - 1 ? `${name}${n + 1}` : undefined, more)]),
    ),
  );
