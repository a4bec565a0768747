/** EventBridge as the AWS CLI and boto3 use it: a rule is put, its machine starts, and what is refused is caught. */
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
const trusting = (Service: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
});
const starting = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'states:StartExecution', Resource: '*' }],
};
const definition = { StartAt: 'Done', States: { Done: { Type: 'Pass', End: true } } };

async function role(name: string, service: string, policy?: object): Promise<string> {
  const { Role } = await home.json<{ Role: { Arn: string } }>(
    ...[
      'iam',
      'create-role',
      '--role-name',
      name,
      '--assume-role-policy-document',
      file('trust.json', trusting(service)),
    ],
  );
  if (policy) {
    const document = file('policy.json', policy);
    await home.json(
      'iam',
      'put-role-policy',
      '--role-name',
      name,
      '--policy-name',
      'may',
      '--policy-document',
      document,
    );
  }
  return Role.Arn;
}

it('is driven by the AWS CLI: an event starts a machine', { timeout: 120_000 }, async () => {
  const events = <T>(...words: string[]) => home.json<T>('events', ...words);
  const roleArn = await role('machines', 'states.amazonaws.com');
  const starter = await role('starter', 'events.amazonaws.com', starting);
  const { stateMachineArn } = await home.json<{ stateMachineArn: string }>(
    ...['stepfunctions', 'create-state-machine', '--name', 'orders', '--role-arn', roleArn],
    ...['--definition', file('machine.json', definition)],
  );
  const { RuleArn } = await events<{ RuleArn: string }>(
    ...['put-rule', '--name', 'orders', '--event-pattern', file('pattern.json', { source: ['shop'] })],
  );
  expect(RuleArn).toBe('arn:aws:events:us-east-1:000000000000:rule/orders');
  const targets = [{ Id: 'machine', Arn: stateMachineArn, RoleArn: starter, InputPath: '$.detail' }];
  expect(await events('put-targets', '--rule', 'orders', '--targets', file('targets.json', targets))).toEqual({
    FailedEntryCount: 0,
    FailedEntries: [],
  });
  const entries = [{ Source: 'shop', DetailType: 'ordered', Detail: '{"order":7}' }];
  const put = await events<{ FailedEntryCount: number }>('put-events', '--entries', file('entries.json', entries));
  expect(put.FailedEntryCount).toBe(0);
  let executionArn: string | undefined;
  while (executionArn === undefined) {
    const listed = await home.json<{ executions: { executionArn: string }[] }>(
      ...['stepfunctions', 'list-executions', '--state-machine-arn', stateMachineArn],
    );
    executionArn = listed.executions[0]?.executionArn;
  }
  const { input } = await home.json<{ input: string }>(
    ...['stepfunctions', 'describe-execution', '--execution-arn', executionArn],
  );
  expect(input).toBe('{"order":7}');
  const refused = await home.aws('events', 'put-rule', '--name', 'bad', '--event-pattern', '{"source": "shop"}');
  expect(refused.stderr).toContain(
    '(InvalidEventPatternException) when calling the PutRule operation: Event pattern is not valid. Reason: "source" must be an object or an array',
  );
});

it('raises the exceptions that boto3 programs catch', { timeout: 120_000 }, async () => {
  const caught = await home.python<string[]>(`
import boto3, json
from datetime import datetime, timedelta, timezone
events = boto3.client('events')
caught = []

def attempt(error, call, **kwargs):
    try:
        call(**kwargs)
    except error as e:
        caught.append(e.response['Error']['Code'])

bus = events.create_event_bus(Name='boto')['EventBusArn']
attempt(events.exceptions.ResourceAlreadyExistsException, events.create_event_bus, Name='boto')
attempt(events.exceptions.ResourceNotFoundException, events.describe_rule, Name='none')
attempt(events.exceptions.InvalidEventPatternException, events.put_rule, Name='r', EventPattern='{"a": []}')
events.put_rule(Name='r', EventBusName='boto', EventPattern=json.dumps({'source': [{'prefix': 'my.'}]}))
archive = events.create_archive(ArchiveName='a', EventSourceArn=bus)['ArchiveArn']
answer = events.put_events(Entries=[{'EventBusName': 'boto', 'Source': 'my.app', 'DetailType': 't', 'Detail': '{}', 'Time': datetime.now(timezone.utc)}])
assert answer['FailedEntryCount'] == 0, answer
assert events.describe_archive(ArchiveName='a')['EventCount'] == 1
now = datetime.now(timezone.utc)
replay = dict(ReplayName='again', EventSourceArn=archive, EventStartTime=now - timedelta(hours=1), EventEndTime=now + timedelta(hours=1), Destination={'Arn': bus})
assert events.start_replay(**replay)['State'] == 'STARTING'
attempt(events.exceptions.ResourceAlreadyExistsException, events.start_replay, **replay)
while events.describe_replay(ReplayName='again')['State'] != 'COMPLETED': pass
attempt(events.exceptions.IllegalStatusException, events.cancel_replay, ReplayName='again')
assert [rule['Name'] for page in events.get_paginator('list_rules').paginate(EventBusName='boto') for rule in page['Rules']] == ['r']
print(json.dumps(caught))`);
  expect(caught).toEqual([
    ...['ResourceAlreadyExistsException', 'ResourceNotFoundException', 'InvalidEventPatternException'],
    ...['ResourceAlreadyExistsException', 'IllegalStatusException'],
  ]);
});
