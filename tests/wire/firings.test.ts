/** What schedules and rules have set going, asked of the telar service: what waits, what was called, what was refused. */
import { EventBridge } from '@aws-sdk/client-eventbridge';
import { IAM } from '@aws-sdk/client-iam';
import { Scheduler, type Target } from '@aws-sdk/client-scheduler';
import { SFN } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { telarClient } from '../../src/cli/telarClient.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let machine: string;
beforeAll(async () => {
  server = await startTestServer();
  const definition = JSON.stringify({ StartAt: 'Done', States: { Done: { Type: 'Succeed' } } });
  const roleArn = await role('machine', 'states.amazonaws.com');
  machine = (await new SFN(server.client).createStateMachine({ name: 'm', definition, roleArn })).stateMachineArn!;
});
afterAll(() => server.close());

async function role(RoleName: string, Service: string, policy?: string): Promise<string> {
  const iam = new IAM(server.client);
  const Statement = [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  const { Role } = await iam.createRole({ RoleName, AssumeRolePolicyDocument });
  if (policy) await iam.attachRolePolicy({ RoleName, PolicyArn: `arn:aws:iam::aws:policy/${policy}` });
  return Role!.Arn!;
}

/** A rate occurs at once when it is made. */
async function schedule(Name: string, RoleArn: string, more: Partial<Target> = {}, minutes?: number): Promise<string> {
  const { ScheduleArn } = await new Scheduler(server.client).createSchedule({
    ...{ Name, ScheduleExpression: 'rate(1 day)', Target: { Arn: machine, RoleArn, ...more } },
    FlexibleTimeWindow: minutes === undefined ? { Mode: 'OFF' } : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: minutes },
  });
  return ScheduleArn!;
}

const firings = async (Arn: string) => (await telarClient(server)('ListFirings', { Arn })).Firings;

it('tells what a schedule called, what was refused, and what waits in its window', async () => {
  const starter = await role('starter', 'scheduler.amazonaws.com', 'AdministratorAccess');
  const called = await schedule('called', starter);
  await vi.waitFor(async () => expect(await firings(called)).toHaveLength(1), 10_000);
  expect(await firings(called)).toEqual([
    expect.objectContaining({ TargetArn: machine, Status: 'Called', Operation: 'states:StartExecution' }),
  ]);

  const refused = await schedule('refused', await role('powerless', 'scheduler.amazonaws.com'));
  await vi.waitFor(async () => expect(await firings(refused)).toHaveLength(1), 10_000);
  expect((await firings(refused))[0]).toMatchObject({ Status: 'Refused', ErrorCode: 'AccessDeniedException' });

  const waiting = await schedule('waiting', starter, {}, 600);
  await vi.waitFor(async () => expect(await firings(waiting)).toHaveLength(1), 10_000);
  const [one] = await firings(waiting);
  expect(one).toMatchObject({ TargetArn: machine, Status: 'Waiting', Attempt: 1 });
  expect(Date.parse(one!.Due!)).toBeGreaterThan(Date.parse(one!.Time));
});

it("tells what a rule's target was called for, and nothing of another rule of the same role", async () => {
  const events = new EventBridge(server.client);
  const RoleArn = await role('by-events', 'events.amazonaws.com', 'AdministratorAccess');
  const arns: string[] = [];
  for (const Name of ['heard', 'deaf']) {
    const EventPattern = JSON.stringify({ source: [Name] });
    arns.push((await events.putRule({ Name, EventPattern })).RuleArn!);
    await events.putTargets({ Rule: Name, Targets: [{ Id: '1', Arn: machine, RoleArn }] });
  }
  await events.putEvents({ Entries: [{ Source: 'heard', DetailType: 'd', Detail: '{}' }] });
  await vi.waitFor(async () => expect(await firings(arns[0]!)).toHaveLength(1), 10_000);
  expect((await firings(arns[0]!))[0]).toMatchObject({ Status: 'Called', Operation: 'states:StartExecution' });
  expect(await firings(arns[1]!)).toEqual([]);
});

it('names what is neither a schedule nor a rule', async () => {
  await expect(firings(machine)).rejects.toThrow(/no schedule or rule '.*:m'/);
});
