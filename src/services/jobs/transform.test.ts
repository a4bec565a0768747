/** Transform jobs on a machine whose only pretence are the processes: the model is an HTTP server of the test's own. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { api, ROLE } from '../../../tests/support/jobs.ts';
import { memorySink } from '../../../tests/support/logSink.ts';
import { type MemoryObjects, memoryObjects } from '../../../tests/support/memoryObjects.ts';
import { perform, refusal, testCall } from '../../../tests/support/operations.ts';
import { silentLog } from '../../base/log.ts';
import { systemWorld } from '../../base/world.ts';
import type { InputOf, Operation, OutputOf } from '../../protocol/service.ts';
import { jobFolder, serveSocket } from '../../runner/folder.ts';
import type { LimitedSpec } from '../../runner/limited.ts';
import type { JobExit } from '../../runner/runner.ts';
import { openMemoryStore } from '../../store/store.ts';
import type { Sdk } from './context.ts';
import { createJobsService, type JobEnd, jobsMigrations } from './index.ts';
import type { JobModel, ScoreFiles } from './ports.ts';

const world = { ...systemWorld, log: silentLog };
const MODEL: JobModel = {
  ...{ name: 'sums', roleArn: ROLE, image: 'sagemaker-xgboost:1.7-1', environment: { OF_MODEL: '1', BOTH: 'model' } },
  ...{ data: { uri: 's3://data/models/model.json', form: 'object' }, networkIsolation: false },
};
let root: string;
let objects: MemoryObjects;
let ends: Map<string, JobEnd>;
let launched: Map<string, { spec: LimitedSpec; server: Server; exit: PromiseWithResolvers<JobExit> }>;
let sink: ReturnType<typeof memorySink>;
let scoreFiles: ScoreFiles | undefined;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'telar-transform-'));
  objects = memoryObjects(root);
  ends = new Map();
  launched = new Map();
  sink = memorySink();
  scoreFiles = undefined;
  objects.put('models/model.json', '{}');
});
afterEach(() => {
  for (const { server } of launched.values()) server.close();
  rmSync(root, { recursive: true, force: true });
});

/** Answers every row with how long it is. */
function launch(spec: LimitedSpec): void {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    if (request.url === '/ping') return response.end();
    if (request.url === '/execution-parameters')
      return response.end('{"MaxConcurrentTransforms":3,"MaxPayloadInMB":1}');
    const rows = Buffer.concat(parts).toString().split('\n');
    return response.end(rows.map((row) => String(row.length)).join('\n'));
  });
  const socket = serveSocket(jobFolder(join(root, 'jobs'), spec.jobId));
  mkdirSync(dirname(socket), { recursive: true });
  server.listen(socket);
  launched.set(spec.jobId, { spec, server, exit: Promise.withResolvers() });
}

function start() {
  const store = openMemoryStore(new DatabaseSync(':memory:'), [jobsMigrations], world);
  const folder = (id: string) => jobFolder(join(root, 'jobs'), id);
  const service = createJobsService({
    ...{ api, store, world, logSink: sink, limits: { grace: 300 } },
    runner: {
      ...{ refusal: () => undefined, prepared: () => true, prepare: async () => {} },
      ...{ folder, launched: (id) => launched.has(id), launch: async (spec) => launch(spec) },
      exit: (id) => launched.get(id)!.exit.promise,
      async stop(id) {
        launched.get(id)!.exit.resolve({ kind: 'signalled', signal: 'SIGTERM' });
      },
      remove: async (id) => rmSync(folder(id).root, { recursive: true, force: true }),
    },
    ports: {
      objects,
      callAs: () => testCall(),
      roleExists: () => true,
      roleSession: () => ({ AccessKeyId: 'ASIA', SecretAccessKey: 's', SessionToken: 't' }),
      endpointUrl: () => 'http://127.0.0.1:1',
      model: (_call, name) => (name === MODEL.name ? MODEL : undefined),
      ...(scoreFiles && { scoreFiles }),
      emit: () => {},
      jobEnded: (end) => void ends.set(end.jobArn, end),
      ...{ progress: () => {}, setTags: () => {}, removeTags: () => {}, jobCreated: () => {}, jobDeleted: () => {} },
    },
  });
  void service.service.start?.();
  const operations = service.service.operations as Readonly<Record<string, Operation<unknown, unknown>>>;
  return {
    stop: () => service.service.stop?.(),
    lineageOf: service.lineageOf,
    call: <N extends string>(name: N, input: InputOf<Sdk, N>) =>
      perform(store, operations[name]!, input, testCall({ now: Date.now() })) as Promise<OutputOf<Sdk, N>>,
  };
}

