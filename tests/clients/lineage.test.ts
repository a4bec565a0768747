/** boto3 on lineage, experiments and Search: what notebooks ask once a pipeline has run. */
import { expect, it } from 'vitest';
import type { AwsHome } from '../support/awsCli.ts';
import { publishSmallPipeline } from '../support/nodeSteps.ts';
import { realClients } from '../support/realClients.ts';
import { openWorkbench } from '../support/workbench.ts';

let home: AwsHome;

realClients('boto3', async (made) => {
  home = made.home;
  const bench = await openWorkbench(made.server, 'boto-lineage');
  await publishSmallPipeline(bench, 'traced');
  await bench.ended(await bench.start('traced'));
});

it('finds out what a model was made from', async () => {
  const answer = await home.python(`
import boto3, json
sagemaker = boto3.client('sagemaker')
package = sagemaker.list_model_packages(ModelPackageGroupName='traced')['ModelPackageSummaryList'][0]['ModelPackageArn']
start = sagemaker.list_artifacts(SourceUri=package)['ArtifactSummaries'][0]['ArtifactArn']
lineage = sagemaker.query_lineage(StartArns=[start], Direction='Ascendants', MaxResults=50)
jobs = [v['Arn'] for v in lineage['Vertices'] if v['LineageType'] == 'TrialComponent']
component = sagemaker.describe_trial_component(TrialComponentName=jobs[0].split('/')[-1])
job = sagemaker.describe_training_job(TrainingJobName=component['Source']['SourceArn'].split('/')[-1])
data = [sagemaker.describe_artifact(ArtifactArn=v['Arn'])['Source']['SourceUri'] for v in lineage['Vertices'] if v['Type'] == 'DataSet']
print(json.dumps({
  'jobs': len(jobs), 'status': component['Status']['PrimaryStatus'],
  'model': component['OutputArtifacts']['SageMaker.ModelArtifact']['Value'] == job['ModelArtifacts']['S3ModelArtifacts'],
  'data': sorted(data) == sorted(c['DataSource']['S3DataSource']['S3Uri'] for c in job['InputDataConfig']),
}))`);
  expect(answer).toEqual({ jobs: 1, status: 'Completed', model: true, data: true });
});

it('tracks runs of its own, and searches them', async () => {
  const answer = await home.python(`
import boto3, json, datetime
from botocore.exceptions import ClientError
sagemaker = boto3.client('sagemaker')
sagemaker.create_experiment(ExperimentName='churn', Description='by hand')
try:
    sagemaker.create_experiment(ExperimentName='churn')
    taken = None
except ClientError as error:
    taken = [error.response['Error']['Code'], 'already exists' in error.response['Error']['Message']]
sagemaker.create_trial(TrialName='churn-1', ExperimentName='churn')
for n, rate in enumerate([0.1, 0.2, 0.3]):
    name = f'churn-run-{n}'
    sagemaker.create_trial_component(TrialComponentName=name, Parameters={'rate': {'NumberValue': rate}},
        Status={'PrimaryStatus': 'Completed'}, StartTime=datetime.datetime(2026, 11, 27, n))
    sagemaker.associate_trial_component(TrialComponentName=name, TrialName='churn-1')
found = list(sagemaker.get_paginator('search').paginate(Resource='ExperimentTrialComponent', SearchExpression={'Filters': [
    {'Name': 'Parents.ExperimentName', 'Operator': 'Equals', 'Value': 'churn'},
    {'Name': 'Parameters.rate', 'Operator': 'GreaterThan', 'Value': '0.15'}]},
    SortBy='Parameters.rate', SortOrder='Descending', PaginationConfig={'PageSize': 1}))
listed = [c['TrialComponentName'] for p in sagemaker.get_paginator('list_trial_components').paginate(TrialName='churn-1', SortBy='Name',
    SortOrder='Ascending', PaginationConfig={'PageSize': 2}) for c in p['TrialComponentSummaries']]
print(json.dumps({
  'taken': taken, 'pages': len(found), 'listed': listed,
  'found': [r['TrialComponent']['TrialComponentName'] for p in found for r in p['Results']],
}))`);
  expect(answer).toEqual({
    taken: ['ValidationException', true],
    pages: 2,
    listed: ['churn-run-0', 'churn-run-1', 'churn-run-2'],
    found: ['churn-run-2', 'churn-run-1'],
  });
});
