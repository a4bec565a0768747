import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ROLE } from '../../../../tests/support/jobs.ts';
import { type MemorySink, memorySink } from '../../../../tests/support/logSink.ts';
import { type MemoryObjects, memoryObjects } from '../../../../tests/support/memoryObjects.ts';
import { REGION, testCall } from '../../../../tests/support/operations.ts';
import { silentLog } from '../../../base/log.ts';
import { systemWorld } from '../../../base/world.ts';
import type { Job, JobPlan, PlannedInput, PlannedOutput } from '../plan.ts';
import type { JobRow } from '../store.ts';
import { adoptKeptLogs } from './adopt.ts';
import type { JobFiles } from './files.ts';
import { createJobFiles } from './index.ts';

let root: string;
let objects: MemoryObjects;
let files: JobFiles;
let shipped: MemorySink;
let ml: string;
const never = new AbortController().signal;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'telar-jobs-'));
  objects = memoryObjects(root);
  const jobs = join(root, 'jobs');
  ml = join(jobs, 'job-1', 'ml');
  const runner = {
    folder: (id: string) => ({ root: join(jobs, id), ml: join(jobs, id, 'ml'), log: join(jobs, id, 'output.log') }),
    remove: async (id: string) => rmSync(join(jobs, id), { recursive: true, force: true }),
  };
  shipped = memorySink();
  const world = { ...systemWorld, log: silentLog };
  files = createJobFiles({ world, ports: { objects, callAs: () => testCall() }, runner, logSink: shipped });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function job(plan: Partial<JobPlan>, kind: Job['kind'] = 'Processing'): Job {
  return {
    ...{ arn: 'arn:aws:sagemaker:us-east-1:123456789012:processing-job/job', id: 'job-1', name: 'job', kind },
    ...{ region: REGION, roleArn: ROLE },
    plan: {
      ...{ image: 'telar/node:24', entrypoint: undefined, arguments: [], environment: {}, networkIsolation: false },
      ...{ maxRuntimeSeconds: 60, volumeBytes: 100_000, inputs: [], outputs: [], retries: 0, storeWhenStopped: false },
      ...{ folders: ['output'], configuration: {}, hostConfiguration: [], metrics: [] },
      instances: { type: 'ml.m5.large', count: 1 },
      ...plan,
    },
  };
}
const input = (uri: string, more: Partial<PlannedInput> = {}): PlannedInput => ({
  ...{ name: 'in', type: 'S3Prefix', uri, gzip: false, sharded: false, folder: 'processing/in' },
  ...more,
});
const at = (path: string) => join(ml, path);
const text = (path: string) => readFileSync(at(path), 'utf8');
const left = (path: string, content: string | Buffer = path) => {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), content);
};
/** Takes the outputs in, and writes them. */
async function stored(of: Job) {
  const { report, batches } = await files.store(of, true, 0);
  const written = [];
  for await (const batch of batches) {
    written.push(...batch.write());
    batch.release();
  }
  return { report, written };
}

