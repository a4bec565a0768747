import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../base/log.ts';
import { systemWorld } from '../base/world.ts';
import { type DataFolder, dataFolder } from '../store/folder.ts';
import { checkFolder } from './fsck.ts';
import { startServer } from './server.ts';

const world = { ...systemWorld, log: silentLog };
let root: string;
let folder: DataFolder;

/** A folder as a server leaves it: one bucket, a small and a large object, an audit trail. */
async function fill(): Promise<void> {
  const server = await startServer({ folder: root, port: 0, world });
  const client = new S3Client({
    ...{ endpoint: server.url, region: 'us-east-1', credentials: server.credentials!, forcePathStyle: true },
  });
  await client.send(new CreateBucketCommand({ Bucket: 'things' }));
  await client.send(new PutObjectCommand({ Bucket: 'things', Key: 'small', Body: 'x' }));
  await client.send(new PutObjectCommand({ Bucket: 'things', Key: 'large', Body: Buffer.alloc(100_000, 'y') }));
  await server.close();
}

function largeFile(): string {
  const fan = readdirSync(folder.objects).find((name) => /^[0-9a-f]{2}$/.test(name))!;
  const directory = join(folder.objects, fan);
  return join(directory, readdirSync(directory)[0]!);
}

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'telar-fsck-'));
  folder = dataFolder(root);
  await fill();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('checking a data folder', () => {
  it('finds nothing wrong with a whole one, and says what was looked at', async () => {
    const check = await checkFolder(folder);
    expect(check.findings).toEqual([]);
    expect(check.checked.objectFiles).toBe(1);
    expect(check.checked.auditRecords).toBeGreaterThan(0);
  });

  it('finds nothing wrong with versions, markers, settings and parts, and everything that is', async () => {
    const server = await startServer({ folder: root, port: 0, world });
    const client = new S3Client({
      ...{ endpoint: server.url, region: 'us-east-1', credentials: server.credentials!, forcePathStyle: true },
    });
    const Bucket = 'things';
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    for (const Body of ['a', 'bc']) await client.send(new PutObjectCommand({ Bucket, Key: 'small', Body }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'small' }));
    await client.send(new PutObjectCommand({ Bucket, Key: 'small', Body: 'def' }));
    await client.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } }));
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'upload' }));
    const Body = Buffer.alloc(70_000, 'p');
    await client.send(new UploadPartCommand({ Bucket, Key: 'upload', UploadId, PartNumber: 3, Body }));
    await server.close();
    expect((await checkFolder(folder)).findings).toEqual([]);

    const database = new DatabaseSync(folder.database);
    const { file } = database.prepare('SELECT file FROM objects_parts').get() as { file: string };
    database.exec(`
      UPDATE objects_inline SET bytes = x'00000000' WHERE version = (SELECT max(version) FROM objects_inline);
      DELETE FROM objects_inline WHERE version = (SELECT min(version) FROM objects_inline);
      UPDATE objects_versions SET ended_at = NULL, key = 'lone' WHERE marker = 1;
      UPDATE objects_settings SET document = '{';
    `);
    database.close();
    rmSync(join(folder.objects, file.slice(0, 2), file));
    expect((await checkFolder(folder)).findings.map(({ message }) => message).toSorted()).toEqual([
      's3://things/lone: a delete marker is current.',
      's3://things/small: it has more or fewer bytes than it says.',
      's3://things/small: its bytes are missing.',
      `s3://things/upload, part 3 of an upload under way: its file is missing (${file}).`,
      's3://things: its tagging setting cannot be read.',
    ]);
  });

  it('names the object whose file is missing, or holds other bytes', async () => {
    const file = largeFile();
    rmSync(file);
    const [missing] = (await checkFolder(folder)).findings;
    expect(missing).toMatchObject({ severity: 'damage', part: 'objects' });
    expect(missing?.message).toMatch(/s3:\/\/things\/large: its file is missing/);
    writeFileSync(file, 'other');
    expect((await checkFolder(folder)).findings[0]?.message).toMatch(/s3:\/\/things\/large: .* other bytes/);
  });

  it('finds where the audit trail was changed', async () => {
    const database = new DatabaseSync(folder.database);
    database.exec(`UPDATE audit SET record = record || ' ' WHERE seq = 1`);
    database.close();
    const [finding] = (await checkFolder(folder)).findings;
    expect(finding).toMatchObject({ severity: 'damage', part: 'audit trail' });
    expect(finding?.message).toMatch(/breaks at record 1/);
  });

  it('still checks the files when state.db is no database, and changes nothing', async () => {
    writeFileSync(folder.database, 'this is no database, but it is longer than one hundred bytes: '.repeat(20));
    chmodSync(largeFile(), 0o600); // whoever is not root cannot write to it otherwise
    writeFileSync(largeFile(), 'other');
    const { findings } = await checkFolder(folder);
    expect(findings.map(({ part }) => part)).toEqual(['state.db', 'objects']);
    expect(findings[0]?.message).toMatch(/cannot be read: file is not a database.*backup/);
    expect(findings[1]?.message).toMatch(/other bytes than its name says/);
  });

  it('finds a database that was cut short', async () => {
    const database = new DatabaseSync(folder.database);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
    truncateSync(folder.database, 8192);
    const { findings } = await checkFolder(folder);
    expect(findings.some(({ severity, part }) => severity === 'damage' && part === 'state.db')).toBe(true);
  });

  it('counts leftovers without removing them', async () => {
    const torn = join(folder.temporary, 'upload-1');
    writeFileSync(torn, 'half');
    const stray = join(folder.objects, 'ab');
    mkdirSync(stray, { recursive: true });
    writeFileSync(join(stray, 'ab'.repeat(32)), 'nobody');
    const { findings } = await checkFolder(folder);
    expect(findings.map(({ severity, part }) => [severity, part])).toEqual([
      ['leftover', 'objects'],
      ['leftover', 'temporary'],
    ]);
    expect(existsSync(torn)).toBe(true);
  });

  it('refuses a folder that a server uses, and one that is none', async () => {
    const server = await startServer({ folder: root, port: 0, world });
    await expect(checkFolder(folder)).rejects.toThrow(/Another Telar server runs on/);
    await server.close();
    await expect(checkFolder(dataFolder(join(root, 'none')))).rejects.toThrow(/no data folder/);
  });
});
