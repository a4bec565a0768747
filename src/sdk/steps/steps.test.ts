import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  bundledScript,
  conditionStep,
  customAlgorithm,
  equals,
  execution,
  failStep,
  isIn,
  modelPackageGroup,
  or,
  type ProcessingInput,
  processingStep,
  reference,
  registerModelStep,
  retry,
  type S3Uri,
  trainingStep,
  xgboost,
} from '../index.ts';

const job = { name: 'Prepare', image: 'telar/node:24', instance: 'ml.m5.large' } as const;
const settings = (step: { draft: unknown }) => JSON.parse(JSON.stringify(step.draft));

describe('a step is refused when', () => {
  test.each(['', 'a.b', 'ñ', 'with space', 'x'.repeat(65)])('its name is %j', (name) => {
    expect(() => failStep({ name, message: 'no' })).toThrow(`In step '${name}': the name may hold letters`);
  });

  test('its cache’s duration is none', () => {
    expect(() => processingStep({ ...job, cache: { expireAfter: 'a month' } })).toThrow(
      "In step 'Prepare': the cache's expireAfter 'a month' is not an ISO 8601 duration: write P30D for 30 days, PT12H for 12 hours.",
    );
  });

  test.each([0, 1.5, -1, Number.NaN])('its time limit is %d', (maxRuntimeSeconds) => {
    expect(() => processingStep({ ...job, maxRuntimeSeconds })).toThrow(/In step 'Prepare': maxRuntimeSeconds is/);
  });

  test('it has eleven inputs, the script’s among them', () => {
    const inputs = Object.fromEntries([...'abcdefghij'].map((name): [string, ProcessingInput] => [name, 's3://b/x']));
    expect(() => processingStep({ ...job, inputs })).not.toThrow();
    expect(() => processingStep({ ...job, inputs, script: bundledScript('s3://b/code', 'a.py') })).toThrow(
      "In step 'Prepare': there are 11 inputs, and AWS allows ten",
    );
  });

  test('it has both a script and an entrypoint, or another input named code', () => {
    const script = bundledScript('s3://b/code', 'a.py');
    expect(() => processingStep({ ...job, script, entrypoint: ['ls'] })).toThrow(/both `script` and `entrypoint`/);
    expect(() => processingStep({ ...job, script, inputs: { code: 's3://b/x' } })).toThrow(/its own input 'code'/);
  });

  test('a local path is not where Processing jobs exchange files', () => {
    expect(() => processingStep({ ...job, outputs: { x: { to: 's3://b/x', localPath: '/tmp/x' } } })).toThrow(
      "the local path '/tmp/x' is not under /opt/ml/processing/",
    );
  });

  test('it trains on nothing', () => {
    const algorithm = xgboost('1.7-1', { num_round: 1 });
    const empty = { name: 'T', algorithm, inputs: {}, output: 's3://b/m', instance: 'ml.m5.large' } as const;
    expect(() => trainingStep(empty)).toThrow("In step 'T': `inputs` is empty");
  });

  test('it registers a model that takes nothing', () => {
    const model = { name: 'R', group: 'g', image: 'i', modelData: 's3://b/m', responseTypes: ['text/csv'] } as const;
    expect(() => registerModelStep({ ...model, contentTypes: [] })).toThrow(/`contentTypes` is empty/);
  });

  test('it stands in both branches of a condition', () => {
    const stop = failStep({ name: 'Stop', message: 'no' });
    const conditions = [equals(execution.pipelineName, 'x')] as const;
    expect(() =>
      conditionStep({ name: 'Gate', conditions: [...conditions], ifSteps: [stop], elseSteps: [stop] }),
    ).toThrow("In step 'Gate': step 'Stop' stands in both branches");
  });
});

