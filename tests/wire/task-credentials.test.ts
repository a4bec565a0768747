/** Credentials of a task, on a real server: another role than the machine's acts only where both roles' policies let it. */
import { IAM } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import { SFN } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { document, trusting } from '../support/identity.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { pause } from '../support/workbench.ts';

let server: TestServer;
let iam: IAM;
let sfn: SFN;
let machineRole: string;
let readerRole: string;

beforeAll(async () => {
  server = await startTestServer();
  iam = new IAM(server.client);
  sfn = new SFN({ ...server.client, disableHostPrefix: true });
  const role = async (RoleName: string, AssumeRolePolicyDocument: string) =>
    (await iam.createRole({ RoleName, AssumeRolePolicyDocument })).Role!.Arn!;
  machineRole = await role('machine', trusting({ Service: 'states.amazonaws.com' }));
  // The reader may read everything, and is nobody's yet.
  readerRole = await role('reader', trusting({ Service: 'ec2.amazonaws.com' }));
  await policy('reader', 's3:*', '*');
  const s3 = new S3({ ...server.client, forcePathStyle: true });
  await s3.createBucket({ Bucket: 'secret' });
  await s3.putObject({ Bucket: 'secret', Key: 'k', Body: 'hidden' });
});
afterAll(() => server.close());

const policy = (RoleName: string, Action: string, Resource: string) =>
  iam.putRolePolicy({ RoleName, PolicyName: 'p', PolicyDocument: document({ Effect: 'Allow', Action, Resource }) });

const task = (action: string, Parameters: object) => ({
  ...{ Type: 'Task', Resource: `arn:aws:states:::aws-sdk:s3:${action}`, Parameters },
  ...{ Credentials: { RoleArn: readerRole }, End: true },
});
/** One that touches the store alone, and one that moves bytes. */
const tasks = () => [task('listBuckets', {}), task('getObject', { Bucket: 'secret', Key: 'k' })];

async function run(name: string, state: object) {
  const definition = JSON.stringify({ StartAt: 'Read', States: { Read: state } });
  const { stateMachineArn } = await sfn.createStateMachine({ name, definition, roleArn: machineRole });
  const { executionArn } = await sfn.startExecution({ stateMachineArn });
  for (;;) {
    const described = await sfn.describeExecution({ executionArn });
    if (described.status !== 'RUNNING') return described;
    await pause(5);
  }
}

const refused = {
  status: 'FAILED',
  error: 'S3.S3Exception',
  cause: expect.stringMatching(/machine.*sts:AssumeRole.*reader/),
};

it('are refused where the machine’s role may not assume the other, or the other does not trust it', async () => {
  for (const [index, state] of tasks().entries()) expect(await run(`neither-${index}`, state)).toMatchObject(refused);
  // Its own permissions do not make up for it.
  await policy('machine', 's3:*', '*');
  for (const [index, state] of tasks().entries()) expect(await run(`own-${index}`, state)).toMatchObject(refused);
  await policy('machine', 'sts:AssumeRole', readerRole);
  for (const [index, state] of tasks().entries()) expect(await run(`untrusted-${index}`, state)).toMatchObject(refused);
});

it('act once both allow it, with the other role’s permissions and not the machine’s', async () => {
  await policy('machine', 'sts:AssumeRole', readerRole);
  await iam.updateAssumeRolePolicy({ RoleName: 'reader', PolicyDocument: trusting({ AWS: machineRole }) });
  const [buckets, object] = await Promise.all(tasks().map((state, index) => run(`allowed-${index}`, state)));
  expect(buckets).toMatchObject({ status: 'SUCCEEDED', output: expect.stringContaining('secret') });
  expect(object).toMatchObject({ status: 'SUCCEEDED', output: expect.stringContaining('hidden') });
  await policy('reader', 's3:ListAllMyBuckets', '*');
  expect(await run('bounded', tasks()[1]!)).toMatchObject({
    status: 'FAILED',
    cause: expect.stringMatching(/reader.*s3:GetObject/),
  });
});

it('hold for a state that is only tested, too', async () => {
  await iam.updateAssumeRolePolicy({ RoleName: 'reader', PolicyDocument: trusting({ Service: 'ec2.amazonaws.com' }) });
  const test = () => sfn.testState({ definition: JSON.stringify(tasks()[0]), roleArn: machineRole });
  expect(await test()).toMatchObject({ ...refused, error: 'S3.S3Exception' });
  await iam.updateAssumeRolePolicy({ RoleName: 'reader', PolicyDocument: trusting({ AWS: machineRole }) });
  expect(await test()).toMatchObject({ status: 'SUCCEEDED' });
});