const text = (key: string) => objects.bytes(key).toString();

type Request = InputOf<Sdk, 'CreateTransformJob'>;

function request(more: Partial<Request> = {}): Request {
  const DataSource = { S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri: 's3://data/in/' } };
  return {
    ...{ TransformJobName: 'job', ModelName: 'sums' },
    TransformInput: { DataSource, ContentType: 'text/csv', SplitType: 'Line' },
    TransformOutput: { S3OutputPath: 's3://data/out/', AssembleWith: 'Line' },
    TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
    ...more,
  };
}

async function ended(server: ReturnType<typeof start>, more: Partial<Request> = {}): Promise<JobEnd> {
  const { TransformJobArn } = await server.call('CreateTransformJob', request(more));
  while (!ends.has(TransformJobArn!)) await new Promise((resolve) => setTimeout(resolve, 10));
  await server.stop();
  return ends.get(TransformJobArn!)!;
}

describe('a transform job', () => {
  it('serves its model with both environments, and records what it read and wrote', async () => {
    objects.put('in/a.csv', 'aaa\nb\n');
    objects.put('in/deep/b.csv', 'cc\n');
    const server = start();
    const end = await ended(server, { Environment: { BOTH: 'job' }, MaxPayloadInMB: 2, BatchStrategy: 'MultiRecord' });
    expect(end).toMatchObject({ status: 'Completed', failureReason: undefined });
    const { spec } = [...launched.values()][0]!;
    expect(spec).toMatchObject({ arguments: ['serve'], entrypoint: undefined, serves: true, image: MODEL.image });
    expect(spec.environment).toMatchObject({
      ...{ OF_MODEL: '1', BOTH: 'job', SAGEMAKER_BATCH: 'true', SAGEMAKER_MAX_PAYLOAD_IN_MB: '2' },
      ...{ SAGEMAKER_BATCH_STRATEGY: 'MULTI_RECORD', SAGEMAKER_BIND_TO_PORT: expect.stringMatching(/^\d+$/) },
    });
    expect(text('out/a.csv.out')).toBe('3\n1\n');
    expect(text('out/deep/b.csv.out')).toBe('2\n');
    const lineage = server.lineageOf(end.jobArn);
    expect(lineage.reads.map(({ key }) => key).sort()).toEqual(['in/a.csv', 'in/deep/b.csv', 'models/model.json']);
    expect(lineage.prefixes.map(({ uri }) => uri)).toEqual(['s3://data/in/']);
    expect(lineage.outputs.map(({ key }) => key).sort()).toEqual(['out/a.csv.out', 'out/deep/b.csv.out']);
  });

  it('is scored without a container, where that can be done', async () => {
    objects.put('in/a.csv', '1\n');
    scoreFiles = async ({ files, model }) => {
      expect(readFileSync(join(model, 'model.json'), 'utf8')).toBe('{}');
      const [{ input, output }] = files as [(typeof files)[0]];
      writeFileSync(output, `${readFileSync(input, 'utf8').trim()} scored\n`);
      return { scored: true };
    };
    expect(await ended(start())).toMatchObject({ status: 'Completed', failureReason: undefined });
    expect([launched.size, text('out/a.csv.out')]).toEqual([0, '1 scored\n']);
  });

  it('goes through its container where it is declined, and says why', async () => {
    objects.put('in/a.csv', '1\n');
    scoreFiles = async () => ({ scored: false, reason: 'the model is no tree' });
    const end = await ended(start());
    expect([end.status, launched.size, text('out/a.csv.out')]).toEqual(['Completed', 1, '1\n']);
    expect(sink.textOf('job/algo-1')).toContain("telar: The model's container is asked, since the model is no tree.");
  });

  it('is stopped while it is scored, and stores nothing', async () => {
    objects.put('in/a.csv', '1\n');
    const begun = Promise.withResolvers<void>();
    scoreFiles = ({ files: [file] }, signal) => {
      writeFileSync(file!.output, 'half');
      begun.resolve();
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
    const server = start();
    const end = ended(server);
    await begun.promise;
    await server.call('StopTransformJob', { TransformJobName: 'job' });
    expect(await end).toMatchObject({ status: 'Stopped', failureReason: undefined });
    expect(launched.size).toBe(0);
    expect(() => text('out/a.csv.out')).toThrow();
  });

  it('whose server closes while it is scored is written to no more, and has no end yet', async () => {
    objects.put('in/a.csv', '1\n');
    const begun = Promise.withResolvers<void>();
    let over = false;
    scoreFiles = (_batch, signal) => {
      begun.resolve();
      return new Promise((_resolve, reject) => {
        const end = () => {
          over = true;
          reject(signal.reason);
        };
        signal.addEventListener('abort', () => setTimeout(end, 20));
      });
    };
    const first = start();
    await first.call('CreateTransformJob', request());
    await begun.promise;
    await first.stop();
    expect([over, ends.size]).toEqual([true, 0]);
  });

  it('of which one host was scored before another was declined asks the containers of both', async () => {
    for (const key of ['a', 'b']) objects.put(`in/${key}.csv`, '1\n');
    let hosts = 0;
    scoreFiles = async ({ files: [file] }) => {
      writeFileSync(file!.output, 'scored\n');
      hosts += 1;
      return hosts === 1 ? { scored: true } : { scored: false, reason: 'a row is ragged' };
    };
    const end = await ended(start(), { TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 2 } });
    expect([end.status, hosts, launched.size]).toEqual(['Completed', 2, 2]);
    expect([text('out/a.csv.out'), text('out/b.csv.out')]).toEqual(['1\n', '1\n']);
  });

  it('without a model, or without inputs, is refused or fails', async () => {
    const server = start();
    expect(await refusal(server.call('CreateTransformJob', request({ ModelName: 'Nobody' })))).toMatch(
      /^ValidationException: Could not find model "arn:aws:sagemaker:.*:model\/nobody"\.$/,
    );
    expect((await ended(server)).failureReason).toMatch(/^ClientError: Data download failed:NoSuchKey/);
  });
});

