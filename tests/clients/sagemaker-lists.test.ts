/** boto3's waiters and paginators on SageMaker, and what lists refuse: code, words, and the tokens of other lists. */
import { expect, it } from 'vitest';
import type { AwsHome } from '../support/awsCli.ts';
import { NODE_IMAGE, publishSmallPipeline } from '../support/nodeSteps.ts';
import { realClients } from '../support/realClients.ts';
import { openWorkbench } from '../support/workbench.ts';

let home: AwsHome;
let roleArn: string;

realClients('boto3', async (made) => {
  home = made.home;
  const bench = await openWorkbench(made.server, 'lists-bench');
  roleArn = bench.roleArn;
  await publishSmallPipeline(bench, 'lists-small');
  await publishSmallPipeline(bench, 'lists-other');
});

/** What every program begins with; jobs of one line of JavaScript. */
const COMMON = () => `
import boto3, botocore, datetime, json
sagemaker = boto3.client('sagemaker')
def processing(name, script):
    sagemaker.create_processing_job(ProcessingJobName=name, RoleArn='${roleArn}',
        AppSpecification={'ImageUri': '${NODE_IMAGE}', 'ContainerEntrypoint': ['node', '-e', script]},
        ProcessingResources={'ClusterConfig': {'InstanceCount': 1, 'InstanceType': 'ml.m5.large', 'VolumeSizeInGB': 1}})
def training(name, script):
    sagemaker.create_training_job(TrainingJobName=name, RoleArn='${roleArn}',
        AlgorithmSpecification={'TrainingImage': '${NODE_IMAGE}', 'TrainingInputMode': 'File', 'ContainerEntrypoint': ['node', '-e', script]},
        OutputDataConfig={'S3OutputPath': 's3://lists-bench/models'}, StoppingCondition={'MaxRuntimeInSeconds': 600},
        ResourceConfig={'InstanceCount': 1, 'InstanceType': 'ml.m5.large', 'VolumeSizeInGB': 1})
def caught(call):
    try:
        return call()
    except botocore.exceptions.ClientError as error:
        return [error.response['Error']['Code'], error.response['Error']['Message']]
`;

it('waiters end with a job that completes or is stopped, and fail with one that fails or is not there', async () => {
  const answer = await home.python(`${COMMON()}
fast = {'Delay': 0.1, 'MaxAttempts': 600}
def waited(kind, name):
    waiter = sagemaker.get_waiter(f'{kind}_job_completed_or_stopped')
    try:
        waiter.wait(**{f'{kind.capitalize()}JobName': name}, WaiterConfig=fast)
    except botocore.exceptions.WaiterError as error:
        return str(error).split(': ', 1)[1].split('. ')[0]
    describe = {'processing': sagemaker.describe_processing_job, 'training': sagemaker.describe_training_job}[kind]
    return describe(**{f'{kind.capitalize()}JobName': name})[f'{kind.capitalize()}JobStatus']
answers = {}
for kind, make, stop in [('processing', processing, sagemaker.stop_processing_job), ('training', training, sagemaker.stop_training_job)]:
    make(f'{kind}-good', '0')
    make(f'{kind}-bad', 'process.exit(3)')
    make(f'{kind}-long', 'setTimeout(() => {}, 600000)')
    stop(**{f'{kind.capitalize()}JobName': f'{kind}-long'})
    answers[kind] = [waited(kind, f'{kind}-{which}') for which in ('good', 'bad', 'long', 'none')]
print(json.dumps(answers))`);
  const failed = (kind: string) =>
    `Waiter encountered a terminal failure state: For expression "${kind}JobStatus" we matched expected path: "Failed"`;
  const unknown =
    'Waiter encountered a terminal failure state: Matched expected service error code: ValidationException';
  expect(answer).toEqual({
    processing: ['Completed', failed('Processing'), 'Stopped', unknown],
    training: ['Completed', failed('Training'), 'Stopped', unknown],
  });
});

it('paginators give everything once, whatever the size of the page', async () => {
  const answer = await home.python(`${COMMON()}
for number in range(3):
    processing(f'page-{number}', '0')
    training(f'page-{number}', '0')
    sagemaker.create_model_package_group(ModelPackageGroupName=f'page-{number}', Tags=[{'Key': f'k{n}', 'Value': 'v'} for n in range(3)])
    sagemaker.create_model_package(ModelPackageGroupName='page-0')
    sagemaker.update_pipeline(PipelineName='lists-other', PipelineDefinition=json.dumps({'Version': '2020-12-01',
        'Parameters': [{'Name': f'P{n}', 'Type': 'String', 'DefaultValue': 'v'} for n in range(3)],
        'Steps': [{'Name': f'Step{number}', 'Type': 'Condition', 'Arguments': {'Conditions': [{'Type': 'Equals', 'LeftValue': 1, 'RightValue': 1}]}}]}))
run = sagemaker.start_pipeline_execution(PipelineName='lists-other')['PipelineExecutionArn']
group = sagemaker.describe_model_package_group(ModelPackageGroupName='page-0')['ModelPackageGroupArn']
def pages(operation, key, item, size=1, **arguments):
    found = [page[key] for page in sagemaker.get_paginator(operation).paginate(PaginationConfig={'PageSize': size}, **arguments)]
    return [[one[item] for one in page] for page in found]
order = {'SortBy': 'Name', 'SortOrder': 'Ascending'}
print(json.dumps({
  'processing': pages('list_processing_jobs', 'ProcessingJobSummaries', 'ProcessingJobName', NameContains='page-', **order),
  'training': pages('list_training_jobs', 'TrainingJobSummaries', 'TrainingJobName', NameContains='page-', **order),
  'groups': pages('list_model_package_groups', 'ModelPackageGroupSummaryList', 'ModelPackageGroupName', NameContains='page-', **order),
  'packages': pages('list_model_packages', 'ModelPackageSummaryList', 'ModelPackageVersion', ModelPackageGroupName='page-0', **order),
  'pipelines': pages('list_pipelines', 'PipelineSummaries', 'PipelineName', PipelineNamePrefix='lists', **order),
  'versions': pages('list_pipeline_versions', 'PipelineVersionSummaries', 'PipelineVersionId', PipelineName='lists-other', SortOrder='Ascending'),
  'parameters': pages('list_pipeline_parameters_for_execution', 'PipelineParameters', 'Name', PipelineExecutionArn=run),
  'tags': pages('list_tags', 'Tags', 'Key', size=50, ResourceArn=group)[0],
}))`);
  const one = [['page-0'], ['page-1'], ['page-2']];
  expect(answer).toEqual({
    ...{ processing: one, training: one, groups: one, packages: [[1], [2], [3]] },
    ...{ pipelines: [['lists-other'], ['lists-small']], versions: [[1], [2], [3], [4]] },
    ...{ parameters: [['P0'], ['P1'], ['P2']], tags: ['k0', 'k1', 'k2'] },
  });
});

