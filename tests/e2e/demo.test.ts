/**
 * `npm run demo` on the real Titanic, on one data folder: trained, approved and predicted; again; refused by the gate. Its pipeline
 * by itself, taken from the cache. Then what its role may do, and what happens when it may not.
 */
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IAM } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { isRunnerError } from '../../src/runner/errors.ts';
import { createImages } from '../../src/runner/images/images.ts';
import { SHARED_IMAGES } from '../support/server.ts';
import { finished, type Ran, ROOT, startNode, type Telar, telarIn } from './telar.ts';

const IMAGES = ['sagemaker-scikit-learn:1.2-1-cpu-py3', 'sagemaker-xgboost:1.7-1'];
const PROJECT = join(ROOT, 'examples/01-titanic');
const MINUTES = 60_000;

/** Why the images cannot be made on this machine; undefined when they are there. */
async function missing(): Promise<string | undefined> {
  const images = createImages({ clock: systemClock, imagesFolder: SHARED_IMAGES });
  for (const image of IMAGES) {
    try {
      await images.prepare(image, () => {});
    } catch (error) {
      const machine = ['PythonMissing', 'VenvMissing', 'RegistryUnreachable', 'PackageMissing'];
      if (isRunnerError(error) && machine.includes(error.code)) return error.message;
      throw error;
    }
  }
  return undefined;
}

