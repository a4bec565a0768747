/** Functions that a bucket's notifications invoke: as S3, which a function's own policy must let in, by what filters say. */
import { DeleteFunctionCommand, Lambda, LambdaClient } from '@aws-sdk/client-lambda';
import { type LambdaFunctionConfiguration, S3 } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { functionRole, logged, makeFunction } from '../support/functions.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const ACCOUNT = '000000000000';
const arnOf = (name: string) => `arn:aws:lambda:us-east-1:${ACCOUNT}:function:${name}`;
const TELLS = 'export const handler = async (event) => console.log("told " + JSON.stringify(event));';

let server: TestServer;
let s3: S3;
let lambda: Lambda;
let role: string;
beforeAll(async () => {
  server = await startTestServer();
  s3 = new S3({ ...server.client, forcePathStyle: true });
  lambda = new Lambda(server.client);
  role = await functionRole(server, 'told');
}, 60_000);
afterAll(() => server.close());

const make = (FunctionName: string) =>
  makeFunction(new LambdaClient(server.client), { FunctionName, Role: role, files: { 'index.mjs': TELLS } });

/** As AWS documents it: S3 may invoke, on behalf of one bucket of one account. */
const letIn = (FunctionName: string, bucket: string, more: { Qualifier?: string; SourceAccount?: string } = {}) =>
  lambda.addPermission({
    ...{ FunctionName, StatementId: 's3', Action: 'lambda:InvokeFunction', Principal: 's3.amazonaws.com' },
    ...{ SourceArn: `arn:aws:s3:::${bucket}`, SourceAccount: ACCOUNT, ...more },
  });

const configure = (Bucket: string, ...LambdaFunctionConfigurations: LambdaFunctionConfiguration[]) =>
  s3.putBucketNotificationConfiguration({ Bucket, NotificationConfiguration: { LambdaFunctionConfigurations } });

const filter = (Prefix: string, Suffix: string) => ({
  Key: {
    FilterRules: [
      { Name: 'prefix' as const, Value: Prefix },
      { Name: 'suffix' as const, Value: Suffix },
    ],
  },
});

type Told = { eventName: string; s3: { configurationId: string; object: { key: string; size?: number } } };
/** What a function was told, once it was told of a key. */
async function told(name: string, key: string): Promise<Told[]> {
  const lines = await logged(server, name, new RegExp(`told .*"key":"${key}"`));
  const events = lines.flatMap((line) => /told (.*)$/s.exec(line)?.[1] ?? []);
  return events.flatMap((text) => (JSON.parse(text) as { Records: Told[] }).Records);
}

const REFUSED = /Unable to validate the following destination configurations/;

