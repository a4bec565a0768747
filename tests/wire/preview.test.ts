/** PreviewObject over the wire: of small and large objects, of their versions, and only for those who may read them. */
import { readFileSync } from 'node:fs';
import { IAM } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { telarClient } from '../../src/cli/telarClient.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let s3: S3;
const Bucket = 'previews';
const preview = (input: { Key: string; VersionId?: string; MaxRows?: number }) =>
  telarClient(server)('PreviewObject', { Bucket, ...input });
const put = (Key: string, Body: string | Uint8Array, rest = {}) => s3.putObject({ Bucket, Key, Body, ...rest });

beforeAll(async () => {
  server = await startTestServer();
  s3 = new S3({ ...server.client, forcePathStyle: true });
  await s3.createBucket({ Bucket });
  await s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });
});
afterAll(() => server.close());

it('looks into objects that lie in the store and in files', async () => {
  await put('small.csv', 'a,b\n1,x\n');
  expect(await preview({ Key: 'small.csv' })).toMatchObject({ Format: 'CSV', Rows: [[1, 'x']], WholeObject: true });
  const rows = Array.from({ length: 50_000 }, (_, row) => `${row},${row % 2}`).join('\n');
  await put('large', `id,label\n${rows}\n`, { ContentType: 'text/csv' });
  expect(await preview({ Key: 'large', MaxRows: 2 })).toMatchObject({
    ...{
      SampledRows: 50_000,
      Rows: [
        [0, 0],
        [1, 1],
      ],
    },
    Columns: [
      { Name: 'id', Min: 0, Max: 49_999 },
      { Name: 'label', Distinct: 2, Mean: 0.5 },
    ],
  });
  await put('rows.parquet', readFileSync(new URL('../machines/parquet/groups.parquet', import.meta.url)));
  expect(await preview({ Key: 'rows.parquet', MaxRows: 1 })).toMatchObject({
    Format: 'Parquet',
    TotalRows: 1000,
    Rows: [[0]],
  });
});

it('looks into a version', async () => {
  const { VersionId } = await put('versions.csv', 'old\n1\n');
  await put('versions.csv', 'new\n1\n');
  expect(await preview({ Key: 'versions.csv', VersionId: VersionId! })).toMatchObject({ Columns: [{ Name: 'old' }] });
  expect(await preview({ Key: 'versions.csv' })).toMatchObject({ Columns: [{ Name: 'new' }] });
});

it('says in a sentence what cannot be shown, and what is not there', async () => {
  await put('model.bin', new Uint8Array(100_000));
  await expect(preview({ Key: 'model.bin' })).rejects.toMatchObject({
    ...{ name: 'NoPreview', message: expect.stringMatching(/^The object cannot be shown\. It is no text, .*\.$/) },
  });
  await expect(preview({ Key: 'nowhere' })).rejects.toMatchObject({ name: 'NoSuchKey' });
});

it('is for those who may get the object, and is refused where a policy denies that by its tags', async () => {
  await put('secret.csv', 'a\n1\n', { Tagging: 'class=secret' });
  await put('open.csv', 'a\n1\n');
  const iam = new IAM(server.client);
  await iam.createUser({ UserName: 'reader' });
  const on = (Effect: string, rest: object) => ({
    Effect,
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::${Bucket}/*`,
    ...rest,
  });
  const tagged = { StringEquals: { 's3:ExistingObjectTag/class': 'secret' } };
  await iam.putUserPolicy({
    ...{ UserName: 'reader', PolicyName: 'reads' },
    PolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [on('Allow', {}), on('Deny', { Condition: tagged })],
    }),
  });
  const { AccessKey } = await iam.createAccessKey({ UserName: 'reader' });
  const credentials = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
  const reader = telarClient({ ...server, credentials });
  expect(await reader('PreviewObject', { Bucket, Key: 'open.csv' })).toMatchObject({ Rows: [[1]] });
  await expect(reader('PreviewObject', { Bucket, Key: 'secret.csv' })).rejects.toMatchObject({
    name: expect.stringMatching(/^AccessDenied/),
  });
  // A version is another action.
  await expect(reader('PreviewObject', { Bucket, Key: 'open.csv', VersionId: 'null' })).rejects.toMatchObject({
    name: expect.stringMatching(/^AccessDenied/),
  });
});
