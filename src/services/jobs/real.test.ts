/** Jobs that really run: real processes in their sandboxes, real files, and a server that is replaced while they run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { api, processingJob, trainingJob } from '../../../tests/support/jobs.ts';
import { type MemorySink, memorySink } from '../../../tests/support/logSink.ts';
import { type MemoryObjects, memoryObjects } from '../../../tests/support/memoryObjects.ts';
import { perform, testCall } from '../../../tests/support/operations.ts';
import { silentLog } from '../../base/log.ts';
import { systemWorld } from '../../base/world.ts';
import type { InputOf, Operation, OutputOf } from '../../protocol/service.ts';
import { createRunner } from '../../runner/runner.ts';
import { openMemoryStore } from '../../store/store.ts';
import type { Sdk } from './context.ts';
import { createJobsService, type JobEnd, jobsMigrations } from './index.ts';

const IMAGE = `telar/node:${process.versions.node.split('.')[0]}`;
const world = { ...systemWorld, log: silentLog };
let root: string;
let objects: MemoryObjects;
let database: DatabaseSync;
let server: ReturnType<typeof start>;
let ends: Map<string, JobEnd>;
let sink: MemorySink;

function start() {
  const store = openMemoryStore(database, [jobsMigrations], world);
  const runner = createRunner({
    ...{ world, jobsFolder: join(root, 'jobs'), imagesFolder: join(root, 'images'), hide: [] },
  });
  const service = createJobsService({
    ...{ api, store, world, runner, logSink: sink, limits: { grace: 300 } },
    ports: {
      objects,
      callAs: () => testCall(),
      roleExists: () => true,
      roleSession: () => ({ AccessKeyId: `ASIA${Math.random()}`, SecretAccessKey: 's', SessionToken: 't' }),
      model: () => undefined,
      endpointUrl: () => 'http://127.0.0.1:1',
      emit: () => {},
      jobEnded: (end) => void ends.set(end.jobArn, end),

      jobCreated: () => {},
      jobDeleted: () => {},
      progress: () => {},
      setTags: () => {},
      removeTags: () => {},
    },
  });
  void service.service.start?.();
  const operations = service.service.operations as Readonly<Record<string, Operation<unknown, unknown>>>;
  return {
    ...service,
    call: <N extends string>(name: N, input: InputOf<Sdk, N>) =>
      perform(store, operations[name]!, input, testCall({ now: Date.now() })) as Promise<OutputOf<Sdk, N>>,
  };
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'telar-jobs-'));
  objects = memoryObjects(root);
  database = new DatabaseSync(':memory:');
  ends = new Map();
  sink = memorySink();
  server = start();
});
afterEach(async () => {
  await server.service.stop?.();
  rmSync(root, { recursive: true, force: true });
});

const until = async (what: () => boolean) => {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 10));
};
async function ended(arn: string | undefined): Promise<JobEnd> {
  await until(() => ends.has(arn!));
  return ends.get(arn!)!;
}
/** The log of a job, so far. */
const log = (arn: string | undefined): string => sink.textOf(`${arn!.split('/').at(-1)}/algo-1`) ?? '';

/** A processing job that runs this script, with `input` and `output` as its folders. */
async function run(script: string, more: object = {}): Promise<string | undefined> {
  objects.put('code/main.mjs', script);
  const code = '/opt/ml/processing/code';
  const s3 = (S3Uri: string, LocalPath: string) => ({ S3Uri, LocalPath, S3DataType: 'S3Prefix' as const });
  const answer = await server.call('CreateProcessingJob', {
    ...processingJob('job'),
    AppSpecification: {
      ImageUri: IMAGE,
      ContainerEntrypoint: ['node', `${code}/main.mjs`],
      ContainerArguments: ['x y'],
    },
    ProcessingInputs: [{ InputName: 'code', S3Input: s3('s3://data/code/main.mjs', code) }],
    ProcessingOutputConfig: {
      Outputs: [
        {
          OutputName: 'out',
          S3Output: { S3Uri: 's3://data/out', LocalPath: '/opt/ml/processing/out', S3UploadMode: 'EndOfJob' },
        },
      ],
    },
    ...more,
  });
  return answer.ProcessingJobArn;
}