describe('staging', () => {
  it('copies a prefix, an object and large files; none of the store’s files can be changed through them', async () => {
    const large = 'x'.repeat(1000);
    objects.put('train/', '');
    objects.put('train/a.csv', 'a');
    objects.put('train/deep/b.csv', large);
    objects.put('code/main.py', 'print()');
    const inputs = [
      input('s3://data/train'),
      input('s3://data/code/main.py', { name: 'code', folder: 'processing/code' }),
    ];
    const staged = await files.stage(job({ inputs, configuration: { 'config/x.json': { a: 1 } } }), never);
    expect(text('processing/in/a.csv')).toBe('a');
    expect(text('processing/in/deep/b.csv')).toBe(large);
    expect(text('processing/code/main.py')).toBe('print()');
    expect(text('config/x.json')).toBe('{"a":1}');
    expect(statSync(at('processing/in/deep/b.csv'))).toMatchObject({ nlink: 1 });
    expect(statSync(at('processing/in/deep/b.csv')).mode & 0o222).not.toBe(0);
    expect(staged.reads.map(({ key, version }) => [key, version])).toEqual([
      ['train/a.csv', '2'],
      ['train/deep/b.csv', '3'],
      ['code/main.py', '4'],
    ]);
    expect(staged.prefixes.map(({ uri }) => uri)).toEqual(['s3://data/train', 's3://data/code/main.py']);
  });

  it('starts over: nothing of an earlier attempt stays, and only a whole one counts', async () => {
    objects.put('a', 'a');
    const it = job({ inputs: [input('s3://data/a')] });
    left('processing/in/old');
    expect(files.intact(it)).toBe(false);
    await files.stage(it, never);
    expect(existsSync(at('processing/in/old'))).toBe(false);
    expect(files.intact(it)).toBe(true);
    await expect(files.stage(job({ inputs: [input('s3://data/none')] }), never)).rejects.toThrow();
    expect(files.intact(it)).toBe(false);
  });

  it.each([
    [
      's3://data/none',
      /NoSuchKey \(404\): No S3 objects found under S3 URL "s3:\/\/data\/none" .*us-east-1.*role\/jobs/,
    ],
    ['s3://other/x', /^Data download failed:NoSuchBucket \(404\): .*s3:\/\/other\/x/],
    ['s3://data/secret', /^Data download failed:AccessDenied \(403\): Access Denied \(s3:\/\/data\/secret\)/],
  ])('names what cannot be read: %s', async (uri, message) => {
    objects.put('secret', 'x');
    objects.forbidden.add('secret');
    const failure = files.stage(job({ inputs: [input(uri)] }), never);
    await expect(failure).rejects.toMatchObject({ failure: 'ClientError', message: expect.stringMatching(message) });
  });

  it.each(['p/../../../etc/cron.d/x', 'p//etc/passwd', 'p/a\nb', 'p/./x', `p/${'n'.repeat(256)}`])(
    'refuses a key that would leave its folder: %j',
    async (key) => {
      objects.put(key, 'x');
      await expect(files.stage(job({ inputs: [input('s3://data/p/')] }), never)).rejects.toThrow(
        'cannot become a file',
      );
    },
  );

  it('refuses files in each other’s way, and inputs larger than the volume', async () => {
    objects.put('p/a', 'x');
    objects.put('p/a/b', 'x');
    await expect(files.stage(job({ inputs: [input('s3://data/p/')] }), never)).rejects.toThrow('cannot both be files');
    objects.put('big', 'x'.repeat(100));
    const small = job({ inputs: [input('s3://data/big')], volumeBytes: 99 });
    await expect(files.stage(small, never)).rejects.toThrow('No space left on device');
  });

  it('reads manifests', async () => {
    objects.put('d/one.csv', '1');
    objects.put('d/deep/two.csv', '2');
    objects.put('manifest', '[{"prefix": "s3://data/d/"}, "one.csv", "deep/two.csv"]');
    const inputs = [input('s3://data/manifest', { type: 'ManifestFile' })];
    const { reads } = await files.stage(job({ inputs }), never);
    expect(text('processing/in/deep/two.csv')).toBe('2');
    expect(reads.map(({ key }) => key)).toEqual(['manifest', 'd/one.csv', 'd/deep/two.csv']);
    for (const [manifest, message] of [
      ['nonsense', 'it is no JSON'],
      ['["x"]', 'it must be an array'],
      ['[{"prefix": "s3://data/d/"}, "../../x"]', 'The specified key does not exist'],
      ['[{"prefix": "s3://data/d/"}, "three.csv"]', 'NoSuchKey (404)'],
    ] as const) {
      objects.put('manifest', manifest);
      await expect(files.stage(job({ inputs }), never)).rejects.toThrow(message);
    }
  });

  it('unpacks gzip, within the volume', async () => {
    objects.put('a.csv.gz', gzipSync('a,b'));
    const packed = input('s3://data/a.csv.gz', { gzip: true });
    await files.stage(job({ inputs: [packed] }), never);
    expect(text('processing/in/a.csv')).toBe('a,b');
    objects.put('a.csv.gz', gzipSync(Buffer.alloc(1_000_000)));
    await expect(files.stage(job({ inputs: [packed] }), never)).rejects.toThrow('No space left on device');
    objects.put('a.csv.gz', 'plain');
    await expect(files.stage(job({ inputs: [packed] }), never)).rejects.toThrow('is not gzip');
  });

  it('ends early when it is interrupted', async () => {
    objects.put('a', 'a');
    const abort = new AbortController();
    abort.abort();
    await expect(files.stage(job({ inputs: [input('s3://data/a')] }), abort.signal)).rejects.toThrow('aborted');
  });
});

