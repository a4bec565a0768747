/**
 * The programs inside the Python images, run as jobs on the real environments: `train` as the built-in XGBoost and as
 * script mode. The environments are built once into the repository's cache, for all suites.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../base/log.ts';
import { systemWorld } from '../../base/world.ts';
import { finalMetrics, metricReader, xgboostMetricDefinitions } from '../../definition/jobs/metrics.ts';
import { isRunnerError } from '../errors.ts';
import { createRunner, type JobExit, type LaunchSpec, type Runner } from '../runner.ts';

const XGBOOST = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1';
const SKLEARN = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3';
const imagesFolder = join(import.meta.dirname, '../../../.cache/images');
const base = mkdtempSync(join(tmpdir(), 'telar-programs-'));
const runner: Runner = createRunner({
  world: { ...systemWorld, log: silentLog },
  jobsFolder: join(base, 'jobs'),
  imagesFolder,
  hide: [],
});

/** Why the environments cannot be had here, or undefined when they are ready. */
async function missing(): Promise<string | undefined> {
  try {
    for (const image of [XGBOOST, SKLEARN]) await runner.prepare(image, (line) => console.log(line));
    return undefined;
  } catch (error) {
    const excused = ['PythonMissing', 'VenvMissing', 'RegistryUnreachable'];
    if (isRunnerError(error) && excused.includes(error.code)) return error.message;
    throw error;
  }
}
const reason = await missing();
if (reason) console.warn(`Skipped: the programs of the Python images. ${reason}`);

afterAll(() => rmSync(base, { recursive: true, force: true }));

type Training = {
  hyperparameters: Record<string, string>;
  files?: Record<string, string>;
  channels?: Record<string, Record<string, string>>;
  more?: Partial<LaunchSpec>;
};
type Trained = {
  exit: JobExit;
  log: string;
  failure: string | undefined;
  file(path: string): Buffer;
  has(path: string): boolean;
};

let count = 0;
const CSV = { ContentType: 'text/csv', TrainingInputMode: 'File', S3DistributionType: 'FullyReplicated' };

async function train({ hyperparameters, files = {}, channels = {}, more = {} }: Training): Promise<Trained> {
  const jobId = `training-${++count}`;
  const { ml, log } = runner.folder(jobId);
  const config = {
    'input/config/hyperparameters.json': JSON.stringify(hyperparameters),
    'input/config/inputdataconfig.json': JSON.stringify(channels),
    'input/config/resourceconfig.json': JSON.stringify({ current_host: 'algo-1', hosts: ['algo-1'] }),
  };
  for (const [path, text] of Object.entries({ ...config, ...files })) {
    mkdirSync(dirname(join(ml, path)), { recursive: true });
    writeFileSync(join(ml, path), text);
  }
  const spec = {
    jobId,
    image: XGBOOST,
    entrypoint: undefined,
    arguments: ['train'],
    environment: {},
    networkIsolation: false,
  };
  await runner.launch({ ...spec, ...more });
  const exit = await runner.exit(jobId);
  const has = (path: string) => existsSync(join(ml, path));
  const file = (path: string) => readFileSync(join(ml, path));
  const failure = has('output/failure') ? file('output/failure').toString() : undefined;
  return { exit, log: readFileSync(log, 'utf8'), failure, file, has };
}

const rows = (from: number, to: number) => {
  let text = '';
  for (let i = from; i < to; i++) text += `${(i * 7) % 10 < 5 ? 1 : 0},${(i * 7) % 10},${i % 3 === 0 ? '' : i}\n`;
  return text;
};
const DATA = { 'input/data/train/a.csv': rows(0, 200), 'input/data/validation/b.csv': rows(200, 260) };
const CHANNELS = { train: CSV, validation: CSV };
const LOGISTIC = {
  num_round: '3',
  objective: 'binary:logistic',
  eval_metric: 'logloss',
  max_depth: '2',
  subsample: '0.8',
};

