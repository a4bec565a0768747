/** What jobs get of the machine, through the official SDK: limits, hosts, the queue, the network, and how it is watched. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type {
  CreateProcessingJobCommandInput,
  ProcessingInput,
  ProcessingInstanceType,
} from '@aws-sdk/client-sagemaker';
import { extract } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tryBounds } from '../../src/runner/cgroup.ts';
import { isolation } from '../../src/runner/isolation.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { openWorkbench, pause, type Workbench } from '../support/workbench.ts';

const IMAGE = 'telar/node:24';
const MEGABYTE = 1024 ** 2;
const bounded = tryBounds() === undefined;
const isolated = (await isolation()).kind === 'namespaces';
if (!bounded) console.warn(`Skipped: jobs in control groups, since ${tryBounds()}`);
if (!isolated) console.warn('Skipped: jobs in namespaces, which this machine does not grant.');

let server: TestServer;
let bench: Workbench;
beforeAll(async () => {
  server = await startTestServer({ jobLimits: { cpus: 2, memoryBytes: 600 * MEGABYTE, grace: 500 } });
  bench = await openWorkbench(server, 'limits');
});
afterAll(() => server.close());

type Sized = {
  type?: ProcessingInstanceType;
  count?: number;
  on?: Workbench;
} & Partial<CreateProcessingJobCommandInput>;

/** Creates a job that runs a shell script. @returns its ARN */
async function create(
  name: string,
  script: string,
  { type = 'ml.m5.large', count = 1, on = bench, ProcessingInputs = [], ...more }: Sized = {},
) {
  const code = '/opt/ml/processing/code';
  const { ProcessingJobArn } = await on.sagemaker.createProcessingJob({
    ProcessingJobName: name,
    RoleArn: on.roleArn,
    AppSpecification: { ImageUri: IMAGE, ContainerEntrypoint: ['sh', `${code}/${name}.sh`] },
    ProcessingResources: { ClusterConfig: { InstanceCount: count, InstanceType: type, VolumeSizeInGB: 1 } },
    ProcessingInputs: [input('code', await on.put(`code/${name}.sh`, script), code), ...ProcessingInputs],
    ...more,
  });
  return ProcessingJobArn!;
}

const input = (InputName: string, S3Uri: string, LocalPath: string, sharded = false): ProcessingInput => ({
  InputName,
  S3Input: {
    ...{ S3Uri, LocalPath, S3DataType: 'S3Prefix', S3InputMode: 'File' },
    S3DataDistributionType: sharded ? 'ShardedByS3Key' : 'FullyReplicated',
  },
});

async function ended(name: string, on = bench) {
  for (;;) {
    const job = await on.sagemaker.describeProcessingJob({ ProcessingJobName: name });
    if (!['InProgress', 'Stopping'].includes(job.ProcessingJobStatus!)) return job;
    await pause(20);
  }
}

/** The files of an archive, by name. */
async function unpacked(archive: Buffer): Promise<Record<string, string>> {
  const reader = extract();
  Readable.from([gunzipSync(archive)]).pipe(reader);
  const files: Record<string, string> = {};
  for await (const entry of reader) files[entry.header.name] = await text(entry);
  return files;
}

const out = (LocalPath = '/opt/ml/processing/out') => ({
  ProcessingOutputConfig: {
    Outputs: [
      { OutputName: 'out', S3Output: { S3Uri: 's3://limits/out/', LocalPath, S3UploadMode: 'EndOfJob' as const } },
    ],
  },
});

describe('a job that takes too much', () => {
  // This user may not make control groups here: the reason is printed above.
  it.skipIf(!bounded)("of memory fails in AWS's words; that it got less than it asked for, its log says", async () => {
    const arn = await create('memory', `node -e 'const all=[];for(;;)all.push(Buffer.alloc(16e6,1))'`);
    expect(await ended('memory')).toMatchObject({
      ProcessingJobStatus: 'Failed',
      FailureReason:
        'ClientError: Please use an instance type with more memory, or reduce the size of job data processed on an instance.',
    });
    expect(await bench.log(arn)).toContain(
      'telar: This machine is smaller than what the job asks for: ml.m5.large gets 0.6 GiB of 8 GiB of memory.',
    );
    const { Jobs } = await bench.telar('ListJobUse', { JobArn: arn });
    expect(Jobs[0]).toMatchObject({ Status: 'Failed', Phase: 'ended', MemoryLimitBytes: 600 * MEGABYTE });
    expect(Jobs[0]!.Hosts[0]!.PeakMemoryBytes).toBeGreaterThan(500 * MEGABYTE);
    expect(Jobs[0]!.Hosts[0]!.CpuSeconds).toBeGreaterThan(0);
  });

  it('of its volume fails, and says which', async (context) => {
    if (process.platform !== 'linux') return context.skip('fallocate is of Linux');
    await create('volume', 'fallocate -l 700M one && fallocate -l 700M two && sleep 60');
    expect(await ended('volume')).toMatchObject({
      ProcessingJobStatus: 'Failed',
      FailureReason: expect.stringMatching(
        /^ClientError: No space left on device: the job has filled its volume of 1 GB/,
      ),
    });
  });
});