describe('storing', () => {
  const out: PlannedOutput = { name: 'out', form: 'files', folder: 'processing/out', uri: 's3://data/run/out' };
  const model: PlannedOutput = {
    name: 'model',
    form: 'archive',
    folder: 'model',
    uri: 's3://data/m.tar.gz',
    evenEmpty: true,
  };

  it('stores files under the prefix, and follows no link', async () => {
    writeFileSync(join(root, 'secret'), 'key');
    left('processing/out/a.csv', 'a');
    left('processing/out/deep/b.csv', 'b');
    left('processing/out/empty', '');
    symlinkSync(join(root, 'secret'), at('processing/out/link'));
    symlinkSync(root, at('processing/out/folder'));
    const { written } = await stored(job({ outputs: [out] }));
    expect(objects.all()).toEqual({ 'run/out/a.csv': 'a', 'run/out/deep/b.csv': 'b', 'run/out/empty': '' });
    expect(written).toHaveLength(3);
    expect(objects.held).toBe(0);
  });

  it('left links out without a word', async () => {
    left('processing/out/a.csv', 'a');
    for (let count = 0; count < 25; count += 1) symlinkSync('a.csv', at(`processing/out/link-${count}`));
    const it = job({ outputs: [out] });
    await stored(it);
    await files.discard(it);
    const log = shipped.textOf(`${it.name}/algo-1`)!.trim().split('\n');
    expect(log).toHaveLength(21);
    expect(log[0]).toMatch(/^telar: processing\/out\/link-\d+ is not stored: it is a link, not a file\.$/);
    expect(log.at(-1)).toBe('telar: 5 more below processing/out are not stored for the same reason.');
  });

  it('follows no link on the way to an output, to a failure or to a message', async () => {
    mkdirSync(join(root, 'private'));
    writeFileSync(join(root, 'private', 'failure'), 'secret');
    writeFileSync(join(root, 'private', 'message'), 'secret');
    mkdirSync(at('processing'), { recursive: true });
    symlinkSync(join(root, 'private'), at('processing/out'));
    symlinkSync(join(root, 'private'), at('output'));
    const { report } = await stored(job({ outputs: [out] }));
    expect(objects.all()).toEqual({});
    expect(report).toMatchObject({ failure: undefined, message: undefined });
    rmSync(at('output'));
    mkdirSync(at('output'));
    symlinkSync(join(root, 'private', 'failure'), at('output/failure'));
    expect((await stored(job({}))).report.failure).toBeUndefined();
  });

  it('packs the same files into the same archive, whatever their times, links left out', async () => {
    const pack = async (order: string[]) => {
      rmSync(at('model'), { recursive: true, force: true });
      for (const name of order) left(`model/${name}`, name);
      left('model/zero', '');
      symlinkSync('/etc/passwd', at('model/link'));
      chmodSync(at('model/run.sh'), 0o700);
      await stored(job({ outputs: [model] }, 'Training'));
      return objects.bytes('m.tar.gz');
    };
    const one = await pack(['run.sh', 'code/inference.py', `long/${'n'.repeat(120)}/xgboost-model`]);
    const two = await pack([`long/${'n'.repeat(120)}/xgboost-model`, 'run.sh', 'code/inference.py']);
    expect(one.equals(two)).toBe(true);
    const entries: string[] = [];
    const reader = extract();
    Readable.from([gunzipSync(one)]).pipe(reader);
    for await (const entry of reader) {
      entries.push(`${entry.header.name} ${entry.header.mode?.toString(8)} ${entry.header.size}`);
      entry.resume();
    }
    expect(entries).toEqual([
      'code/inference.py 644 17',
      `long/${'n'.repeat(120)}/xgboost-model 644 ${`long/${'n'.repeat(120)}/xgboost-model`.length}`,
      'run.sh 755 6',
      'zero 644 0',
    ]);
  });

  it('makes an archive of a model that is not there, and none of other output that is not', async () => {
    const other: PlannedOutput = {
      ...model,
      name: 'output',
      folder: 'output/data',
      uri: 's3://data/o',
      evenEmpty: false,
    };
    await stored(job({ outputs: [model, other] }, 'Training'));
    expect(Object.keys(objects.all())).toEqual(['m.tar.gz']);
    expect(gunzipSync(objects.bytes('m.tar.gz'))).toEqual(Buffer.alloc(1024));
  });

  it('stores nothing of what is larger than the volume, or does not fit the disk', async () => {
    left('processing/out/a', 'x'.repeat(60));
    left('processing/out/b', 'x'.repeat(60));
    await expect(stored(job({ outputs: [out], volumeBytes: 100 }))).rejects.toMatchObject({
      failure: 'ClientError',
      message: expect.stringContaining('No space left on device'),
    });
    objects.full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    await expect(stored(job({ outputs: [out] }))).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(objects.all()).toEqual({});
    expect(objects.held).toBe(0);
  });

  it('gives very many outputs in several batches', async () => {
    for (let index = 0; index < 300; index += 1) left(`processing/out/${index}`, '');
    const { batches } = await files.store(job({ outputs: [out] }), true, 0);
    const sizes = [];
    for await (const batch of batches) sizes.push(batch.write().length);
    expect(sizes).toEqual([256, 44]);
  });

  it('reads files that the job closed to everybody', async () => {
    left('processing/out/a', 'a');
    chmodSync(at('processing/out/a'), 0);
    chmodSync(at('processing/out'), 0);
    await stored(job({ outputs: [out] }));
    expect(objects.all()).toEqual({ 'run/out/a': 'a' });
  });

  // Other systems take no such names in the first place.
  it.runIf(process.platform === 'linux')('names a file whose name is no text', async () => {
    mkdirSync(at('processing/out'), { recursive: true });
    writeFileSync(Buffer.concat([Buffer.from(`${at('processing/out')}/`), Buffer.from([0x61, 0xff])]), 'x');
    await expect(stored(job({ outputs: [out] }))).rejects.toThrow("the output file 'a\ufffd' is not UTF-8");
  });

  it('reads the report: failure, message, last line, metrics', async () => {
    left('output/failure', 'no data\n');
    left('output/message', 'm'.repeat(2000));
    writeFileSync(join(dirname(ml), 'output.log'), 'loss=0.5\nloss=0.25\n\u001b[31mValueError\u001b[0m: bad\n\n');
    const { report } = await stored(job({ metrics: [{ name: 'loss', regex: 'loss=([0-9.]+)' }] }));
    expect(report).toEqual({
      failure: 'no data',
      message: 'm'.repeat(1024),
      lastLine: 'ValueError : bad',
      metrics: [{ name: 'loss', value: 0.25 }],
    });
  });
});

