/** What denied users and roles see of the AWS CLI and boto3: commands that people type, code that notebooks hold. */
import { describe, expect, it } from 'vitest';
import type { AwsHome } from '../support/awsCli.ts';
import { NODE_IMAGE } from '../support/nodeSteps.ts';
import { realClients } from '../support/realClients.ts';

let home: AwsHome;

realClients('boto3', (made) => {
  home = made.home;
});

/** Each command starts Python anew, which takes its time on a busy machine. In milliseconds. */
const PATIENCE = 300_000;

const ok = async (...words: string[]) => {
  const { status, stdout, stderr } = await home.aws(...words);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
};
const json = async (...words: string[]) => JSON.parse((await ok(...words)) || '{}') as Record<string, never>;
const policy = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });

describe.concurrent('the AWS CLI', { timeout: PATIENCE }, () => {
  it('simulates what a user may do', async () => {
    await ok('iam', 'create-user', '--user-name', 'cli-anna');
    const document = policy({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::open/*' });
    await ok(
      'iam',
      'put-user-policy',
      '--user-name',
      'cli-anna',
      '--policy-name',
      'own',
      '--policy-document',
      document,
    );
    const { EvaluationResults } = await json(
      ...['iam', 'simulate-principal-policy'],
      ...['--policy-source-arn', 'arn:aws:iam::000000000000:user/cli-anna'],
      ...['--action-names', 's3:GetObject', 's3:PutObject', '--resource-arns', 'arn:aws:s3:::open/a'],
    );
    expect(EvaluationResults).toMatchObject([
      {
        EvalActionName: 's3:GetObject',
        EvalResourceName: 'arn:aws:s3:::open/a',
        EvalDecision: 'allowed',
        MatchedStatements: [{ SourcePolicyId: 'user_cli-anna_own', StartPosition: { Line: 1, Column: 38 } }],
        MissingContextValues: [],
      },
      { EvalActionName: 's3:PutObject', EvalDecision: 'implicitDeny', MatchedStatements: [] },
    ]);
  });

  it('rotates the keys of a user', async () => {
    const user = ['--user-name', 'cli-rotating'];
    await ok('iam', 'create-user', ...user);
    const create = () =>
      json('iam', 'create-access-key', ...user) as Promise<{ AccessKey: { AccessKeyId: string } } & object>;
    const first = (await create()).AccessKey.AccessKeyId;
    await create();
    const third = await home.aws('iam', 'create-access-key', ...user);
    expect(third.stderr).toContain('(LimitExceeded)');
    await ok('iam', 'update-access-key', ...user, '--access-key-id', first, '--status', 'Inactive');
    const listed = await json('iam', 'list-access-keys', ...user);
    expect(listed['AccessKeyMetadata']).toHaveLength(2);
    await ok('iam', 'delete-access-key', ...user, '--access-key-id', first);
    expect((await json('iam', 'list-access-keys', ...user))['AccessKeyMetadata']).toHaveLength(1);
  });
});

describe('boto3', { timeout: PATIENCE }, () => {
  it('raises what AWS raises where a user, a role to pass, or a job lacks a permission', async () => {
    const answer = await home.python(`
import boto3, json, time
from botocore.exceptions import ClientError
iam, s3, sagemaker = (boto3.client(name) for name in ('iam', 's3', 'sagemaker'))
def policy(*statements):
    return json.dumps({'Version': '2012-10-17', 'Statement': list(statements)})
def client(service, key):
    return boto3.client(service, aws_access_key_id=key['AccessKeyId'], aws_secret_access_key=key['SecretAccessKey'])
def refused(call, **arguments):
    try:
        call(**arguments)
        return 'allowed'
    except ClientError as error:
        told = error.response['Error']
        return [told['Code'], error.response['ResponseMetadata']['HTTPStatusCode'], told['Message']]

s3.create_bucket(Bucket='boto-permissions')
s3.put_object(Bucket='boto-permissions', Key='in/a.csv', Body=b'a')
iam.create_user(UserName='boto-anna')
key = iam.create_access_key(UserName='boto-anna')['AccessKey']
own_s3, own_sagemaker = client('s3', key), client('sagemaker', key)
answer = {'nothing': refused(own_s3.get_object, Bucket='boto-permissions', Key='in/a.csv')}
iam.put_user_policy(UserName='boto-anna', PolicyName='own', PolicyDocument=policy(
    {'Effect': 'Allow', 'Action': ['s3:GetObject', 'sagemaker:CreateProcessingJob'], 'Resource': '*'}))
answer['read'] = own_s3.get_object(Bucket='boto-permissions', Key='in/a.csv')['Body'].read().decode()
answer['missing'] = refused(own_s3.head_object, Bucket='boto-permissions', Key='none')[:2]

iam.create_role(RoleName='boto-blind', AssumeRolePolicyDocument=policy(
    {'Effect': 'Allow', 'Principal': {'Service': 'sagemaker.amazonaws.com'}, 'Action': 'sts:AssumeRole'}))
job = dict(
    ProcessingJobName='boto-denied', RoleArn='arn:aws:iam::000000000000:role/boto-blind',
    AppSpecification={'ImageUri': '${NODE_IMAGE}', 'ContainerEntrypoint': ['sh', '-c', 'true']},
    ProcessingResources={'ClusterConfig': {'InstanceCount': 1, 'InstanceType': 'ml.m5.large', 'VolumeSizeInGB': 1}},
    ProcessingInputs=[{'InputName': 'in', 'S3Input': {'S3Uri': 's3://boto-permissions/in/', 'S3DataType': 'S3Prefix',
        'S3InputMode': 'File', 'LocalPath': '/opt/ml/processing/in'}}])
answer['pass'] = refused(own_sagemaker.create_processing_job, **job)
sagemaker.create_processing_job(**job)
while sagemaker.describe_processing_job(ProcessingJobName='boto-denied')['ProcessingJobStatus'] == 'InProgress':
    time.sleep(0.1)
answer['job'] = sagemaker.describe_processing_job(ProcessingJobName='boto-denied')['FailureReason']

iam.update_access_key(UserName='boto-anna', AccessKeyId=key['AccessKeyId'], Status='Inactive')
answer['inactive'] = refused(own_s3.get_object, Bucket='boto-permissions', Key='in/a.csv')[:2]
answer['used'] = iam.get_access_key_last_used(AccessKeyId=key['AccessKeyId'])['AccessKeyLastUsed']['ServiceName']
print(json.dumps(answer))`);
    const anna = 'User: arn:aws:iam::000000000000:user/boto-anna is not authorized to perform:';
    expect(answer).toEqual({
      nothing: [
        'AccessDenied',
        403,
        `${anna} s3:GetObject on resource: "arn:aws:s3:::boto-permissions/in/a.csv" because no identity-based policy allows the s3:GetObject action`,
      ],
      read: 'a',
      missing: ['403', 403],
      pass: [
        'AccessDeniedException',
        403,
        `${anna} iam:PassRole on resource: arn:aws:iam::000000000000:role/boto-blind because no identity-based policy allows the iam:PassRole action`,
      ],
      job: expect.stringMatching(/^ClientError: Data download failed:AccessDenied \(403\): User: .*s3:ListBucket/),
      inactive: ['InvalidAccessKeyId', 403],
      used: 'sagemaker',
    });
  });
});
