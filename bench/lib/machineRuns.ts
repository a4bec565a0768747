/** State machines on the kernel, without services and wire: a store on the disk, an engine, an executor that answers at once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../../src/base/log.ts';
import { systemWorld, type World } from '../../src/base/world.ts';
import { compileMachine } from '../../src/definition/asl/parse/index.ts';
import { createEngine, type Engine } from '../../src/engine/kernel.ts';
import type { Executor } from '../../src/engine/language.ts';
import type { MachineEvent } from '../../src/engine/machines/events.ts';
import { createExpress, type Express } from '../../src/engine/machines/express.ts';
import { MACHINE, machineLanguage } from '../../src/engine/machines/language.ts';
import type { MachineInput, MachineState } from '../../src/engine/machines/state.ts';
import { engineMigrations } from '../../src/engine/store.ts';
import { dataFolder } from '../../src/store/folder.ts';
import { openStore, type Store } from '../../src/store/store.ts';

/** How long each group took that had something to make durable, from its commit to the end of its sync, in milliseconds. */
let commitTimes: number[] = [];
let committing = 0;
const world: World = {
  ...systemWorld,
  log: silentLog,
  crashPoint: (point) => {
    if (point === 'commit:before') committing = performance.now();
    if (point === 'sync:after') commitTimes.push(performance.now() - committing);
  },
};

export type MachineBench = {
  store: Store;
  engine: Engine;
  express: Express;
  /** Starts executions of the definition and resolves when all have ended. */
  run(count: number, input?: object): Promise<Ran>;
  /** Starts executions of a machine that waits for an hour, many in a transaction, and resolves when all are durable. */
  open(count: number): Promise<void>;
  close(): Promise<void>;
};

export type Ran = {
  milliseconds: number;
  commits: number;
  commitTimes: readonly number[];
  states: readonly MachineState[];
};

function definitionOf(text: string) {
  const compiled = compileMachine(text, 'STANDARD');
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
  return compiled.machine;
}

const WAIT = JSON.stringify({ StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 3600, End: true } } });

type Which = 'bench' | 'wait';

const inputOf = (
  key: string,
  input: object,
  type: 'STANDARD' | 'EXPRESS',
  definition: Which = 'bench',
): MachineInput => ({
  ...{ executionArn: key, executionName: key, stateMachineArn: 'bench', stateMachineName: 'bench' },
  ...{ roleArn: 'arn:aws:iam::000000000000:role/bench', region: 'us-east-1', account: '000000000000' },
  ...{ type, definition, input: JSON.stringify(input) },
});

export function openMachines(definition: string): MachineBench {
  const machines = { bench: definitionOf(definition), wait: definitionOf(WAIT) };
  const root = mkdtempSync(join(tmpdir(), 'telar-bench-'));
  const store = openStore(dataFolder(root), [engineMigrations], world);
  const engine = createEngine(store, world);
  let left = 0;
  let states: MachineState[] = [];
  let ended = Promise.withResolvers<void>();
  const executor: Executor<MachineState, MachineEvent> = {
    outside: (_run, task) => async () => ({ kind: 'task-succeeded', task, output: {} }),
    start() {
      throw new Error('Every task of this benchmark is outside of the store.');
    },
    failed(_run, _task, _body, error) {
      throw error;
    },
    cancel() {},
    observed({ state }) {
      if (state.status === 'RUNNING') return;
      states.push(state);
      left -= 1;
      if (left === 0) store.whenDurable(ended.resolve);
    },
  };
  const language = machineLanguage((name) => machines[name as Which]);
  engine.register(language, executor);
  const express = createExpress({
    ...{ language, executor, world, transact: store.transact },
    keeps: () => false,
    ended() {},
  });
  let count = 0;
  const begin = (input: object, which: Which = 'bench') => {
    count += 1;
    const key = `arn:aws:states:us-east-1:000000000000:execution:bench:execution-${count}`;
    engine.start<MachineEvent>(MACHINE, key, inputOf(key, input, 'STANDARD', which), {
      kind: 'started',
      seed: '00112233445566778899aabbccddeeff',
    });
  };
  return {
    store,
    engine,
    express,
    async run(executions, input = {}) {
      left = executions;
      states = [];
      ended = Promise.withResolvers<void>();
      commitTimes = [];
      const started = performance.now();
      await Promise.all(Array.from({ length: executions }, () => store.transact(() => begin(input))));
      await ended.promise;
      const milliseconds = performance.now() - started;
      return { milliseconds, commits: commitTimes.length, commitTimes, states };
    },
    async open(executions) {
      const together = 100;
      for (let done = 0; done < executions; done += together) {
        await store.transact(() => {
          for (let index = 0; index < together; index += 1) begin({}, 'wait');
        });
      }
    },
    async close() {
      engine.stop();
      await store.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** One Express execution, to its end. */
export async function runExpress({ express }: MachineBench, input: object = {}): Promise<MachineState> {
  const { state } = await express.run(inputOf('express', input, 'EXPRESS'), '00112233445566778899aabbccddeeff');
  return state;
}

export const chainOf = (length: number, state: (next: object) => object): string =>
  JSON.stringify({
    StartAt: 'S0',
    States: Object.fromEntries(
      Array.from({ length }, (_, index) => [
        `S${index}`,
        state(index + 1 < length ? { Next: `S${index + 1}` } : { End: true }),
      ]),
    ),
  });

export const mapOf = (): string =>
  JSON.stringify({
    StartAt: 'Map',
    States: {
      Map: {
        Type: 'Map',
        ItemsPath: '$.items',
        MaxConcurrency: 0,
        ItemProcessor: { StartAt: 'Item', States: { Item: { Type: 'Pass', End: true } } },
        End: true,
      },
    },
  });