describe('discarding', () => {
  it('ends the log first, and may be done again', async () => {
    const it = job({});
    files.note(it, 'Building the image');
    await files.stage(it, never);
    files.followLog(it);
    const { id, name } = it;
    const source = {
      id: `${id}/algo-1`,
      region: REGION,
      group: '/aws/sagemaker/ProcessingJobs',
      stream: `${name}/algo-1`,
    };
    expect(shipped.following).toEqual([{ ...source, path: join(dirname(ml), 'output.log') }]);
    for (const text of ['Building the image\n', undefined]) {
      shipped.ended.length = 0;
      await files.discard(it);
      expect(existsSync(dirname(ml))).toBe(false);
      expect(shipped.ended).toEqual([new Map([[source.id, text]])]);
    }
    expect(shipped.forgotten).toEqual([source.id, source.id]);
  });
});

describe('a log that cannot be shipped', () => {
  it('does not keep the end of its job from being told, and has what room the files of the job leave', async () => {
    const it = job({});
    await files.stage(it, never);
    const finish = vi.spyOn(shipped, 'finish').mockRejectedValue(new Error('database or disk is full'));
    await files.endLog(it);
    expect(finish).toHaveBeenCalledTimes(3);
    await expect(files.discard(it)).rejects.toThrow('disk is full');
    expect([existsSync(ml), existsSync(dirname(ml))]).toEqual([false, true]);
    finish.mockRestore();
    await files.discard(it);
    expect(existsSync(dirname(ml))).toBe(false);
  });
});

