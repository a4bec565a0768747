/** Whole pipelines whose steps are real processes in their sandboxes, warm; beside the same scripts started cold by hand. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type ChainOptions, publishChain } from './lib/chain.ts';
import { coldScripts } from './lib/coldTitanic.ts';
import { atMost, type Bench, type Progress } from './lib/figures.ts';
import { type BenchServer, withServer } from './lib/server.ts';
import { uncached } from './lib/titanic.ts';

const RUNS = 7;
const STEPS = 4;
/** Between two executions: what waits for the next job gets ready meanwhile, as it does between a person's runs. In milliseconds. */
const REST = 700;

const PYTHON: ChainOptions = {
  ...{ image: 'sagemaker-xgboost:1.7-1', program: 'python3', script: 'nothing.py', steps: STEPS },
  source: 'import numpy, pandas, sklearn, xgboost\nopen("/opt/ml/processing/output/result/done", "w").close()\n',
};
/** Two steps: as many processes as wait. */
const NODE: ChainOptions = {
  ...{ image: 'telar/node:24', program: 'node', script: 'nothing.ts', steps: 2 },
  source: `import { writeFileSync } from 'node:fs';\nconst path: string = '/opt/ml/processing/output/result/done';\nwriteFileSync(path, '');\n`,
};

export const bench: Bench = {
  name: 'pipeline',
  describe:
    'The Titanic pipeline (examples/01-titanic), warm and without its step cache, from StartPipelineExecution to its end; beside its three scripts started one after the other by hand. Chains of steps that only import and write one file: from the start of a step to the recorded end of it.',
  notMeasured: [
    'the peer’s storage: its files are copied outside its time, and it reads no object',
    'the making of what the next job will find waiting: it goes on between the executions',
    'several jobs at a time',
  ],
  run: (progress) => withServer((server) => measure(server, progress)),
};

async function measure(server: BenchServer, progress: Progress) {
  progress('publishing, and a first run of each (builds the images, if they are not there)');
  const titanic = await uncached(server);
  const cold = await coldScripts();
  const python = await publishChain(server, 'python', PYTHON);
  const node = await publishChain(server, 'node', NODE);
  for (const warmUp of [titanic, python, node, async () => cold()]) await warmUp();
  const samples = { titanic: [] as number[], cold: [] as number[], python: [] as number[], node: [] as number[] };
  const startCold: number[] = [];
  for (let run = 1; run <= RUNS; run += 1) {
    progress(`run ${run} of ${RUNS}`);
    await setTimeout(REST);
    samples.titanic.push(await titanic());
    samples.cold.push(cold());
    await setTimeout(REST);
    samples.python.push(...(await python()));
    samples.node.push(...(await node()));
    startCold.push(startNode());
  }
  return [
    atMost('Titanic pipeline, warm, no step cache', 'ms', samples.titanic, {
      target: 600,
      peer: { name: 'its scripts started one after the other', samples: samples.cold },
    }),
    atMost('a Python step that imports and writes a file', 'ms/step', samples.python, { target: 10 }),
    atMost('a TypeScript step that writes a file', 'ms/step', samples.node, {
      target: 10,
      peer: { name: 'node nothing.ts', samples: startCold },
    }),
  ];
}

/** The same script, started by hand. */
function startNode(): number {
  const folder = mkdtempSync(join(tmpdir(), 'telar-bench-'));
  try {
    const script = join(folder, NODE.script);
    writeFileSync(script, NODE.source.replace('/opt/ml/processing/output/result', folder));
    const started = performance.now();
    execFileSync(process.execPath, [script], { stdio: 'ignore' });
    return performance.now() - started;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
