import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../base/log.ts';
import { systemWorld, type World } from '../base/world.ts';
import { openMemoryStore } from '../store/store.ts';
import { createEngine } from './kernel.ts';
import type { Executor, Language } from './language.ts';
import { engineMigrations } from './store.ts';

/** A language for tests: it does, one after the other, what its input lists. */
type Step = 'inside' | 'outside' | 'running' | 'refused' | 'timer';
type Event = { kind: 'begin' } | { kind: 'done'; how: string } | { kind: 'nudge' };
type State = { steps: Step[]; at: number; log: string[] };

const sequence: Language<State, Event> = {
  name: 'sequence',
  begin: (input) => ({ steps: input as Step[], at: -1, log: [] }),
  apply(state, event) {
    state.log.push(event.kind === 'done' ? `done ${event.how}` : event.kind);
    if (event.kind === 'nudge') return [];
    state.at += 1;
    const step = state.steps[state.at];
    if (step === undefined) return [{ kind: 'close' }];
    if (step === 'timer') return [{ kind: 'timer', timer: 't', at: 0 }];
    return [{ kind: 'task', task: `${state.at}`, body: step }];
  },
};

/** For tests in which nothing is to be started. */
const silent: Executor<State, Event> = {
  start() {
    throw new Error('This task is outside of the store.');
  },
  failed: (_run, _task, _body, error) => ({ kind: 'done', how: (error as Error).message }),
  cancel() {},
};

const world: World = { ...systemWorld, log: silentLog };
const open: { stop(): void }[] = [];
afterEach(() => {
  for (const engine of open.splice(0)) engine.stop();
});

function harness(database = new DatabaseSync(':memory:'), kept?: Parameters<typeof createEngine>[2]) {
  const store = openMemoryStore(database, [engineMigrations], world);
  const starts: string[] = [];
  const engine = createEngine(store, world, kept);
  const executor: Executor<State, Event> = {
    start(_run, task, body) {
      starts.push(task);
      if (body === 'refused') throw new Error('refused');
      if (body === 'inside') return { kind: 'finished', event: { kind: 'done', how: 'inside' } };
      if (body === 'outside') return { kind: 'outside', work: async () => ({ kind: 'done', how: 'outside' }) };
      return { kind: 'running' };
    },
    failed: (_run, _task, _body, error) => ({ kind: 'done', how: (error as Error).message }),
    cancel: () => {},
  };
  engine.register(sequence, executor);
  open.push(engine);
  const until = async (test: () => boolean) => {
    for (let turn = 0; turn < 2000 && !test(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(test()).toBe(true);
  };
  return { database, store, engine, starts, until };
}

describe('the kernel', () => {
  it('carries tasks inside the store, outside work, refusals and timers to the end', async () => {
    const { store, engine, until } = harness();
    await store.transact(() =>
      engine.start('sequence', 'a', ['inside', 'outside', 'refused', 'timer'], { kind: 'begin' }),
    );
    await until(() => engine.state<State>('a')!.at === 4);
    expect(engine.state<State>('a')!.log).toEqual(['begin', 'done inside', 'done outside', 'done refused', 'timer']);
  });

  it('records the first end of a task and ignores every later one', async () => {
    const { store, engine, until, starts } = harness();
    await store.transact(() => engine.start('sequence', 'a', ['running', 'running'], { kind: 'begin' }));
    await until(() => starts.length === 1);
    expect(await store.transact(() => engine.complete('a', '0', { kind: 'done', how: 'first' }))).toBe(true);
    expect(await store.transact(() => engine.complete('a', '0', { kind: 'done', how: 'second' }))).toBe(false);
    expect(engine.state<State>('a')!.log).toEqual(['begin', 'done first']);
  });

  it('forgets in memory what a failed transaction had changed', async () => {
    const { store, engine } = harness();
    await store.transact(() => engine.start('sequence', 'a', ['running'], { kind: 'begin' }));
    const failing = store.transact(() => {
      engine.append('a', { kind: 'nudge' });
      throw new Error('after the append');
    });
    await expect(failing).rejects.toThrow('after the append');
    expect(engine.state<State>('a')!.log).toEqual(['begin']);
    const other = store.transact(() => {
      engine.start('sequence', 'b', [], { kind: 'begin' });
      throw new Error('after the start');
    });
    await expect(other).rejects.toThrow('after the start');
    expect(engine.state('b')).toBeUndefined();
  });

  it('takes up queued tasks, outside work and timers that a former engine left', async () => {
    const first = harness();
    first.engine.stop();
    await first.store.transact(() => {
      first.engine.start('sequence', 'queued', ['inside'], { kind: 'begin' });
      first.engine.start('sequence', 'timed', ['timer'], { kind: 'begin' });
    });
    const second = harness(first.database);
    second.engine.recover();
    await second.until(() => second.engine.state<State>('queued')!.at === 1);
    await second.until(() => second.engine.state<State>('timed')!.at === 1);
  });

  it('goes on with runs whose states were forgotten for want of room (K4)', async () => {
    const { engine, store, until } = harness(undefined, { open: 2, closed: 1 });
    const keys = Array.from({ length: 9 }, (_, index) => `run-${index}`);
    for (const key of keys) {
      await store.transact(() => engine.start('sequence', key, ['running', 'outside', 'inside'], { kind: 'begin' }));
    }
    for (const key of keys) {
      await store.transact(() => engine.complete(key, '0', { kind: 'done', how: 'late' }));
    }
    const whole = ['begin', 'done late', 'done outside', 'done inside'];
    await until(() => keys.every((key) => engine.state<State>(key)!.log.length === whole.length));
    for (const key of keys) expect(engine.state<State>(key)!.log).toEqual(whole);
  });

  it('begins work that is known to be outside of the store once the journal is durable, and does not ask for it twice', async () => {
    const { engine, store, starts, until } = harness();
    const begun: string[] = [];
    engine.register(
      { ...sequence, name: 'outsider' },
      {
        ...silent,
        outside: (_run, task) => async (): Promise<Event> => {
          begun.push(task);
          return { kind: 'done', how: 'outside' };
        },
      },
    );
    const started = store.transact(() => {
      engine.start('outsider', 'o', ['running', 'running'], { kind: 'begin' });
      expect(begun).toEqual([]);
    });
    await started;
    await until(() => engine.state<State>('o')!.log.length === 3);
    expect(begun).toEqual(['0', '1']);
    expect(starts).toEqual([]);
  });

  it('answers the history as it was recorded', async () => {
    const { store, engine, until } = harness();
    await store.transact(() => engine.start('sequence', 'a', ['inside'], { kind: 'begin' }));
    await until(() => engine.state<State>('a')!.at === 1);
    expect(engine.history<Event>('a').map(({ event }) => event.kind)).toEqual(['begin', 'done']);
    expect(engine.history('nobody')).toEqual([]);
  });
});