it('a processing job reads, writes, logs and completes', async () => {
  const arn = await run(`
    import { readFileSync, writeFileSync, symlinkSync } from 'node:fs';
    const config = JSON.parse(readFileSync('/opt/ml/config/processingjobconfig.json'));
    console.log('working on', config.ProcessingJobName, process.argv[2], process.env.AWS_REGION);
    writeFileSync('/opt/ml/processing/out/result.json', '{"ok":true}');
    symlinkSync('/etc/passwd', '/opt/ml/processing/out/link');
    writeFileSync('/opt/ml/output/message', 'all well');
  `);
  const end = await ended(arn);
  expect(end).toMatchObject({ status: 'Completed', describe: { ExitMessage: 'all well' } });
  expect(objects.all()).toMatchObject({ 'out/result.json': '{"ok":true}' });
  expect(Object.keys(objects.all())).not.toContain('out/link');
  expect(log(arn)).toContain('working on job x y us-east-1');
});

it('a training job leaves its model, its metrics, and nothing of a failed run', async () => {
  const script = (code: number) => `
    mkdir -p /opt/ml/model && echo weights > /opt/ml/model/weights
    echo "loss=0.5"; echo "loss=0.125"
    [ ${code} = 0 ] || echo "no labels in train.csv" > /opt/ml/output/failure
    exit ${code}`;
  const train = async (name: string, code: number) => {
    const request = trainingJob(name, {
      AlgorithmSpecification: {
        ...{ TrainingImage: IMAGE, TrainingInputMode: 'File', ContainerEntrypoint: ['sh', '-c', script(code)] },
        MetricDefinitions: [{ Name: 'loss', Regex: 'loss=([0-9.]+)' }],
      },
      OutputDataConfig: { S3OutputPath: 's3://data/models' },
    });
    return ended((await server.call('CreateTrainingJob', request)).TrainingJobArn);
  };
  expect(await train('good', 0)).toMatchObject({
    status: 'Completed',
    describe: {
      ModelArtifacts: { S3ModelArtifacts: 's3://data/models/good/output/model.tar.gz' },
      FinalMetricDataList: [{ MetricName: 'loss', Value: 0.125 }],
    },
  });
  expect(gunzipSync(objects.bytes('models/good/output/model.tar.gz')).toString('latin1')).toContain('weights\n');
  expect(await train('bad', 1)).toMatchObject({
    status: 'Failed',
    failureReason: 'AlgorithmError: no labels in train.csv, exit code: 1',
  });
  expect(Object.keys(objects.all())).toEqual(['models/good/output/model.tar.gz']);
});

it('a script that ends with 1 fails its job, and says why', async () => {
  const end = await ended(await run("throw new Error('no column named survived');"));
  expect(end).toMatchObject({ status: 'Failed', internal: false });
  expect(end.failureReason).toBe(
    "AlgorithmError: See job logs for more information, exit code: 1. The log's last line: Error: no column named survived",
  );
});

it('a script that ignores SIGTERM is killed after the grace', async () => {
  const arn = await run(
    "process.on('SIGTERM', () => console.log('no')); setInterval(() => {}, 1000); console.log('up');",
  );
  await until(() => log(arn).includes('up'));
  await server.call('StopProcessingJob', { ProcessingJobName: 'job' });
  expect(await ended(arn)).toMatchObject({ status: 'Stopped' });
  expect(log(arn)).toContain('no');
});

it('a script that writes more than its volume holds fails by name, and nothing of it is stored', async () => {
  const end = await ended(
    await run(`
      import { truncateSync, writeFileSync } from 'node:fs';
      writeFileSync('/opt/ml/processing/out/a', 'small');
      writeFileSync('/opt/ml/processing/out/b', '');
      truncateSync('/opt/ml/processing/out/b', 1.5 * 1024 ** 3);
    `),
  );
  expect(end).toMatchObject({ status: 'Failed' });
  expect(end.failureReason).toContain('No space left on device: the job asks for a volume of 1 GB');
  expect(Object.keys(objects.all())).toEqual(['code/main.mjs']);
});

it('a job outlives its server, and its end is told by the next one', async () => {
  const arn = await run(`
    import { writeFileSync } from 'node:fs';
    console.log('up');
    setTimeout(() => { writeFileSync('/opt/ml/processing/out/late', 'x'); }, 400);
  `);
  await until(() => log(arn).includes('up'));
  await server.service.stop?.();
  server = start();
  expect(await ended(arn)).toMatchObject({ status: 'Completed' });
  expect(objects.all()).toMatchObject({ 'out/late': 'x' });
});
