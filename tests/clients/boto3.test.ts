/** boto3 against a running server: what notebooks do with it — create, start, wait, page, and catch by error code. */
import { expect, it } from 'vitest';
import type { AwsHome } from '../support/awsCli.ts';
import { publishSmallPipeline } from '../support/nodeSteps.ts';
import { realClients } from '../support/realClients.ts';
import { openWorkbench } from '../support/workbench.ts';

let home: AwsHome;

realClients('boto3', async (made) => {
  home = made.home;
  const bench = await openWorkbench(made.server, 'boto-bench');
  await publishSmallPipeline(bench, 'boto-small');
});

it('starts a pipeline, waits, pages through what there is, approves the model', async () => {
  const answer = await home.python(`
import boto3, json, time
sagemaker = boto3.client('sagemaker')
arns = [sagemaker.start_pipeline_execution(PipelineName='boto-small')['PipelineExecutionArn'] for _ in range(3)]
for arn in arns:
    while sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)['PipelineExecutionStatus'] == 'Executing':
        time.sleep(0.1)
pages = list(sagemaker.get_paginator('list_pipeline_executions').paginate(
    PipelineName='boto-small', SortBy='CreationTime', SortOrder='Ascending', PaginationConfig={'PageSize': 2}))
steps = list(sagemaker.get_paginator('list_pipeline_execution_steps').paginate(
    PipelineExecutionArn=arns[0], PaginationConfig={'PageSize': 1}))
training = next(s for p in steps for s in p['PipelineExecutionSteps'] if s['StepName'] == 'Train')['Metadata']['TrainingJob']['Arn']
job = training.split('/')[-1]
sagemaker.get_waiter('training_job_completed_or_stopped').wait(TrainingJobName=job)
described = sagemaker.describe_training_job(TrainingJobName=job)
package = sagemaker.list_model_packages(ModelPackageGroupName='boto-small', MaxResults=1)
newest = package['ModelPackageSummaryList'][0]['ModelPackageArn']
sagemaker.update_model_package(ModelPackageArn=newest, ModelApprovalStatus='Approved', ApprovalDescription='good')
model = sagemaker.describe_model_package(ModelPackageName=newest)
print(json.dumps({
  'pages': [[e['PipelineExecutionArn'] for e in p['PipelineExecutionSummaries']] for p in pages],
  'arns': arns,
  'statuses': [e['PipelineExecutionStatus'] for p in pages for e in p['PipelineExecutionSummaries']],
  'steps': len(steps),
  'job': [described['TrainingJobStatus'], described['TrainingEndTime'] >= described['TrainingStartTime']],
  'more': 'NextToken' in package,
  'model': [model['ModelApprovalStatus'], model['ModelPackageVersion'], model['CreationTime'].tzinfo is not None],
}))`);
  const { arns, pages } = answer as { arns: string[]; pages: string[][] };
  expect(pages).toEqual([arns.slice(0, 2), arns.slice(2)]);
  expect(answer).toMatchObject({
    statuses: ['Succeeded', 'Succeeded', 'Succeeded'],
    steps: 4,
    job: ['Completed', true],
    more: true,
    model: ['Approved', 3, true],
  });
});

it('moves objects: transfers in parts, metadata, presigned URLs, waiters, missing keys', async () => {
  const answer = await home.python(`
import boto3, io, json, os, urllib.request
s3 = boto3.client('s3')
s3.create_bucket(Bucket='boto-objects')
s3.get_waiter('bucket_exists').wait(Bucket='boto-objects')
large = os.urandom(9 * 1024 * 1024)
s3.upload_fileobj(io.BytesIO(large), 'boto-objects', 'large', ExtraArgs={'Metadata': {'run': '7'}, 'ContentType': 'text/csv'})
back = io.BytesIO()
s3.download_fileobj('boto-objects', 'large', back)
head = s3.head_object(Bucket='boto-objects', Key='large')
for i in range(5):
    s3.put_object(Bucket='boto-objects', Key=f'p/{i}', Body=b'x')
keys = [o['Key'] for page in s3.get_paginator('list_objects_v2').paginate(
    Bucket='boto-objects', Prefix='p/', PaginationConfig={'PageSize': 2}) for o in page['Contents']]
url = s3.generate_presigned_url('get_object', Params={'Bucket': 'boto-objects', 'Key': 'p/0'}, ExpiresIn=60)
post = boto3.resource('s3').Object('boto-objects', 'p/1').get()['Body'].read().decode()
def code(call):
    try:
        call()
    except s3.exceptions.ClientError as error:
        return error.response['Error']['Code']
print(json.dumps({
  'same': back.getvalue() == large, 'head': [head['Metadata'], head['ContentType']], 'keys': keys, 'object': post,
  'signed': urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url).read().decode(),
  'codes': [
    code(lambda: s3.get_object(Bucket='boto-objects', Key='none')),
    code(lambda: s3.head_object(Bucket='boto-objects', Key='none')),
    code(lambda: s3.get_object(Bucket='boto-none', Key='k')),
    code(lambda: s3.delete_bucket(Bucket='boto-objects')),
  ],
}))`);
  expect(answer).toEqual({
    same: true,
    head: [{ run: '7' }, 'text/csv'],
    keys: ['p/0', 'p/1', 'p/2', 'p/3', 'p/4'],
    object: 'x',
    signed: 'x',
    codes: ['NoSuchKey', '404', 'NoSuchBucket', 'BucketNotEmpty'],
  });
});

it('answers errors that programs catch', async () => {
  const answer = await home.python(`
import boto3, botocore, json, os
sagemaker, iam, sts = (boto3.client(name) for name in ('sagemaker', 'iam', 'sts'))
def caught(call):
    try:
        call()
    except botocore.exceptions.ClientError as error:
        return [error.response['Error']['Code'], error.response['ResponseMetadata']['HTTPStatusCode'], type(error).__name__]
definition = json.dumps({'Version': '2020-12-01', 'Steps': [{'Name': 'A', 'Type': 'Fail', 'DependsOn': ['B'], 'Arguments': {}}]})
role = sts.get_caller_identity()['Arn'].replace('user/admin', 'role/boto-bench')
wrong = boto3.client('sts', aws_secret_access_key='wrong', aws_access_key_id=boto3.Session().get_credentials().access_key)
print(json.dumps([
  caught(lambda: sagemaker.describe_pipeline(PipelineName='nobody')),
  caught(lambda: sagemaker.create_pipeline(PipelineName='bad', PipelineDefinition=definition, RoleArn=role)),
  caught(lambda: sagemaker.start_pipeline_execution(PipelineName='boto-small', PipelineParameters=[{'Name': 'X', 'Value': '1'}])),
  caught(lambda: sagemaker.describe_model_package_group(ModelPackageGroupName='nobody')),
  caught(lambda: iam.get_role(RoleName='nobody')),
  caught(lambda: wrong.get_caller_identity()),
  caught(lambda: sagemaker.list_notebook_instances()),
]))`);
  expect(answer).toEqual([
    ['ResourceNotFound', 400, 'ResourceNotFound'],
    ['ValidationException', 400, 'ClientError'],
    ['ValidationException', 400, 'ClientError'],
    ['ValidationException', 400, 'ClientError'],
    ['NoSuchEntity', 404, 'NoSuchEntityException'],
    ['SignatureDoesNotMatch', 403, 'ClientError'],
    ['NotImplemented', 501, 'ClientError'],
  ]);
});
