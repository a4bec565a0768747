/** For the suites that run jobs in the real Python environments: built once into the repository's cache, for all of them. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
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

export type Reply = { status: number; type: string | undefined; body: string };
type Call = { method?: string; headers?: Record<string, string>; body?: string | Buffer };
/** A job that serves, and how to call it. */
export type Served = {
  jobId: string;
  socket: string;
  log(): string;
  call(path: string, call?: Call): Promise<Reply>;
  invoke(body: string | Buffer, type?: string, accept?: string): Promise<Reply>;
  stop(): Promise<void>;
};

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => void systemWorld.clock.at(systemWorld.clock.now() + milliseconds, resolve));

export type Serving = {
  image: string;
  environment?: Record<string, string>;
  /** Below /opt/ml. */
  files?: Record<string, string | Buffer>;
  more?: Partial<LaunchSpec>;
};

/** Calls over a socket of the file system. */
function caller(socketPath: string): Served['call'] {
  return (path, { method = 'GET', headers = {}, body } = {}) =>
    new Promise<Reply>((resolve, reject) => {
      const asked = request({ socketPath, path, method, headers }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const type = response.headers['content-type'];
          resolve({ status: response.statusCode!, type, body: Buffer.concat(parts).toString() });
        });
      });
      asked.on('error', reject);
      asked.end(body);
    });
}

export type Server = {
  /** A job that serves at a socket in its own folder, so that no two share a port. */
  start(serving: Serving): Promise<Served>;
  /** The same, when its model is loaded. */
  serve(serving: Serving): Promise<Served>;
  /** Waits until the model is there, or until it is certain that it will not be. */
  settled(served: Served): Promise<Reply>;
  stopAll(): Promise<void>;
};

export function createServing({ runner, stage }: Suite): Server {
  const running: string[] = [];
  const start: Server['start'] = async ({ image, environment = {}, files = {}, more = {} }) => {
    const jobId = `serve-${running.length + 1}`;
    running.push(jobId);
    stage(jobId, files);
    const usual = { TELAR_BIND_SOCKET: '/tmp/serve.sock', SAGEMAKER_MODEL_SERVER_WORKERS: '1' };
    const spec = { entrypoint: undefined, arguments: ['serve'], networkIsolation: true };
    await runner.launch({ jobId, image, ...spec, environment: { ...usual, ...environment }, ...more });
    const { log, root } = runner.folder(jobId);
    const socket = join(root, 'tmp/serve.sock');
    const call = caller(socket);
    const invoke: Served['invoke'] = (body, type = 'text/csv', accept) => {
      const headers = {
        ...(type ? { 'Content-Type': type } : {}),
        ...(accept ? { Accept: accept } : {}),
        'Content-Length': String(Buffer.byteLength(body)),
      };
      return call('/invocations', { method: 'POST', body, headers });
    };
    const stop = () => runner.stop(jobId, 30_000);
    return { jobId, socket, log: () => readFileSync(log, 'utf8'), call, invoke, stop };
  };
  const settled: Server['settled'] = async ({ socket, call }) => {
    for (;;) {
      const reply = existsSync(socket) ? await call('/ping').catch(() => undefined) : undefined;
      if (reply && reply.status !== 503) return reply;
      await pause(25);
    }
  };
  const serve: Server['serve'] = async (serving) => {
    const served = await start(serving);
    const { status } = await settled(served);
    if (status !== 200) throw new Error(`The model does not serve:\n${served.log()}`);
    return served;
  };
  const stopAll = async () => void (await Promise.all(running.map((jobId) => runner.stop(jobId, 0).catch(() => {}))));
  return { start, serve, settled, stopAll };
}

export const BINARY = { num_round: '4', objective: 'binary:logistic', max_depth: '2' };

/** The label is the first feature. */
export const rowsOf = (classes: number): string =>
  Array.from({ length: 120 }, (_, i) => `${i % classes},${i % classes},${i % 7}\n`).join('');

/** A model of the built-in XGBoost, trained by a job. */
export async function trained(suite: Suite, hyperparameters: Record<string, string>, rows: string): Promise<Buffer> {
  const files = {
    'input/config/hyperparameters.json': JSON.stringify(hyperparameters),
    'input/config/inputdataconfig.json': JSON.stringify({ train: { ContentType: 'text/csv' } }),
    'input/data/train/a.csv': rows,
  };
  const { exit, log, jobId } = await suite.run(files, { image: XGBOOST });
  if (exit.kind !== 'exited' || exit.code !== 0) throw new Error(`The training failed:\n${log}`);
  return readFileSync(join(suite.runner.folder(jobId).ml, 'model/xgboost-model'));
}