const input = (more: object) => ({
  TransformInput: { ...request().TransformInput!, ...more } as Request['TransformInput'],
});
const output = (more: object) => ({
  TransformOutput: { ...request().TransformOutput!, ...more } as Request['TransformOutput'],
});
const processing = (DataProcessing: Request['DataProcessing']) => ({ DataProcessing });

it.each<[Partial<Request>, string]>([
  [
    { ...input({ SplitType: 'RecordIO' }), DataProcessing: { InputFilter: '$[1:]' } },
    'does not support DataProcessing with the SplitType RecordIO',
  ],
  [
    input({ DataSource: { S3DataSource: { S3DataType: 'AugmentedManifestFile', S3Uri: 's3://b/k' } } }),
    'AugmentedManifestFile',
  ],
  [input({ DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: '/in' } } }), 'is no S3 URI'],
  [output({ S3OutputPath: 'https://out' }), 'S3OutputPath is no S3 URI'],
  [{ MaxPayloadInMB: 0 }, 'does not support MaxPayloadInMB 0'],
  [{ MaxPayloadInMB: 101 }, 'MaxPayloadInMB is at most 100, and is 101'],
  [{ MaxPayloadInMB: 50, MaxConcurrentTransforms: 3 }, 'MaxConcurrentTransforms (3) times MaxPayloadInMB (50)'],
  [{ DataCaptureConfig: { DestinationS3Uri: 's3://b/k' } }, 'does not support DataCaptureConfig'],
  [
    { TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 21 } },
    'Number of instances for a transform job',
  ],
  [processing({ InputFilter: 'features' }), "InputFilter must begin with '$'"],
  [processing({ InputFilter: '$.features' }), "InputFilter '$.features' cannot select from rows of text/csv"],
  [
    { ...processing({ JoinSource: 'Input' }), ...input({ ContentType: 'image/png' }) },
    'records that can be told apart',
  ],
  [{ ...processing({ JoinSource: 'Input' }), ...output({ Accept: 'application/json' }) }, 'that are alike'],
  [{ ...processing({ JoinSource: 'Input' }), ...output({ AssembleWith: 'None' }) }, 'the same, not Line and None'],
])('a request is refused by name: %#', async (more, words) => {
  expect(await refusal(start().call('CreateTransformJob', request(more)))).toContain(words);
});
