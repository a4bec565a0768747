/** How late schedules start state machines, on a server of its own, through the wire. */
import { setTimeout } from 'node:timers/promises';
import { IAM } from '@aws-sdk/client-iam';
import { Scheduler } from '@aws-sdk/client-scheduler';
import { SFN } from '@aws-sdk/client-sfn';
import { nextOccurrence } from '../src/definition/schedules/next.ts';
import { parseSchedule } from '../src/definition/schedules/parse.ts';
import { atLeast, atMost, type Bench } from './lib/figures.ts';
import { type BenchServer, withServer } from './lib/server.ts';

const SCHEDULES = 1000;
const RUNS = 3;
/** Schedules are spread over so many milliseconds. */
const SPREAD = 6000;
/** From the first creation to the first occurrence: time to create all. */
const AHEAD = 12_000;

export const bench: Bench = {
  name: 'schedules',
  describe:
    'A thousand schedules of EventBridge Scheduler, each of which starts an execution of a state machine: due one after the other within six seconds, and all at the same instant. How late an execution starts, by its own startDate. Then the next occurrence of a cron expression in a time zone, worked out.',
  notMeasured: [
    'the commit that makes a start durable, a few milliseconds after it; what the execution does then',
    'targets outside the store',
    'flexible time windows and retries',
    'a server that is busy with other work, or a slow disk',
  ],
  async run(progress) {
    const [spread, spreadMost, together, togetherMost]: [number[], number[], number[], number[]] = [[], [], [], []];
    for (let run = 1; run <= RUNS; run += 1) {
      progress(`run ${run} of ${RUNS}: spread`);
      const apart = await lateness((n) => n * (SPREAD / SCHEDULES));
      spread.push(percentile(apart, 0.99));
      spreadMost.push(percentile(apart, 1));
      progress(`run ${run} of ${RUNS}: together`);
      const atOnce = await lateness(() => 0);
      together.push(percentile(atOnce, 0.99));
      togetherMost.push(percentile(atOnce, 1));
    }
    return [
      atMost('a thousand within six seconds, start late, p99', 'ms', spread, { target: 50 }),
      atMost('a thousand within six seconds, the latest', 'ms', spreadMost),
      atMost('a thousand at one instant, start late, p99', 'ms', together),
      atMost('a thousand at one instant, the latest', 'ms', togetherMost),
      atLeast('next occurrence of a cron expression in a zone', 'a second', occurrences()),
    ];
  },
};

/** How late each of the executions starts, in milliseconds. @param after when a schedule is due, after the first */
async function lateness(after: (n: number) => number): Promise<number[]> {
  return withServer(async ({ client }) => {
    const { sfn, scheduler, stateMachineArn, roleArn } = await prepare(client);
    const first = Math.ceil((Date.now() + AHEAD) / 1000) * 1000;
    const due = Array.from({ length: SCHEDULES }, (_, n) => first + after(n));
    const create = (at: number, n: number) =>
      scheduler.createSchedule({
        ...{ Name: `s${n}`, ScheduleExpression: 'rate(1 day)', StartDate: new Date(at) },
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: stateMachineArn, RoleArn: roleArn, Input: String(at) },
      });
    for (let from = 0; from < SCHEDULES; from += 20)
      await Promise.all(due.slice(from, from + 20).map((at, n) => create(at, from + n)));
    if (Date.now() > first - 500) throw new Error(`${SCHEDULES} schedules took longer to create than ${AHEAD} ms.`);
    await setTimeout(due.at(-1)! + 2500 - Date.now());
    return startedLate(sfn, stateMachineArn);
  });
}

async function prepare(client: BenchServer['client']) {
  const [sfn, iam, scheduler] = [new SFN(client), new IAM(client), new Scheduler(client)];
  const document = (statement: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
  const role = async (RoleName: string, Service: string) => {
    const AssumeRolePolicyDocument = document({ Principal: { Service }, Action: 'sts:AssumeRole' });
    return (await iam.createRole({ RoleName, AssumeRolePolicyDocument })).Role!.Arn!;
  };
  const machines = await role('machines', 'states.amazonaws.com');
  const roleArn = await role('schedules', 'scheduler.amazonaws.com');
  const PolicyDocument = document({ Action: 'states:StartExecution', Resource: '*' });
  await iam.putRolePolicy({ RoleName: 'schedules', PolicyName: 'start', PolicyDocument });
  const definition = JSON.stringify({ StartAt: 'Done', States: { Done: { Type: 'Pass', End: true } } });
  const made = await sfn.createStateMachine({ name: 'timed', definition, roleArn: machines });
  return { sfn, scheduler, stateMachineArn: made.stateMachineArn!, roleArn };
}

async function startedLate(sfn: SFN, stateMachineArn: string): Promise<number[]> {
  const { executions = [] } = await sfn.listExecutions({ stateMachineArn, maxResults: 1000 });
  if (executions.length !== SCHEDULES) throw new Error(`${executions.length} executions started, not ${SCHEDULES}.`);
  const late: number[] = [];
  for (const { executionArn } of executions) {
    const { input, startDate } = await sfn.describeExecution({ executionArn: executionArn! });
    late.push(startDate!.getTime() - Number(input));
  }
  return late.sort((a, b) => a - b);
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;

function occurrences(): number[] {
  const parsed = parseSchedule('cron(0/5 8-17 ? * MON-FRI *)', 'scheduler');
  if ('problem' in parsed) throw new Error(parsed.problem);
  return Array.from({ length: RUNS }, () => {
    const [started, count] = [performance.now(), 20_000];
    let at = Date.UTC(2026, 10, 27);
    for (let n = 0; n < count; n += 1)
      at = nextOccurrence(parsed.schedule, at, { timeZone: 'Europe/Madrid', anchor: 0 })!;
    return (count / (performance.now() - started)) * 1000;
  });
}
