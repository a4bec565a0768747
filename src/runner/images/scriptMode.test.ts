/**
 * Script mode in whole, on the real environments: what a script is told, how it is started, and what it finds of AWS's toolkits.
 * programs.test.ts has the code's ways into the job; layers.test.ts has its requirements.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createSuite, DONE, type Ran, SCRIPT, SKLEARN, whyMissing, XGBOOST } from './testing.ts';

const { base, runner, run } = createSuite('script');
const reason = await whyMissing(runner, [XGBOOST, SKLEARN]);
afterAll(() => rmSync(base, { recursive: true, force: true }));

const HOSTS = {
  current_host: 'algo-2',
  current_instance_type: 'ml.m5.xlarge',
  current_group_name: 'workers',
  hosts: ['algo-1', 'algo-2'],
  instance_groups: [
    { instance_group_name: 'heads', instance_type: 'ml.m5.large', hosts: ['algo-1'] },
    { instance_group_name: 'workers', instance_type: 'ml.m5.xlarge', hosts: ['algo-2'] },
  ],
  network_interface_name: 'eth0',
};
const DUMP = `import json, os, sys
open("/opt/ml/model/told.json", "w").write(json.dumps({"env": dict(os.environ), "args": sys.argv, "cwd": os.getcwd()}))
`;
type Told = { env: Record<string, string>; args: string[]; cwd: string };

type Job = {
  image?: string;
  code: Record<string, string>;
  hyperparameters?: Record<string, string>;
  files?: Record<string, string>;
};

const script = ({ image = SKLEARN, code, hyperparameters = {}, files = {} }: Job): Promise<Ran> =>
  run(
    {
      'input/config/hyperparameters.json': JSON.stringify({ ...SCRIPT, ...hyperparameters }),
      'input/config/resourceconfig.json': JSON.stringify(HOSTS),
      'input/config/inputdataconfig.json': JSON.stringify({ train: {}, 'my-data': {} }),
      ...Object.fromEntries(Object.entries(code).map(([name, text]) => [`input/data/code/${name}`, text])),
      ...files,
    },
    { image, environment: { TRAINING_JOB_NAME: 'the-job', AWS_REGION: 'eu-west-1' } },
  );

async function told(job: Job): Promise<Told> {
  const { exit, log, jobId } = await script(job);
  expect(exit, log).toEqual(DONE);
  return JSON.parse(readFileSync(join(runner.folder(jobId).ml, 'model/told.json'), 'utf8')) as Told;
}

// Skipped where there is no Python or no package index, with the reason printed above.
describe.skipIf(reason)('a script is told', () => {
  it("all the toolkit's variables", async () => {
    const { env, cwd } = await told({
      code: { 'train.py': DUMP },
      hyperparameters: {
        lr: '0.1',
        'batch-size': '"32"',
        sagemaker_job_name: '"named"',
        sagemaker_container_log_level: '10',
        sagemaker_parameter_server_enabled: 'true',
        sagemaker_region: '"eu-west-1"',
      },
    });
    const groups = Object.fromEntries(HOSTS.instance_groups.map((group) => [group.instance_group_name, group]));
    const plain = {
      SM_MODEL_DIR: '/opt/ml/model',
      SM_INPUT_DIR: '/opt/ml/input',
      SM_INPUT_CONFIG_DIR: '/opt/ml/input/config',
      SM_OUTPUT_DIR: '/opt/ml/output',
      SM_OUTPUT_DATA_DIR: '/opt/ml/output/data',
      SM_OUTPUT_INTERMEDIATE_DIR: '/opt/ml/output/intermediate',
      SM_CHANNEL_TRAIN: '/opt/ml/input/data/train',
      'SM_CHANNEL_MY-DATA': '/opt/ml/input/data/my-data',
      SM_CURRENT_HOST: 'algo-2',
      SM_CURRENT_INSTANCE_TYPE: 'ml.m5.xlarge',
      SM_CURRENT_INSTANCE_GROUP: 'workers',
      SM_NETWORK_INTERFACE_NAME: 'eth0',
      SM_USER_ENTRY_POINT: 'train.py',
      SM_MODULE_NAME: 'train',
      SM_MODULE_DIR: '/opt/ml/input/data/code',
      SM_FRAMEWORK_MODULE: 'sagemaker_sklearn_container.training:main',
      SM_LOG_LEVEL: '10',
      SM_NUM_GPUS: '0',
      SM_NUM_NEURONS: '0',
      SM_HP_LR: '0.1',
      'SM_HP_BATCH-SIZE': '32',
      SM_IS_HETERO: 'true',
      SAGEMAKER_JOB_NAME: 'named',
      SAGEMAKER_REGION: 'eu-west-1',
      CURRENT_HOST: 'algo-2',
    };
    expect(env).toMatchObject(plain);
    const parsed = {
      SM_HOSTS: ['algo-1', 'algo-2'],
      SM_CHANNELS: ['my-data', 'train'],
      SM_HPS: { 'batch-size': '32', lr: 0.1 },
      SM_USER_ARGS: ['--batch-size', '32', '--lr', '0.1'],
      SM_RESOURCE_CONFIG: HOSTS,
      SM_INPUT_DATA_CONFIG: { train: {}, 'my-data': {} },
      SM_FRAMEWORK_PARAMS: { sagemaker_parameter_server_enabled: true },
      SM_CURRENT_INSTANCE_GROUP_HOSTS: ['algo-2'],
      SM_INSTANCE_GROUPS: ['heads', 'workers'],
      SM_INSTANCE_GROUPS_DICT: groups,
      SM_DISTRIBUTION_INSTANCE_GROUPS: ['workers'],
    };
    for (const [name, value] of Object.entries(parsed)) expect([name, JSON.parse(env[name]!)]).toEqual([name, value]);
    expect(JSON.parse(env['SM_TRAINING_ENV']!)).toMatchObject({
      job_name: 'the-job',
      is_master: true,
      master_hostname: 'algo-2',
      distribution_hosts: ['algo-2'],
      hyperparameters: { lr: 0.1 },
      channel_input_dirs: { 'my-data': '/opt/ml/input/data/my-data' },
      additional_framework_parameters: { sagemaker_parameter_server_enabled: true },
      user_entry_point: 'train.py',
    });
    expect(Number(env['SM_NUM_CPUS'])).toBeGreaterThan(0);
    expect(cwd).toBe('/opt/ml/code');
  });

  it('its hyperparameters as arguments, by the rules of the toolkit', async () => {
    const { args } = await told({
      code: { 'train.py': DUMP },
      hyperparameters: {
        flag: 'true',
        off: 'false',
        list: '[1, "a b"]',
        map: '{"b": 2, "a": 1}',
        none: 'null',
        e: '5',
        text: '"two words; $(id) \'quoted\'"',
        bare: 'bare words',
        number: '1e-3',
        _tuning_objective_metric: '"x"',
      },
    });
    expect(args).toEqual([
      'train.py',
      ...['--bare', 'bare words'],
      ...['-e', '5'],
      ...['--flag', 'True'],
      ...['--list', "[1, 'a b']"],
      ...['--map', 'a=1,b=2'],
      ...['--none', ''],
      ...['--number', '0.001'],
      ...['--off', 'False'],
      ...['--text', "two words; $(id) 'quoted'"],
    ]);
  });
});

// Skipped where there is no Python or no package index, with the reason printed.
describe.skipIf(reason)('a script is started', () => {
  const named = (program: string) => ({ sagemaker_program: JSON.stringify(program), name: '"x y"' });

  it('from a folder below, with the modules beside the code', async () => {
    const code = { 'deep/down/main.py': `import helper\n${DUMP}`, 'helper.py': '' };
    const { args, env } = await told({ code, hyperparameters: named('deep/down/main.py') });
    expect(args).toEqual(['deep/down/main.py', '--name', 'x y']);
    expect(env['SM_MODULE_NAME']).toBe('deep/down/main');
  });

  it('as a command, whatever its ending', async () => {
    const code = { 'bin/go': `#!/usr/bin/env python3\n${DUMP}` };
    const { args } = await told({ code, hyperparameters: named('bin/go') });
    expect(args).toEqual(['./bin/go', '--name', 'x y']);
  });

  it('as a module of the package whose setup.py lies beside it', async () => {
    const backend = `import zipfile
def get_requires_for_build_wheel(config=None):
    return []
def build_wheel(folder, config=None, metadata=None):
    with zipfile.ZipFile(folder + "/mine-1.0-py3-none-any.whl", "w") as file:
        file.writestr("mine_lib.py", "VALUE = 42\\n")
        file.writestr("mine-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: mine\\nVersion: 1.0\\n")
        file.writestr("mine-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        file.writestr("mine-1.0.dist-info/RECORD", "")
    return "mine-1.0-py3-none-any.whl"
`;
    const code = {
      'setup.py': '',
      'pyproject.toml': '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
      'backend.py': backend,
      'job/__init__.py': '',
      'job/train.py': `import mine_lib\nassert mine_lib.VALUE == 42 and __package__ == "job"\n${DUMP}`,
    };
    const { args } = await told({ code, hyperparameters: named('job/train.py') });
    expect(args).toEqual(['/opt/ml/code/job/train.py', '--name', 'x y']);
  });

  it('and told as killed for memory, when that is its status', async () => {
    const { exit, failure } = await script({ code: { 'train.py': 'import os\nos.kill(os.getpid(), 9)\n' } });
    expect(exit).toEqual({ kind: 'signalled', signal: 'SIGKILL' });
    expect(failure).toMatch(
      /^ExecuteUserScriptError:\nExitCode 137\nErrorMessage "OutOfMemory: Process killed by SIGKILL/,
    );
  });

  it('only from within the code', async () => {
    const { failure } = await script({ code: { 'train.py': '' }, hyperparameters: named('../../../bin/true') });
    expect(failure).toMatch(/The script '\.\.\/\.\.\/\.\.\/bin\/true' \(sagemaker_program\) is not in the code/);
  });
});

// Skipped where there is no Python or no package index, with the reason printed.
describe.skipIf(reason)("AWS's own script for XGBoost", () => {
  it('finds get_dmatrix, and trains alone where there is one host', async () => {
    const text = `
import argparse, json, os
import xgboost as xgb
from sagemaker_xgboost_container import distributed
from sagemaker_xgboost_container.data_utils import get_dmatrix

def train(params, dtrain, num_boost_round, is_master):
    booster = xgb.train(params, dtrain, num_boost_round=num_boost_round)
    if is_master:
        booster.save_model(os.path.join(os.environ["SM_MODEL_DIR"], "xgboost-model"))

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--num_round", type=int)
    parser.add_argument("--train", default=os.environ["SM_CHANNEL_TRAIN"])
    args, _ = parser.parse_known_args()
    dtrain = get_dmatrix(args.train, "libsvm")
    print("rows", dtrain.num_row())
    distributed.rabit_run(
        exec_fun=train,
        args=dict(params={"max_depth": 2}, dtrain=dtrain, num_boost_round=args.num_round),
        include_in_training=True, hosts=["algo-1"], current_host="algo-1", update_rabit_args=True)
`;
    const { exit, log, jobId } = await script({
      image: XGBOOST,
      code: { 'train.py': text },
      hyperparameters: { num_round: '2' },
      files: { 'input/data/train/a.libsvm': '1 0:1\n0 1:1\n' },
    });
    expect(log).toContain('rows 2\n');
    expect(exit).toEqual(DONE);
    expect(existsSync(join(runner.folder(jobId).ml, 'model/xgboost-model'))).toBe(true);
  });
});
