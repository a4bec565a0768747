/** The real `aws` command on what buckets have besides objects: `aws s3` beyond its first steps, and `aws s3api`. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AwsHome } from '../support/awsCli.ts';
import { realClients } from '../support/realClients.ts';

let home: AwsHome;

realClients('aws', (made) => {
  home = made.home;
});

const PATIENCE = 300_000;
const MEBIBYTE = 1024 * 1024;

const ok = async (...words: string[]) => {
  const { status, stdout, stderr } = await home.aws(...words);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
};
const fails = async (...words: string[]) => {
  const { status, stderr } = await home.aws(...words);
  expect(status).not.toBe(0);
  return stderr.trim();
};
const api = <T = Record<string, unknown>>(operation: string, bucket: string, ...words: string[]) =>
  home.json<T>('s3api', operation, '--bucket', bucket, ...words);
const write = (path: string, content: string | Buffer) => {
  const whole = join(home.folder, path);
  mkdirSync(join(whole, '..'), { recursive: true });
  writeFileSync(whole, content);
  return whole;
};

describe.concurrent('aws s3', { timeout: PATIENCE }, () => {
  it('syncs up and down with --delete, whatever the names are', async () => {
    await ok('s3', 'mb', 's3://sync');
    const names = ['a.txt', 'deep/er/b c.txt', 'ñandú+&%20.txt', "quote's.txt"];
    for (const name of names) write(`up/${name}`, name);
    await ok('s3', 'sync', join(home.folder, 'up'), 's3://sync/all', '--no-progress');
    await ok('s3', 'sync', 's3://sync/all', join(home.folder, 'down'), '--no-progress');
    for (const name of names) expect(readFileSync(join(home.folder, 'down', name), 'utf8')).toBe(name);
    rmSync(join(home.folder, 'up/a.txt'));
    const gone = await ok('s3', 'sync', join(home.folder, 'up'), 's3://sync/all', '--delete', '--no-progress');
    expect(gone).toContain('delete: s3://sync/all/a.txt');
    await ok('s3', 'sync', 's3://sync/all', join(home.folder, 'down'), '--delete', '--no-progress');
    expect(existsSync(join(home.folder, 'down/a.txt'))).toBe(false);
    // Nothing is left to do.
    expect(await ok('s3', 'sync', 's3://sync/all', join(home.folder, 'down'), '--delete')).toBe('');
  });

  it('moves, copies between buckets and removes by prefix', async () => {
    await ok('s3', 'mb', 's3://moved-from');
    await ok('s3', 'mb', 's3://moved-to');
    const content = randomBytes(20 * MEBIBYTE);
    const large = write('large.bin', content);
    await ok('s3', 'mv', large, 's3://moved-from/dir/large.bin', '--no-progress');
    expect(existsSync(large)).toBe(false);
    // 20 MB are copied on the server, in parts.
    await ok('s3', 'cp', 's3://moved-from/dir/large.bin', 's3://moved-to/large.bin', '--no-progress');
    await ok('s3', 'mv', 's3://moved-from/dir', 's3://moved-to/moved', '--recursive', '--no-progress');
    const back = join(home.folder, 'back.bin');
    await ok('s3', 'cp', 's3://moved-to/moved/large.bin', back, '--no-progress');
    expect(readFileSync(back).equals(content)).toBe(true);
    for (const name of ['a', 'b', 'c']) await ok('s3', 'cp', write(`few/${name}`, name), `s3://moved-to/few/${name}`);
    await ok('s3', 'rm', 's3://moved-to/few', '--recursive', '--exclude', 'b');
    expect(await ok('s3', 'ls', 's3://moved-to', '--recursive')).toMatch(
      /few\/b\n.*large\.bin\n.*moved\/large\.bin\n$/,
    );
    expect(await ok('s3', 'ls', 's3://moved-to/', '--summarize', '--human-readable')).toMatch(/Total Objects: 1/);
    expect(await ok('s3', 'ls', 's3://moved-from')).toBe('');
  });

  it('streams from standard output to standard input, and keeps what it is told', async () => {
    await ok('s3', 'mb', 's3://kept');
    const path = write('kept.json', '{}');
    const options = ['--metadata', 'run=7', '--content-type', 'application/x-run', '--storage-class', 'STANDARD_IA'];
    await ok('s3', 'cp', path, 's3://kept/k', ...options, '--cache-control', 'no-store', '--sse', 'AES256');
    expect(await api('head-object', 'kept', '--key', 'k')).toMatchObject({
      ...{
        Metadata: { run: '7' },
        ContentType: 'application/x-run',
        StorageClass: 'STANDARD_IA',
        CacheControl: 'no-store',
      },
    });
    expect(await fails('s3', 'cp', path, 's3://kept/p', '--acl', 'public-read')).toContain(
      'AccessControlListNotSupported',
    );
  });
});

describe.concurrent('aws s3api', { timeout: PATIENCE }, () => {
  it('keeps versions, and brings one back', async () => {
    await ok('s3', 'mb', 's3://versions');
    await ok('s3api', 'put-bucket-versioning', '--bucket', 'versions', '--versioning-configuration', 'Status=Enabled');
    const ids: string[] = [];
    for (const content of ['one', 'two']) {
      const answer = await api<{ VersionId: string }>(
        'put-object',
        'versions',
        '--key',
        'k',
        '--body',
        write('v', content),
      );
      ids.push(answer.VersionId);
    }
    const deleted = await api('delete-object', 'versions', '--key', 'k');
    expect(deleted).toMatchObject({ DeleteMarker: true });
    type Listed = { Versions: { VersionId: string; IsLatest: boolean }[]; DeleteMarkers: { VersionId: string }[] };
    const listed = await api<Listed>('list-object-versions', 'versions', '--max-items', '10');
    expect(listed.Versions.map(({ VersionId }) => VersionId)).toEqual(ids.toReversed());
    const out = join(home.folder, 'old');
    await api('get-object', 'versions', '--key', 'k', '--version-id', ids[0]!, out);
    expect(readFileSync(out, 'utf8')).toBe('one');
    await api('delete-object', 'versions', '--key', 'k', '--version-id', listed.DeleteMarkers[0]!.VersionId);
    expect(await ok('s3', 'cp', 's3://versions/k', '-')).toBe('two');
    expect(await fails('s3', 'rb', 's3://versions', '--force')).toContain('BucketNotEmpty');
  });

  it('sets and reads what can be set on a bucket', async () => {
    await ok('s3', 'mb', 's3://set');
    const set = (operation: string, ...words: string[]) => ok('s3api', operation, '--bucket', 'set', ...words);
    await set('put-bucket-tagging', '--tagging', 'TagSet=[{Key=team,Value=a}]');
    expect(await api('get-bucket-tagging', 'set')).toEqual({ TagSet: [{ Key: 'team', Value: 'a' }] });
    const rule = { AllowedOrigins: ['https://a.example'], AllowedMethods: ['GET'] };
    await set('put-bucket-cors', '--cors-configuration', JSON.stringify({ CORSRules: [rule] }));
    expect(await api('get-bucket-cors', 'set')).toEqual({ CORSRules: [rule] });
    const expiry = { ID: 'r', Status: 'Enabled', Filter: { Prefix: 'tmp/' }, Expiration: { Days: 3 } };
    await set('put-bucket-lifecycle-configuration', '--lifecycle-configuration', JSON.stringify({ Rules: [expiry] }));
    expect(await api('get-bucket-lifecycle-configuration', 'set')).toMatchObject({ Rules: [expiry] });
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        ...{ Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 's3:GetObject' },
        Resource: 'arn:aws:s3:::set/*',
      },
    });
    await set('put-bucket-policy', '--policy', policy);
    expect(await api('get-bucket-policy', 'set')).toEqual({ Policy: policy });
    expect(await api('get-bucket-policy-status', 'set')).toEqual({ PolicyStatus: { IsPublic: false } });
    const open = policy.replace('{"AWS":"000000000000"}', '"*"');
    expect(await fails('s3api', 'put-bucket-policy', '--bucket', 'set', '--policy', open)).toContain('AccessDenied');
    expect(await api('get-public-access-block', 'set')).toMatchObject({
      PublicAccessBlockConfiguration: { BlockPublicPolicy: true },
    });
    expect(await api('get-bucket-acl', 'set')).toMatchObject({ Grants: [{ Permission: 'FULL_CONTROL' }] });
    expect(await fails('s3api', 'get-bucket-website', '--bucket', 'set')).toContain('NoSuchWebsiteConfiguration');
    expect(
      await fails(
        's3api',
        'put-bucket-accelerate-configuration',
        '--bucket',
        'set',
        '--accelerate-configuration',
        'Status=Enabled',
      ),
    ).toContain('Telar does not implement s3:PutBucketAccelerateConfiguration');
  });

  it('tags objects, tells their attributes, and deletes many', async () => {
    await ok('s3', 'mb', 's3://many');
    for (const name of ['a', 'b', 'c']) {
      await api('put-object', 'many', '--key', name, '--body', write(name, name), '--checksum-algorithm', 'SHA256');
    }
    await ok('s3api', 'put-object-tagging', '--bucket', 'many', '--key', 'a', '--tagging', 'TagSet=[{Key=k,Value=v}]');
    expect(await api('get-object-tagging', 'many', '--key', 'a')).toEqual({ TagSet: [{ Key: 'k', Value: 'v' }] });
    const attributes = ['--object-attributes', 'ETag', 'Checksum', 'ObjectSize'];
    expect(await api('get-object-attributes', 'many', '--key', 'a', ...attributes)).toMatchObject({
      ...{ ObjectSize: 1, Checksum: { ChecksumType: 'FULL_OBJECT', ChecksumSHA256: expect.any(String) } },
    });
    const ranged = join(home.folder, 'ranged');
    await api('get-object', 'many', '--key', 'a', '--range', 'bytes=0-0', ranged);
    expect(readFileSync(ranged, 'utf8')).toBe('a');
    expect(
      await fails('s3api', 'get-object', '--bucket', 'many', '--key', 'a', '--range', 'bytes=5-', ranged),
    ).toContain('InvalidRange');
    const pages = await api<{ Contents: { Key: string }[] }>('list-objects-v2', 'many', '--page-size', '1');
    expect(pages.Contents.map(({ Key }) => Key)).toEqual(['a', 'b', 'c']);
    const Objects = ['a', 'b', 'none'].map((Key) => ({ Key }));
    const deleted = await api<{ Deleted: object[] }>('delete-objects', 'many', '--delete', JSON.stringify({ Objects }));
    expect(deleted.Deleted).toHaveLength(3);
    expect(readdirSync(home.folder)).toContain('a');
  });
});
