import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, it } from 'vitest';
import { openMemoryStore } from '../store/store.ts';
import { createEngine, type Engine } from './kernel.ts';
import type { Language } from './language.ts';
import { engineMigrations } from './store.ts';
import { settled, stillWorld } from './testing.ts';

/** A language for tests: it takes so many turns, and has a timer that can be moved and cleared. */
type Event = { kind: 'begin' } | { kind: 'nudge' } | { kind: 'set'; at: number } | { kind: 'clear' } | { kind: 'end' };
type State = { left: number; log: string[] };

const turns: Language<State, Event> = {
  name: 'turns',
  begin: (input) => ({ left: input as number, log: [] }),
  apply(state, event) {
    state.log.push(event.kind);
    if (event.kind === 'set') return [{ kind: 'timer', timer: 't', at: event.at }];
    if (event.kind === 'clear') return [{ kind: 'clearTimer', timer: 't' }];
    if (event.kind === 'end') return [{ kind: 'close' }];
    if (event.kind === 'again') state.left -= 1;
    return state.left > 0 && event.kind !== 'timer' ? [{ kind: 'again' }] : [];
  },
};

const engines: Engine[] = [];
afterEach(() => {
  for (const engine of engines.splice(0)) engine.stop();
});

/** An engine in a world that stands still. */
function harness() {
  const { world, fill, pass } = stillWorld();
  const database = new DatabaseSync(':memory:');
  const store = openMemoryStore(database, [engineMigrations], world);
  const engine = createEngine(store, world);
  engine.register(turns, {
    start: () => ({ kind: 'running' }),
    failed: () => ({ kind: 'nudge' }),
    cancel: () => {},
  });
  engines.push(engine);
  return {
    ...{ database, store, engine, fill, pass, settle: settled },
    log: () => engine.state<State>('a')!.log,
    begin: (left: number) => store.transact(() => engine.start('turns', 'a', left, { kind: 'begin' })),
    append: (event: Event) => store.transact(() => engine.append('a', event)),
  };
}

const count = (log: string[], kind: string) => log.filter((one) => one === kind).length;

it('a run that took turn after turn let nobody in between', async () => {
  const { begin, log } = harness();
  let others = 0;
  let over = false;
  const other = () => {
    others += 1;
    if (!over) setImmediate(other);
  };
  setImmediate(other);
  await begin(2000);
  while (count(log(), 'again') < 2000) await new Promise<void>((resolve) => setImmediate(resolve));
  over = true;
  // A slice has 128 turns at most, and then the loop turns.
  expect(others).toBeGreaterThan(2000 / 128);
});

it('an event between two turns that asked for a turn, too, was refused by the store', async () => {
  const { store, engine, log, settle } = harness();
  await store.transact(() => {
    engine.start('turns', 'a', 3, { kind: 'begin' });
    engine.append('a', { kind: 'nudge' });
  });
  while (count(log(), 'again') < 3) await settle();
  expect(log()).toEqual(['begin', 'nudge', 'again', 'again', 'again']);
});

it('a run that ended between two turns left a turn behind', async () => {
  const { store, engine, database, log, settle } = harness();
  await store.transact(() => {
    engine.start('turns', 'a', 3, { kind: 'begin' });
    engine.append('a', { kind: 'end' });
    expect(database.prepare('SELECT count(*) AS count FROM tasks').get()).toEqual({ count: 0 });
  });
  await settle();
  expect(log()).toEqual(['begin', 'end']);
});

it('a timer that could not be recorded fired though it had been cleared meanwhile', async () => {
  const { begin, append, fill, pass, log } = harness();
  await begin(0);
  await append({ kind: 'set', at: 1_000_100 });
  fill(true);
  await pass(100);
  fill(false);
  await append({ kind: 'clear' });
  for (let seconds = 0; seconds < 5; seconds += 1) await pass(1000);
  expect(log()).toEqual(['begin', 'set', 'clear']);
});

it('a timer that could not be recorded fired before the time to which it had been moved', async () => {
  const { begin, append, fill, pass, log } = harness();
  await begin(0);
  await append({ kind: 'set', at: 1_000_100 });
  fill(true);
  await pass(100);
  fill(false);
  await append({ kind: 'set', at: 1_010_000 });
  await pass(5000);
  expect(log()).toEqual(['begin', 'set', 'set']);
  await pass(5000);
  expect(log()).toEqual(['begin', 'set', 'set', 'timer']);
});

it('a timer that could not be recorded fires once, when it can be', async () => {
  const { begin, append, fill, pass, log } = harness();
  await begin(0);
  await append({ kind: 'set', at: 1_000_100 });
  fill(true);
  for (let seconds = 0; seconds < 4; seconds += 1) await pass(1000);
  fill(false);
  for (let seconds = 0; seconds < 4; seconds += 1) await pass(1000);
  expect(log()).toEqual(['begin', 'set', 'timer']);
});
