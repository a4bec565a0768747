/**
 * The durable kernel. It owns the journals and the tasks and timers under way; it knows no language, no service, no HTTP.
 *
 * K1. An event, the state it leads to and the effects it asks for commit together or not at all.
 * K2. A task row exists from the event that asks for the task until the event that ends it. Whoever removes the row records
 *     the end; every later result of that task finds no row and is ignored. So a recorded success never runs again.
 * K3. After a crash, every queued task is started, every outside task is begun again, every passed timer fires at once, and
 *     running tasks are completed by those who run them (they know the task by its key).
 * K4. States in memory are a cache of journals: whatever rolls back a transaction forgets the states it had changed, and of very
 *     many open runs those that rest longest are forgotten.
 * K5. A timer fires once, when it is due as it was set last: one that was moved or cleared after it was found due does not.
 * K6. One suspension point: `scheduler.ts` yields between slices; everything here is synchronous.
 */
import { assert } from '../base/assert.ts';
import type { World } from '../base/world.ts';
import type { Store } from '../store/store.ts';
import type { Effect, Executor, KernelEvent, Language, TaskName } from './language.ts';
import { createPlaces } from './places.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import { engineStore, type JournalRow, type RunRow } from './store.ts';

/** A language and the executor of its tasks, their types forgotten. */
type Registered = { language: Language<unknown, { kind: string }>; executor: Executor<unknown, { kind: string }> };

/** `end`: the position of the event that was recorded last; undefined before the first. */
type Run = { id: number; key: string; open: boolean; end: number | undefined; state: unknown; registered: Registered };

export type Outcome = { at: number; outcome: string };

/** By the event's index; undefined for one that led to nothing, which an iteration leaves out. */
export type Outcomes = Iterable<Outcome> & { length: number; at(index: number): Outcome | undefined };

export type Engine = {
  /** Makes a language known. Before `recover`. */
  register<State, Event extends { kind: string }>(
    language: Language<State, Event>,
    executor: Executor<State, Event>,
  ): void;
  /** Inside a transaction: begins a run under a key of its own and appends its first event. */
  start<Event extends { kind: string }>(language: string, key: string, input: unknown, first: Event): void;
  /** Inside a transaction: appends an event to a run, open or closed. */
  append<Event extends { kind: string }>(key: string, event: Event): void;
  /** Inside a transaction: ends a running task with an event. False when the task had ended already: the event is ignored. */
  complete<Event extends { kind: string }>(key: string, task: TaskName, event: Event): boolean;
  /** The state of a run, folded from its journal; undefined when there is no such run. Read it, never change it. */
  state<State>(key: string): State | undefined;
  /** Every event of a run, oldest first. */
  history<Event>(key: string): { at: number; event: Event }[];
  /** What each event of a run has led to, as its language said, oldest first. Each is read when it is asked for. */
  outcomes(key: string): Outcomes;
  /** Inside a transaction: forgets a run that is over. One that is not there is gone already. Its journal is left to `clear`. */
  remove(key: string): void;
  /** Inside a transaction: removes so many events of runs that were removed, and answers whether there may be more. */
  clear(most: number): boolean;
  /** Takes up whatever a former server left unfinished. */
  recover(): void;
  /** Starts no further task. */
  stop(): void;
};

/** The task that is a turn of the run itself: it is never handed to an executor. */
const AGAIN = 'again';

/** Of how many runs the states are kept in memory: of open ones, since most will go on, and of closed ones, for readers. */
type Kept = { open: number; closed: number };
const KEPT: Kept = { open: 10_000, closed: 64 };

