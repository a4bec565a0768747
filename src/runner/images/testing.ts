/** For the suites that run jobs in the real Python environments: built once into the repository's cache, for all of them. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { silentLog } from '../../base/log.ts';
import { systemWorld } from '../../base/world.ts';
import { isRunnerError } from '../errors.ts';
import type { Isolation } from '../isolation.ts';
import { createRunner, type JobExit, type LaunchSpec, type Runner } from '../runner.ts';

export const XGBOOST = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1';
export const SKLEARN = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3';
export const DONE: JobExit = { kind: 'exited', code: 0 };

/** Hyperparameters of a job in script mode. */
export const SCRIPT = {
  sagemaker_program: '"train.py"',
  sagemaker_submit_directory: '"/opt/ml/input/data/code"',
};

export type Ran = { jobId: string; exit: JobExit; log: string; failure: string | undefined };

export type Suite = {
  /** A folder of the suite's own; it removes it. */
  base: string;
  jobsFolder: string;
  runner: Runner;
  /** Another one on the same folders, as of another server. */
  newRunner(): Runner;
  /** Files of a job, below /opt/ml. */
  stage(jobId: string, files: Readonly<Record<string, string | Buffer>>): void;
  /** How a job ended, and what it left. */
  ended(jobId: string, by?: Runner): Promise<Ran>;
  /** A job from its files to its end. */
  run(files: Readonly<Record<string, string | Buffer>>, spec: Partial<LaunchSpec> & { image: string }): Promise<Ran>;
};

export function createSuite(name: string, isolation?: Isolation): Suite {
  const base = mkdtempSync(join(tmpdir(), `telar-${name}-`));
  const jobsFolder = join(base, 'jobs');
  const imagesFolder = join(import.meta.dirname, '../../../.cache/images');
  const world = { ...systemWorld, log: silentLog };
  const newRunner = () =>
    createRunner({ world, jobsFolder, imagesFolder, hide: [], ...(isolation ? { isolation } : {}) });
  const runner = newRunner();
  let count = 0;
  const stage: Suite['stage'] = (jobId, files) => {
    const { ml } = runner.folder(jobId);
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(ml, path)), { recursive: true });
      writeFileSync(join(ml, path), content);
    }
  };
  const ended = async (jobId: string, by = runner): Promise<Ran> => {
    const exit = await by.exit(jobId);
    const { ml, log } = by.folder(jobId);
    const failure = join(ml, 'output/failure');
    return {
      jobId,
      exit,
      log: readFileSync(log, 'utf8'),
      failure: existsSync(failure) ? readFileSync(failure, 'utf8') : undefined,
    };
  };
  const run: Suite['run'] = async (files, spec) => {
    const jobId = `${name}-${++count}`;
    stage(jobId, files);
    const usual = { entrypoint: undefined, arguments: ['train'], environment: {}, networkIsolation: false };
    await runner.launch({ jobId, ...usual, ...spec });
    return ended(jobId);
  };
  return { base, jobsFolder, runner, newRunner, stage, ended, run };
}

/** Why the environments cannot be had here, told to whoever reads the output; undefined when they are ready. */
export async function whyMissing(runner: Runner, images: readonly string[]): Promise<string | undefined> {
  try {
    for (const image of images) await runner.prepare(image, (line) => console.log(line));
    return undefined;
  } catch (error) {
    const excused = ['PythonMissing', 'VenvMissing', 'RegistryUnreachable'];
    if (!isRunnerError(error) || !excused.includes(error.code)) throw error;
    console.warn(`Skipped: jobs in the Python images. ${error.message}`);
    return error.message;
  }
}
