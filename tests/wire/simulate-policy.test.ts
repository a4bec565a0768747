// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written like this
/** IAM's policy simulator through the official SDK. */
import { IAM } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { document } from '../support/identity.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let iam: IAM;
const account = '000000000000';
const anna = `arn:aws:iam::${account}:user/anna`;

beforeAll(async () => {
  server = await startTestServer();
  iam = new IAM(server.client);
  await iam.createUser({ UserName: 'anna', Tags: [{ Key: 'team', Value: 'red' }] });
  await iam.createGroup({ GroupName: 'team' });
  await iam.addUserToGroup({ UserName: 'anna', GroupName: 'team' });
  await iam.attachGroupPolicy({ GroupName: 'team', PolicyArn: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess' });
  await iam.putUserPolicy({ UserName: 'anna', PolicyName: 'own', PolicyDocument: policy(denied, tagged) });
});
afterAll(() => server.close());

const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement }, undefined, 2);
const denied = { Effect: 'Deny', Action: 's3:*', Resource: 'arn:aws:s3:::secret/*' };
const tagged = {
  Effect: 'Allow',
  Action: 'sagemaker:CreateTrainingJob',
  Resource: '*',
  Condition: { StringEquals: { 'aws:RequestTag/team': '${aws:PrincipalTag/team}' } },
};

