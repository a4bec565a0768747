/** Batch scoring of an XGBoost model, CSV to CSV, beside pandas and the library itself in turn. */
import { execFileSync, fork } from 'node:child_process';
import { copyFileSync, createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { systemWorld } from '../src/base/world.ts';
import { createImages } from '../src/runner/images/images.ts';
import type { Scored } from './lib/batchProcess.ts';
import { atLeast, atMost, type Bench } from './lib/figures.ts';
import { IMAGES } from './lib/server.ts';

const RUNS = 5;
const ROWS = 1_000_000;
const IMAGE = 'sagemaker-xgboost:3.0-5';
const PEER = fileURLToPath(new URL('./peers/transform.py', import.meta.url));
const PROCESS = fileURLToPath(new URL('./lib/batchProcess.ts', import.meta.url));

export const bench: Bench = {
  name: 'transform',
  describe:
    'A CSV file of 1,000,000 rows and 8 columns scored by a model of 200 trees of depth 5 into a file of predictions, by src/scoring in a new process, its threads and the loading of the model included; beside pandas.read_csv, Booster.predict and to_csv in a new process, its imports not included; memory above the idle process, also for ten times the rows.',
  notMeasured: [
    'the rest of a transform job: its inputs from and its outputs to the object store',
    'models deeper than ten levels, which are walked',
  ],
  async run(progress) {
    const folder = mkdtempSync(join(tmpdir(), 'telar-bench-'));
    const at = (name: string) => join(folder, name);
    try {
      const python = await onImage();
      progress('making the model and the rows');
      python('make', folder, String(ROWS));
      const [ours, theirs]: [Scored[], Scored[]] = [[], []];
      for (let run = 0; run <= RUNS; run += 1) {
        progress(run === 0 ? 'warming up' : `run ${run} of ${RUNS}`);
        const our = await score(at('model.ubj'), at('rows.csv'), at('ours.csv'));
        const their = JSON.parse(python('score', at('model.ubj'), at('rows.csv'), at('theirs.csv'))) as Scored;
        if (run > 0) ours.push(our);
        if (run > 0) theirs.push(their);
      }
      progress('ten times the rows');
      copyFileSync(at('rows.csv'), at('many.csv'));
      const text = readFileSync(at('rows.csv'));
      for (let copy = 1; copy < 10; copy += 1) await appendFile(at('many.csv'), text);
      const many = await score(at('model.ubj'), at('many.csv'), at('many.out'));
      const name = 'pandas and XGBoost';
      const seconds = (runs: readonly Scored[]) => runs.map((run) => run.seconds);
      const megabytes = (runs: readonly Scored[]) => runs.map((run) => run.megabytes);
      const times = ours.map((run, index) => theirs[index]!.seconds / run.seconds);
      return [
        atMost('1,000,000 rows', 's', seconds(ours), { peer: { name, samples: seconds(theirs) } }),
        atLeast('1,000,000 rows, beside pandas and XGBoost', 'times', times, { target: 3 }),
        atMost('memory above idle', 'MB', megabytes(ours), { target: 100, peer: { name, samples: megabytes(theirs) } }),
        atMost('memory above idle, 10,000,000 rows', 'MB', [many.megabytes], { target: 100 }),
        atMost('largest difference from XGBoost', '', [await difference(at('ours.csv'), at('theirs.csv'))], {
          target: 1e-6,
        }),
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function onImage(): Promise<(...args: string[]) => string> {
  const images = createImages({ clock: systemWorld.clock, imagesFolder: IMAGES });
  const { path, environment } = await images.ready(IMAGE);
  const PATH = [...path.map(({ outside }) => outside), process.env['PATH']].join(delimiter);
  const env = { ...process.env, ...environment, PATH };
  return (...args) => execFileSync('python3', ['-W', 'ignore', PEER, ...args], { env, encoding: 'utf8' });
}

async function score(model: string, input: string, output: string): Promise<Scored> {
  const child = fork(PROCESS, { execArgv: [] });
  const ended = new Promise<Scored>((resolve, reject) => {
    child.once('message', (scored) => resolve(scored as Scored));
    child.once('exit', () => reject(new Error('The process that scores ended before it answered.')));
  });
  child.send({ model, files: [{ input, output }], accept: 'text/csv' });
  try {
    return await ended;
  } finally {
    child.disconnect();
  }
}

/** The largest difference of two files of numbers. */
async function difference(first: string, second: string): Promise<number> {
  const lines = (path: string) => createInterface(createReadStream(path))[Symbol.asyncIterator]();
  const [ours, theirs] = [lines(first), lines(second)];
  let most = 0;
  for (;;) {
    const [our, their] = await Promise.all([ours.next(), theirs.next()]);
    if (our.done !== their.done) throw new Error('The two files of predictions have different numbers of lines.');
    if (our.done) return most;
    most = Math.max(most, Math.abs(Number(our.value) - Number(their.value)));
  }
}