// Skipped where there is no Python or no package index, with the reason printed above.
describe.skipIf(reason)('the built-in XGBoost', () => {
  it('trains, logs as the container does, and gives the same model each time', async () => {
    const first = await train({ hyperparameters: LOGISTIC, files: DATA, channels: CHANNELS });
    expect(first.log).toContain('Running XGBoost Sagemaker in algorithm mode');
    expect(first.exit).toEqual({ kind: 'exited', code: 0 });
    expect(first.failure).toBeUndefined();
    expect(first.log.match(/^\[\d+\]\ttrain-logloss:\d\.\d{5}\tvalidation-logloss:\d\.\d{5}$/gm)).toHaveLength(3);
    const final = finalMetrics(metricReader(xgboostMetricDefinitions).push(first.log));
    expect([...final.keys()]).toEqual(['train:logloss', 'validation:logloss']);
    const second = await train({ hyperparameters: LOGISTIC, files: DATA, channels: CHANNELS });
    expect(second.file('model/xgboost-model').equals(first.file('model/xgboost-model'))).toBe(true);
  });

  it('reads several files by name, weights, LIBSVM, and measures what AWS adds', async () => {
    const weighted = rows(0, 100).replace(/^(\d),/gm, '$1,2.5,');
    const csv = await train({
      hyperparameters: { ...LOGISTIC, csv_weights: '1', eval_metric: 'accuracy,f1', early_stopping_rounds: '2' },
      files: {
        'input/data/train/one': weighted,
        'input/data/train/deep/two;x?.csv': weighted,
        'input/data/train/_SUCCESS': '',
      },
      channels: { train: CSV },
    });
    expect(csv.exit).toEqual({ kind: 'exited', code: 0 });
    expect(csv.log).toContain('Train matrix has 200 rows and 2 columns');
    expect(csv.log).toMatch(/^\[0\]\ttrain-accuracy:1\.00000\ttrain-f1:1\.00000$/m);
    const sparse = await train({
      hyperparameters: { num_round: '1' },
      files: { 'input/data/train/a': '1 0:2 2:3\n0 1:4\n' },
      channels: { train: {} },
    });
    expect(sparse.exit).toEqual({ kind: 'exited', code: 0 });
  });

  it('stops early on the last metric, keeping the best round; and when it is told to', async () => {
    const early = { ...LOGISTIC, num_round: '50', eval_metric: 'logloss,accuracy', early_stopping_rounds: '2' };
    const stopped = await train({ hyperparameters: early, files: DATA, channels: CHANNELS });
    expect(stopped.log.match(/^\[\d+\]\t/gm)).toHaveLength(3); // perfect from the first round on
    expect(stopped.exit).toEqual({ kind: 'exited', code: 0 });

    const endless = { ...LOGISTIC, num_round: '1000000', save_model_on_termination: 'true' };
    const jobId = `training-${count + 1}`;
    const told = train({ hyperparameters: endless, files: DATA, channels: CHANNELS });
    while (!existsSync(runner.folder(jobId).log) || !readFileSync(runner.folder(jobId).log, 'utf8').includes('[5]')) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await runner.stop(jobId, 60_000);
    const { exit, has } = await told;
    expect(exit).toEqual({ kind: 'exited', code: 0 });
    expect(has('model/xgboost-model')).toBe(true);
  });

  it.each<[string, Training, RegExp]>([
    ['no num_round', { hyperparameters: {} }, /^UserError: Missing required hyperparameter: num_round$/],
    [
      'an unknown one',
      { hyperparameters: { ...LOGISTIC, foo: '1' } },
      /^UserError: Extraneous hyperparameter found: foo$/,
    ],
    ['one out of range', { hyperparameters: { ...LOGISTIC, eta: '7' } }, /Hyperparameter eta: 7\.0 is not in \[0, 1\]/],
    [
      'one that is no number',
      { hyperparameters: { ...LOGISTIC, max_depth: 'deep' } },
      /max_depth: could not parse value/,
    ],
    [
      'no class count',
      { hyperparameters: { num_round: '1', objective: 'multi:softmax' } },
      /Require input for parameter 'num_class'/,
    ],
    [
      'no train channel',
      { hyperparameters: LOGISTIC, channels: { validation: CSV } },
      /Missing required channel: train/,
    ],
    [
      'no data',
      { hyperparameters: LOGISTIC, channels: { train: CSV } },
      /No data in training channel path \/opt\/ml\/input\/data\/train/,
    ],
    [
      'cross-validation',
      { hyperparameters: { ...LOGISTIC, _kfold: '3' } },
      /_kfold asks for cross-validation.*Telar does not do/,
    ],
    [
      'parquet',
      { hyperparameters: LOGISTIC, channels: { train: { ContentType: 'application/x-parquet' } } },
      /ContentType .*parquet is not supported/,
    ],
    [
      'a label out of range',
      { hyperparameters: LOGISTIC, channels: { train: CSV }, files: { 'input/data/train/a': '5,1\n7,2\n' } },
      /label must be in \[0,1\] for logistic regression/,
    ],
    [
      'CSV where LIBSVM is declared',
      { hyperparameters: LOGISTIC, channels: { train: {} }, files: DATA },
      /First line '1,0,\.\.\.' of file 'a\.csv' is not 'LIBSVM' format/,
    ],
    [
      'a foreign file under the prefix',
      {
        hyperparameters: LOGISTIC,
        channels: CHANNELS,
        files: { ...DATA, 'input/data/train/notes.txt': 'hello to you\n' },
      },
      /Delimiter ',' is not found in the line(.|\n)*The file is 'notes\.txt'/,
    ],
  ])('refuses %s in the words of the container', async (_, training, says) => {
    const { exit, failure, log, has } = await train(training);
    expect(exit).toEqual({ kind: 'exited', code: 1 });
    expect(failure).toMatch(says);
    expect(log).toContain(failure);
    expect(has('model/xgboost-model')).toBe(false);
  });
});

