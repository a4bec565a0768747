/** The engine's own cost: large pipelines on a runner that does nothing, every event durable. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { silentLog } from '../src/base/log.ts';
import { systemWorld, type World } from '../src/base/world.ts';
import { createEngine } from '../src/engine/kernel.ts';
import type { Executor } from '../src/engine/language.ts';
import type { PipelineEvent, PipelineTask } from '../src/engine/pipelines/events.ts';
import { pipelineLanguage } from '../src/engine/pipelines/language.ts';
import type { ExecutionInput, PipelineState } from '../src/engine/pipelines/state.ts';
import { engineMigrations } from '../src/engine/store.ts';
import { dataFolder } from '../src/store/folder.ts';
import { openStore, type Store } from '../src/store/store.ts';
import { atMost, type Bench } from './lib/figures.ts';
import { createLargePipeline, largePipeline } from './lib/largePipeline.ts';
import { cachedRerun } from './lib/titanic.ts';

const world: World = { ...systemWorld, log: silentLog };
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const RUNS = 5;
const STEPS = 2000;

export const bench: Bench = {
  name: 'engine',
  describe:
    'A pipeline of 2,000 steps created through the wire; the same executed on a runner that does nothing, in layers of 40 and as one chain, each event made durable before anything acts on it; how time and memory grow with steps; a fully cached rerun of the Titanic pipeline through the wire.',
  notMeasured: [
    'jobs: the runner answers at once',
    'a slow disk: the machine’s own is used, and one chain pays one sync and more for each step',
  ],
  async run(progress) {
    const [created, layered, chain, cached]: [number[], number[], number[], number[]] = [[], [], [], []];
    const [time, memory]: [number[], number[]] = [[], []];
    for (let run = 1; run <= RUNS; run += 1) {
      progress(`run ${run} of ${RUNS}: creating`);
      created.push(await createLargePipeline(STEPS));
      progress(`run ${run} of ${RUNS}: executing`);
      const [small, large] = [await execute(largePipeline(STEPS / 4, 40)), await execute(largePipeline(STEPS, 40))];
      layered.push(large.milliseconds / STEPS);
      time.push(large.milliseconds / small.milliseconds / 4);
      memory.push(large.bytes / small.bytes / 4);
      progress(`run ${run} of ${RUNS}: executing a chain`);
      chain.push((await execute(largePipeline(STEPS, 1))).milliseconds / STEPS);
    }
    progress('the cached rerun of the Titanic pipeline');
    cached.push(...(await cachedRerun(RUNS, progress)));
    return [
      atMost('create a pipeline of 2,000 steps', 'ms', created, { target: 1000 }),
      atMost('engine, 2,000 steps in layers of 40', 'ms/step', layered, { target: 1 }),
      atMost('engine, 2,000 steps in one chain', 'ms/step', chain, { target: 1 }),
      atMost('time of 2,000 steps beside 500, per step', 'times', time, { target: 1.3 }),
      atMost('memory of 2,000 steps beside 500, per step', 'times', memory, { target: 1.3 }),
      ...(cached.length > 0 ? [atMost('Titanic, fully cached rerun', 'ms', cached, { target: 50 })] : []),
    ];
  },
};

/** Runs a pipeline on a runner whose jobs end at once. */
async function execute(definition: string): Promise<{ milliseconds: number; bytes: number }> {
  const root = mkdtempSync(join(tmpdir(), 'telar-bench-'));
  const store = openStore(dataFolder(root), [engineMigrations], world);
  try {
    const before = heapUsed();
    const started = performance.now();
    const state = await runToEnd(store, definition);
    const milliseconds = performance.now() - started;
    const bytes = heapUsed() - before;
    if (state.status !== 'Succeeded') throw new Error(`The execution ended ${state.status}.`);
    return { milliseconds, bytes };
  } finally {
    await store.close();
    rmSync(root, { recursive: true, force: true });
  }
}

/** Bytes of the heap that are in use, after a full collection. */
function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

async function runToEnd(store: Store, definition: string): Promise<PipelineState> {
  const engine = createEngine(store, world);
  const key = 'arn:aws:sagemaker:us-east-1:000000000000:pipeline/bench/execution/aaaaaaaaaaaa';
  const ended = Promise.withResolvers<void>();
  const executor: Executor<PipelineState, PipelineEvent> = {
    start(_run, task, body) {
      const { step, start } = body as Extract<PipelineTask, { kind: 'step' }>;
      store.whenDurable(() => {
        void store.transact(() =>
          engine.complete<PipelineEvent>(key, task, { kind: 'step-succeeded', step, start, result: { describe: {} } }),
        );
      });
      return {
        kind: 'running',
        event: { kind: 'step-started', step, start, metadata: { ProcessingJob: { Arn: task } } },
      };
    },
    failed(_run, _task, _body, error) {
      throw error;
    },
    cancel() {},
    observed(run) {
      if (run.state.status === 'Succeeded' || run.state.status === 'Failed') store.whenDurable(ended.resolve);
    },
  };
  engine.register(pipelineLanguage, executor);
  const input: ExecutionInput = {
    ...{ executionArn: key, executionId: 'aaaaaaaaaaaa', pipelineArn: 'bench', pipelineName: 'bench' },
    ...{ roleArn: 'arn:aws:iam::000000000000:role/bench', region: 'us-east-1', definition, parameters: {} },
    ...{ reused: {}, leftOut: [], reusedFrom: undefined, maxParallel: undefined },
  };
  await store.transact(() => engine.start<PipelineEvent>('pipeline', key, input, { kind: 'started' }));
  await ended.promise;
  engine.stop();
  return engine.state<PipelineState>(key)!;
}
