/** Executions that other executions run, and what becomes of them when those give them up or are redriven. */
import { IAM } from '@aws-sdk/client-iam';
import { SFN } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';
import { pause } from '../support/workbench.ts';

const roleArn = 'arn:aws:iam::000000000000:role/machines';
const CHILD = 'arn:aws:states:us-east-1:000000000000:stateMachine:child';
const SYNC = 'arn:aws:states:::states:startExecution.sync:2';

let server: TestServer;
let sfn: SFN;
let activityArn: string;

beforeAll(async () => {
  server = await startTestServer();
  sfn = new SFN(server.client);
  const iam = new IAM(server.client);
  const trust = { Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  await iam.createRole({ RoleName: 'machines', AssumeRolePolicyDocument });
  await iam.attachRolePolicy({ RoleName: 'machines', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' });
  activityArn = (await sfn.createActivity({ name: 'work' })).activityArn!;
  await create('child', one({ Type: 'Task', Resource: activityArn }));
});
afterAll(() => server.close());

const one = (state: object, name = 'A') => ({ StartAt: name, States: { [name]: { End: true, ...state } } });
const nested = { Type: 'Task', Resource: SYNC, Parameters: { StateMachineArn: CHILD } };
const done = { Type: 'Pass', End: true };

async function create(name: string, definition: object): Promise<string> {
  const created = await sfn.createStateMachine({ name, definition: JSON.stringify(definition), roleArn });
  return created.stateMachineArn!;
}

const start = async (name: string, definition: object): Promise<string> =>
  (await sfn.startExecution({ stateMachineArn: await create(name, definition) })).executionArn!;

async function ended(executionArn: string): Promise<string> {
  for (;;) {
    const { status } = await sfn.describeExecution({ executionArn });
    if (status !== 'RUNNING') return status!;
    await pause(10);
  }
}

async function children(): Promise<(string | undefined)[]> {
  const { executions = [] } = await sfn.listExecutions({ stateMachineArn: CHILD });
  return executions.map(({ status }) => status);
}

it('a branch that failed beside a running one could not be recorded: what ran had lost its state', async () => {
  const other = 'arn:aws:states:us-east-1:000000000000:activity:other';
  await sfn.createActivity({ name: 'other' });
  const Branches = [one(nested), one({ Type: 'Task', Resource: other }, 'Other')];
  const P = { Type: 'Parallel', Branches, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }], End: true };
  const arn = await start('caught', { StartAt: 'P', States: { P, B: done } });
  const { taskToken } = await sfn.getActivityTask({ activityArn: other });
  while ((await children()).length < 1) await pause(10);
  await sfn.sendTaskFailure({ taskToken, error: 'Broken' });
  expect([await ended(arn), await children()]).toEqual(['SUCCEEDED', ['ABORTED']]);
});

it('a task that ran out of time, and was caught, stopped what the next state’s resource would stop', async () => {
  const A = { ...nested, TimeoutSeconds: 1, Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'B' }], End: true };
  const arn = await start('timed', { StartAt: 'A', States: { A, B: done } });
  expect([await ended(arn), (await children())[0]]).toEqual(['SUCCEEDED', 'ABORTED']);
});

it('a redrive asked for the child by the name of the one that had failed', async () => {
  const arn = await start('redriven', one(nested));
  const { taskToken } = await sfn.getActivityTask({ activityArn });
  await sfn.sendTaskFailure({ taskToken, error: 'Broken' });
  expect(await ended(arn)).toBe('FAILED');
  await sfn.redriveExecution({ executionArn: arn });
  const again = await sfn.getActivityTask({ activityArn });
  await sfn.sendTaskSuccess({ taskToken: again.taskToken, output: '1' });
  expect([await ended(arn), (await children()).slice(0, 2)]).toEqual(['SUCCEEDED', ['SUCCEEDED', 'FAILED']]);
});