describe('a job that leaves traps', () => {
  it('has its own files stored, and no other', async () => {
    const script = `
      cd /opt/ml/processing && rm -rf out && mkdir -p out/real && echo mine > out/real/file
      ln -s /etc/passwd out/link && ln -s / out/root && ln -s ../../../../../etc out/up && ln -s /proc/self/environ out/environ
      mkfifo out/pipe && ln -s out/real out/again && ln out/real/file out/hard
      ln -s / /opt/ml/processing/whole`;
    const outputs = ['out', 'whole'].map((name) => ({
      OutputName: name,
      S3Output: {
        ...{ S3Uri: `s3://limits/traps/${name}/`, LocalPath: `/opt/ml/processing/${name}` },
        S3UploadMode: 'EndOfJob' as const,
      },
    }));
    // The folder of this output becomes a link to the root.
    const replaced = `rm -rf /opt/ml/processing/whole;${script}`;
    await create('traps', replaced, { ProcessingOutputConfig: { Outputs: outputs } });
    expect(await ended('traps')).toMatchObject({ ProcessingJobStatus: 'Completed' });
    const { Contents = [] } = await bench.s3.listObjectsV2({ Bucket: 'limits', Prefix: 'traps/' });
    expect(Contents.map(({ Key }) => Key)).toEqual(['traps/out/hard', 'traps/out/real/file']);
    expect(await bench.read('traps/out/hard')).toBe('mine\n');
  });
});

// This machine grants no namespaces, without which hosts have no names.
describe.skipIf(!isolated)('several hosts of a job', () => {
  it('share out their input, talk, are told apart in logs, and leave one output', async () => {
    for (const key of ['a', 'b', 'c', 'd']) await bench.put(`shards/${key}`, key);
    const script = `
      name=$(node -p "JSON.parse(fs.readFileSync('/opt/ml/config/resourceconfig.json')).current_host")
      echo "$name has $(ls /opt/ml/processing/in | tr '\\n' ' ')"
      mkdir -p /opt/ml/processing/out && echo "$name" > "/opt/ml/processing/out/$name" && echo "$name" > /opt/ml/processing/out/same
      if [ "$name" = algo-1 ]; then
        node -e "let n=0;require('http').createServer((q,s)=>{s.end('hello '+q.url.slice(1));if(++n==2)setTimeout(()=>process.exit(),100)}).listen(8080,'algo-1')"
      else
        until node -e "fetch('http://algo-1:8080/$name').then((r)=>r.text()).then(console.log)" 2>/dev/null; do sleep 0.1; done
      fi`;
    const shards = input('in', 's3://limits/shards/', '/opt/ml/processing/in', true);
    const arn = await create('hosts', script, { count: 3, ...out(), ProcessingInputs: [shards] });
    expect(await ended('hosts')).toMatchObject({ ProcessingJobStatus: 'Completed' });
    const log = (host: string) => bench.log(arn, host);
    expect(await log('algo-1')).toContain('algo-1 has a d');
    expect(await log('algo-2')).toMatch(/algo-2 has b \nhello algo-2/);
    expect(await log('algo-3')).toMatch(/algo-3 has c \nhello algo-3/);
    expect(await Promise.all(['algo-1', 'algo-2', 'algo-3', 'same'].map((name) => bench.read(`out/${name}`)))).toEqual([
      ...['algo-1\n', 'algo-2\n', 'algo-3\n', 'algo-1\n'],
    ]);
    expect(await log('algo-1')).toContain('processing/out/same of algo-2 is not stored: algo-1 has it');
    expect(await log('algo-4')).toBe('');
  });

  it('of a training job leave one model, with what each of them made', async () => {
    const train = await bench.put(
      'train/train.sh',
      `name=$(node -p "JSON.parse(fs.readFileSync('/opt/ml/input/config/resourceconfig.json')).current_host")
       echo "$name" > "/opt/ml/model/$name" && echo "$name" > /opt/ml/model/config && echo "loss=\${name#algo-};"`,
    );
    await bench.sagemaker.createTrainingJob({
      ...{ TrainingJobName: 'model', RoleArn: bench.roleArn },
      AlgorithmSpecification: {
        ...{ TrainingImage: IMAGE, TrainingInputMode: 'File' },
        ContainerEntrypoint: ['sh', '/opt/ml/input/data/code/train.sh'],
        MetricDefinitions: [{ Name: 'loss', Regex: 'loss=(.*);' }],
      },
      InputDataConfig: [
        { ChannelName: 'code', DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: train } } },
      ],
      OutputDataConfig: { S3OutputPath: 's3://limits/models' },
      ResourceConfig: { InstanceCount: 2, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 },
      StoppingCondition: { MaxRuntimeInSeconds: 600 },
    });
    const described = () => bench.sagemaker.describeTrainingJob({ TrainingJobName: 'model' });
    while ((await described()).TrainingJobStatus === 'InProgress') await pause(20);
    const { FailureReason, FinalMetricDataList } = await described();
    expect([FailureReason, FinalMetricDataList?.[0]?.Value]).toEqual([undefined, 1]);
    const { Body } = await bench.s3.getObject({ Bucket: 'limits', Key: 'models/model/output/model.tar.gz' });
    expect(await unpacked(Buffer.from(await Body!.transformToByteArray()))).toEqual({
      ...{ 'algo-1': 'algo-1\n', 'algo-2': 'algo-2\n', config: 'algo-1\n' },
    });
  });

  it('end with the first that fails, which is named', async () => {
    const script = `grep -q '"current_host":"algo-2"' /opt/ml/config/resourceconfig.json && exit 7; sleep 60`;
    await create('one-fails', script, { count: 2 });
    expect(await ended('one-fails')).toMatchObject({
      ProcessingJobStatus: 'Failed',
      FailureReason: expect.stringMatching(/exit code: 7.*algo-2/),
    });
  });
});

