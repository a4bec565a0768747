/** EventBridge Scheduler as the AWS CLI and boto3 use it: a schedule is written, starts a machine, and is refused as on AWS. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { AwsHome } from '../support/awsCli.ts';
import { realClients } from '../support/realClients.ts';

let home: AwsHome;

realClients('boto3', (made) => {
  home = made.home;
});

const file = (name: string, content: object): string => {
  const path = join(home.folder, name);
  writeFileSync(path, JSON.stringify(content));
  return `file://${path}`;
};
const allowing = (statement: object) => ({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
const trust = (Service: string) => allowing({ Principal: { Service }, Action: 'sts:AssumeRole' });
const definition = { StartAt: 'Done', States: { Done: { Type: 'Pass', End: true } } };

it('is driven by the AWS CLI, and starts what it is told to', async () => {
  const role = async (name: string, service: string) => {
    const document = file(`${name}.json`, trust(service));
    const words = ['create-role', '--role-name', name, '--assume-role-policy-document', document];
    return (await home.json<{ Role: { Arn: string } }>('iam', ...words)).Role.Arn;
  };
  const [machines, schedules] = [await role('m', 'states.amazonaws.com'), await role('s', 'scheduler.amazonaws.com')];
  const starting = file('start.json', allowing({ Action: 'states:StartExecution', Resource: '*' }));
  await home.aws(
    ...['iam', 'put-role-policy', '--role-name', 's', '--policy-name', 'start', '--policy-document', starting],
  );
  const { stateMachineArn } = await home.json<{ stateMachineArn: string }>(
    ...['stepfunctions', 'create-state-machine', '--name', 'nightly', '--role-arn', machines],
    ...['--definition', file('machine.json', definition)],
  );
  const scheduler = <T>(...words: string[]) => home.json<T>('scheduler', ...words);
  await scheduler('create-schedule-group', '--name', 'reports', '--tags', 'Key=telar:missed,Value=skip');
  const target = file('target.json', { Arn: stateMachineArn, RoleArn: schedules, Input: '{"hello": "schedule"}' });
  const rest = ['--group-name', 'reports', '--flexible-time-window', 'Mode=OFF', '--target', target];
  const made = await scheduler<{ ScheduleArn: string }>(
    ...['create-schedule', '--name', 'hourly', '--schedule-expression', 'rate(1 hour)', ...rest],
  );
  expect(made.ScheduleArn).toMatch(/:schedule\/reports\/hourly$/);
  const shown = await scheduler<object>('get-schedule', '--name', 'hourly', '--group-name', 'reports');
  expect(shown).toMatchObject({
    State: 'ENABLED',
    ScheduleExpressionTimezone: 'UTC',
    Target: { Arn: stateMachineArn },
  });
  const { executions } = await home.json<{ executions: { executionArn: string }[] }>(
    ...['stepfunctions', 'list-executions', '--state-machine-arn', stateMachineArn],
  );
  const described = await home.json<{ input: string }>(
    ...['stepfunctions', 'describe-execution', '--execution-arn', executions[0]!.executionArn],
  );
  expect(described.input).toBe('{"hello": "schedule"}');
  const refused = await home.aws(
    ...['scheduler', 'create-schedule', '--name', 'bad', '--schedule-expression', 'cron(0 1 * * * *)', ...rest],
  );
  expect(refused.stderr).toContain(
    '(ValidationException) when calling the CreateSchedule operation: Invalid Schedule Expression cron(0 1 * * * *).',
  );
});

it('raises the exceptions that boto3 programs catch', async () => {
  const caught = await home.python<string[]>(`
import boto3, json
from datetime import datetime, timedelta, timezone
scheduler, iam = boto3.client('scheduler'), boto3.client('iam')
trust = ${JSON.stringify(JSON.stringify(trust('scheduler.amazonaws.com')))}
role = iam.create_role(RoleName='caught', AssumeRolePolicyDocument=trust)['Role']['Arn']
caught = []

def attempt(error, call, **kwargs):
    try:
        call(**kwargs)
    except error as e:
        caught.append(e.response['Error']['Code'])

schedule = dict(Name='caught', ScheduleExpression='cron(0 8 ? * MON-FRI *)', FlexibleTimeWindow={'Mode': 'OFF'},
                ScheduleExpressionTimezone='Europe/Madrid', EndDate=datetime.now(timezone.utc) + timedelta(days=30),
                Target={'Arn': 'arn:aws:scheduler:::aws-sdk:sqs:sendMessage', 'RoleArn': role,
                        'Input': json.dumps({'QueueUrl': 'q', 'MessageBody': 'm'})})
scheduler.create_schedule(**schedule)
assert scheduler.get_schedule(Name='caught')['EndDate'] > datetime.now(timezone.utc)
attempt(scheduler.exceptions.ConflictException, scheduler.create_schedule, **schedule)
attempt(scheduler.exceptions.ResourceNotFoundException, scheduler.get_schedule, Name='nobody')
attempt(scheduler.exceptions.ValidationException, scheduler.create_schedule, **{**schedule, 'Name': 'x', 'ScheduleExpression': 'rate(0 days)'})
names = [one['Name'] for page in scheduler.get_paginator('list_schedules').paginate() for one in page['Schedules']]
assert 'caught' in names, names
scheduler.delete_schedule(Name='caught')
attempt(scheduler.exceptions.ResourceNotFoundException, scheduler.delete_schedule, Name='caught')
print(json.dumps(caught))`);
  expect(caught).toEqual([
    ...['ConflictException', 'ResourceNotFoundException', 'ValidationException', 'ResourceNotFoundException'],
  ]);
});