it('lists refuse what they cannot mean, in AWS’s words', async () => {
  type Refused = [string, string];
  const answer = await home.python<Record<string, Record<string, Refused>>>(`${COMMON()}
client = boto3.client('sagemaker', config=botocore.config.Config(parameter_validation=False))
run = sagemaker.start_pipeline_execution(PipelineName='lists-small')['PipelineExecutionArn']
for n in range(2):
    sagemaker.create_model_package_group(ModelPackageGroupName=f'token-{n}')
token = sagemaker.list_model_package_groups(MaxResults=1, NameContains='token-')['NextToken']
lists = {
  'list_processing_jobs': {}, 'list_training_jobs': {}, 'list_model_package_groups': {}, 'list_model_packages': {},
  'list_pipelines': {}, 'list_pipeline_executions': {'PipelineName': 'lists-small'},
  'list_pipeline_versions': {'PipelineName': 'lists-small'}, 'list_pipeline_execution_steps': {'PipelineExecutionArn': run},
  'list_pipeline_parameters_for_execution': {'PipelineExecutionArn': run},
}
wrong = {'none': {'MaxResults': 0}, 'many': {'MaxResults': 101}, 'garbage': {'NextToken': 'garbage'}, 'other': {'NextToken': token}, 'order': {'SortOrder': 'Up'}}
print(json.dumps({name: {what: caught(lambda: getattr(client, name)(**arguments, **more)) for what, more in wrong.items()
    if not (what == 'order' and name == 'list_pipeline_parameters_for_execution')} for name, arguments in lists.items()}))`);
  expect(Object.keys(answer)).toHaveLength(9);
  const violated = (value: string, path: string, rule: string): Refused => [
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: Member must ${rule}`,
  ];
  for (const refused of Object.values(answer)) {
    expect(refused).toMatchObject({
      none: violated('0', 'maxResults', 'have value greater than or equal to 1'),
      many: violated('101', 'maxResults', 'have value less than or equal to 100'),
      garbage: ['ValidationException', expect.stringMatching(/^The NextToken is not valid for this request/)],
      other: ['ValidationException', expect.stringMatching(/^The NextToken is not valid for this request/)],
      ...('order' in refused && {
        order: violated('Up', 'sortOrder', 'satisfy enum value set: [Ascending, Descending]'),
      }),
    });
  }
});

it('names that are not there, and members that are missing, are told by AWS’s codes', async () => {
  const answer = await home.python<Record<string, [string, string]>>(`${COMMON()}
client = boto3.client('sagemaker', config=botocore.config.Config(parameter_validation=False))
account = sagemaker.describe_pipeline(PipelineName='lists-small')['PipelineArn'].rsplit(':', 1)[0]
print(json.dumps({
  'executions': caught(lambda: client.list_pipeline_executions(PipelineName='nobody')),
  'versions': caught(lambda: client.list_pipeline_versions(PipelineName='nobody')),
  'version': caught(lambda: client.describe_pipeline(PipelineName='lists-small', PipelineVersionId=99)),
  'steps': caught(lambda: client.list_pipeline_execution_steps(PipelineExecutionArn=account + ':pipeline/lists-small/execution/aaaaaaaaaaaa')),
  'nameless': caught(lambda: client.list_pipeline_execution_steps()),
  'packages': caught(lambda: client.list_model_packages(ModelPackageGroupName='nobody')),
  'policy': caught(lambda: client.get_model_package_group_policy(ModelPackageGroupName='nobody')),
  'status': caught(lambda: client.list_training_jobs(StatusEquals='Running')),
  'tags': caught(lambda: client.list_tags(ResourceArn=account + ':pipeline/nobody')),
}))`);
  const codes = Object.fromEntries(Object.entries(answer).map(([name, [code]]) => [name, code]));
  const found = { executions: 'ResourceNotFound', versions: 'ResourceNotFound', version: 'ResourceNotFound' };
  const invalid = ['nameless', 'packages', 'policy', 'status', 'tags'].map((name) => [name, 'ValidationException']);
  expect(codes).toEqual({ ...found, steps: 'ResourceNotFound', ...Object.fromEntries(invalid) });
  expect(answer['nameless']?.[1]).toMatch(/^PipelineExecutionArn is missing/);
  expect(answer['policy']?.[1]).toMatch(/^Cannot find Model Package Group: arn:aws:sagemaker:.*\/nobody$/);
});
