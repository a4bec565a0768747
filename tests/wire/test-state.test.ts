/** TestState through the official SDK client: states that really ask, as a role, and what is not allowed. */
import { IAM } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import { InvalidDefinition, InvalidExecutionInput, SFN, type TestStateCommandInput } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';

const ACCOUNT = '000000000000';
const roleArn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const policy = (...Statement: object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: Statement.map((one) => ({ Effect: 'Allow', ...one })) });
const trust = (Service: string) => policy({ Principal: { Service }, Action: 'sts:AssumeRole' });

let server: TestServer;
let sfn: SFN;
let iam: IAM;

beforeAll(async () => {
  server = await startTestServer();
  sfn = new SFN({ ...server.client, disableHostPrefix: true });
  iam = new IAM(server.client);
  const s3 = new S3({ ...server.client, forcePathStyle: true });
  await s3.createBucket({ Bucket: 'tested' });
  await s3.putObject({ Bucket: 'tested', Key: 'a.json', Body: '{"a": 1}' });
  await iam.createRole({ RoleName: 'reader', AssumeRolePolicyDocument: trust('states.amazonaws.com') });
  await iam.createRole({ RoleName: 'jobs', AssumeRolePolicyDocument: trust('sagemaker.amazonaws.com') });
  const PolicyDocument = policy({ Action: ['s3:GetObject', 's3:ListBucket'], Resource: 'arn:aws:s3:::tested*' });
  await iam.putRolePolicy({ RoleName: 'reader', PolicyName: 'read', PolicyDocument });
});
afterAll(() => server.close());

type More = Omit<TestStateCommandInput, 'definition'>;
const test = (definition: object, more: More = {}) =>
  sfn.testState({ definition: JSON.stringify(definition), ...more });

const getObject = {
  Type: 'Task',
  QueryLanguage: 'JSONata',
  Resource: 'arn:aws:states:::aws-sdk:s3:getObject',
  Arguments: { Bucket: 'tested', Key: '{% $states.input.key %}' },
  Output: '{% $parse($states.result.Body) %}',
  Catch: [{ ErrorEquals: ['S3.NoSuchKeyException'], Next: 'Missing', Output: '{% $states.errorOutput.Error %}' }],
  Next: 'Found',
};
const deleteBucket = {
  Type: 'Task',
  Resource: 'arn:aws:states:::aws-sdk:s3:deleteBucket',
  Parameters: { Bucket: 'tested' },
  End: true,
};

describe('a task without a mock', () => {
  it('is really carried out, as the role', async () => {
    const answer = await test(getObject, {
      ...{ roleArn: roleArn('reader'), input: '{"key": "a.json"}', inspectionLevel: 'DEBUG' },
    });
    expect(answer).toMatchObject({ status: 'SUCCEEDED', output: '{"a":1}', nextState: 'Found' });
    expect(answer.inspectionData).toMatchObject({
      input: '{"key": "a.json"}',
      afterArguments: '{"Bucket":"tested","Key":"a.json"}',
    });
    expect(JSON.parse(answer.inspectionData!.result!)).toMatchObject({ Body: '{"a": 1}' });
  });

  it('is caught as it would be', async () => {
    const missing = { roleArn: roleArn('reader'), input: '{"key": "b.json"}' };
    expect(await test(getObject, missing)).toMatchObject({
      ...{ status: 'CAUGHT_ERROR', error: 'S3.NoSuchKeyException' },
      ...{ nextState: 'Missing', output: '"S3.NoSuchKeyException"' },
    });
  });

  it('may do no more than its role', async () => {
    expect(await test(deleteBucket, { roleArn: roleArn('reader') })).toMatchObject({
      ...{ status: 'FAILED', error: 'S3.S3Exception', cause: expect.stringContaining('s3:DeleteBucket') },
    });
  });

  it('needs a role that Step Functions may assume', async () => {
    const refused = { name: 'AccessDeniedException', message: expect.stringContaining('states.amazonaws.com') };
    await expect(test(deleteBucket, { roleArn: roleArn('jobs') })).rejects.toMatchObject(refused);
    await expect(test(deleteBucket, { roleArn: roleArn('nobody') })).rejects.toMatchObject(refused);
  });

  it('leaves no machine and no execution', async () => {
    await test({ Type: 'Pass', End: true });
    expect((await sfn.listStateMachines({})).stateMachines).toEqual([]);
  });
});

