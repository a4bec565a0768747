/** State machines, versions, aliases, activities and tags through the official SDK client, on a real server. */
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { IAM } from '@aws-sdk/client-iam';
import {
  InvalidDefinition,
  paginateListStateMachines,
  SFN,
  StateMachineAlreadyExists,
  StateMachineDoesNotExist,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';

const ACCOUNT = '000000000000';
const roleArn = `arn:aws:iam::${ACCOUNT}:role/machines`;
const machineArn = (name: string) => `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:${name}`;
const policy = (...Statement: object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: Statement.map((one) => ({ Effect: 'Allow', ...one })) });
const trust = (Service: string) => policy({ Principal: { Service }, Action: 'sts:AssumeRole' });
const passing = (Comment: string) =>
  JSON.stringify({ Comment, StartAt: 'Done', States: { Done: { Type: 'Pass', End: true } } });

let server: TestServer;
let sfn: SFN;
let iam: IAM;

beforeAll(async () => {
  server = await startTestServer();
  sfn = new SFN(server.client);
  iam = new IAM(server.client);
  await iam.createRole({ RoleName: 'machines', AssumeRolePolicyDocument: trust('states.amazonaws.com') });
  await iam.createRole({ RoleName: 'jobs', AssumeRolePolicyDocument: trust('sagemaker.amazonaws.com') });
});
afterAll(() => server.close());

const create = (name: string, comment = 'first') =>
  sfn.createStateMachine({ name, definition: passing(comment), roleArn });

describe('state machines', () => {
  it('are created, described, changed, published and deleted', async () => {
    const stateMachineArn = machineArn('Titanic');
    const created = await create('Titanic');
    expect(created).toMatchObject({ stateMachineArn, creationDate: expect.any(Date) });
    const { revisionId } = await sfn.updateStateMachine({ stateMachineArn, definition: passing('second') });
    const published = await sfn.publishStateMachineVersion({ stateMachineArn, revisionId, description: 'for June' });
    expect(published.stateMachineVersionArn).toBe(`${stateMachineArn}:1`);
    expect(await sfn.describeStateMachine({ stateMachineArn: `${stateMachineArn}:1` })).toMatchObject({
      ...{ name: 'Titanic', status: 'ACTIVE', type: 'STANDARD', roleArn, revisionId },
      ...{ definition: passing('second'), description: 'for June' },
    });
    const routingConfiguration = [{ stateMachineVersionArn: `${stateMachineArn}:1`, weight: 100 }];
    const alias = await sfn.createStateMachineAlias({ name: 'PROD', routingConfiguration });
    expect(alias.stateMachineAliasArn).toBe(`${stateMachineArn}:PROD`);
    expect(await sfn.describeStateMachineAlias({ stateMachineAliasArn: alias.stateMachineAliasArn })).toMatchObject({
      routingConfiguration,
    });
    await sfn.deleteStateMachine({ stateMachineArn });
    await expect(sfn.describeStateMachine({ stateMachineArn })).rejects.toThrow(StateMachineDoesNotExist);
  });

  it('are listed page by page', async () => {
    for (const name of ['page-1', 'page-2', 'page-3']) await create(name);
    const names: (string | undefined)[] = [];
    for await (const page of paginateListStateMachines({ client: sfn, pageSize: 1 }, {}))
      names.push(...page.stateMachines!.map(({ name }) => name));
    expect(names.filter((name) => name?.startsWith('page-'))).toEqual(['page-1', 'page-2', 'page-3']);
  });

  it('are refused with the exceptions that clients catch', async () => {
    await create('twice');
    await expect(create('twice', 'other')).rejects.toThrow(StateMachineAlreadyExists);
    await expect(sfn.createStateMachine({ name: 'bad', definition: '{"StartAt": "A"}', roleArn })).rejects.toThrow(
      InvalidDefinition,
    );
    await expect(
      sfn.createStateMachine({ name: 'bad', definition: passing(''), roleArn: roleArn.replace('machines', 'jobs') }),
    ).rejects.toMatchObject({ name: 'AccessDeniedException', message: expect.stringMatching(/states.amazonaws.com/) });
    await expect(sfn.listStateMachines({ maxResults: 1001 })).rejects.toMatchObject({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000",
    });
  });

  it('log into a log group that exists', async () => {
    const logs = new CloudWatchLogs(server.client);
    const logGroupName = '/aws/vendedlogs/states/wire';
    const logGroupArn = `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${logGroupName}:*`;
    const loggingConfiguration = {
      ...{ level: 'ALL' as const, includeExecutionData: true },
      destinations: [{ cloudWatchLogsLogGroup: { logGroupArn } }],
    };
    const input = { name: 'logging', definition: passing(''), roleArn, loggingConfiguration };
    await expect(sfn.createStateMachine(input)).rejects.toMatchObject({ name: 'InvalidLoggingConfiguration' });
    await logs.createLogGroup({ logGroupName });
    await sfn.createStateMachine(input);
    const described = await sfn.describeStateMachine({ stateMachineArn: machineArn('logging') });
    expect(described.loggingConfiguration).toEqual(loggingConfiguration);
  });

  it('are checked before they are made', async () => {
    expect(await sfn.validateStateMachineDefinition({ definition: '{"StartAt": "A"}' })).toMatchObject({
      result: 'FAIL',
      diagnostics: [{ severity: 'ERROR', code: 'SCHEMA_VALIDATION_FAILED', location: '/' }],
    });
  });
});

