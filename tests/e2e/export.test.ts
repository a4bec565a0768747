/** `telar export` through the real binary on the Titanic example: what it writes, refuses and checks, without any account. */
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { S3 } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, type Telar, telarIn } from './telar.ts';

let telar: Telar;
beforeAll(() => {
  telar = telarIn();
  const example = join(ROOT, 'examples/01-titanic');
  for (const part of readdirSync(example)) cpSync(join(example, part), join(telar.folder, part), { recursive: true });
});
afterAll(() => telar.close());

const place = (path: string) => join(telar.folder, path);
/** Path → SHA-256 of every file below a folder. */
function hashes(folder: string): Record<string, string> {
  const files = readdirSync(place(folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return [relative(place(folder), file), createHash('sha256').update(readFileSync(file)).digest('hex')];
    }),
  );
}

describe('telar export', () => {
  it('writes the same bytes each time, and nothing of any account into them', async () => {
    const first = await telar.json('export');
    expect(first).toMatchObject({
      status: 0,
      result: { project: 'titanic', region: 'us-east-1', objects: null },
    });
    expect(first.stderr).toBe('');
    const before = hashes('terraform');
    expect(Object.keys(before)).toContain('pipelines/titanic-modelbuild-dev.json.tftpl');
    rmSync(place('terraform'), { recursive: true });
    expect(await telar.run('export')).toMatchObject({ status: 0, stdout: expect.stringContaining('+ roles.tf') });
    expect(hashes('terraform')).toEqual(before);
    const all = Object.keys(before)
      .map((path) => readFileSync(place(`terraform/${path}`), 'utf8'))
      .join('\n');
    // The one number of an account is that of AWS's own registry of images; the rest is what Terraform finds out.
    const registries = /(683313688378)\.dkr\.ecr/g;
    expect(all.replace(registries, '').match(/\b(\d{12}|A[KS]IA\w+)\b/g)).toBeNull();
    expect(all.match(registries)).not.toBeNull();
  });

  it('checks, with status 1 for what differs, and writes nothing then', async () => {
    expect(await telar.json('export', '--check')).toMatchObject({ status: 0, result: { same: true } });
    const other = await telar.json('export', '--check', '--bucket', 'elsewhere-data');
    expect(other.status).toBe(1);
    expect(other.result['files']).toContainEqual({ path: 'variables.tf', state: 'changed' });
    expect(await telar.run('export', '--check')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('is what the project says'),
    });
    const elsewhere = await telar.run('export', '--check', '--out', 'nothing');
    expect(elsewhere).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("Write it with 'telar export --out nothing'"),
    });
  });

  it('does not overwrite what somebody changed, nor mind what they added', async () => {
    const added = place('terraform/backend.tf');
    const changed = place('terraform/bucket.tf');
    const before = readFileSync(changed, 'utf8');
    writeFileSync(added, 'terraform {\n  backend "s3" {}\n}\n');
    writeFileSync(changed, before.replace('Enabled', 'Suspended'));
    expect(await telar.run('export')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/bucket\.tf: changed since it was.*delete these, or choose another folder/s),
    });
    expect(await telar.json('export', '--check')).toMatchObject({ status: 1, result: { same: false } });
    writeFileSync(changed, before);
    expect(await telar.json('export')).toMatchObject({ status: 0 });
    expect(readFileSync(added, 'utf8')).toContain('backend');
    rmSync(added);
  });

  it('says what was asked wrongly, with status 2', async () => {
    const wrong: [string[], RegExp][] = [
      [['--region', 'cn-north-1'], /another partition/],
      [['--bucket', 'No_Bucket'], /no bucket name/],
      [['--check', '--objects', 'o'], /Leave out --objects/],
      [['--out', 'o', '--objects', 'o'], /the same folder/],
      [['--objects', 'terraform'], /the same folder/],
    ];
    for (const [args, message] of wrong) {
      expect(await telar.run('export', ...args)).toMatchObject({
        status: 2,
        stdout: '',
        stderr: expect.stringMatching(message),
      });
    }
    expect(await telar.run('export', '--region', 'atlantis')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/no region/),
    });
  });

  it('tells of a bucket that cannot follow, on standard error', async () => {
    const config = readFileSync(place('modelbuild.ts'), 'utf8');
    writeFileSync(
      place('modelbuild.ts'),
      config.replace("'--output-prefix',", "'--output-bucket', 'titanic-mlops-data', '--output-prefix',"),
    );
    const ran = await telar.json('export', '--out', 'remark');
    expect(ran).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/'titanic-mlops-data' is named in pipeline .* outside of an S3 URI/),
    });
    expect(ran.result['remarks']).toHaveLength(1);
    writeFileSync(place('modelbuild.ts'), config);
  });

  it('writes the objects that telar publish puts, byte for byte, and the parameters of a start', {
    timeout: 120_000,
  }, async () => {
    expect(
      await telar.json(
        'export',
        '--objects',
        'build/objects',
        '--bucket',
        'elsewhere-data',
        '--out',
        'build/terraform',
      ),
    ).toMatchObject({ status: 0 });
    expect(await telar.json('up', '--detach', '--port', '0')).toMatchObject({ status: 0 });
    const published = await telar.json('publish');
    const { uri } = published.result['codeBundle'] as { uri: string };
    const variables = (await telar.json('env')).result as Record<string, string>;
    const s3 = new S3({
      endpoint: variables['AWS_ENDPOINT_URL']!,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: {
        accessKeyId: variables['AWS_ACCESS_KEY_ID']!,
        secretAccessKey: variables['AWS_SECRET_ACCESS_KEY']!,
      },
    });
    const Bucket = 'titanic-mlops-data';
    const { Contents = [] } = await s3.listObjectsV2({ Bucket });
    const stored = await Promise.all(
      Contents.map(async ({ Key }) => {
        const { Body } = await s3.getObject({ Bucket, Key: Key! });
        return [
          Key,
          createHash('sha256')
            .update(await Body!.transformToByteArray())
            .digest('hex'),
        ];
      }),
    );
    expect(hashes('build/objects/bucket')).toEqual(Object.fromEntries(stored));
    expect(JSON.parse(readFileSync(place('build/objects/code.tfvars.json'), 'utf8'))).toEqual({
      code_bundle_uri: uri.replace('titanic-mlops-data', 'elsewhere-data'),
    });
    const start = JSON.parse(
      readFileSync(place('build/objects/start/titanic-modelbuild-dev.json'), 'utf8'),
    ) as object[];
    expect(start).toContainEqual({ Name: 'CodeBundleUri', Value: uri.replace('titanic-mlops-data', 'elsewhere-data') });
    expect(start).toContainEqual({ Name: 'InputTrainUri', Value: 's3://elsewhere-data/curated/train.csv' });
  });
});
