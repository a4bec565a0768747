/** Functions that others set going, as the AWS CLI and boto3 set them up: a bucket's notification, a rule, a schedule, a token. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { expect, it } from 'vitest';
import type { AwsHome } from '../support/awsCli.ts';
import { functionRole, logged, makeFunction } from '../support/functions.ts';
import { realClients } from '../support/realClients.ts';
import type { TestServer } from '../support/server.ts';

let home: AwsHome;
let server: TestServer;
let role: string;

realClients('boto3', async (made) => {
  ({ home, server } = made);
  role = await functionRole(server, 'functions');
});

const ok = async (...words: string[]) => {
  const { status, stdout, stderr } = await home.aws(...words);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
};
const file = (name: string, content: object): string => {
  const path = join(home.folder, name);
  writeFileSync(path, JSON.stringify(content));
  return `file://${path}`;
};
const make = (FunctionName: string, app: string) =>
  makeFunction(new LambdaClient(server.client), { FunctionName, Role: role, files: { 'app.py': app } });
const TELLS = 'import json\ndef handler(event, context):\n    print("told " + json.dumps(event))\n';
/** Each command starts Python anew, which takes its time on a busy machine. In milliseconds. */
const PATIENCE = 300_000;

it('aws s3api has a bucket tell a function, which `aws s3 cp` then sets going', { timeout: PATIENCE }, async () => {
  const arn = await make('copied', TELLS);
  await ok('s3', 'mb', 's3://incoming');
  const permission = ['--function-name', 'copied', '--statement-id', 's3', '--action', 'lambda:InvokeFunction'];
  const source = ['--principal', 's3.amazonaws.com', '--source-arn', 'arn:aws:s3:::incoming'];
  await ok('lambda', 'add-permission', ...permission, ...source);
  const FilterRules = [
    { Name: 'prefix', Value: 'raw/' },
    { Name: 'suffix', Value: '.csv' },
  ];
  const configuration = file('notification.json', {
    LambdaFunctionConfigurations: [
      { LambdaFunctionArn: arn, Events: ['s3:ObjectCreated:*'], Filter: { Key: { FilterRules } } },
    ],
  });
  const put = ['s3api', 'put-bucket-notification-configuration', '--bucket', 'incoming'];
  await ok(...put, '--notification-configuration', configuration);
  writeFileSync(join(home.folder, 'a.csv'), 'x,y\n');
  for (const key of ['a.csv', 'raw/a.csv'])
    await ok('s3', 'cp', '--no-progress', join(home.folder, 'a.csv'), `s3://incoming/${key}`);
  const line = (await logged(server, 'copied', /told /)).find((each) => each.includes('told '))!;
  expect(JSON.parse(line.slice(line.indexOf('{')))).toMatchObject({
    Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'incoming' }, object: { key: 'raw/a.csv' } } }],
  });
});

it('boto3 has a rule and a schedule set one going, and a function answer a token', { timeout: PATIENCE }, async () => {
  const told = await make('heard', TELLS);
  const answers = await make(
    'answers',
    'import boto3\ndef handler(event, context):\n    boto3.client("stepfunctions").send_task_success(taskToken=event["detail"]["token"], output=\'{"by": "%s"}\' % event["source"])\n',
  );
  const answer = await home.python(
    `
import boto3, json, time
iam, events, functions, states, scheduler = (boto3.client(n) for n in ('iam', 'events', 'lambda', 'stepfunctions', 'scheduler'))
def role(name, service, *actions):
    trust = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Principal': {'Service': service}, 'Action': 'sts:AssumeRole'}]}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))['Role']['Arn']
    may = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': list(actions), 'Resource': '*'}]}
    iam.put_role_policy(RoleName=name, PolicyName='may', PolicyDocument=json.dumps(may))
    return arn
def rule(name, function, pattern, **target):
    arn = events.put_rule(Name=name, EventPattern=json.dumps(pattern))['RuleArn']
    functions.add_permission(FunctionName=function, StatementId=name, Action='lambda:InvokeFunction', Principal='events.amazonaws.com', SourceArn=arn)
    failed = events.put_targets(Rule=name, Targets=[{'Id': '1', 'Arn': function, **target}])['FailedEntryCount']
    assert failed == 0

rule('hears', '${told}', {'source': ['shop']}, InputTransformer={'InputPathsMap': {'n': '$.detail.n'}, 'InputTemplate': '{"from": "rule", "n": <n>}'})
events.put_events(Entries=[{'Source': 'shop', 'DetailType': 'sold', 'Detail': '{"n": 3}'}])
scheduler.create_schedule(Name='now', ScheduleExpression='rate(1 hour)', FlexibleTimeWindow={'Mode': 'OFF'},
    Target={'Arn': '${told}', 'RoleArn': role('schedules', 'scheduler.amazonaws.com', 'lambda:InvokeFunction'), 'Input': '{"from": "schedule"}'})

rule('approvals', '${answers}', {'detail-type': ['Approval Wanted']})
definition = {'StartAt': 'Ask', 'States': {'Ask': {'Type': 'Task', 'End': True, 'Resource': 'arn:aws:states:::events:putEvents.waitForTaskToken',
    'Parameters': {'Entries': [{'Source': 'machine', 'DetailType': 'Approval Wanted', 'Detail': {'token.$': '$$.Task.Token'}}]}}}}
machine = states.create_state_machine(name='asks', definition=json.dumps(definition), roleArn=role('machines', 'states.amazonaws.com', 'events:PutEvents'))
execution = states.start_execution(stateMachineArn=machine['stateMachineArn'])['executionArn']
while (found := states.describe_execution(executionArn=execution))['status'] == 'RUNNING': time.sleep(0.05)
print(json.dumps({'status': found['status'], 'output': json.loads(found.get('output', 'null'))}))`,
  );
  expect(answer).toEqual({ status: 'SUCCEEDED', output: { by: 'machine' } });
  await logged(server, 'heard', /"from": "schedule"/);
  const lines = await logged(server, 'heard', /"from": "rule"/);
  expect(lines.filter((line) => line.includes('told ')).sort()).toEqual([
    expect.stringContaining('told {"from": "rule", "n": 3}'),
    expect.stringContaining('told {"from": "schedule"}'),
  ]);
});