describe('activities', () => {
  it('are created, tagged, listed and deleted', async () => {
    const { activityArn } = await sfn.createActivity({ name: 'label', tags: [{ key: 'team', value: 'data' }] });
    expect((await sfn.listTagsForResource({ resourceArn: activityArn })).tags).toEqual([
      { key: 'team', value: 'data' },
    ]);
    expect((await sfn.listActivities({})).activities).toMatchObject([{ activityArn, name: 'label' }]);
    await sfn.deleteActivity({ activityArn });
    await expect(sfn.describeActivity({ activityArn })).rejects.toMatchObject({ name: 'ActivityDoesNotExist' });
  });
});

describe('a user', () => {
  async function user(UserName: string, ...statements: object[]) {
    await iam.createUser({ UserName });
    await iam.putUserPolicy({ UserName, PolicyName: 'own', PolicyDocument: policy(...statements) });
    const { AccessKey } = await iam.createAccessKey({ UserName });
    const credentials = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    return new SFN({ ...server.client, credentials });
  }
  const denied = (message: RegExp) => ({ name: 'AccessDeniedException', message: expect.stringMatching(message) });

  it('needs the right to pass the role', async () => {
    const maker = await user('maker', { Action: 'states:*', Resource: '*' });
    const input = { name: 'passed', definition: passing(''), roleArn };
    await expect(maker.createStateMachine(input)).rejects.toMatchObject(denied(/iam:PassRole/));
    await iam.putUserPolicy({
      ...{ UserName: 'maker', PolicyName: 'pass' },
      PolicyDocument: policy({
        ...{ Action: 'iam:PassRole', Resource: roleArn },
        Condition: { StringEquals: { 'iam:PassedToService': 'states.amazonaws.com' } },
      }),
    });
    await expect(maker.createStateMachine(input)).resolves.toMatchObject({ stateMachineArn: machineArn('passed') });
  });

  it('is held to versions and aliases by their qualifier', async () => {
    const { stateMachineArn } = await create('qualified');
    for (const comment of ['one', 'two'])
      await sfn.updateStateMachine({ stateMachineArn, definition: passing(comment), publish: true });
    const reader = await user('reader', {
      ...{ Action: 'states:DescribeStateMachine', Resource: stateMachineArn },
      Condition: { StringEquals: { 'states:StateMachineQualifier': '1' } },
    });
    const look = (qualifier: string) => reader.describeStateMachine({ stateMachineArn: stateMachineArn + qualifier });
    await expect(look(':1')).resolves.toMatchObject({ definition: passing('one') });
    await expect(look(':2')).rejects.toMatchObject(denied(/on resource: .*:stateMachine:qualified because/));
    await expect(look('')).rejects.toMatchObject(denied(/states:DescribeStateMachine/));
  });

  it('is held to what is tagged', async () => {
    const stateMachineArn = machineArn('tagged');
    await sfn.createStateMachine({
      ...{ name: 'tagged', definition: passing(''), roleArn, tags: [{ key: 'team', value: 'data' }] },
    });
    const mate = await user('mate', {
      ...{ Action: 'states:DescribeStateMachine', Resource: '*' },
      Condition: { StringEquals: { 'aws:ResourceTag/team': 'data' } },
    });
    await expect(mate.describeStateMachine({ stateMachineArn })).resolves.toMatchObject({ name: 'tagged' });
    await sfn.untagResource({ resourceArn: stateMachineArn, tagKeys: ['team'] });
    await expect(mate.describeStateMachine({ stateMachineArn })).rejects.toMatchObject(denied(/DescribeStateMachine/));
  });
});
