/**
 * Machines that put an event and wait, and the function behind the rule that answers with the token, under kill -9 of the server: each
 * execution ends once, with its own answer.
 */
import { Lambda, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, expect, it } from 'vitest';
import { checkFolder } from '../../src/server/fsck.ts';
import { dataFolder } from '../../src/store/folder.ts';
import { rng } from '../simulate/world.ts';
import { openRules } from '../support/eventRules.ts';
import { functionRole, makeFunction } from '../support/functions.ts';
import { document } from '../support/identity.ts';
import { startVictim, type Victim } from '../support/killing.ts';
import type { TestServer } from '../support/server.ts';
import { removeFolder, strays } from '../support/serverProcess.ts';
import { pause } from '../support/workbench.ts';

let victim: Victim;
afterEach(async () => {
  if (victim) await removeFolder(victim.folder);
});

const EXECUTIONS = 24;
const KILLS = 4;
const ANSWERS = `
  import { SFNClient, SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
  const sfn = new SFNClient();
  export const handler = async ({ token, n }) => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    try {
      await sfn.send(new SendTaskSuccessCommand({ taskToken: token, output: JSON.stringify({ answered: n }) }));
    } catch (error) {
      // What was killed after its answer is run again: the token has been used.
      if (error.name !== 'TaskTimedOut') throw error;
    }
  };`;
const DEFINITION = {
  StartAt: 'Ask',
  States: {
    Ask: {
      ...{ Type: 'Task', Resource: 'arn:aws:states:::events:putEvents.waitForTaskToken', End: true },
      Parameters: {
        Entries: [{ Source: 'asks', DetailType: 'Asked', Detail: { 'token.$': '$$.Task.Token', 'n.$': '$.n' } }],
      },
    },
  },
};

it('every token that went out with an event comes back once', { timeout: 8 * 60_000 }, async () => {
  victim = await startVictim();
  const { client } = victim.client;
  const server = { client } as TestServer;
  const rules = await openRules(client);
  const Role = await functionRole(server, 'answers');
  const files = { 'index.mjs': ANSWERS };
  const Arn = await makeFunction(new LambdaClient(client), { FunctionName: 'answers', Role, files });
  await new Lambda(client).addPermission({
    ...{ FunctionName: 'answers', StatementId: 'rule', Action: 'lambda:InvokeFunction' },
    Principal: 'events.amazonaws.com',
  });
  await rules.rule('asks', { source: ['asks'] }, { Arn, RoleArn: undefined, InputPath: '$.detail' });
  const PolicyDocument = document({ Effect: 'Allow', Action: 'events:PutEvents', Resource: '*' });
  await rules.iam.putRolePolicy({ RoleName: 'keepers', PolicyName: 'put', PolicyDocument });
  const stateMachineArn = await rules.keeper('asks', JSON.stringify(DEFINITION));

  const random = rng(20_261_127);
  const started: string[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    for (let n = started.length; n < (EXECUTIONS / KILLS) * (kill + 1); n += 1) {
      const { executionArn } = await rules.sfn.startExecution({ stateMachineArn, input: JSON.stringify({ n }) });
      started.push(executionArn!);
    }
    await pause(random.int(300));
    await victim.killAndRestart();
  }
  for (const [n, executionArn] of started.entries()) {
    let found = await rules.sfn.describeExecution({ executionArn });
    while (found.status === 'RUNNING') {
      await pause(100);
      found = await rules.sfn.describeExecution({ executionArn });
    }
    expect(found).toMatchObject({ status: 'SUCCEEDED', output: JSON.stringify({ answered: n }) });
    const { events = [] } = await rules.sfn.getExecutionHistory({ executionArn });
    expect(events.map(({ type }) => type)).toEqual([
      ...['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSubmitted'],
      ...['TaskSucceeded', 'TaskStateExited', 'ExecutionSucceeded'],
    ]);
  }
  await victim.close();
  expect(await strays(victim.folder)).toEqual([]);
  const { findings } = await checkFolder(dataFolder(victim.folder));
  expect(findings.filter(({ severity }) => severity === 'damage')).toEqual([]);
});
