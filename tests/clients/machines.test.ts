/** Step Functions as the AWS CLI and boto3 use it: a machine is written, published, aliased and looked at. */
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

const definition = { StartAt: 'Done', States: { Done: { Type: 'Pass', End: true } } };
const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

it('is driven by the AWS CLI', async () => {
  const { Role } = await home.json<{ Role: { Arn: string } }>(
    ...['iam', 'create-role', '--role-name', 'machines', '--assume-role-policy-document', file('trust.json', trust)],
  );
  const sfn = <T>(...words: string[]) => home.json<T>('stepfunctions', ...words);
  const checked = await sfn<{ result: string }>(
    ...['validate-state-machine-definition', '--definition', file('machine.json', definition)],
  );
  expect(checked.result).toBe('OK');
  const made = await sfn<{ stateMachineArn: string; stateMachineVersionArn: string }>(
    ...['create-state-machine', '--name', 'nightly', '--role-arn', Role.Arn, '--publish'],
    ...['--definition', file('machine.json', definition), '--version-description', 'the first'],
  );
  expect(made.stateMachineVersionArn).toBe(`${made.stateMachineArn}:1`);
  await sfn(
    ...['create-state-machine-alias', '--name', 'PROD'],
    ...['--routing-configuration', `stateMachineVersionArn=${made.stateMachineVersionArn},weight=100`],
  );
  const aliases = await sfn<{ stateMachineAliases: { stateMachineAliasArn: string }[] }>(
    ...['list-state-machine-aliases', '--state-machine-arn', made.stateMachineArn],
  );
  expect(aliases.stateMachineAliases.map((alias) => alias.stateMachineAliasArn)).toEqual([
    `${made.stateMachineArn}:PROD`,
  ]);
  const refused = await home.aws(
    ...['stepfunctions', 'delete-state-machine-version', '--state-machine-version-arn', made.stateMachineVersionArn],
  );
  expect(refused.stderr).toContain(
    '(ConflictException) when calling the DeleteStateMachineVersion operation: Version to be deleted must not be referenced by an alias.',
  );
});

it('tries a state by the AWS CLI', async () => {
  const state = { Type: 'Choice', Choices: [{ Variable: '$.n', NumericLessThan: 3, Next: 'Few' }], Default: 'Many' };
  const tested = await home.json<object>(
    ...['stepfunctions', 'test-state', '--definition', file('state.json', state)],
    ...['--input', '{"n": 2}', '--inspection-level', 'DEBUG'],
  );
  expect(tested).toEqual({
    ...{ status: 'SUCCEEDED', nextState: 'Few', output: '{"n": 2}' },
    inspectionData: { input: '{"n": 2}', afterInputPath: '{"n": 2}' },
  });
});

it('raises the exceptions that boto3 programs catch', async () => {
  const caught = await home.python<string[]>(`
import boto3, json
sfn, iam = boto3.client('stepfunctions'), boto3.client('iam')
role = iam.create_role(RoleName='caught', AssumeRolePolicyDocument=json.dumps(${JSON.stringify(trust)}))['Role']['Arn']
caught = []

def attempt(error, call, **kwargs):
    try:
        call(**kwargs)
    except error as e:
        caught.append(e.response['Error']['Code'])

machine = dict(name='caught', roleArn=role, definition=json.dumps(${JSON.stringify(definition).replaceAll('true', 'True')}))
arn = sfn.create_state_machine(**machine)['stateMachineArn']
assert sfn.create_state_machine(**machine)['stateMachineArn'] == arn
attempt(sfn.exceptions.StateMachineAlreadyExists, sfn.create_state_machine, **{**machine, 'type': 'EXPRESS'})
attempt(sfn.exceptions.InvalidDefinition, sfn.create_state_machine, **{**machine, 'name': 'x', 'definition': '{}'})
attempt(sfn.exceptions.InvalidName, sfn.create_state_machine, **{**machine, 'name': 'a b'})
attempt(sfn.exceptions.MissingRequiredParameter, sfn.update_state_machine, stateMachineArn=arn)
attempt(sfn.exceptions.InvalidToken, sfn.list_state_machines, nextToken='none')
sfn.delete_state_machine(stateMachineArn=arn)
attempt(sfn.exceptions.StateMachineDoesNotExist, sfn.describe_state_machine, stateMachineArn=arn)
print(json.dumps(caught))`);
  expect(caught).toEqual([
    ...['StateMachineAlreadyExists', 'InvalidDefinition', 'InvalidName', 'MissingRequiredParameter'],
    ...['InvalidToken', 'StateMachineDoesNotExist'],
  ]);
});