describe('SimulatePrincipalPolicy', () => {
  it('decides as a request of the user would be, and names the statements', async () => {
    const { EvaluationResults } = await iam.simulatePrincipalPolicy({
      PolicySourceArn: anna,
      ActionNames: ['s3:GetObject', 's3:PutObject'],
      ResourceArns: ['arn:aws:s3:::open/a', 'arn:aws:s3:::secret/a'],
    });
    expect(EvaluationResults?.map((one) => [one.EvalActionName, one.EvalResourceName, one.EvalDecision])).toEqual([
      ['s3:GetObject', 'arn:aws:s3:::open/a', 'allowed'],
      ['s3:GetObject', 'arn:aws:s3:::secret/a', 'explicitDeny'],
      ['s3:PutObject', 'arn:aws:s3:::open/a', 'implicitDeny'],
      ['s3:PutObject', 'arn:aws:s3:::secret/a', 'explicitDeny'],
    ]);
    expect(EvaluationResults?.[0]?.MatchedStatements).toMatchObject([
      { SourcePolicyId: 'AmazonS3ReadOnlyAccess', SourcePolicyType: 'aws-managed' },
    ]);
    expect(EvaluationResults?.[1]?.MatchedStatements).toEqual([
      {
        SourcePolicyId: 'user_anna_own',
        SourcePolicyType: 'user',
        StartPosition: { Line: 4, Column: 5 },
        EndPosition: { Line: 8, Column: 6 },
      },
    ]);
  });

  it('tells which context it lacks, and takes it', async () => {
    const request = { PolicySourceArn: anna, ActionNames: ['sagemaker:CreateTrainingJob'] };
    const lacking = (await iam.simulatePrincipalPolicy(request)).EvaluationResults?.[0];
    expect(lacking).toMatchObject({ EvalDecision: 'implicitDeny', MissingContextValues: ['aws:RequestTag/team'] });
    const withTeam = (team: string) =>
      iam.simulatePrincipalPolicy({
        ...request,
        ContextEntries: [{ ContextKeyName: 'aws:RequestTag/team', ContextKeyValues: [team], ContextKeyType: 'string' }],
      });
    expect((await withTeam('red')).EvaluationResults?.[0]).toMatchObject({ EvalDecision: 'allowed' });
    expect((await withTeam('blue')).EvaluationResults?.[0]).toMatchObject({ EvalDecision: 'implicitDeny' });
  });

  it('said that nothing was lacking where a resource waits for a variable', async () => {
    const { EvaluationResults } = await iam.simulateCustomPolicy({
      PolicyInputList: [
        document({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/${aws:username}/*' }),
      ],
      ActionNames: ['s3:GetObject', 's3:PutObject'],
      ResourceArns: ['arn:aws:s3:::b/anna/x'],
    });
    expect(EvaluationResults?.map(({ MissingContextValues }) => MissingContextValues)).toEqual([['aws:username'], []]);
  });

  it('answers page by page', async () => {
    const request = {
      PolicySourceArn: anna,
      ActionNames: ['s3:GetObject', 's3:ListBucket', 's3:PutObject'],
      MaxItems: 2,
    };
    const first = await iam.simulatePrincipalPolicy(request);
    expect([first.IsTruncated, first.EvaluationResults?.length]).toEqual([true, 2]);
    const last = await iam.simulatePrincipalPolicy({ ...request, Marker: first.Marker });
    expect(last.EvaluationResults?.map(({ EvalActionName }) => EvalActionName)).toEqual(['s3:PutObject']);
    const other = { ...request, ActionNames: ['s3:GetObject'], Marker: first.Marker };
    await expect(iam.simulatePrincipalPolicy(other)).rejects.toMatchObject({ name: 'ValidationError' });
  });

  it('of nobody is refused', async () => {
    const of = (PolicySourceArn: string) =>
      iam.simulatePrincipalPolicy({ PolicySourceArn, ActionNames: ['s3:GetObject'] });
    await expect(of(`arn:aws:iam::${account}:user/none`)).rejects.toMatchObject({ name: 'NoSuchEntityException' });
    await expect(of(`arn:aws:s3:::some-bucket-name`)).rejects.toMatchObject({ name: 'InvalidInputException' });
  });
});

describe('SimulateCustomPolicy', () => {
  const allow = policy({ Effect: 'Allow', Action: 's3:*', Resource: '*' });

  it('takes policies, a boundary and a resource policy as they are given', async () => {
    const request = {
      PolicyInputList: [allow],
      ActionNames: ['s3:GetObject'],
      ResourceArns: ['arn:aws:s3:::b/k'],
      PermissionsBoundaryPolicyInputList: [policy({ Effect: 'Allow', Action: 's3:PutObject', Resource: '*' })],
    };
    expect((await iam.simulateCustomPolicy(request)).EvaluationResults?.[0]).toMatchObject({
      EvalDecision: 'implicitDeny',
      PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false },
    });
    const ResourcePolicy = policy({
      ...{ Effect: 'Allow', Principal: { AWS: anna }, Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' },
    });
    const withResource = { ...request, ResourcePolicy };
    await expect(iam.simulateCustomPolicy(withResource)).rejects.toMatchObject({
      name: 'InvalidInputException',
      message: expect.stringContaining('CallerArn'),
    });
    const decided = await iam.simulateCustomPolicy({ ...withResource, CallerArn: anna });
    expect(decided.EvaluationResults?.[0]).toMatchObject({
      EvalDecision: 'allowed',
      MatchedStatements: [
        { SourcePolicyId: 'PolicyInputList.1' },
        { SourcePolicyId: 'ResourcePolicy', SourcePolicyType: 'resource' },
      ],
    });
  });

  it('refuses by name what it cannot simulate', async () => {
    const simulate = (more: object) =>
      iam.simulateCustomPolicy({ PolicyInputList: [allow], ActionNames: ['s3:GetObject'], ...more });
    await expect(simulate({ ResourceOwner: 'arn:aws:iam::999999999999:root' })).rejects.toMatchObject({
      message: expect.stringContaining('another account'),
    });
    await expect(simulate({ ActionNames: ['s3:Get*'] })).rejects.toMatchObject({ name: 'InvalidInputException' });
    await expect(simulate({ PolicyInputList: ['{}'] })).rejects.toMatchObject({ name: 'InvalidInputException' });
    const long = policy({ Effect: 'Allow', Action: 's3:*', Resource: `arn:aws:s3:::${'x'.repeat(130_000)}` });
    await expect(simulate({ PolicyInputList: [long, long, long] })).rejects.toMatchObject({
      message: expect.stringContaining('are simulated at once'),
    });
  });

  it('gives small pages where there is much to evaluate', async () => {
    const many = Array.from({ length: 900 }, (_, nth) => ({ Effect: 'Allow', Action: `s3:Get${nth}`, Resource: '*' }));
    const request = { PolicyInputList: [policy(...many)], ActionNames: ['s3:Get1', 's3:Get2', 's3:Get3'] };
    const first = await iam.simulateCustomPolicy(request);
    expect([first.EvaluationResults?.length, first.IsTruncated]).toEqual([2, true]);
    const rest = await iam.simulateCustomPolicy({ ...request, Marker: first.Marker });
    expect([rest.EvaluationResults?.length, rest.IsTruncated]).toEqual([1, false]);
  });
});

describe('the context keys', () => {
  it('are those of conditions and of variables, each once', async () => {
    const { ContextKeyNames } = await iam.getContextKeysForPrincipalPolicy({ PolicySourceArn: anna });
    expect(ContextKeyNames).toEqual(['aws:RequestTag/team', 'aws:PrincipalTag/team']);
    const PolicyInputList = [
      policy({ Effect: 'Allow', Action: '*', Resource: 'arn:aws:s3:::${aws:username}/*' }),
      policy({ Effect: 'Allow', Action: '*', Resource: '*', Condition: { Bool: { 'AWS:UserName': 'true' } } }),
    ];
    expect((await iam.getContextKeysForCustomPolicy({ PolicyInputList })).ContextKeyNames).toEqual(['aws:username']);
  });
});