describe('logs that release 0.1.0 kept', () => {
  it('are taken over, each once, and what no ended job belongs to stays', async () => {
    const folder = join(root, 'logs');
    mkdirSync(folder);
    for (const name of ['a.log', 'b.log', 'running.log', 'server.log', 'a.txt'])
      writeFileSync(join(folder, name), name);
    const row = { kind: 'Training', region: REGION, phase: 'ended', ended_at: 5000, created_at: 1000 } as JobRow;
    const rows: Record<string, JobRow> = {
      a: { ...row, id: 'a', name: 'A' },
      b: { ...row, id: 'b', name: 'B', kind: 'Processing', ended_at: null },
      running: { ...row, id: 'running', name: 'R', phase: 'running' },
    };
    const finish = vi.spyOn(shipped, 'finish');
    const parts = { job: (id: string) => rows[id], logSink: shipped, log: silentLog, closing: () => false };
    await adoptKeptLogs(folder, parts);
    await adoptKeptLogs(folder, parts);
    expect(finish.mock.calls.map(([{ path: _, ...source }]) => source)).toEqual([
      { id: 'a/algo-1', region: REGION, group: '/aws/sagemaker/TrainingJobs', stream: 'A/algo-1', writtenAt: 5000 },
      { id: 'b/algo-1', region: REGION, group: '/aws/sagemaker/ProcessingJobs', stream: 'B/algo-1', writtenAt: 1000 },
    ]);
    expect([shipped.textOf('A/algo-1'), shipped.forgotten]).toEqual(['a.log', ['a/algo-1', 'b/algo-1']]);
    expect(readdirSync(folder).sort()).toEqual(['a.txt', 'running.log', 'server.log']);
    await adoptKeptLogs(join(root, 'none'), parts);
  });
});

describe('several hosts', () => {
  const hosts = (plan: Partial<JobPlan>) => job({ instances: { type: 'ml.m5.large', count: 2 }, ...plan });
  const of = (host: number, path: string) => join(root, 'jobs', host === 1 ? 'job-1' : `job-1-${host}`, 'ml', path);
  const leftBy = (host: number, path: string, content: string) => {
    mkdirSync(dirname(of(host, path)), { recursive: true });
    writeFileSync(of(host, path), content);
  };

  it('get all of an input, or every second object of it, and are told who they are', async () => {
    for (const key of ['a', 'b', 'c']) objects.put(`p/${key}`, key);
    const whole = input('s3://data/p/', { folder: 'input/data/whole' });
    const shards = input('s3://data/p/', { folder: 'input/data/shards', sharded: true });
    const hostConfiguration = [1, 2].map((host) => ({
      'config/resourceconfig.json': { current_host: `algo-${host}` },
    }));
    const { reads } = await files.stage(hosts({ inputs: [whole, shards], hostConfiguration }), never);
    const there = (host: number) =>
      ['whole/a', 'whole/b', 'whole/c', 'shards/a', 'shards/b', 'shards/c'].filter((path) =>
        existsSync(of(host, `input/data/${path}`)),
      );
    expect(there(1)).toEqual(['whole/a', 'whole/b', 'whole/c', 'shards/a', 'shards/c']);
    expect(there(2)).toEqual(['whole/a', 'whole/b', 'whole/c', 'shards/b']);
    expect(readFileSync(of(2, 'config/resourceconfig.json'), 'utf8')).toBe('{"current_host":"algo-2"}');
    expect(new Set(reads.map(({ key }) => key))).toEqual(new Set(['p/a', 'p/b', 'p/c']));
  });

  it('have their outputs merged; the lower one keeps what both have, and the log names it', async () => {
    leftBy(1, 'processing/out/same', 'one');
    leftBy(2, 'processing/out/same', 'two');
    leftBy(2, 'processing/out/own', 'two');
    leftBy(2, 'output/failure', 'it was me');
    const it = hosts({ outputs: [{ name: 'out', form: 'files', uri: 's3://data/run/', folder: 'processing/out' }] });
    const { report, batches } = await files.store(it, true, 1);
    for await (const batch of batches) batch.write();
    expect(objects.all()).toEqual({ 'run/same': 'one', 'run/own': 'two' });
    expect(report.failure).toBe('it was me');
    await files.discard(it);
    expect(shipped.textOf(`${it.name}/algo-1`)).toContain('processing/out/same of algo-2 is not stored');
    expect(existsSync(of(2, ''))).toBe(false);
  });
});