describe('a function', () => {
  it('is told of objects that its filter lets pass, and of no others', async () => {
    const Bucket = 'filtered';
    await s3.createBucket({ Bucket });
    await make('csv-files');
    const LambdaFunctionArn = arnOf('csv-files');
    const raw: LambdaFunctionConfiguration = {
      ...{ Id: 'raw-csv', LambdaFunctionArn, Events: ['s3:ObjectCreated:*'], Filter: filter('raw/', '.csv') },
    };
    await expect(configure(Bucket, raw)).rejects.toThrow(REFUSED);
    await letIn('csv-files', Bucket);
    await configure(Bucket, raw);
    for (const Key of ['raw/a.txt', 'clean/a.csv', 'raw.csv', 'raw/a b (1).csv', 'raw/last.csv'])
      await s3.putObject({ Bucket, Key, Body: 'x,y' });
    const records = await told('csv-files', 'raw/last.csv');
    const keys = records.map((record) => record.s3.object.key);
    // As in a form, which is how S3 sends keys.
    expect(keys.sort()).toEqual(['raw/a+b+%281%29.csv', 'raw/last.csv']);
    expect(records[0]).toMatchObject({
      eventName: 'ObjectCreated:Put',
      s3: { configurationId: 'raw-csv', bucket: { name: Bucket }, object: { size: 3 } },
    });
    const { LambdaFunctionConfigurations } = await s3.getBucketNotificationConfiguration({ Bucket });
    expect(LambdaFunctionConfigurations).toMatchObject([
      {
        ...{ Id: 'raw-csv', LambdaFunctionArn, Events: ['s3:ObjectCreated:*'] },
        Filter: {
          Key: {
            FilterRules: [
              { Name: 'Prefix', Value: 'raw/' },
              { Name: 'Suffix', Value: '.csv' },
            ],
          },
        },
      },
    ]);
  });

  it('may share a bucket with others where their filters do not overlap', async () => {
    const Bucket = 'shared';
    await s3.createBucket({ Bucket });
    const wanted: LambdaFunctionConfiguration[] = [];
    for (const name of ['left', 'right']) {
      await make(name);
      await letIn(name, Bucket);
      wanted.push({
        LambdaFunctionArn: arnOf(name),
        Events: name === 'left' ? ['s3:ObjectCreated:Put'] : ['s3:ObjectRemoved:*'],
        Filter: filter('', `.${name}`),
      });
    }
    await configure(Bucket, ...wanted);
    const overlapping = wanted.map((one) => ({ ...one, Filter: filter('in/', ''), Events: ['s3:ObjectCreated:*'] }));
    await expect(configure(Bucket, ...(overlapping as LambdaFunctionConfiguration[]))).rejects.toMatchObject({
      ...{ name: 'InvalidArgument', message: expect.stringContaining('Configurations overlap') },
    });
    for (const Key of ['a.left', 'a.right']) {
      await s3.putObject({ Bucket, Key, Body: 'x' });
      await s3.deleteObject({ Bucket, Key });
    }
    expect((await told('left', 'a.left')).map(({ eventName }) => eventName)).toEqual(['ObjectCreated:Put']);
    expect((await told('right', 'a.right')).map(({ eventName }) => eventName)).toEqual(['ObjectRemoved:Delete']);
  });

  it('is reached by an alias, whose own policy lets the bucket in', async () => {
    const Bucket = 'aliased';
    await s3.createBucket({ Bucket });
    await make('versioned');
    const { Version } = await lambda.publishVersion({ FunctionName: 'versioned' });
    await lambda.createAlias({ FunctionName: 'versioned', Name: 'live', FunctionVersion: Version });
    const live = { LambdaFunctionArn: `${arnOf('versioned')}:live`, Events: ['s3:ObjectCreated:*'] } as const;
    await letIn('versioned', Bucket);
    await expect(configure(Bucket, { ...live, Events: [...live.Events] })).rejects.toThrow(REFUSED);
    await letIn('versioned', Bucket, { Qualifier: 'live' });
    await configure(Bucket, { ...live, Events: [...live.Events] });
    await s3.putObject({ Bucket, Key: 'one', Body: 'x' });
    expect(await told('versioned', 'one')).toHaveLength(1);
    expect((await logged(server, 'versioned', /START/)).find((line) => line.startsWith('START'))).toContain(
      'Version: 1',
    );
  });

  it('whose policy is for another bucket or account, or that is not there, is refused', async () => {
    const Bucket = 'stranger';
    await s3.createBucket({ Bucket });
    await make('guarded');
    const asked = (name: string): LambdaFunctionConfiguration => ({
      LambdaFunctionArn: arnOf(name),
      Events: ['s3:ObjectCreated:*'],
    });
    await letIn('guarded', 'filtered');
    await expect(configure(Bucket, asked('guarded'))).rejects.toThrow(REFUSED);
    await lambda.removePermission({ FunctionName: 'guarded', StatementId: 's3' });
    await letIn('guarded', Bucket, { SourceAccount: '111122223333' });
    await expect(configure(Bucket, asked('guarded'))).rejects.toThrow(REFUSED);
    await expect(configure(Bucket, asked('nowhere'))).rejects.toThrow(REFUSED);
    expect((await s3.getBucketNotificationConfiguration({ Bucket })).LambdaFunctionConfigurations).toBeUndefined();
  });

  it('that is away for a while is told when it is back: the object is written all the same', async () => {
    const Bucket = 'patient';
    await s3.createBucket({ Bucket });
    await make('away');
    await letIn('away', Bucket);
    await configure(Bucket, { LambdaFunctionArn: arnOf('away'), Events: ['s3:ObjectCreated:*'] });
    await lambda.send(new DeleteFunctionCommand({ FunctionName: 'away' }));
    await s3.putObject({ Bucket, Key: 'meanwhile', Body: 'x' });
    await make('away');
    await letIn('away', Bucket);
    expect(await told('away', 'meanwhile')).toHaveLength(1);
  }, 30_000);
});