const SCRIPT = { sagemaker_program: '"train.py"', sagemaker_submit_directory: '"/opt/ml/input/data/code"' };
const script = (text: string, more: Partial<Training> = {}): Training => ({
  hyperparameters: SCRIPT,
  files: { 'input/data/code/train.py': text },
  channels: { train: CSV },
  ...more,
});

// Skipped where there is no Python or no package index, with the reason printed above.
describe.skipIf(reason).each([
  ['XGBoost', XGBOOST],
  ['scikit-learn', SKLEARN],
])('script mode of the %s image', (_, image) => {
  it('tells the script of several hosts which it is, and who the others are', async () => {
    const text = `import json, os
names = ["SM_HOSTS", "SM_CURRENT_HOST", "SM_NETWORK_INTERFACE_NAME", "SM_CURRENT_INSTANCE_TYPE", "SM_CURRENT_INSTANCE_GROUP_HOSTS"]
training = json.loads(os.environ["SM_TRAINING_ENV"])
seen = {**{n: os.environ[n] for n in names}, "master": training["master_hostname"], "is": training["is_master"]}
json.dump(seen, open(os.environ["SM_OUTPUT_DATA_DIR"] + "/seen.json", "w"))`;
    const resources = JSON.stringify({
      ...{ current_host: 'algo-2', hosts: ['algo-1', 'algo-2'], current_instance_type: 'ml.m5.large' },
      ...{ current_group_name: 'homogeneousCluster', network_interface_name: 'lo' },
      instance_groups: [
        { instance_group_name: 'homogeneousCluster', instance_type: 'ml.m5.large', hosts: ['algo-1', 'algo-2'] },
      ],
    });
    const training = script(text, { more: { image } });
    training.files!['input/config/resourceconfig.json'] = resources;
    expect(JSON.parse((await train(training)).file('output/data/seen.json').toString())).toEqual({
      SM_HOSTS: '["algo-1","algo-2"]',
      SM_CURRENT_HOST: 'algo-2',
      SM_NETWORK_INTERFACE_NAME: 'lo',
      SM_CURRENT_INSTANCE_TYPE: 'ml.m5.large',
      SM_CURRENT_INSTANCE_GROUP_HOSTS: '["algo-1","algo-2"]',
      ...{ master: 'algo-1', is: false },
    });
  });

  it('gives the script its arguments and its variables', async () => {
    const text = `import json, os, sys
names = ["SM_MODEL_DIR", "SM_CHANNELS", "SM_CHANNEL_TRAIN", "SM_HPS", "SM_HP_LR", "SM_USER_ARGS", "SM_HOSTS", "SM_MODULE_NAME", "SM_LOG_LEVEL"]
json.dump({"args": sys.argv[1:], "cwd": os.getcwd(), **{n: os.environ[n] for n in names}}, open(os.environ["SM_OUTPUT_DATA_DIR"] + "/seen.json", "w"))
assert json.loads(os.environ["SM_TRAINING_ENV"])["hyperparameters"]["name"] == "x y"
open(os.path.join(os.environ["SM_MODEL_DIR"], "model"), "w").write("m")`;
    const hyperparameters = { ...SCRIPT, lr: '0.5', name: '"x y"', b: 'true' };
    const { exit, file, log } = await train(script(text, { hyperparameters, more: { image } }));
    expect(log).toContain('Invoking script with the following command:');
    expect(exit).toEqual({ kind: 'exited', code: 0 });
    expect(JSON.parse(file('output/data/seen.json').toString())).toEqual({
      args: ['-b', 'True', '--lr', '0.5', '--name', 'x y'],
      cwd: '/opt/ml/code',
      SM_MODEL_DIR: '/opt/ml/model',
      SM_CHANNELS: '["train"]',
      SM_CHANNEL_TRAIN: '/opt/ml/input/data/train',
      SM_HPS: '{"b":true,"lr":0.5,"name":"x y"}',
      SM_HP_LR: '0.5',
      SM_USER_ARGS: '["-b","True","--lr","0.5","--name","x y"]',
      SM_HOSTS: '["algo-1"]',
      SM_MODULE_NAME: 'train',
      SM_LOG_LEVEL: '20',
    });
  });

  it("reports the end of the script's traceback, and its status", async () => {
    const missingModule = await train(script('print("first")\nimport no_such_module\n', { more: { image } }));
    expect(missingModule.exit).toEqual({ kind: 'exited', code: 1 });
    expect(missingModule.failure).toMatch(
      /^ExecuteUserScriptError:\nExitCode 1\nErrorMessage "(.|\n)*ModuleNotFoundError: No module named 'no_such_module'"\nCommand ".*train\.py"$/,
    );
    expect(missingModule.log).toContain('first\nTraceback (most recent call last):');
    const status = await train(script('import sys\nsys.exit(7)\n', { more: { image } }));
    expect(status.exit).toEqual({ kind: 'exited', code: 7 });
    expect(status.failure).toContain('ExitCode 7');
  });
});

