/**
 * Logs of jobs as AWS's own clients read them: the loop of the SageMaker Python SDK's `logs_for_job` in boto3, and the AWS
 * CLI's `logs tail`, `filter-log-events` and `get-log-events`.
 */
import { expect, it } from 'vitest';
import type { AwsHome } from '../support/awsCli.ts';
import { NODE_IMAGE } from '../support/nodeSteps.ts';
import { realClients } from '../support/realClients.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';

/** Has boto3. */
const PYTHON_IMAGE = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3';

let home: AwsHome;
let bench: Workbench;

realClients('boto3', async (made) => {
  home = made.home;
  bench = await openWorkbench(made.server, 'logs-bench');
});

const processing = (ProcessingJobName: string, script: string) =>
  bench.sagemaker.createProcessingJob({
    ...{ ProcessingJobName, RoleArn: bench.roleArn },
    AppSpecification: { ImageUri: NODE_IMAGE, ContainerEntrypoint: ['sh', '-c', script] },
    ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } },
  });

const LOOP = `
import boto3, json, time
from botocore.exceptions import ClientError
sagemaker, client = boto3.client('sagemaker'), boto3.client('logs')
group = '/aws/sagemaker/TrainingJobs'

def log_stream(stream_name, start_time, skip):
    next_token, event_count = None, 1
    while event_count > 0:
        token_arg = {'nextToken': next_token} if next_token is not None else {}
        response = client.get_log_events(logGroupName=group, logStreamName=stream_name, startTime=start_time,
                                         startFromHead=True, **token_arg)
        next_token = response['nextForwardToken']
        events = response['events']
        event_count = len(events)
        if event_count > skip:
            events, skip = events[skip:], 0
        else:
            skip, events = skip - event_count, []
        yield from events

def logs_for_job(job, poll):
    stream_names, positions, lines, dot = [], {}, [], 0
    completed = False
    while True:
        description = sagemaker.describe_training_job(TrainingJobName=job)
        try:
            streams = client.describe_log_streams(logGroupName=group, logStreamNamePrefix=job + '/',
                                                  orderBy='LogStreamName', limit=1)
            stream_names = [s['logStreamName'] for s in streams['logStreams']]
            while 'nextToken' in streams:
                streams = client.describe_log_streams(logGroupName=group, logStreamNamePrefix=job + '/',
                                                      orderBy='LogStreamName', limit=1, nextToken=streams['nextToken'])
                stream_names.extend(s['logStreamName'] for s in streams['logStreams'])
        except ClientError as e:
            if e.response['Error']['Code'] != 'ResourceNotFoundException':
                raise
        for name in stream_names:
            start, skip = positions.get(name, (0, 0))
            for event in log_stream(name, start, skip):
                lines.append((description['TrainingJobStatus'], event['message']))
                if event['timestamp'] == start:
                    skip += 1
                else:
                    start, skip = event['timestamp'], 1
            positions[name] = (start, skip)
        if completed:
            return stream_names, lines
        completed = description['TrainingJobStatus'] in ('Completed', 'Failed', 'Stopped')
        time.sleep(poll)
`;

it('streams to estimator.fit() while the job runs, each line once', async () => {
  const script = 'mkdir -p /opt/ml/model; for n in 1 2 3 4 5 6; do echo "epoch $n"; sleep 0.3; done; echo "done"';
  await bench.sagemaker.createTrainingJob({
    ...{ TrainingJobName: 'Fit-Me', RoleArn: bench.roleArn },
    AlgorithmSpecification: {
      ...{ TrainingImage: NODE_IMAGE, TrainingInputMode: 'File', ContainerEntrypoint: ['sh', '-c', script] },
    },
    ResourceConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 },
    OutputDataConfig: { S3OutputPath: 's3://logs-bench/models' },
    StoppingCondition: { MaxRuntimeInSeconds: 60 },
  });
  const { names, lines } = await home.python<{ names: string[]; lines: [string, string][] }>(
    `${LOOP}\nnames, lines = logs_for_job('Fit-Me', 0.1)\nprint(json.dumps({'names': names, 'lines': lines}))`,
  );
  expect(names).toEqual([expect.stringMatching(/^Fit-Me\/algo-1-\d{10}$/)]);
  expect(lines.map(([, line]) => line)).toEqual([1, 2, 3, 4, 5, 6].map((n) => `epoch ${n}`).concat('done'));
  // Not only at its end.
  expect(lines.filter(([status]) => status === 'InProgress').length).toBeGreaterThan(2);
});