describe('who tests', () => {
  it('needs states:TestState, iam:PassRole for the role, and states:RevealSecrets for secrets', async () => {
    await iam.createUser({ UserName: 'tester' });
    const { AccessKey } = await iam.createAccessKey({ UserName: 'tester' });
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey!;
    const tester = new SFN({
      ...server.client,
      disableHostPrefix: true,
      credentials: { accessKeyId, secretAccessKey },
    });
    const definition = '{"Type": "Pass", "End": true}';
    const allow = (Action: string[]) =>
      iam.putUserPolicy({ UserName: 'tester', PolicyName: 'test', PolicyDocument: policy({ Action, Resource: '*' }) });
    const denied = (action: string) => ({ name: 'AccessDeniedException', message: expect.stringContaining(action) });

    await expect(tester.testState({ definition })).rejects.toMatchObject(denied('states:TestState'));
    await allow(['states:TestState']);
    expect(await tester.testState({ definition })).toMatchObject({ status: 'SUCCEEDED', output: '{}' });
    const withRole = { definition, roleArn: roleArn('reader') };
    await expect(tester.testState(withRole)).rejects.toMatchObject(denied('iam:PassRole'));
    const revealing = { definition, revealSecrets: true };
    await expect(tester.testState(revealing)).rejects.toMatchObject(denied('states:RevealSecrets'));
    await allow(['states:TestState', 'states:RevealSecrets', 'iam:PassRole']);
    expect(await tester.testState({ ...withRole, revealSecrets: true })).toMatchObject({ status: 'SUCCEEDED' });
  });
});

describe('a mock', () => {
  it('stands for services that Telar does not serve', async () => {
    const read = {
      ...{ Type: 'Task', Resource: 'arn:aws:states:::dynamodb:getItem', Next: 'Then' },
      ...{ Parameters: { TableName: 't', Key: { id: { S: '1' } } }, OutputPath: '$.Item' },
      Retry: [{ ErrorEquals: ['DynamoDB.RequestLimitExceeded'], IntervalSeconds: 3 }],
    };
    expect(await test(read, { mock: { result: '{"Item": {"id": {"S": "1"}}}' } })).toMatchObject({
      ...{ status: 'SUCCEEDED', output: '{"id":{"S":"1"}}', nextState: 'Then' },
    });
    const busy = { error: 'DynamoDB.RequestLimitExceeded', cause: 'slow down' };
    expect(await test(read, { mock: { errorOutput: busy }, inspectionLevel: 'TRACE' })).toMatchObject({
      ...{ status: 'RETRIABLE', ...busy },
      inspectionData: { errorDetails: { retryIndex: 0, retryBackoffIntervalSeconds: 3 } },
    });
    const unmocked = test(read, { roleArn: roleArn('reader') });
    await expect(unmocked).rejects.toThrow(InvalidDefinition);
    await expect(unmocked).rejects.toMatchObject({ message: expect.stringContaining('dynamodb') });
  });
});

it('what is wrong with a definition or an input is told as its exception', async () => {
  await expect(test({ Type: 'Pass' })).rejects.toThrow(InvalidDefinition);
  await expect(test({ Type: 'Pass', End: true }, { input: '{' })).rejects.toThrow(InvalidExecutionInput);
  await expect(test({ Type: 'Pass', End: true }, { mock: { result: '1' } })).rejects.toMatchObject({
    name: 'ValidationException',
  });
});