describe('npm run demo', () => {
  const folder = mkdtempSync(join(tmpdir(), 'telar-demo-'));
  const data = join(folder, 'data');
  const occupant = createServer();
  let telar: Telar;
  let unavailable: string | undefined;
  const demo = (...args: string[]): Promise<Ran> =>
    finished(startNode(join(ROOT, 'scripts/demo.ts'), ['--data', data, ...args], folder));

  beforeAll(async () => {
    telar = telarIn(folder);
    unavailable = await missing();
    // The usual port is taken, by this test or by whoever else: the demo has to find another.
    occupant.listen(4566, '127.0.0.1');
    await Promise.race([once(occupant, 'listening'), once(occupant, 'error')]).catch(() => {});
  }, 15 * MINUTES);
  afterAll(async () => {
    occupant.close();
    await telar.run('down', '--data', data);
    await telar.close();
  });

  it(
    'cleans, trains, passes the gate, approves and predicts, with progress all the way',
    async (context) => {
      if (unavailable) return context.skip(`the images cannot be made here: ${unavailable}`);
      const { status, stdout, stderr } = await demo();
      expect(stderr).toBe('');
      expect(status).toBe(0);
      const progress = [
        'Port 4566 is taken by another program',
        'Telar runs at http://127.0.0.1:',
        'Publishing titanic',
        'titanic-survival-xgboost',
        's3://titanic-mlops-data/raw/titanic.csv',
        'titanic-clean',
        'EvalMetricsLambda',
        'titanic-alerts',
        'Started titanic-training',
        'CleanData: began job',
        'StartPipeline: began pipeline execution',
        'MetricCheck: left',
        'ApproveModel: left',
        'What the pipeline measured',
        'QualityGateAccuracy',
        'holds',
        'Approved',
        'Started titanic-inference',
        'GetApprovedModel: left',
        'Transform: began transform job',
        'The first predictions',
        'and 257 more',
        's3://titanic-mlops-data/predictions/run_date=',
        'model-package/titanic-survival-xgboost/1\n',
        'npx telar predict examples/01-titanic/data/passengers.csv',
        'The server goes on running in the background',
        'npx telar down',
      ];
      let from = 0;
      for (const words of progress) {
        const at = stdout.indexOf(words, from);
        expect(at, `${words}, after ${JSON.stringify(stdout.slice(Math.max(0, from - 60), from))}`).toBeGreaterThan(-1);
        from = at;
      }
      expect(stdout).toMatch(
        /pipeline\/code\/([0-9a-f]{40}(-dirty-[0-9a-f]{12})?|manual-[0-9a-f]{12})\/pipeline_code\.tar\.gz/,
      );
      expect(Number(/\n\s*accuracy\s+(0\.\d+)/.exec(stdout)?.[1])).toBeGreaterThanOrEqual(0.8);
      expect(stdout).toMatch(/\n {2}1048 +0\.8\d{5}\n {2}1049 +0\.9\d{5}\n/);
    },
    5 * MINUTES,
  );

  it(
    'does it all again: another version, on the same server',
    async (context) => {
      if (unavailable) return context.skip(`the images cannot be made here: ${unavailable}`);
      const { status, stdout } = await demo();
      expect(status).toBe(0);
      expect(stdout).toMatch(/Using the server at/);
      expect(stdout).toMatch(/ModelPackageArn +arn:\S+model-package\/titanic-survival-xgboost\/2\n/);
    },
    3 * MINUTES,
  );

  it(
    "takes the pipeline's second run from the cache, and says so",
    async (context) => {
      if (unavailable) return context.skip(`the images cannot be made here: ${unavailable}`);
      const pipeline = () => telar.run('run', 'titanic-modelbuild-dev', '--project', PROJECT, '--data', data);
      expect(await pipeline()).toMatchObject({ status: 0, stdout: expect.stringContaining('PendingManualApproval') });
      let ran = await pipeline();
      // A commit made meanwhile is a new version of the code, which rightly runs anew.
      if (ran.stdout.includes('+ code bundle')) ran = await pipeline();
      const { status, stdout } = ran;
      expect(status).toBe(0);
      for (const step of ['DataPreProcessing', 'TrainModel', 'ModelEvaluation']) {
        expect(stdout).toMatch(new RegExp(`${step}: succeeded in \\d+ ms \\(cache hit\\)`));
      }
      expect(stdout).toMatch(/3 steps were taken from the cache/);
      expect((await telar.json('status', '--data', data)).result).toMatchObject({ registered: true });
    },
    3 * MINUTES,
  );

  it(
    'predicts a file, as the flow predicts it',
    async (context) => {
      if (unavailable) return context.skip(`the images cannot be made here: ${unavailable}`);
      const file = join(PROJECT, 'data/passengers.csv');
      const where = ['--project', PROJECT, '--data', data, '--output', 'predicted.csv'];
      const { status, result } = await telar.json('predict', file, ...where);
      expect(status).toBe(0);
      expect(result).toMatchObject({ rows: 262, version: 2 });
      expect(readFileSync(join(folder, 'predicted.csv'), 'utf8')).toMatch(/^1048,2,"Bentham, [^\n]*,0\.8\d{5}$/m);
    },
    3 * MINUTES,
  );

  it(
    'runs by its state machine, too, which ends with the model that it found, or says that there is none',
    async (context) => {
      if (unavailable) return context.skip(`the images cannot be made here: ${unavailable}`);
      const machine = ['run', 'titanic-modelbuild-run', '--project', PROJECT, '--data', data];
      const registered = await telar.json(...machine);
      expect(registered).toMatchObject({ status: 0, result: { status: 'SUCCEEDED' } });
      const { models } = (await telar.json('models', '--data', data)).result as { models: Record<string, unknown>[] };
      const { output, states } = registered.result as { output: string; states: { name: string; began: string[] }[] };
      const [pipelineExecutionArn] = states.find(({ name }) => name === 'StartPipeline')!.began;
      const { modelPackageArn } = models[0]!;
      expect(JSON.parse(output)).toEqual({ pipelineExecutionArn, modelPackageArn });
      const refused = await telar.json(...machine, '-p', 'accuracyThreshold=0.99');
      expect(refused).toMatchObject({ status: 1, result: { status: 'FAILED', error: 'GateRefused' } });
      expect((await telar.json('models', '--data', data)).result['models']).toEqual(models);
    },
    5 * MINUTES,
  );

  it(
    'shows the gate refusing: nothing is registered',
    async (context) => {
      if (unavailable) return context.skip(`the images cannot be made here: ${unavailable}`);
      const before = (await telar.json('models', '--data', data)).result['models'] as unknown[];
      const { status, stdout } = await demo('--threshold', '0.99');
      expect(status).toBe(0);
      expect(stdout).toMatch(
        /QualityGateAccuracy\s+. does not hold\n\s+metrics\.accuracy 0\.8\d+ ≥ AccuracyThreshold 0\.99\n/,
      );
      expect(stdout).toMatch(/nothing was registered/);
      expect(stdout).toContain('The model was not approved, so nothing is predicted.');
      expect((await telar.json('models', '--data', data)).result['models']).toEqual(before);
    },
    2 * MINUTES,
  );

  it('leaves a record that names everything', async (context) => {
    if (unavailable) return context.skip(`the images cannot be made here: ${unavailable}`);
    const { status } = await telar.run('evidence', 'titanic-modelbuild-dev', '--data', data, '--out', 'record');
    expect(status).toBe(0);
    const record = readFileSync(join(folder, 'record/evidence.md'), 'utf8');
    for (const words of [
      'AccuracyThreshold 0.99',
      'the gate refused the model',
      'telar logs arn:',
      '| TrainModel | ',
    ]) {
      expect(record).toContain(words);
    }
  });

  it('ran with a role that may do this, and no more', async (context) => {
    if (unavailable) return context.skip(`the images cannot be made here: ${unavailable}`);
    const decision = async (action: string, resource: string, ...more: string[]) => {
      const words = ['policy', 'explain', 'role/titanic-pipeline-role', action, resource, ...more, '--data', data];
      return (await telar.json(...words)).result['decision'];
    };
    const object = (key: string) => `arn:aws:s3:::titanic-mlops-data/${key}`;
    const role = 'arn:aws:iam::000000000000:role/titanic-pipeline-role';
    expect(await decision('s3:GetObject', object('curated/train.csv'))).toBe('allowed');
    expect(await decision('s3:PutObject', object('pipeline/runs/x/model.tar.gz'))).toBe('allowed');
    expect(await decision('s3:PutObject', object('curated/train.csv'))).toBe('implicitDeny');
    expect(await decision('s3:GetObject', 'arn:aws:s3:::another-bucket/key')).toBe('implicitDeny');
    expect(await decision('s3:DeleteObject', object('pipeline/runs/x'))).toBe('implicitDeny');
    const passedTo = (service: string) => ['--context', `iam:PassedToService=${service}.amazonaws.com`];
    expect(await decision('iam:PassRole', role, ...passedTo('sagemaker'))).toBe('allowed');
    expect(await decision('iam:PassRole', role, ...passedTo('states'))).toBe('implicitDeny');
  });

  it(
    'fails, naming the denial, when its role may not write any more',
    async (context) => {
      if (unavailable) return context.skip(`the images cannot be made here: ${unavailable}`);
      const env = (await telar.json('env', '--data', data)).result as Record<string, string>;
      const iam = new IAM({
        ...{ endpoint: env['AWS_ENDPOINT_URL']!, region: env['AWS_REGION']! },
        credentials: { accessKeyId: env['AWS_ACCESS_KEY_ID']!, secretAccessKey: env['AWS_SECRET_ACCESS_KEY']! },
      });
      const Statement = [{ Effect: 'Deny', Action: 's3:PutObject', Resource: '*' }];
      const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
      const { Policy } = await iam.createPolicy({ PolicyName: 'no-writes', PolicyDocument });
      // Publishing makes the role's inline policies what the project says, and leaves what is attached alone.
      await iam.attachRolePolicy({ RoleName: 'titanic-pipeline-role', PolicyArn: Policy!.Arn! });
      const { status, stdout } = await demo('--threshold', '0.98');
      expect(status).toBe(1);
      const text = stdout.replaceAll(/\s+/g, ' ');
      expect(text).toContain('FindFailedStep: left');
      expect(text).toContain('AlertError: left');
      expect(text).toMatch(/Data upload failed:AccessDenied \(403\): User: \S+titanic-pipeline-role\/SageMaker/);
      expect(text).toContain('with an explicit deny in an identity-based policy');
    },
    3 * MINUTES,
  );

  it('refuses options that it does not have', async () => {
    expect(await demo('--bogus')).toMatchObject({ status: 2, stderr: expect.stringContaining('--threshold') });
  });
});
