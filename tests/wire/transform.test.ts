/** Models and transform jobs through the official SDK, against a real server: real processes that serve, real objects. */
import { gzipSync } from 'node:zlib';
import { waitUntilTransformJobCompletedOrStopped } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';
import { archive, createModel, outputsOf, SUMS, serveScript, transformed, transformJob } from '../support/transform.ts';
import { openWorkbench, pause, refusal, type Workbench } from '../support/workbench.ts';

let server: TestServer;
let bench: Workbench;

beforeAll(async () => {
  server = await startTestServer({ jobLimits: { grace: 1000 } });
  bench = await openWorkbench(server, 'transform');
  await createModel(bench, 'sums', SUMS);
});
afterAll(() => server.close());

/** Runs a job to its end, over objects of its own. */
async function run(name: string, model: string, objects: Record<string, string | Uint8Array>, more = {}) {
  for (const [key, body] of Object.entries(objects)) await bench.put(`${name}/in/${key}`, body);
  await bench.sagemaker.createTransformJob(transformJob(bench, name, model, more));
  return transformed(bench, name);
}

describe('a transform job', () => {
  it('carries each object through the model, to one object of its name', async () => {
    const described = await run('each', 'sums', { 'a.csv': '1,2\n3,4\n', 'sub/b.csv': '5\r\n\r\n6', 'empty.csv': '' });
    expect(described).toMatchObject({
      ...{ TransformJobStatus: 'Completed', ModelName: 'sums' },
      DataProcessing: { InputFilter: '$', OutputFilter: '$', JoinSource: 'None' },
      TransformInput: { CompressionType: 'None', SplitType: 'Line' },
    });
    expect(described.TransformEndTime!.getTime()).toBeGreaterThanOrEqual(described.TransformStartTime!.getTime());
    expect(await outputsOf(bench, 'each')).toEqual(['a.csv.out', 'empty.csv.out', 'sub/b.csv.out']);
    expect(await bench.read('each/out/a.csv.out')).toBe('3\n7\n');
    expect(await bench.read('each/out/sub/b.csv.out')).toBe('5\n6\n');
    const log = await bench.log(described.TransformJobArn!);
    expect(log).toContain('serving');
  });

  it('joins and filters columns, compressed inputs and a manifest included', async () => {
    await bench.put('joined/in/rows.csv.gz', gzipSync('id-1,1,2\n"id, 2",3,4\n'));
    const manifest = JSON.stringify([{ prefix: `s3://${bench.bucket}/joined/in/` }, 'rows.csv.gz']);
    const described = await run(
      'joined-manifest',
      'sums',
      { manifest },
      {
        BatchStrategy: 'SingleRecord',
        DataProcessing: { InputFilter: '$[1:]', OutputFilter: '$[0,-1]', JoinSource: 'Input' },
        TransformInput: {
          ...{ ContentType: 'text/csv', SplitType: 'Line', CompressionType: 'Gzip' },
          DataSource: {
            S3DataSource: {
              S3DataType: 'ManifestFile',
              S3Uri: `s3://${bench.bucket}/joined-manifest/in/manifest`,
            },
          },
        },
        TransformOutput: { Accept: 'text/csv' },
      },
    );
    expect(described.FailureReason).toBeUndefined();
    expect(await bench.read('joined-manifest/out/rows.csv.gz.out')).toBe('id-1,3\n"id, 2",7\n');
  });

  it('is told and tells: headers, environment, whole files', async () => {
    await createModel(
      bench,
      'echo',
      "return JSON.stringify([headers['content-type'], headers.accept, body.length, process.env.SAGEMAKER_BATCH, process.env.SAGEMAKER_MAX_PAYLOAD_IN_MB, process.env.OF_MODEL, process.env.OF_JOB]);",
    );
    const described = await run(
      'told',
      'echo',
      { 'a.json': '[1,\n2]' },
      {
        ...{ MaxPayloadInMB: 2, Environment: { OF_JOB: 'yes' } },
        TransformInput: { ContentType: 'application/json', SplitType: 'None' },
        TransformOutput: { Accept: 'application/json', AssembleWith: 'None' },
      },
    );
    expect(described.FailureReason).toBeUndefined();
    expect(JSON.parse(await bench.read('told/out/a.json.out'))).toEqual([
      'application/json',
      'application/json',
      6,
      'true',
      '2',
      null,
      'yes',
    ]);
  });

  it('parts RecordIO, and gives the model each record bare', async () => {
    await createModel(bench, 'echoes', "return '<' + body + '>';");
    const record = (text: string) => {
      const head = Buffer.from([0x0a, 0x23, 0xd7, 0xce, text.length, 0, 0, 0]);
      return Buffer.concat([head, Buffer.from(text), Buffer.alloc(-text.length & 3)]);
    };
    const described = await run(
      'recordio',
      'echoes',
      { 'a.rec': Buffer.concat(['one', 'four', 'seven'].map(record)), 'b.rec': 'one\n' },
      {
        BatchStrategy: 'SingleRecord',
        TransformInput: { ContentType: 'application/x-recordio', SplitType: 'RecordIO' },
      },
    );
    expect(described.FailureReason).toContain('b.rec: The file ends within a RecordIO record');
    expect(await bench.read('recordio/out/a.rec.out')).toBe('<one>\n<four>\n<seven>\n');
  });

  it('of which one input fails, fails, and stores the others', async () => {
    await createModel(
      bench,
      'picky',
      "if (body.includes('bad')) throw { status: 400, message: 'no bad rows' };\n  return body;",
    );
    const described = await run('partly', 'picky', { 'a.csv': '1\n', 'b.csv': 'bad\n', 'c.csv': '3\n' });
    expect(described.TransformJobStatus).toBe('Failed');
    expect(described.FailureReason).toBe(
      "AlgorithmError: See job logs for more information. 1 of 3 inputs failed; the others' outputs are stored. b.csv: Bad HTTP status received from algorithm: 400: no bad rows",
    );
    expect(await outputsOf(bench, 'partly')).toEqual(['a.csv.out', 'c.csv.out']);
    expect(await bench.log(described.TransformJobArn!)).toContain('telar: b.csv: Bad HTTP status');
  });

  it('asks again after a fault that may pass, as often as ModelClientConfig says', async () => {
    const twice =
      "globalThis.tries = (globalThis.tries ?? 0) + 1;\n  if (globalThis.tries < 3) throw { status: 503, message: 'busy' };\n  return body;";
    await createModel(bench, 'busy', twice);
    const patient = await run('patient', 'busy', { 'a.csv': '1\n' });
    expect(patient.TransformJobStatus).toBe('Completed');
    const hasty = await run(
      'hasty',
      'busy',
      { 'a.csv': '1\n' },
      {
        ModelClientConfig: { InvocationsMaxRetries: 1, InvocationsTimeoutInSeconds: 5 },
      },
    );
    expect(hasty.FailureReason).toContain('503: busy');
  });

  it('that is too long about an answer, or asks for too much at once, says so', async () => {
    await createModel(bench, 'slow', 'await pause(30_000);\n  return body;');
    const slow = await run(
      'late',
      'slow',
      { 'a.csv': '1\n' },
      {
        ModelClientConfig: { InvocationsMaxRetries: 0, InvocationsTimeoutInSeconds: 1 },
      },
    );
    expect(slow.FailureReason).toContain('Model server did not respond to /invocations request within 1 seconds');
    const long = await run('long', 'sums', { 'a.csv': `${'1'.repeat(1024 * 1024 + 1)}\n` }, { MaxPayloadInMB: 1 });
    expect(long.FailureReason).toMatch(
      /^ClientError: .* a\.csv: A line is larger than the 1048576 bytes of MaxPayloadInMB$/,
    );
  });

  it('whose model ends, or cannot serve at all, fails with what it said', async () => {
    await createModel(bench, 'dying', "console.error('out of luck');\n  process.exit(3);");
    const died = await run('died', 'dying', { 'a.csv': '1\n' });
    expect(died.FailureReason).toMatch(/^AlgorithmError: .*exit code: 3.*out of luck/);
    const ModelDataUrl = await bench.put('models/none/model.tar.gz', await archive({ 'model.txt': '' }));
    const PrimaryContainer = { Image: 'telar/node:24', ModelDataUrl };
    await bench.sagemaker.createModel({ ModelName: 'none', ExecutionRoleArn: bench.roleArn, PrimaryContainer });
    const none = await run('unserved', 'none', { 'a.csv': '1\n' });
    expect(none.FailureReason).toContain('nothing here serves this model');
    expect(await outputsOf(bench, 'unserved')).toEqual([]);
  });

  it('is shared among its instances', async () => {
    await createModel(bench, 'hosts', 'return process.pid + headers.host;');
    const objects = Object.fromEntries([1, 2, 3, 4].map((each) => [`${each}.csv`, `${each}\n`]));
    const described = await run('instances', 'hosts', objects, {
      TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 2 },
    });
    expect(described.FailureReason).toBeUndefined();
    expect(await outputsOf(bench, 'instances')).toEqual(['1.csv.out', '2.csv.out', '3.csv.out', '4.csv.out']);
  });

  it('needs no network', async () => {
    await createModel(bench, 'isolated', SUMS, { EnableNetworkIsolation: true });
    expect((await run('alone', 'isolated', { 'a.csv': '1,2\n' })).FailureReason).toBeUndefined();
    expect(await bench.read('alone/out/a.csv.out')).toBe('3\n');
  });

  it('finds a model that listens where SAGEMAKER_BIND_TO_PORT says', async () => {
    const script = serveScript(SUMS).replace('TELAR_BIND_SOCKET', "SAGEMAKER_BIND_TO_PORT, '127.0.0.1'");
    const ModelDataUrl = await bench.put(
      'models/port/model.tar.gz',
      await archive({ 'model.txt': '', 'code/by-port.ts': script }),
    );
    const Environment = { SAGEMAKER_PROGRAM: 'by-port.ts' };
    const PrimaryContainer = { Image: 'telar/node:24', ModelDataUrl, Environment };
    await bench.sagemaker.createModel({ ModelName: 'port', ExecutionRoleArn: bench.roleArn, PrimaryContainer });
    expect((await run('by-port', 'port', { 'a.csv': '1,2\n' })).FailureReason).toBeUndefined();
    expect(await bench.read('by-port/out/a.csv.out')).toBe('3\n');
  });

  it('is stopped, and stores nothing', async () => {
    for (const key of ['a.csv', 'b.csv']) await bench.put(`stopped/in/${key}`, '1\n');
    await createModel(bench, 'waits', 'if (process.env.TELAR_BIND_SOCKET) await pause(60_000);\n  return body;');
    await bench.sagemaker.createTransformJob(transformJob(bench, 'stopped', 'waits'));
    await pause(300);
    await bench.sagemaker.stopTransformJob({ TransformJobName: 'stopped' });
    const waiting = { client: bench.sagemaker, maxWaitTime: 30, minDelay: 1, maxDelay: 1 };
    await waitUntilTransformJobCompletedOrStopped(waiting, { TransformJobName: 'stopped' });
    expect((await transformed(bench, 'stopped')).TransformJobStatus).toBe('Stopped');
    expect(await outputsOf(bench, 'stopped')).toEqual([]);
    const again = refusal(bench.sagemaker.stopTransformJob({ TransformJobName: 'stopped' }));
    expect((await again).message).toBe('The request was rejected because the transform job is in status Stopped.');
  });

  it('is listed, the newest first', async () => {
    const listed = await bench.sagemaker.listTransformJobs({
      StatusEquals: 'Failed',
      NameContains: 'l',
      MaxResults: 2,
    });
    const times = listed.TransformJobSummaries!.map(({ CreationTime }) => CreationTime!.getTime());
    expect(times).toEqual([...times].sort((a, b) => b - a));
    expect(listed.TransformJobSummaries![0]!.FailureReason).toMatch(/Error/);
  });

  it('outlives its model, and is refused without one', async () => {
    await createModel(bench, 'short-lived', `await pause(500);\n  ${SUMS}`);
    await bench.put('outlives/in/a.csv', '1\n');
    await bench.sagemaker.createTransformJob(transformJob(bench, 'outlives', 'short-lived'));
    await bench.sagemaker.deleteModel({ ModelName: 'short-lived' });
    expect((await transformed(bench, 'outlives')).TransformJobStatus).toBe('Completed');
    const refused = await refusal(bench.sagemaker.createTransformJob(transformJob(bench, 'orphan', 'short-lived')));
    expect(refused.message).toMatch(/^Could not find model "arn:aws:sagemaker:.*:model\/short-lived"\.$/);
  });

  it('whose archive leads out of its folder, or is none, fails and says so', async () => {
    for (const [name, data] of [
      ['zip-slip', await archive({ '../../outside.txt': 'x' })],
      ['no-archive', Buffer.from('text')],
    ] as const) {
      const ModelDataUrl = await bench.put(`models/${name}/model.tar.gz`, data);
      const PrimaryContainer = { Image: 'telar/node:24', ModelDataUrl };
      await bench.sagemaker.createModel({ ModelName: name, ExecutionRoleArn: bench.roleArn, PrimaryContainer });
      const { FailureReason } = await run(name, name, { 'a.csv': '1\n' });
      expect(FailureReason).toMatch(/^ClientError: Data download failed: .* cannot be unpacked as a tar\.gz archive: /);
    }
  });
});
