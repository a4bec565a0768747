/** Executions of state machines through the official SDK client, on a real server: their logs, and ends that others wait for. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { SFN } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';
import { pause } from '../support/workbench.ts';

const ACCOUNT = '111111111111';
const roleArn = `arn:aws:iam::${ACCOUNT}:role/machines`;
const logGroupName = '/aws/vendedlogs/states/wire';
const machineArn = (name: string) => `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:${name}`;
const DONE = { Type: 'Pass', End: true };
const logging = (level: 'ALL' | 'ERROR', includeExecutionData = true) => ({
  ...{ level, includeExecutionData },
  destinations: [
    { cloudWatchLogsLogGroup: { logGroupArn: `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:${logGroupName}:*` } },
  ],
});

const folder = mkdtempSync(join(tmpdir(), 'telar-executions-'));
let server: TestServer;
let sfn: SFN;
let logs: CloudWatchLogs;

async function open(): Promise<void> {
  server = await startTestServer({ folder, account: ACCOUNT, auth: 'off' });
  sfn = new SFN({ ...server.client, disableHostPrefix: true });
  logs = new CloudWatchLogs(server.client);
}
beforeAll(async () => {
  await open();
  await logs.createLogGroup({ logGroupName });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const create = (name: string, States: object, more: Partial<Parameters<SFN['createStateMachine']>[0]> = {}) =>
  sfn.createStateMachine({
    ...{ name, roleArn },
    definition: JSON.stringify({ StartAt: Object.keys(States)[0], States }),
    ...more,
  });

async function ended(executionArn: string) {
  for (;;) {
    const described = await sfn.describeExecution({ executionArn });
    if (described.status !== 'RUNNING') return described;
    await pause(5);
  }
}

/** Types of the events in an execution's log, once there are as many as are awaited. */
async function loggedTypes(executionArn: string, awaited: number): Promise<string[]> {
  for (;;) {
    const { events = [] } = await logs.filterLogEvents({ logGroupName });
    const own = events
      .map(({ message }) => JSON.parse(message!))
      .filter((event) => event.execution_arn === executionArn);
    if (own.length >= awaited) return own.map(({ id, type }) => `${id} ${type}`);
    await pause(5);
  }
}

const STEPS = ['1 ExecutionStarted', '2 WaitStateEntered', '3 WaitStateExited', '4 PassStateEntered'];
const ALL = [...STEPS, '5 PassStateExited', '6 ExecutionSucceeded'];

it('an event is logged once, also when the server starts anew in the middle of an execution', async () => {
  const loggingConfiguration = logging('ALL');
  const wait = { Type: 'Wait', Seconds: 1, Next: 'P' };
  const { stateMachineArn } = await create('logged', { W: wait, P: DONE }, { loggingConfiguration });
  const { executionArn } = await sfn.startExecution({ stateMachineArn, input: '{"a": 1}' });
  expect(await loggedTypes(executionArn!, 2)).toEqual(ALL.slice(0, 2));
  await server.close();
  await open();
  expect((await ended(executionArn!)).status).toBe('SUCCEEDED');
  expect(await loggedTypes(executionArn!, 6)).toEqual(ALL);
  const { logStreams } = await logs.describeLogStreams({ logGroupName });
  expect(logStreams!.map(({ logStreamName }) => logStreamName)).toEqual([
    expect.stringMatching(/^states\/logged\/\d{4}(-\d\d){4}\/[\da-f]{8}$/),
  ]);
});

it('an asynchronous Express execution is visible in its log', async () => {
  const fails = { F: { Type: 'Fail', Error: 'Broken' } };
  const express = { type: 'EXPRESS' as const, loggingConfiguration: logging('ERROR') };
  const { stateMachineArn } = await create('express', fails, express);
  const { executionArn } = await sfn.startExecution({ stateMachineArn });
  expect(await loggedTypes(executionArn!, 2)).toEqual(['2 FailStateEntered', '3 ExecutionFailed']);
});

it('an execution goes on when the group of its log is gone', async () => {
  await create('lost', { P: DONE }, { loggingConfiguration: logging('ALL') });
  await logs.deleteLogGroup({ logGroupName });
  const { executionArn } = await sfn.startExecution({ stateMachineArn: machineArn('lost') });
  expect((await ended(executionArn!)).status).toBe('SUCCEEDED');
  await logs.createLogGroup({ logGroupName });
});

it('a task hears of an execution that was over before the task could await it', async () => {
  await create('child', { P: { Type: 'Pass', Result: { of: 'child' }, End: true } });
  const task = {
    ...{ Type: 'Task', Resource: 'arn:aws:states:::states:startExecution.sync:2', End: true },
    Parameters: { StateMachineArn: machineArn('child') },
  };
  const { stateMachineArn } = await create('parent', { T: task });
  const { executionArn } = await sfn.startExecution({ stateMachineArn });
  const { status, output } = await ended(executionArn!);
  expect([status, JSON.parse(output!).Output]).toEqual(['SUCCEEDED', { of: 'child' }]);
});