/** Uses sequence tokens, as old clients do. */
const WRITER = `
import boto3, json, time
logs = boto3.client('logs')
logs.create_log_group(logGroupName='mine', tags={'team': 'data'})
logs.create_log_stream(logGroupName='mine', logStreamName='s')
token = None
for n in range(5):
    args = {'sequenceToken': token} if token else {}
    event = {'timestamp': int(time.time() * 1000), 'message': json.dumps({'n': n})}
    token = logs.put_log_events(logGroupName='mine', logStreamName='s', logEvents=[event], **args)['nextSequenceToken']
print('as', boto3.client('sts').get_caller_identity()['Arn'].split('/')[-1])
`;

/** What `aws logs tail --follow` does: it is part of version 2 of the CLI, which cannot be had from a package index. */
const TAIL = `
import boto3, json, sys, time
from botocore.exceptions import ClientError
client = boto3.client('logs')

def follow(group, since, until, pause):
    kwargs, seen = {'logGroupName': group, 'interleaved': True, 'startTime': since}, {}
    while not until():
        try:
            while True:
                response = client.filter_log_events(**kwargs)
                for event in response['events']:
                    if event['eventId'] not in seen.setdefault(event['timestamp'], set()):
                        seen[event['timestamp']].add(event['eventId'])
                        yield event
                if 'nextToken' not in response:
                    break
                kwargs['nextToken'] = response['nextToken']
            kwargs.pop('nextToken', None)
        except client.exceptions.ResourceNotFoundException:
            pass
        kwargs['startTime'] = max(seen, default=since)
        time.sleep(pause)
`;

it('is tailed, filtered and read as the AWS CLI does it', async () => {
  const group = '/aws/sagemaker/ProcessingJobs';
  await processing('cli-job', 'echo "ERROR one"; echo "info two"; sleep 1; echo "ERROR three"');
  const tailed = await home.python<string[]>(`${TAIL}
ended = [0]
def until():
    ended[0] += boto3.client('sagemaker').describe_processing_job(ProcessingJobName='cli-job')['ProcessingJobStatus'] == 'Completed'
    return ended[0] > 1
print(json.dumps([e['message'] for e in follow('${group}', int(time.time() - 3600) * 1000, until, 0.1)]))`);
  expect(tailed).toEqual(['ERROR one', 'info two', 'ERROR three']);
  const found = await home.json<{ events: { message: string; logStreamName: string }[] }>(
    ...['logs', 'filter-log-events', '--log-group-name', group, '--filter-pattern', 'ERROR', '--page-size', '1'],
  );
  expect(found.events.map(({ message }) => message)).toEqual(['ERROR one', 'ERROR three']);
  const { logStreamName } = found.events[0]!;
  const read = await home.json<{ events: { message: string }[]; nextForwardToken: string }>(
    ...['logs', 'get-log-events', '--log-group-name', group, '--log-stream-name', logStreamName, '--limit', '1'],
  );
  expect(read.events.map(({ message }) => message)).toEqual(['ERROR three']);
  const refused = await home.aws(
    'logs',
    'filter-log-events',
    '--log-group-name',
    group,
    '--filter-pattern',
    '{ $.a = }',
  );
  expect(refused.stderr).toContain(
    '(InvalidParameterException) when calling the FilterLogEvents operation: Invalid filter',
  );
});

it('is written by a job with the credentials of its role', async () => {
  const Statement = [{ Effect: 'Allow', Action: ['logs:Create*', 'logs:PutLogEvents'], Resource: '*' }];
  await bench.iam.putRolePolicy({
    ...{ RoleName: 'logs-bench', PolicyName: 'write-logs' },
    PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
  });
  await bench.put('code/write.py', WRITER);
  const local = '/opt/ml/processing/code';
  await bench.sagemaker.createProcessingJob({
    ...{ ProcessingJobName: 'own-log', RoleArn: bench.roleArn },
    AppSpecification: { ImageUri: PYTHON_IMAGE, ContainerEntrypoint: ['python3', `${local}/write.py`] },
    ProcessingInputs: [
      {
        InputName: 'code',
        S3Input: {
          ...{ S3Uri: 's3://logs-bench/code/write.py', LocalPath: local, S3DataType: 'S3Prefix', S3InputMode: 'File' },
        },
      },
    ],
    ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } },
  });
  const found = await home.python<string[]>(`
import boto3, json, time
sagemaker, logs = boto3.client('sagemaker'), boto3.client('logs')
while sagemaker.describe_processing_job(ProcessingJobName='own-log')['ProcessingJobStatus'] == 'InProgress':
    time.sleep(0.2)
pages = logs.get_paginator('filter_log_events').paginate(
    logGroupName='mine', filterPattern='{ $.n >= 3 }', PaginationConfig={'PageSize': 1})
print(json.dumps([e['message'] for p in pages for e in p['events']]))`);
  expect(found).toEqual(['{"n": 3}', '{"n": 4}']);
  expect(await bench.log(`arn:aws:sagemaker:us-east-1:000000000000:processing-job/own-log`)).toBe('as SageMaker\n');
});
