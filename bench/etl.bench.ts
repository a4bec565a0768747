/** The cleaning and the features of examples/02-customers beside pandas, in turn; what both made is compared whole. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate } from '../examples/02-customers/data/generate.ts';
import { atLeast, atMost, type Bench, type Progress } from './lib/figures.ts';
import { peerPython } from './lib/peer.ts';

/** TELAR_BENCH_ROWS=100000: a try of the benchmark itself. */
const ROWS = Number(process.env['TELAR_BENCH_ROWS'] ?? 5_000_000);
const RUNS = 3;
const HORIZON_DAYS = '90';
const OURS = fileURLToPath(new URL('./lib/etl.ts', import.meta.url));
const PEER = fileURLToPath(new URL('./peers/etl.py', import.meta.url));
/** The engines of pandas.read_csv: the one that is faster here is the peer. */
const READERS = ['c', 'pyarrow'] as const;

type Done = { seconds: number; cleaning: number; features: number; cpuSeconds: number; megabytes: number };

export const bench: Bench = {
  name: 'etl',
  describe: `Cleaning and feature engineering of examples/02-customers on ${ROWS.toLocaleString('en')} invented transactions (five CSV files, 2.4 % faulty rows of nine kinds), from the files to the quarantine, clean Parquet and the tables to train and validate with; each in a process of its own, imports not counted; beside pandas 3.1.1 with Arrow's strings, file by file, with the faster of its two readers. Both sides' quarantines and features are compared whole.`,
  notMeasured: [
    'starting Node.js or Python and importing',
    'S3: files are local on both sides, and in the file cache',
    'other dataframe libraries, and pandas that is not careful with memory',
    'the text of lines that are not UTF-8: each side shows their bytes in its own way, so that of these only file, reason and the fields before are compared',
  ],
  async run(progress) {
    const folder = mkdtempSync(join(tmpdir(), 'telar-bench-'));
    const at = (name: string) => join(folder, name);
    try {
      progress('making the transactions');
      const { asOf } = await generate(at('raw'), { rows: ROWS, seed: 1, partRows: Math.ceil(ROWS / 5) });
      const args = (output: string) => [at('raw'), at(output), asOf, HORIZON_DAYS];
      const run = (program: string, ...own: string[]) =>
        JSON.parse(execFileSync(program, own, { encoding: 'utf8', maxBuffer: 1 << 20 })) as Done;
      const ours = () => run(process.execPath, OURS, ...args('ours'));
      progress('warming up');
      ours();
      const python = peerPython(['pandas==3.1.1', 'pyarrow==26.0.1'], progress);
      const theirs =
        python === undefined
          ? undefined
          : fasterReader(progress, (reader) => run(python, PEER, reader, ...args('theirs')));
      const [our, their]: [Done[], Done[]] = [[], []];
      for (let turn = 1; turn <= RUNS; turn += 1) {
        progress(`run ${turn} of ${RUNS}`);
        our.push(ours());
        if (theirs) their.push(theirs.run());
      }
      if (theirs) compare(at('ours'), at('theirs'), progress);
      return figures(our, their, `pandas (${theirs?.reader ?? 'absent'} reader)`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function fasterReader(progress: Progress, run: (reader: string) => Done) {
  const tried = READERS.map((reader) => ({ reader, seconds: run(reader).seconds }));
  progress(`pandas' readers: ${tried.map(({ reader, seconds }) => `${reader} ${seconds.toFixed(1)} s`).join(', ')}`);
  const { reader } = tried.reduce((best, each) => (each.seconds < best.seconds ? each : best));
  return { reader, run: () => run(reader) };
}

function figures(our: readonly Done[], their: readonly Done[], name: string) {
  const peer = (of: (done: Done) => number) => (their.length > 0 ? { peer: { name, samples: their.map(of) } } : {});
  const ratios = (of: (done: Done) => number) => their.map((done, index) => of(done) / of(our[index]!));
  const cores = availableParallelism();
  const own = [
    atMost(
      'cleaning and features',
      's',
      our.map(({ seconds }) => seconds),
      peer(({ seconds }) => seconds),
    ),
    atMost(
      'cleaning alone',
      's',
      our.map(({ cleaning }) => cleaning),
      peer(({ cleaning }) => cleaning),
    ),
    atMost(
      'features alone',
      's',
      our.map(({ features }) => features),
      peer(({ features }) => features),
    ),
    atMost(
      `processor time, of ${cores} cores`,
      's',
      our.map(({ cpuSeconds }) => cpuSeconds),
      peer(({ cpuSeconds }) => cpuSeconds),
    ),
    atMost(
      'most memory',
      'MB',
      our.map(({ megabytes }) => megabytes),
      peer(({ megabytes }) => megabytes),
    ),
  ];
  if (their.length === 0) return own;
  return [
    ...own,
    atLeast(
      'beside pandas: speed',
      'times',
      ratios(({ seconds }) => seconds),
      { target: 3.5 },
    ),
    atMost(
      'beside pandas: memory',
      'times',
      ratios(({ megabytes }) => megabytes).map((ratio) => 1 / ratio),
      { target: 0.65 },
    ),
  ];
}

/** @throws when one row of quarantine, or one feature, differs by more than 1e-9 of itself */
function compare(ours: string, theirs: string, progress: Progress): void {
  const comparable = (folder: string) =>
    readFileSync(join(folder, 'quarantine.csv'), 'utf8')
      .split('\n')
      .map((line) => (line.startsWith('bad_encoding,') ? line.split(',').slice(0, 6).join(',') : line))
      .sort();
  const [mine, other] = [comparable(ours), comparable(theirs)];
  mustBeSame('quarantine', mine, other, (a, b) => a === b);
  let numbers = 0;
  for (const side of ['train', 'validation']) {
    const rows = (folder: string) =>
      readFileSync(join(folder, side, `${side}.csv`), 'utf8')
        .trimEnd()
        .split('\n');
    mustBeSame(side, rows(ours), rows(theirs), (a, b) => {
      const [left, right] = [a.split(',').map(Number), b.split(',').map(Number)];
      numbers += left.length;
      return left.length === right.length && left.every((value, index) => isClose(value, right[index]!));
    });
  }
  progress(`the same on both sides: ${mine.length - 2} rows in quarantine, ${numbers} targets and features`);
}

function mustBeSame(
  what: string,
  a: readonly string[],
  b: readonly string[],
  same: (a: string, b: string) => boolean,
): void {
  if (a.length !== b.length) throw new Error(`The ${what} has ${a.length} rows here and ${b.length} with pandas.`);
  const differing = a.findIndex((line, index) => !same(line, b[index]!));
  if (differing >= 0) throw new Error(`The ${what} differs: '${a[differing]}' here, '${b[differing]}' with pandas.`);
}

function isClose(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}
