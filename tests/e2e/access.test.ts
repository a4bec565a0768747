/** `telar policy` and `telar keys` through the real binary. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IAM } from '@aws-sdk/client-iam';
import { STS } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';
import { type Telar, telarIn } from './telar.ts';

let folder: string;
let server: TestServer;
let iam: IAM;
let telar: Telar;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'telar-access-'));
  server = await startTestServer({ folder });
  iam = new IAM(server.client);
  telar = telarIn();
  await iam.createUser({ UserName: 'anna', Tags: [{ Key: 'team', Value: 'red' }] });
  const Statement = [
    { Sid: 'Read', Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::open/*' },
    { Effect: 'Deny', Action: 's3:*', Resource: 'arn:aws:s3:::secret/*' },
    {
      ...{ Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::open/*' },
      Condition: { StringEquals: { 's3:RequestObjectTag/team': 'red' } },
    },
  ];
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.putUserPolicy({ UserName: 'anna', PolicyName: 'own', PolicyDocument });
});
afterAll(async () => {
  await telar.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...words: string[]) => telar.run(...words, '--data', folder);
const json = (...words: string[]) => telar.json(...words, '--data', folder);

describe('telar policy explain', () => {
  it('names the statement that allows', async () => {
    const ran = await run('policy', 'explain', 'anna', 's3:GetObject', 'arn:aws:s3:::open/a');
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(ran.stdout).toContain('allowed: s3:GetObject on arn:aws:s3:::open/a');
    expect(ran.stdout).toContain("decided by statement 1 (Read) of inline policy 'own' of user anna");
  });

  it('says what nearly allowed it, and what to add', async () => {
    const ran = await run('policy', 'explain', 'user/anna', 's3:GetObject', 'arn:aws:s3:::other/a');
    const text = ran.stdout.replaceAll(/\s+/g, ' ');
    expect(text).toContain('denied: s3:GetObject on arn:aws:s3:::other/a');
    expect(text).toContain('because no identity-based policy allows the s3:GetObject action');
    expect(text).toContain('its Resource (arn:aws:s3:::open/*) does not cover arn:aws:s3:::other/a');
    expect(text).toContain('Add to a policy of user/anna:');
    expect(text).toContain('{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::other/a"}');
  });

  it('takes context, and tells which was missing', async () => {
    const asked = ['policy', 'explain', 'anna', 's3:PutObject', 'arn:aws:s3:::open/a'];
    const { result } = await json(...asked);
    expect(result).toMatchObject({
      decision: 'implicitDeny',
      nearMisses: [
        {
          statement: 3,
          misses: [{ part: 'condition', text: expect.stringMatching(/which the request does not have$/) }],
        },
        { statement: 1, misses: [{ part: 'action' }] },
      ],
    });
    const given = await json(...asked, '--context', 's3:RequestObjectTag/team=red');
    expect(given.result).toMatchObject({ decision: 'allowed', decidedBy: { statement: 3 }, advice: null });
  });

  it('says that an Allow cannot help against a deny', async () => {
    const { result } = await json('policy', 'explain', 'anna', 's3:GetObject', 'arn:aws:s3:::secret/a');
    expect(result).toMatchObject({
      decision: 'explicitDeny',
      reason: 'with an explicit deny in an identity-based policy',
      decidedBy: { statement: 2, effect: 'Deny' },
      advice: { statement: null },
    });
  });

  it('refuses what names nobody and nothing', async () => {
    expect(await json('policy', 'explain', 'nobody', 's3:GetObject')).toMatchObject({
      status: 1,
      result: { error: { code: 'NoSuchEntity' } },
    });
    expect((await json('policy', 'explain', 'anna', 's3:Get*')).status).toBe(2);
    expect((await json('policy', 'explain', 'anna', 's3:GetObject', '*', '--context', 'nothing')).status).toBe(2);
    expect((await run('policy')).status).toBe(2);
  });
});

describe('telar keys', () => {
  it('rotates: two keys, the new one used, the old one off, then gone', async () => {
    const user = 'data-science-user';
    await iam.createUser({ UserName: user });
    const first = (await json('keys', 'rotate', user)).result as Rotated;
    expect(first).toMatchObject({ step: 'created', newKey: { label: `${user}-primary` }, oldKey: null });
    const second = (await json('keys', 'rotate', user)).result as Rotated;
    expect(second).toMatchObject({
      newKey: { label: `${user}-rotation` },
      oldKey: { accessKeyId: first.newKey.accessKeyId, status: 'Active' },
    });
    await use(first.newKey);
    expect(await json('keys', 'rotate', user)).toMatchObject({
      status: 1,
      result: { error: { code: 'NewKeyUnused' } },
    });
    await use(second.newKey);
    const done = await json('keys', 'rotate', user);
    expect(done.result).toMatchObject({
      step: 'deactivated',
      newKey: { accessKeyId: second.newKey.accessKeyId },
      oldKey: { accessKeyId: first.newKey.accessKeyId, status: 'Inactive' },
    });
    await expect(use(first.newKey)).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
    const listed = await run('keys', 'list', user);
    expect(listed.stdout).toMatch(new RegExp(`${first.newKey.accessKeyId}\\s+${user}-primary\\s+Inactive`));
    expect(listed.stdout).toMatch(new RegExp(`${second.newKey.accessKeyId}\\s+${user}-rotation\\s+Active`));
    expect((await json('keys', 'rotate', user, '--delete-old')).result).toMatchObject({ step: 'deleted' });
    expect((await json('keys', 'list', user)).result).toMatchObject({
      keys: [{ accessKeyId: second.newKey.accessKeyId, label: `${user}-rotation`, lastUsedFor: 'sts in us-east-1' }],
    });
    await use(second.newKey);
  });

  it("replaces the folder's own keys, so that telar goes on working", async () => {
    const credentials = join(folder, 'credentials.json');
    const before = JSON.parse(readFileSync(credentials, 'utf8')) as { accessKeyId: string };
    const { result } = await json('keys', 'rotate', 'admin', '--now', '--delete-old');
    expect(result).toMatchObject({
      writtenTo: [credentials],
      oldKey: { accessKeyId: before.accessKeyId, status: 'Deleted' },
    });
    expect(statSync(credentials).mode & 0o777).toBe(0o600);
    expect((await json('keys', 'list', 'admin')).result).toMatchObject({ keys: [{ status: 'Active' }] });
  });

  it('knows no keys of nobody', async () => {
    expect(await json('keys', 'list', 'nobody')).toMatchObject({ status: 1 });
  });
});

type Secret = { accessKeyId: string; secretAccessKey: string };
type Rotated = { newKey: Secret };

const use = (credentials: Secret) => new STS({ ...server.client, credentials }).getCallerIdentity({});
