/**
 * What a language is to the kernel. A run is a journal of events; a language folds them into a state and says, for each
 * event, what must happen next. Pipelines are one language, state machines another.
 *
 * L1. `apply` is deterministic: it reads no clock, no randomness and no store; all it needs is in the state and the event.
 *     So folding a journal again, after a crash, gives the very same state.
 * L2. `apply` owns the state it is given and may change it in place: the kernel folds each journal once and keeps no copy,
 *     which makes an event cost what it changes and not what the run is long.
 */

/** The name of a task or timer within its run. A task's name is used once: a second attempt has another name. */
export type TaskName = string;

export type Effect =
  /** Start a task. Its body is recorded until the task ends. */
  | { kind: 'task'; task: TaskName; body: unknown }
  /** The task is no longer wanted: a queued one is dropped, a running one asked to stop (its end is still awaited). */
  | { kind: 'cancel'; task: TaskName }
  /** The task is given up: a queued one is dropped without an event, a running one asked to stop; its end is of no interest any more. */
  | { kind: 'abandon'; task: TaskName }
  /** There is more to do than one turn should: append `{ kind: 'again' }` once others had theirs. At most one in a turn. */
  | { kind: 'again' }
  /** Append `{ kind: 'timer', timer }` at or after `at` (milliseconds since the epoch). Setting it again moves it. */
  | { kind: 'timer'; timer: string; at: number }
  | { kind: 'clearTimer'; timer: string }
  /** The run is over: no task or timer of it is left. */
  | { kind: 'close' }
  /** A run that was over goes on. */
  | { kind: 'reopen' };

/** Appended by the kernel itself; every language handles them. */
export type KernelEvent =
  | { kind: 'timer'; timer: string }
  /** The turn that was asked for. */
  | { kind: 'again' }
  /** A queued task was dropped before it started, because it was cancelled. */
  | { kind: 'dropped'; task: TaskName };

export type Language<State, Event extends { kind: string }> = {
  /** Stored with every run: `pipeline`, `machine`. */
  name: string;
  /** The state before any event. */
  begin(input: unknown): State;
  /** Folds one event in; `at` is when it was recorded. */
  apply(state: State, event: Event | KernelEvent, at: number): Effect[];
  /**
   * What the event just folded has led to, for readers: kept beside the event. Folding the journal again must lead to the same
   * text. Called once after each `apply`.
   */
  outcome?(state: State): string | undefined;
};

/** How the start of a task went. */
export type TaskStart<Event> =
  /** Done within the transaction: it never ran outside. */
  | { kind: 'finished'; event: Event }
  /** Begun; `complete` will be called with its end, if need be by a later server. `event` is recorded now. */
  | { kind: 'running'; event?: Event }
  /**
   * Work outside the store, begun once the journal is durable. It may run again after a crash (at least once), and its
   * first recorded result wins. It must not reject: what goes wrong is an event too.
   */
  | {
      kind: 'outside';
      work: () => Promise<Event>;
      /** Whether the task runs on after the work's event, as a `running` one. @default it is over */
      goesOn?(event: Event): boolean;
    };

/** Carries out a language's tasks. Every function but an `outside` work runs inside a transaction. */
export type Executor<State, Event> = {
  /**
   * The work of a task that is known to be outside of the store before any of it: begun once the journal is durable, as that of
   * `start`, which is then not asked. Undefined where `start` has to be. May throw nothing.
   */
  outside?(run: RunView<State>, task: TaskName, body: unknown): (() => Promise<Event>) | undefined;
  /** Starts a task, exactly once as far as the store is concerned. What it throws is handed to `failed`. */
  start(run: RunView<State>, task: TaskName, body: unknown): TaskStart<Event>;
  /** The event for a start that was refused; the transaction of the start has been rolled back. */
  failed(run: RunView<State>, task: TaskName, body: unknown, error: unknown): Event;
  /** Asks a running task to stop. */
  cancel(run: RunView<State>, task: TaskName, body: unknown): void;
  /**
   * Called in the transaction of every event, after it was folded in: for what must commit with it (caches, events to others).
   * `outcome` is what the language said of it.
   */
  observed?(run: RunView<State>, event: Event | KernelEvent, at: number, outcome: string | undefined): void;
};

export type RunView<State> = { key: string; state: State };
