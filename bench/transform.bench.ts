/** A transform job of an XGBoost model, CSV to CSV, beside pandas and the library itself in turn. */
import { execFileSync } from 'node:child_process';
import { createReadStream, createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { IAM } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import { type DataProcessing, SageMaker } from '@aws-sdk/client-sagemaker';
import { systemWorld } from '../src/base/world.ts';
import { createImages } from '../src/runner/images/images.ts';
import { DEFAULT_REGION } from '../src/server/server.ts';
import { atLeast, atMost, type Bench } from './lib/figures.ts';
import { OURS, separate } from './lib/separate.ts';
import { IMAGES } from './lib/server.ts';

const RUNS = 5;
const ROWS = 1_000_000;
/** All but the first column are scored; stored are all and the score. */
const JOINED: DataProcessing = { InputFilter: '$[1:]', JoinSource: 'Input', OutputFilter: '$[:]' };
const BUCKET = 'scores';
const IMAGE = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5';
const PEER = fileURLToPath(new URL('./peers/transform.py', import.meta.url));

export const bench: Bench = {
  name: 'transform',
  describe:
    'A transform job from CreateTransformJob to its end, over a CSV object of 1,000,000 rows and 8 columns, with a model of 200 trees of depth 5: the input out of the object store, the predictions into it; beside pandas.read_csv, Booster.predict and to_csv on files in a new process, its imports not included; memory of the server above what it had before the job, also for ten times the rows.',
  notMeasured: [
    'models deeper than ten levels, which are walked',
    'models with a script, which their container serves',
  ],
  async run(progress) {
    const folder = mkdtempSync(join(tmpdir(), 'telar-bench-'));
    const at = (name: string) => join(folder, name);
    let server: Scorer | undefined;
    try {
      const python = await onImage();
      progress('making the model and the rows');
      python('make', folder, String(ROWS));
      server = await scorer(folder, at('model.ubj'));
      await server.put('rows.csv', at('rows.csv'));
      const [ours, theirs]: [Scored[], Scored[]] = [[], []];
      for (let run = 0; run <= RUNS; run += 1) {
        progress(run === 0 ? 'warming up' : `run ${run} of ${RUNS}`);
        const our = await server.score('rows.csv');
        const their = JSON.parse(python('score', at('model.ubj'), at('rows.csv'), at('theirs.csv'))) as Scored;
        if (run > 0) ours.push(our);
        if (run > 0) theirs.push(their);
      }
      await server.fetch('rows.csv', at('ours.csv'));
      const joined: Scored[] = [];
      for (let run = 1; run <= RUNS; run += 1) {
        progress(`joined with its input, run ${run} of ${RUNS}`);
        joined.push(await server.score('rows.csv', JOINED));
      }
      progress('ten times the rows');
      const text = readFileSync(at('rows.csv'));
      for (let copy = 0; copy < 10; copy += 1) await appendFile(at('many.csv'), text);
      await server.put('many.csv', at('many.csv'));
      const many = await server.score('many.csv');
      const name = 'pandas and XGBoost';
      const seconds = (runs: readonly Scored[]) => runs.map((run) => run.seconds);
      const megabytes = (runs: readonly Scored[]) => runs.map((run) => run.megabytes);
      const times = ours.map((run, index) => theirs[index]!.seconds / run.seconds);
      return [
        atMost('1,000,000 rows', 's', seconds(ours), { peer: { name, samples: seconds(theirs) } }),
        atLeast('1,000,000 rows, beside pandas and XGBoost', 'times', times, { target: 3 }),
        atMost('memory above idle', 'MB', megabytes(ours), { target: 100, peer: { name, samples: megabytes(theirs) } }),
        atMost('joined with their input: 1,000,000 rows', 's', seconds(joined)),
        atMost('joined with their input: memory above idle', 'MB', megabytes(joined), { target: 100 }),
        atMost('memory above idle, 10,000,000 rows', 'MB', [many.megabytes], { target: 100 }),
        atMost('largest difference from XGBoost', '', [await difference(at('ours.csv'), at('theirs.csv'))], {
          target: 1e-6,
        }),
      ];
    } finally {
      await server?.close();
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

type Scored = { seconds: number; megabytes: number };
type Scorer = {
  put(key: string, path: string): Promise<void>;
  /** One transform job over an object. */
  score(key: string, processing?: DataProcessing): Promise<Scored>;
  /** What the last job made of an object, into a file. */
  fetch(key: string, path: string): Promise<void>;
  close(): Promise<void>;
};

/** A server of its own that has the model. */
async function scorer(folder: string, model: string): Promise<Scorer> {
  const server = await separate(OURS, { folder: join(folder, 'data'), port: 0, imagesFolder: IMAGES });
  const endpoint = `http://127.0.0.1:${server.port}`;
  const client = { endpoint, region: DEFAULT_REGION, credentials: server.credentials };
  const [s3, sagemaker] = [new S3({ ...client, forcePathStyle: true }), new SageMaker(client)];
  const ExecutionRoleArn = await createRole(new IAM(client));
  await s3.createBucket({ Bucket: BUCKET });
  const put = async (Key: string, path: string) => {
    const ContentLength = statSync(path).size;
    await s3.putObject({ Bucket: BUCKET, Key, Body: createReadStream(path), ContentLength });
  };
  execFileSync('tar', ['-czf', join(folder, 'model.tar.gz'), '-C', dirname(model), basename(model)]);
  await put('model.tar.gz', join(folder, 'model.tar.gz'));
  const PrimaryContainer = { Image: IMAGE, ModelDataUrl: `s3://${BUCKET}/model.tar.gz` };
  await sagemaker.createModel({ ModelName: BUCKET, ExecutionRoleArn, PrimaryContainer });
  let jobs = 0;
  return {
    put,
    async score(key, DataProcessing) {
      const idle = await server.used();
      const TransformJobName = `job-${++jobs}`;
      const S3DataSource = { S3DataType: 'S3Prefix' as const, S3Uri: `s3://${BUCKET}/${key}` };
      const started = performance.now();
      await sagemaker.createTransformJob({
        ...{ TransformJobName, ModelName: BUCKET, DataProcessing },
        TransformInput: { DataSource: { S3DataSource }, ContentType: 'text/csv', SplitType: 'Line' },
        TransformOutput: { S3OutputPath: `s3://${BUCKET}/out`, Accept: 'text/csv', AssembleWith: 'Line' },
        TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
      });
      for (;;) {
        const job = await sagemaker.describeTransformJob({ TransformJobName });
        if (job.TransformJobStatus === 'Completed') break;
        if (job.TransformJobStatus !== 'InProgress') throw new Error(`The job failed: ${job.FailureReason}`);
        await setTimeout(5);
      }
      const seconds = (performance.now() - started) / 1000;
      return { seconds, megabytes: ((await server.used()).peakRss - idle.rss) / 1e6 };
    },
    async fetch(key, path) {
      const { Body } = await s3.getObject({ Bucket: BUCKET, Key: `out/${key}.out` });
      await pipeline(Body as Readable, createWriteStream(path));
    },
    close: () => server.close(),
  };
}

async function createRole(iam: IAM): Promise<string> {
  const trusted = { Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trusted] });
  const { Role } = await iam.createRole({ RoleName: 'scorer', AssumeRolePolicyDocument });
  await iam.attachRolePolicy({ RoleName: 'scorer', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' });
  return Role!.Arn!;
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