// Skipped where there is no Python or no package index, with the reason printed above.
describe.skipIf(reason)('the code of a script', () => {
  const archives = createServer((request, response) => {
    const served = join(base, request.url!.slice(1));
    if (!existsSync(served)) return response.writeHead(404).end();
    const bytes = readFileSync(served);
    const headers = { 'Content-Length': bytes.length, ETag: '"x"', 'Last-Modified': 'Sat, 01 Jan 2026 00:00:00 GMT' };
    return response.writeHead(200, headers).end(request.method === 'HEAD' ? undefined : bytes);
  });
  beforeAll(() => new Promise<void>((resolve) => archives.listen(0, '127.0.0.1', resolve)));
  afterAll(() => void archives.close());

  const fromS3 = (key: string): Training => ({
    hyperparameters: { ...SCRIPT, sagemaker_submit_directory: JSON.stringify(`s3://bucket/${key}`) },
    more: {
      environment: {
        AWS_ENDPOINT_URL: `http://127.0.0.1:${(archives.address() as AddressInfo).port}`,
        AWS_ACCESS_KEY_ID: 'a',
        AWS_SECRET_ACCESS_KEY: 'b',
        AWS_DEFAULT_REGION: 'eu-west-1',
      },
    },
  });

  it('is fetched from S3 with the credentials of the job', async () => {
    mkdirSync(join(base, 'bucket/src'), { recursive: true });
    writeFileSync(join(base, 'bucket/src/train.py'), 'import helper\nprint("helped", helper.VALUE)\n');
    writeFileSync(join(base, 'bucket/src/helper.py'), 'VALUE = 42\n');
    execFileSync('tar', ['-czf', join(base, 'bucket/code.tar.gz'), '-C', join(base, 'bucket/src'), '.']);
    const { exit, log } = await train(fromS3('code.tar.gz'));
    expect(log).toContain('helped 42');
    expect(exit).toEqual({ kind: 'exited', code: 0 });
  });

  it('that is not there, or has no such script, is named', async () => {
    expect((await train(fromS3('missing.tar.gz'))).failure).toMatch(
      /The code s3:\/\/bucket\/missing\.tar\.gz could not be read/,
    );
    const wrong = await train({ ...script(''), hyperparameters: { ...SCRIPT, sagemaker_program: '"tarin.py"' } });
    expect(wrong.failure).toBe(
      "UserError: The script 'tarin.py' (sagemaker_program) is not in the code: it holds train.py.",
    );
    const none = await train({ hyperparameters: {}, more: { image: SKLEARN } });
    expect(none.failure).toMatch(/name the script in hyperparameter sagemaker_program/);
  });

  it('cannot reach outside its folder', async () => {
    writeFileSync(join(base, 'bucket/evil.py'), '');
    const transform = ['--transform', 's,^,../../tmp/home/,', '-P'];
    execFileSync('tar', [
      ...transform,
      '-czf',
      join(base, 'bucket/evil.tar.gz'),
      '-C',
      join(base, 'bucket'),
      'evil.py',
    ]);
    const { exit, failure } = await train(fromS3('evil.tar.gz'));
    expect(exit).toEqual({ kind: 'exited', code: 1 });
    expect(failure).toMatch(/outside/);
  });

  it('gets its requirements.txt in a layer over the image', async () => {
    // A package made here, so that no index is needed.
    const wheel = 'telar_sample-1.0-py3-none-any.whl';
    const info = join(base, 'pack/telar_sample-1.0.dist-info');
    mkdirSync(info, { recursive: true });
    writeFileSync(join(base, 'pack/telar_sample.py'), 'VALUE = 42\n');
    writeFileSync(join(info, 'METADATA'), 'Metadata-Version: 2.1\nName: telar-sample\nVersion: 1.0\n');
    writeFileSync(
      join(info, 'WHEEL'),
      'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    );
    writeFileSync(join(info, 'RECORD'), '');
    const pack = ['-m', 'zipfile', '-c', `../${wheel}`, 'telar_sample.py', 'telar_sample-1.0.dist-info'];
    execFileSync('python3', pack, { cwd: join(base, 'pack') });
    const code = {
      'input/data/code/train.py': 'import telar_sample, numpy\nprint(telar_sample.VALUE, numpy.__file__)\n',
      'input/data/code/requirements.txt': `./${wheel}\nnumpy\n`,
    };
    const without = await train(script('', { files: code }));
    expect(without.exit).toEqual({ kind: 'exited', code: 1 });
    expect(without.failure).toMatch(
      /^UserError: InstallRequirementsError:\nCommand ".*pip install.*-r requirements\.txt" failed/,
    );

    const bytes = readFileSync(join(base, wheel));
    const jobId = `training-${count + 1}`;
    mkdirSync(join(runner.folder(jobId).ml, 'input/data/code'), { recursive: true });
    writeFileSync(join(runner.folder(jobId).ml, 'input/data/code', wheel), bytes);
    const { exit, log } = await train(script('', { files: code }));
    expect(log).toMatch(/^42 \/opt\/telar\/python\/lib\/.*numpy/m);
    expect(exit).toEqual({ kind: 'exited', code: 0 });
  });

  it('may be a shell script', async () => {
    const files = { 'input/data/code/go.sh': '#!/bin/sh\necho "shell $1 $2 $SM_HP_LR"\n' };
    const hyperparameters = { ...SCRIPT, sagemaker_program: '"go.sh"', lr: '1' };
    const { exit, log } = await train({ hyperparameters, files });
    expect(log).toContain('shell --lr 1 1');
    expect(exit).toEqual({ kind: 'exited', code: 0 });
  });
});