export function createEngine(store: Store, world: World, most: Kept = KEPT): Engine {
  const db = engineStore(store.sql);
  const languages = new Map<string, Registered>();
  const runs = new Map<number, Run>();
  const ids = new Map<string, number>();
  /** `runs` once more, the longest unused first. */
  const open = new Set<Run>();
  const closed = new Set<Run>();
  const places = createPlaces(db);
  const scheduler: Scheduler = createScheduler(store, db, world, { startTask, fireTimer, startFailed });

  function forget(run: Run): void {
    runs.delete(run.id);
    ids.delete(run.key);
    open.delete(run);
    closed.delete(run);
    places.forget(run.id);
  }

  function remember(run: Run): Run {
    runs.set(run.id, run);
    ids.set(run.key, run.id);
    return use(run);
  }

  /** The run is the one used last; those used longest ago may be forgotten: their journals tell their states again. */
  function use(run: Run): Run {
    const kept = run.open ? open : closed;
    kept.delete(run);
    kept.add(run);
    if (kept.size > (run.open ? most.open : most.closed)) forget(kept.values().next().value!);
    return run;
  }

  /** A run's events, oldest first. */
  function* journal(run: number): Generator<JournalRow> {
    for (const { position } of db.positions({ run }).toReversed()) {
      const row = db.eventAt({ position });
      assert(row, `event ${position} of run ${run} is in its journal`);
      yield row;
    }
  }

  function outcomesAt(positions: readonly number[]): Outcomes {
    const at = (index: number) => {
      const position = positions[index];
      const row = position === undefined ? undefined : db.outcomeAt({ position });
      return row === undefined || row.outcome === null ? undefined : { at: row.at, outcome: row.outcome };
    };
    return {
      length: positions.length,
      at,
      *[Symbol.iterator]() {
        for (let index = 0; index < positions.length; index += 1) {
          const outcome = at(index);
          if (outcome) yield outcome;
        }
      },
    };
  }

  function load(row: RunRow): Run {
    const known = runs.get(row.id);
    if (known) return use(known);
    const registered = languages.get(row.language);
    assert(registered, `the language '${row.language}' of run ${row.key} is registered`);
    const state = registered.language.begin(JSON.parse(row.input));
    for (const { at, event, outcome } of journal(row.id)) {
      registered.language.apply(state, JSON.parse(event), at);
      const folded = registered.language.outcome?.(state) ?? null;
      if (folded !== outcome)
        world.log('error', 'engine.folded-differently', { run: row.key, recorded: outcome, folded });
    }
    const end = db.end({ run: row.id })?.position;
    return remember({ id: row.id, key: row.key, open: row.open === 1, end, state, registered });
  }

  function runByKey(key: string): Run | undefined {
    const id = ids.get(key);
    const known = id === undefined ? undefined : runs.get(id);
    if (known) return use(known);
    const row = db.runByKey({ key });
    return row && load(row);
  }

  function runById(id: number): Run {
    const known = runs.get(id);
    if (known) return use(known);
    const row = db.runById({ id });
    assert(row, `run ${id} of a task or timer exists`);
    return load(row);
  }

  function record(run: Run, event: { kind: string } | KernelEvent): void {
    const at = world.clock.now();
    store.whenUndone(() => forget(run));
    const { language } = run.registered;
    const effects = language.apply(run.state, event, at);
    const outcome = language.outcome?.(run.state);
    const text = JSON.stringify(event);
    run.end = db.append({ run: run.id, at, event: text, outcome: outcome ?? null, before: run.end ?? null });
    db.setEnd({ run: run.id, position: run.end });
    for (const effect of effects) carryOut(run, effect);
    run.registered.executor.observed?.(run, event, at, outcome);
  }

  function setOpen(run: Run, isOpen: boolean): void {
    open.delete(run);
    closed.delete(run);
    run.open = isOpen;
    db.setOpen({ id: run.id, open: isOpen ? 1 : 0 });
    use(run);
  }

  function carryOut(run: Run, effect: Effect): void {
    switch (effect.kind) {
      case 'task':
        newTask(run, effect.task, effect.body);
        return;
      case 'cancel':
        cancel(run, effect.task);
        return;
      case 'abandon':
        abandon(run, effect.task);
        return;
      case 'again':
        // One turn is enough, whatever else asked for one meanwhile.
        if (db.queueOnce({ run: run.id, task: AGAIN }) > 0) scheduler.taskQueued(run.id, AGAIN);
        return;
      case 'timer':
        db.setTimer({ run: run.id, timer: effect.timer, due: Math.ceil(effect.at) });
        scheduler.timerSet(effect.at);
        return;
      case 'clearTimer':
        db.clearTimer({ run: run.id, timer: effect.timer });
        return;
      case 'close':
        db.endTask({ run: run.id, task: AGAIN });
        setOpen(run, false);
        return;
      case 'reopen':
        setOpen(run, true);
    }
  }

  function newTask(run: Run, task: TaskName, body: unknown): void {
    const outside = run.registered.executor.outside?.(run, task, body);
    db.insertTask({ run: run.id, task, state: outside ? 'outside' : 'queued', body: JSON.stringify(body) });
    if (outside) store.whenDurable(() => beginOutside(run, task, outside));
    else scheduler.taskQueued(run.id, task);
  }

  /** Unless it was given up before it was durable. */
  function beginOutside(run: Run, task: TaskName, work: () => Promise<{ kind: string }>): void {
    if (!scheduler.isStopped()) void runOutside(run.key, task, work);
  }

  function cancel(run: Run, task: TaskName): void {
    const row = db.task({ run: run.id, task });
    if (!row) return;
    if (row.state !== 'queued') {
      run.registered.executor.cancel(run, task, JSON.parse(row.body));
      return;
    }
    db.endTask({ run: run.id, task });
    record(run, { kind: 'dropped', task });
  }

  function abandon(run: Run, task: TaskName): void {
    const row = db.task({ run: run.id, task });
    if (!row) return;
    db.endTask({ run: run.id, task });
    if (row.state !== 'queued') run.registered.executor.cancel(run, task, JSON.parse(row.body));
  }

  /** Inside a transaction: starts one queued task; answers the outside work to begin once that is durable. */
  function startTask(runId: number, task: TaskName): (() => Promise<void>) | undefined {
    const row = db.task({ run: runId, task });
    if (!row || row.state === 'running') return undefined;
    const run = runById(runId);
    if (task === AGAIN) {
      db.endTask({ run: runId, task });
      record(run, { kind: 'again' });
      return undefined;
    }
    world.crashPoint('effect:before');
    const started = run.registered.executor.start(run, task, JSON.parse(row.body));
    if (started.kind === 'outside') {
      db.setTaskState({ run: runId, task, state: 'outside' });
      return () => runOutside(run.key, task, started.work, started.goesOn);
    }
    if (started.kind === 'finished') db.endTask({ run: runId, task });
    else db.setTaskState({ run: runId, task, state: 'running' });
    if (started.event) record(run, started.event);
    world.crashPoint('effect:after');
    return undefined;
  }

  async function runOutside(
    key: string,
    task: TaskName,
    work: () => Promise<{ kind: string }>,
    goesOn?: (event: { kind: string }) => boolean,
  ): Promise<void> {
    const event = await work();
    const record = goesOn?.(event) ? runsOn : complete;
    scheduler.persist(`end of task ${task} of ${key}`, () => void record(key, task, event));
  }

  /** The work outside is done, and the task goes on; unless it has ended meanwhile. */
  function runsOn(key: string, task: TaskName, event: { kind: string }): void {
    const run = runByKey(key);
    if (!run || !db.task({ run: run.id, task })) return;
    db.setTaskState({ run: run.id, task, state: 'running' });
    record(run, event);
  }

  /** In a transaction of its own, after that of the start was rolled back. */
  function startFailed(runId: number, task: TaskName, error: unknown): void {
    const row = db.task({ run: runId, task });
    if (!row) return;
    // No executor answers for a turn of the run itself: it is tried again, and the log says so.
    if (task === AGAIN) throw error;
    const run = runById(runId);
    const event = run.registered.executor.failed(run, task, JSON.parse(row.body), error);
    db.endTask({ run: runId, task });
    record(run, event);
  }

  function fireTimer(runId: number, timer: string): void {
    if (db.takeDue({ run: runId, timer, now: world.clock.now() }) === 0) return;
    record(runById(runId), { kind: 'timer', timer });
  }

  function complete(key: string, task: TaskName, event: { kind: string }): boolean {
    const run = runByKey(key);
    assert(run, `run ${key} of task ${task} exists`);
    if (db.endTask({ run: run.id, task }) === 0) return false;
    record(run, event);
    return true;
  }

  return {
    register: (language, executor) =>
      void languages.set(language.name, { language, executor } as unknown as Registered),
    start(language, key, input, first) {
      const registered = languages.get(language);
      assert(registered, `the language '${language}' is registered`);
      const text = JSON.stringify(input);
      const id = db.insertRun({ language, key, input: text });
      // From the text, not the value: the state is the same as after a reload, down to undefined members.
      const run: Run = {
        ...{ id, key, open: true, end: undefined },
        state: registered.language.begin(JSON.parse(text)),
        registered,
      };
      record(remember(run), first);
    },
    append(key, event) {
      const run = runByKey(key);
      assert(run, `run ${key} exists`);
      record(run, event);
    },
    complete,
    state: <State>(key: string) => runByKey(key)?.state as State | undefined,
    history<Event>(key: string) {
      const run = runByKey(key);
      return run ? Array.from(journal(run.id), ({ at, event }) => ({ at, event: JSON.parse(event) as Event })) : [];
    },
    outcomes(key) {
      const id = ids.get(key) ?? db.runByKey({ key })?.id;
      return outcomesAt(id === undefined ? [] : places.of(id));
    },
    remove(key) {
      const row = db.runByKey({ key });
      if (!row) return;
      assert(row.open === 0, `run ${key} is over when it is removed`);
      const known = runs.get(row.id);
      if (known) forget(known);
      db.retire({ id: row.id });
    },
    clear(most) {
      const run = db.retired({})?.id;
      if (run === undefined) return false;
      let position = db.end({ run })?.position ?? null;
      for (let left = most; left > 0 && position !== null; left -= 1) {
        const before: number | null = db.before({ position })?.before ?? null;
        db.removeEvent({ position });
        position = before;
      }
      if (position !== null) db.setEnd({ run, position });
      else {
        db.removeEnd({ run });
        db.removeRun({ id: run });
      }
      return true;
    },
    recover: () => scheduler.recover(),
    stop: () => scheduler.stop(),
  };
}
