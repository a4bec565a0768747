import { expect, it } from 'vitest';
import { memoryStore, START, type TestClock, testWorld } from '../../../../tests/support/operations.ts';
import { createEngine } from '../../../engine/kernel.ts';
import type { Language } from '../../../engine/language.ts';
import { engineMigrations } from '../../../engine/store.ts';
import { mapRunMigrations, mapRunsStore } from '../mapRuns/store.ts';
import { createRetention, KEPT_FOR } from './retention.ts';
import { type ExecutionRow, executionMigrations, executionsStore } from './store.ts';

type Event = { kind: 'began' } | { kind: 'ended' };
const once: Language<{ over: boolean }, Event> = {
  name: 'once',
  begin: () => ({ over: false }),
  apply: (_state, { kind }) => (kind === 'ended' ? [{ kind: 'close' }] : []),
};

function harness() {
  const clock: TestClock = { time: START };
  const world = testWorld(clock);
  let due: (() => void) | undefined;
  const waking = {
    ...world,
    clock: {
      ...world.clock,
      at(_at: number, run: () => void) {
        due = run;
        return () => {};
      },
    },
  };
  const store = memoryStore([engineMigrations, executionMigrations, mapRunMigrations], world);
  const engine = createEngine(store, world);
  engine.register(once, {
    start: () => ({ kind: 'running' }),
    failed: () => ({ kind: 'ended' }),
    cancel() {},
  });
  const executions = executionsStore(store.sql);
  const runs = mapRunsStore(store.sql);
  const retention = createRetention({ store, world: waking, engine, executions, runs });
  const rowOf = (arn: string, more: Partial<ExecutionRow>): Omit<ExecutionRow, 'id'> => ({
    ...{ arn, name: arn, machine: 1, revision: 1, machine_arn: 'm', version_arn: null, alias_arn: null },
    ...{ status: 'SUCCEEDED', started_at: START, ended_at: null, input: '{}', output: null, error: null, cause: null },
    ...{ trace_header: null, redrive_count: 0, redriven_at: null, redrive_token: null, map_run: null, item: null },
    ...{ items: null, ...more },
  });
  return {
    ...{ clock, store, engine, executions, runs },
    /** @param days after START; undefined: it is still running */
    execution(arn: string, days: number | undefined, more: Partial<ExecutionRow> = {}) {
      return store.transact(() => {
        const ended_at = days === undefined ? null : START + days * 86_400_000;
        executions.insertExecution(rowOf(arn, { ended_at, ...more }));
        engine.start<Event>('once', arn, {}, { kind: 'began' });
        if (days !== undefined) engine.append<Event>(arn, { kind: 'ended' });
      });
    },
    async sweep() {
      retention.start();
      due?.();
      await new Promise((resolve) => setTimeout(resolve, 20));
      await retention.stop();
    },
    journal: () => store.sql.one<Record<string, never>, { count: number }>('SELECT count(*) AS count FROM journal')({}),
  };
}

it('removes what ended 90 days ago, with its journal, and nothing else', async () => {
  const { clock, execution, executions, engine, sweep, journal } = harness();
  for (let n = 0; n < 50; n += 1) await execution(`old-${n}`, 1);
  await execution('open', undefined);
  await execution('young', 30);
  clock.time = START + 86_400_000 + KEPT_FOR + 1;
  await sweep();
  expect(executions.execution({ arn: 'old-0' })).toBeUndefined();
  expect(executions.execution({ arn: 'old-49' })).toBeUndefined();
  expect(engine.state('old-7')).toBeUndefined();
  expect(executions.execution({ arn: 'open' })).toBeDefined();
  expect(engine.history('young')).toHaveLength(2);
  expect(journal()).toEqual({ count: 3 });
});

it('clears a long journal away in parts, while its name is already another one’s', async () => {
  const { store, engine, execution, journal } = harness();
  await execution('again', undefined);
  await store.transact(() => {
    for (let n = 0; n < 1200; n += 1) engine.append<Event>('again', { kind: 'began' });
    engine.append<Event>('again', { kind: 'ended' });
  });
  await store.transact(() => engine.remove('again'));
  expect(engine.state('again')).toBeUndefined();
  await store.transact(() => engine.start<Event>('once', 'again', {}, { kind: 'began' }));
  expect(await store.transact(() => engine.clear(500))).toBe(true);
  expect(journal()).toEqual({ count: 703 });
  while (await store.transact(() => engine.clear(500)));
  expect(journal()).toEqual({ count: 1 });
  expect(engine.history('again')).toHaveLength(1);
});

it('leaves what a map run that goes on may redrive, and takes a map run with its execution', async () => {
  const { clock, store, execution, executions, runs, sweep } = harness();
  const run = (arn: string, of: string) =>
    runs.insertRun({
      ...{ arn, execution: of, task: 't', thread: 1, type: 'STANDARD', max_concurrency: 1, tolerated_count: null },
      ...{ tolerated_percentage: null, started_at: START, total_items: 0, total_executions: 0 },
    });
  await execution('parent', undefined);
  await execution('done', 1);
  await store.transact(() => {
    run('going', 'parent');
    const id = run('over', 'done');
    runs.insertPin({ map_run: id, bucket: 'b', key: 'k', etag: 'e', version: null });
    runs.setPhase({ id, phase: 'OVER' });
  });
  await execution('child', 1, { map_run: 'going', item: 0 });
  await execution('child-of-done', 1, { map_run: 'over', item: 0 });
  clock.time = START + 86_400_000 + KEPT_FOR + 1;
  await sweep();
  expect(executions.execution({ arn: 'child' })).toBeDefined();
  expect(executions.execution({ arn: 'child-of-done' })).toBeUndefined();
  expect(runs.run({ arn: 'over' })).toBeUndefined();
  expect(runs.run({ arn: 'going' })).toBeDefined();
});
