/** The scripts of the Titanic pipeline as anybody would run them by hand: one process after the other, each starting Python. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemWorld } from '../../src/base/world.ts';
import { createImages } from '../../src/runner/images/images.ts';
import { IMAGES } from './server.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/01-titanic', import.meta.url));
const SKLEARN = 'sagemaker-scikit-learn:1.2-1';
const XGBOOST = 'sagemaker-xgboost:1.7-1';
const HYPERPARAMETERS = {
  ...{
    objective: 'binary:logistic',
    num_round: '200',
    max_depth: '5',
    eta: '0.2',
    subsample: '0.8',
    eval_metric: 'logloss',
  },
};

async function onImage(uri: string) {
  const images = createImages({ clock: systemWorld.clock, imagesFolder: IMAGES });
  const { path, environment } = await images.ready(uri);
  const PATH = [...path.map(({ outside }) => outside), process.env['PATH']].join(delimiter);
  return (command: readonly string[], own: Record<string, string>) => {
    const [program, ...args] = command;
    const env = { ...process.env, ...environment, PATH, ...own };
    execFileSync(program!, args, { env, cwd: join(EXAMPLE, 'pipeline'), stdio: ['ignore', 'ignore', 'pipe'] });
  };
}

function splitRows(root: string): string[] {
  const [header, ...rows] = readFileSync(join(EXAMPLE, 'data/titanic.csv'), 'utf8').trimEnd().split('\n');
  const cut = Math.floor(rows.length * 0.8);
  return [rows.slice(0, cut), rows.slice(cut)].map((part, index) => {
    const path = join(root, `${index}.csv`);
    writeFileSync(path, `${[header, ...part].join('\n')}\n`);
    return path;
  });
}

/** Answers a function that runs all three scripts once, in a new folder: milliseconds, without what stands for the storage. */
export async function coldScripts(): Promise<() => number> {
  const [onSklearn, onXgboost] = [await onImage(SKLEARN), await onImage(XGBOOST)];
  return () => {
    const root = mkdtempSync(join(tmpdir(), 'telar-bench-'));
    let milliseconds = 0;
    const timed = (run: () => void) => {
      const started = performance.now();
      run();
      milliseconds += performance.now() - started;
    };
    try {
      const [train, validation] = splitRows(root) as [string, string];
      const uris = ['--input-train-uri', train, '--input-validation-uri', validation];
      const noted = ['--output-prefix', 's3://b/p', '--code-bundle-uri', 's3://b/c.tar.gz'];
      timed(() => onSklearn(['python3', 'preprocess.py', ...uris, ...noted], { ML_ROOT: root }));
      const prepared = join(root, 'processing/output');
      stageTraining(root, prepared);
      timed(() => onXgboost(['train'], { SAGEMAKER_BASE_DIR: root }));
      mkdirSync(join(root, 'processing/model'), { recursive: true });
      execFileSync('tar', ['-czf', join(root, 'processing/model/model.tar.gz'), '-C', join(root, 'model'), '.']);
      cpSync(join(prepared, 'validation'), join(root, 'processing/validation'), { recursive: true });
      timed(() => onXgboost(['python3', 'evaluate.py', '--accuracy-threshold', '0.78'], { ML_ROOT: root }));
      return milliseconds;
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  };
}

function stageTraining(root: string, prepared: string): void {
  const channels: Record<string, object> = {};
  for (const name of ['train', 'validation']) {
    channels[name] = { ContentType: 'text/csv', TrainingInputMode: 'File', S3DistributionType: 'FullyReplicated' };
    cpSync(join(prepared, name), join(root, 'input/data', name), { recursive: true });
  }
  const config = join(root, 'input/config');
  mkdirSync(config, { recursive: true });
  writeFileSync(join(config, 'hyperparameters.json'), JSON.stringify(HYPERPARAMETERS));
  writeFileSync(join(config, 'inputdataconfig.json'), JSON.stringify(channels));
  writeFileSync(join(config, 'resourceconfig.json'), JSON.stringify({ current_host: 'algo-1', hosts: ['algo-1'] }));
}
