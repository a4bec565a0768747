/** `telar gc` on a server: what models need stays, what nobody needs goes, and who asked for it is on record. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { telarIn } from '../e2e/telar.ts';
import { publishSmallPipeline } from '../support/nodeSteps.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';

const NAME = 'collected';
let server: TestServer;
let bench: Workbench;

beforeAll(async () => {
  server = await startTestServer();
  bench = await openWorkbench(server, NAME);
  await publishSmallPipeline(bench, NAME);
  const { status } = await bench.ended(await bench.start(NAME));
  expect(status).toBe('Succeeded');
});
afterAll(() => server.close());

const keysUnder = async (Prefix: string) =>
  ((await bench.s3.listObjectsV2({ Bucket: NAME, Prefix })).Contents ?? []).map(({ Key }) => Key!);
const collect = (more: object = {}) => bench.telar('CollectGarbage', { KeepDays: 0, ...more });

describe('telar gc', () => {
  it('keeps what a model was made of, frees the rest, and once the model is gone frees that too', async () => {
    // The job that measures reads the same data, but the model was not made of what it wrote.
    const keys = [...(await keysUnder(`${NAME}/`)), ...(await keysUnder('runs/'))];
    const unrelated = keys.filter((key) => /measure|report/.test(key));
    const needed = keys.filter((key) => !unrelated.includes(key));
    expect(needed.map((key) => key.split('/').at(-1))).toEqual(['train.ts', 'data.csv', 'model.tar.gz']);
    for (const Key of keys) await bench.s3.deleteObject({ Bucket: NAME, Key });

    const dry = await collect({ DryRun: true });
    expect(dry).toMatchObject({ DryRun: true, Versions: { Count: unrelated.length } });
    expect(dry.KeptForModels.Count).toBe(needed.length);
    const real = await collect();
    expect(real).toMatchObject({ Versions: dry.Versions, KeptForModels: dry.KeptForModels });
    expect(real.Next).toBeUndefined();
    expect((await collect()).Versions).toEqual({ Count: 0, Bytes: 0 });

    const { ModelPackageSummaryList: packages } = await bench.sagemaker.listModelPackages({
      ModelPackageGroupName: NAME,
    });
    for (const { ModelPackageArn } of packages!) {
      await bench.sagemaker.deleteModelPackage({ ModelPackageName: ModelPackageArn });
    }
    expect(await collect()).toMatchObject({
      ...{ Versions: { Count: needed.length }, KeptForModels: { Count: 0, Bytes: 0 } },
    });
  });

  it('keeps what was deleted of late, unless it is told otherwise', async () => {
    await bench.put('late', 'late');
    await bench.s3.deleteObject({ Bucket: NAME, Key: 'late' });
    expect((await bench.telar('CollectGarbage', {})).Versions.Count).toBe(0);
    expect((await collect({ KeepDays: 0.5 })).Versions.Count).toBe(0);
    expect((await collect()).Versions).toEqual({ Count: 1, Bytes: 4 });
  });

  it('is on record, and a look is not', async () => {
    const before = await bench.telar('ListAuditEvents', { MaxResults: 1000 });
    const count = (events: { Event: unknown }[]) =>
      events.filter(({ Event }) => (Event as { operation?: string }).operation === 'CollectGarbage').length;
    await collect({ DryRun: true });
    await collect();
    const after = await bench.telar('ListAuditEvents', { MaxResults: 1000 });
    expect(count(after.Events) - count(before.Events)).toBe(1);
  });

  it('is a verb of the command line', async () => {
    await bench.put('typed', 'y'.repeat(2500));
    await bench.s3.deleteObject({ Bucket: NAME, Key: 'typed' });
    const telar = telarIn();
    const data = ['--data', server.server.folder.root];
    const dry = await telar.run('gc', '--dry-run', '--keep-days', '0', ...data);
    expect(dry).toMatchObject({ status: 0, stdout: expect.stringContaining('Would free') });
    expect(dry.stdout).toContain('1 version of deleted or overwritten objects, 2.5 kB');
    const real = await telar.json('gc', '--keep-days', '0', ...data);
    expect(real.result).toMatchObject({ dryRun: false, versions: { Count: 1, Bytes: 2500 } });
    const wrong = await telar.run('gc', '--keep-days', 'soon', ...data);
    expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining("not 'soon'") });
    await telar.close();
  });
});