describe('other mistakes', () => {
  test('conditions that could never hold', () => {
    expect(() => or()).toThrow(/could never hold/);
    expect(() => isIn(execution.pipelineName, [])).toThrow(/could never hold/);
  });

  test.each([
    [{ intervalSeconds: 0 }, /intervalSeconds is 0: give a whole number from 1 to 43200/],
    [{ intervalSeconds: 43_201 }, /intervalSeconds is 43201/],
    [{ backoffRate: 0.5 }, /backoffRate is 0.5/],
    [{ maxAttempts: 21 }, /maxAttempts is 21: give a whole number from 1 to 20/],
  ])('a retry policy with %j', (options, message) => {
    expect(() => retry({ on: ['Step.THROTTLING'], maxAttempts: 1, ...options })).toThrow(message);
  });

  test('a model package group with a name of its own kind', () => {
    expect(() => modelPackageGroup({ name: 'no_underscore' })).toThrow(/In model package group 'no_underscore'/);
  });

  test.each([
    ['/etc/x.py', /must lie inside the bundle/],
    ['../x.py', /must lie inside the bundle/],
    ['a;rm.py', /rename the file/],
    ['a b.py', /rename the file/],
    ['x.rb', /only py, ts, js, mjs, sh files/],
    ['x', /only py, ts, js, mjs, sh files/],
  ])('the script %s', (path, message) => {
    expect(() => bundledScript('s3://b/code', path)).toThrow(message);
  });
});

describe('what is written', () => {
  test('leaves out what was not given', () => {
    expect(settings(processingStep(job))).toEqual({
      Name: 'Prepare',
      Type: 'Processing',
      Arguments: {
        ProcessingResources: { ClusterConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 30 } },
        AppSpecification: { ImageUri: 'telar/node:24' },
      },
    });
  });

  test('lays raw arguments over the rest, member by member', () => {
    const step = processingStep({ ...job, raw: { ProcessingResources: { ClusterConfig: { VolumeKmsKeyId: 'k' } } } });
    expect(settings(step).Arguments.ProcessingResources.ClusterConfig).toEqual({
      InstanceType: 'ml.m5.large',
      InstanceCount: 1,
      VolumeSizeInGB: 30,
      VolumeKmsKeyId: 'k',
    });
  });

  test('lets a raw reference replace another reference whole', () => {
    const algorithm = customAlgorithm({ image: 'i' });
    const step = trainingStep({
      name: 'T',
      algorithm,
      inputs: { train: 's3://b/x' },
      output: uriOf('first'),
      instance: 'ml.m5.large',
      raw: { OutputDataConfig: { S3OutputPath: uriOf('second') } },
    });
    expect(settings(step).Arguments.OutputDataConfig).toEqual({ S3OutputPath: uriOf('second') });
  });

  test('writes several metrics of XGBoost as one text', () => {
    const { hyperparameters, metrics } = xgboost('1.7-1', {
      num_round: 1,
      eval_metric: ['auc', 'error'],
      others: { nthread: 2 },
    });
    expect(hyperparameters).toEqual({ num_round: '1', eval_metric: 'auc,error', nthread: '2' });
    expect(metrics).toEqual(['train:auc', 'validation:auc', 'train:error', 'validation:error']);
  });
});

describe('a bundled script’s command, run by the shell', () => {
  test.each([[['one', 'two words', '$HOME']], [[]]])('with the arguments %j', (args: string[]) => {
    const folder = mkdtempSync(joinPath(tmpdir(), 'telar-sdk-'));
    try {
      mkdirSync(joinPath(folder, 'in'));
      writeFileSync(joinPath(folder, 'show.sh'), 'for each in "$@"; do echo "[$each]"; done\n');
      execFileSync('tar', ['-czf', 'in/pipeline_code.tar.gz', 'show.sh'], { cwd: folder });
      const { input, entrypoint } = bundledScript('s3://b/code', 'show.sh');
      const [shell, ...rest] = entrypoint(args.length > 0).map((word) =>
        word.replaceAll(input.localPath, `${folder}/in`),
      );
      const output = execFileSync(shell!, [...rest, ...args], { encoding: 'utf8' });
      expect(output).toBe(args.map((each) => `[${each}]\n`).join(''));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function uriOf(parameter: string) {
  return reference<S3Uri>({ Get: `Parameters.${parameter}` });
}