describe('the queue', () => {
  it("lets another's one job pass a hundred, and carries all out", async () => {
    const other = await openWorkbench({ ...server, ...(await another()) }, 'limits-other');
    const names = Array.from({ length: 100 }, (_, index) => `many-${index}`);
    await Promise.all(names.map((name) => create(name, 'true')));
    await create('lone', 'true', { on: other });
    const { Jobs, Machine } = await bench.telar('ListJobUse', {});
    expect(Machine).toMatchObject({ Cpus: 2, CapacityCpus: 4 });
    expect(Machine.PromisedCpus).toBeLessThanOrEqual(4);
    const lone = Jobs.find(({ JobName }) => JobName === 'lone');
    expect(lone?.QueuePosition ?? 0).toBeLessThan(5);
    await ended('lone');
    const waiting = (await bench.telar('ListJobUse', {})).Machine.JobsWaiting;
    expect(waiting).toBeGreaterThan(10);
    const of = async (StatusEquals: 'InProgress' | 'Completed') =>
      (await bench.sagemaker.listProcessingJobs({ NameContains: 'many-', StatusEquals, MaxResults: 100 }))
        .ProcessingJobSummaries!.length;
    while ((await of('InProgress')) > 0) await pause(100);
    expect(await of('Completed')).toBe(100);
  });

  /** A second user of the account, with keys of its own. */
  async function another() {
    await bench.iam.createUser({ UserName: 'another' });
    const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
    await bench.iam.attachUserPolicy({ UserName: 'another', PolicyArn });
    const { AccessKey } = await bench.iam.createAccessKey({ UserName: 'another' });
    const credentials = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    return { credentials, client: { ...server.client, credentials } };
  }
});

// This machine grants no namespaces, without which a job has the machine's network.
describe.skipIf(!isolated)('jobs that reach Telar alone', () => {
  it('call its API and nothing else of the machine', async () => {
    const only = await startTestServer({ jobLimits: { telarOnly: true } });
    const listening = createServer((_, response) => response.end('outside'));
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const { port } = listening.address() as AddressInfo;
    try {
      const on = await openWorkbench(only, 'alone');
      const ask = (url: string) =>
        `await fetch(${url}).then((r)=>r.text()).then((t)=>console.log(t.slice(0,80)),(e)=>console.log(e.cause.code));`;
      const program = `${ask("process.env.AWS_ENDPOINT_URL+'/_telar/health'")}${ask(`'http://127.0.0.1:${port}'`)}${ask("'http://192.0.2.1'")}`;
      const arn = await create('alone', `node --input-type=module -e "${program}"`, { on });
      expect(await ended('alone', on)).toMatchObject({ ProcessingJobStatus: 'Completed' });
      const lines = (await on.log(arn))
        .trim()
        .split('\n')
        .filter((line) => !line.startsWith('telar: '));
      expect(lines).toEqual([expect.stringContaining('"status":"ok"'), 'ECONNREFUSED', 'ENETUNREACH']);
      await expect(create('two', 'true', { on, count: 2 })).rejects.toThrow('could not reach each other');
    } finally {
      listening.close();
      await only.close();
    }
  });
});
