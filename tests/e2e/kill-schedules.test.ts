/** Schedules under kill -9 of the server: each occurrence starts its target once, also one that falls due while no server runs. */
import { IAM } from '@aws-sdk/client-iam';
import { Scheduler } from '@aws-sdk/client-scheduler';
import { SFN } from '@aws-sdk/client-sfn';
import { afterEach, expect, it } from 'vitest';
import { rng } from '../simulate/world.ts';
import { startVictim, type Victim } from '../support/killing.ts';
import { removeFolder } from '../support/serverProcess.ts';
import { pause } from '../support/workbench.ts';

let victim: Victim | undefined;
afterEach(async () => {
  if (victim) await removeFolder(victim.folder);
});

const ACCOUNT = '000000000000';
const SCHEDULES = 40;
const document = (statement: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
const trust = (Service: string) => document({ Principal: { Service }, Action: 'sts:AssumeRole' });

it(`of ${SCHEDULES} schedules, due within seconds in which the server is killed again and again, each starts its target once`, async () => {
  victim = await startVictim();
  const { client } = victim.client;
  const [iam, sfn, scheduler] = [new IAM(client), new SFN(client), new Scheduler(client)];
  const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
  await iam.createRole({ RoleName: 'machines', AssumeRolePolicyDocument: trust('states.amazonaws.com') });
  await iam.createRole({ RoleName: 'schedules', AssumeRolePolicyDocument: trust('scheduler.amazonaws.com') });
  const PolicyDocument = document({ Action: 'states:StartExecution', Resource: '*' });
  await iam.putRolePolicy({ RoleName: 'schedules', PolicyName: 'start', PolicyDocument });
  const definition = JSON.stringify({ StartAt: 'Done', States: { Done: { Type: 'Pass', End: true } } });
  const { stateMachineArn } = await sfn.createStateMachine({ name: 'timed', definition, roleArn: role('machines') });

  const begin = Date.now() + 4000;
  const names = Array.from({ length: SCHEDULES }, (_, n) => `s${n}`);
  for (const [n, Name] of names.entries()) {
    await scheduler.createSchedule({
      ...{ Name, FlexibleTimeWindow: { Mode: 'OFF' }, ActionAfterCompletion: 'DELETE' },
      ScheduleExpression: `at(${new Date(begin + (n % 6) * 1000).toISOString().slice(0, 19)})`,
      Target: { Arn: stateMachineArn, RoleArn: role('schedules'), Input: JSON.stringify(Name) },
    });
  }
  const random = rng(1);
  while (Date.now() < begin + 7000 || victim.kills < 4) {
    await pause(random.int(1200));
    await victim.killAndRestart();
  }

  const started = async () => {
    const { executions = [] } = await sfn.listExecutions({ stateMachineArn, maxResults: 1000 });
    const all = await Promise.all(
      executions.map(({ executionArn }) => sfn.describeExecution({ executionArn: executionArn! })),
    );
    return all.map(({ input }) => JSON.parse(input!) as string).sort();
  };
  for (let turn = 0; turn < 200 && (await started()).length < SCHEDULES; turn += 1) await pause(50);
  // Time for what would come a second time.
  await pause(500);
  expect(await started()).toEqual([...names].sort());
  expect((await scheduler.listSchedules({})).Schedules).toEqual([]);
  await victim.close();
}, 120_000);
