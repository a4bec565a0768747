/** Executions of state machines that mean harm, or do it by mistake: they end, and the server goes on for everybody else. */

import { IAM } from '@aws-sdk/client-iam';
import { SFN } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MachineState } from '../../src/engine/machines/state.ts';
import { states } from '../../src/server/apis.ts';
import { callAt } from '../simulate/scripted.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { pause } from '../support/workbench.ts';

const ACCOUNT = '000000000000';
const roleArn = `arn:aws:iam::${ACCOUNT}:role/machines`;

let server: TestServer;
let sfn: SFN;

beforeAll(async () => {
  server = await startTestServer();
  sfn = new SFN(server.client);
  const trust = { Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const iam = new IAM(server.client);
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  await iam.createRole({ RoleName: 'machines', AssumeRolePolicyDocument });
  const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
  await iam.attachRolePolicy({ RoleName: 'machines', PolicyArn });
});
afterAll(() => server.close());

let made = 0;
async function create(definition: object | string, more: object = {}): Promise<string> {
  const text = typeof definition === 'string' ? definition : JSON.stringify(definition);
  const { stateMachineArn } = await sfn.createStateMachine({ name: `m${made++}`, definition: text, roleArn, ...more });
  return stateMachineArn!;
}

async function start(stateMachineArn: string, input: unknown = {}): Promise<string> {
  const text = typeof input === 'string' ? input : JSON.stringify(input);
  return (await sfn.startExecution({ stateMachineArn, input: text })).executionArn!;
}

async function ended(executionArn: string) {
  for (;;) {
    const described = await sfn.describeExecution({ executionArn });
    if (described.status !== 'RUNNING') return described;
    await pause(10);
  }
}

const run = async (definition: object, input: unknown = {}) => ended(await start(await create(definition), input));
const one = (state: object) => ({ StartAt: 'A', States: { A: { End: true, ...state } } });
const activityState = (activityArn: string, more: object = {}) => one({ Type: 'Task', Resource: activityArn, ...more });
const newActivity = async () => (await sfn.createActivity({ name: `a${made++}` })).activityArn!;

describe('a machine that goes round in a circle', () => {
  const circle = {
    StartAt: 'A',
    States: {
      A: { Type: 'Pass', Next: 'B' },
      B: { Type: 'Choice', Choices: [{ Variable: '$.x', IsPresent: true, Next: 'C' }], Default: 'A' },
      C: { Type: 'Succeed' },
    },
  };

  it('ends with its 25,000th event as on AWS, and others are answered between its turns', async () => {
    const arn = await start(await create(circle));
    let answered = 0;
    while ((await sfn.describeExecution({ executionArn: arn })).status === 'RUNNING') {
      await sfn.listActivities({});
      answered += 1;
    }
    const { status, error, cause } = await ended(arn);
    expect({ status, error, cause }).toEqual({
      ...{ status: 'FAILED', error: 'States.Runtime' },
      cause: 'The execution reached the maximum number of history events (25000).',
    });
    expect(answered).toBeGreaterThan(0);
    const { events = [] } = await sfn.getExecutionHistory({ executionArn: arn, reverseOrder: true, maxResults: 2 });
    expect(events.map(({ id, type }) => [id, type])).toEqual([
      [25_000, 'ExecutionFailed'],
      [24_999, expect.stringMatching(/State(Entered|Exited)$/)],
    ]);
    // Turns are of 256 states at most, and each is a transaction of its own.
    const turns = [...server.server.system.engine.outcomes(arn)];
    for (const { outcome } of turns) expect(outcome.match(/StateEntered/g)?.length ?? 0).toBeLessThanOrEqual(256);
    expect(turns.length).toBeGreaterThan(40);
    await expect(sfn.redriveExecution({ executionArn: arn })).rejects.toMatchObject({ name: 'ExecutionNotRedrivable' });
  });

  it('can be stopped', async () => {
    const arn = await start(await create(circle));
    await sfn.stopExecution({ executionArn: arn, error: 'Enough', cause: 'of it' });
    expect(await ended(arn)).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'of it' });
  });
});

describe('data', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

  it('that are nested without end are refused at the door', async () => {
    const arn = await create(one({ Type: 'Pass' }));
    await expect(start(arn, nested(100_000))).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
    const activityArn = await newActivity();
    const waiting = await start(await create(activityState(activityArn)));
    const { taskToken } = await sfn.getActivityTask({ activityArn });
    const output = nested(100_000);
    await expect(sfn.sendTaskSuccess({ taskToken, output })).rejects.toMatchObject({ name: 'InvalidOutput' });
    await expect(sfn.sendTaskSuccess({ taskToken, output: '{' })).rejects.toMatchObject({ name: 'InvalidOutput' });
    await sfn.sendTaskSuccess({ taskToken, output: nested(900) });
    expect((await ended(waiting)).status).toBe('SUCCEEDED');
  });

  it('that a machine nests ever deeper end its execution', async () => {
    const { error, cause } = await run({
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Parameters: { 'a.$': '$' }, Next: 'B' },
        B: { Type: 'Choice', Choices: [{ Variable: '$.never', IsPresent: true, Next: 'C' }], Default: 'A' },
        C: { Type: 'Succeed' },
      },
    });
    expect([error, cause]).toEqual(['States.Runtime', expect.stringContaining('nested more than 1000 levels deep')]);
  });

  it('over 262,144 bytes are refused as input, and end the execution as output', async () => {
    const arn = await create(one({ Type: 'Pass' }));
    const whole = JSON.stringify('x'.repeat(262_142));
    expect((await ended(await start(arn, whole))).output).toBe(whole);
    await expect(start(arn, JSON.stringify('é'.repeat(140_000)))).rejects.toMatchObject({
      name: 'InvalidExecutionInput',
    });
    const doubling = one({ Type: 'Pass', Parameters: { 'a.$': '$', 'b.$': '$' } });
    expect(await run(doubling, JSON.stringify('x'.repeat(140_000)))).toMatchObject({
      ...{ status: 'FAILED', error: 'States.DataLimitExceeded' },
      cause: "The state/task 'A' returned a result with a size exceeding the maximum number of bytes service limit.",
    });
  });

  it('are searched and computed within bounds', async () => {
    const list = JSON.stringify({ list: Array.from({ length: 20_000 }, (_, n) => ({ n })) });
    const slow = {
      QueryLanguage: 'JSONata',
      ...one({ Type: 'Pass', Output: '{% ($f := function($n) { $f($n + 1) }; $f(0)) %}' }),
    };
    expect(await run(slow)).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    const product = {
      QueryLanguage: 'JSONata',
      ...one({ Type: 'Pass', Output: '{% $count($states.input.list.($x := n; $states.input.list[n = $x])) %}' }),
    };
    expect(await run(product, list)).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    const path = one({ Type: 'Pass', Parameters: { 'a.$': '$..[?(@..n == 1)]' } });
    expect(['FAILED', 'SUCCEEDED']).toContain((await run(path, list)).status);
    await sfn.listActivities({});
  });
});

describe('a definition', () => {
  it('of a mebibyte is taken, and of more is refused', async () => {
    const sized = (bytes: number) => {
      const text = JSON.stringify({ Comment: '', ...one({ Type: 'Pass' }) });
      return text.replace('"Comment":""', `"Comment":"${'x'.repeat(bytes - text.length)}"`);
    };
    const arn = await create(sized(1_048_576));
    expect((await ended(await start(arn))).status).toBe('SUCCEEDED');
    await expect(create(sized(1_048_577))).rejects.toMatchObject({ name: expect.stringMatching(/Invalid|Validation/) });
  });
});

describe('tokens', () => {
  it('of nobody, of others and of the past end nothing', async () => {
    const activityArn = await newActivity();
    const arn = await start(await create(activityState(activityArn)));
    const { taskToken = '' } = await sfn.getActivityTask({ activityArn });
    const text = Buffer.from(taskToken, 'base64').toString('latin1');
    const forged = (change: (text: string) => string) => Buffer.from(change(text), 'latin1').toString('base64');
    const foreign = [
      'x',
      '=',
      forged((own) => `${own.slice(0, -1)}!`),
      forged((own) => own.replace('execution:', 'execution:other')),
      forged((own) => own.replace('\n0.0\n', '\n7.0\n')),
      forged((own) => own.replace('\n0.0\n', '\n0.1\n')),
      forged((own) => own.replace('\n0.0\n', '\n__proto__\n')),
      'A'.repeat(2048),
    ];
    const flood = Array.from({ length: 200 }, (_, n) => foreign[n % foreign.length]!);
    const answers = await Promise.all(
      flood.map((token) =>
        sfn.sendTaskSuccess({ taskToken: token, output: '{}' }).then(
          () => 'taken',
          ({ name }: Error) => name,
        ),
      ),
    );
    expect(new Set(answers)).toEqual(new Set(['InvalidToken', 'TaskTimedOut']));
    expect((await sfn.describeExecution({ executionArn: arn })).status).toBe('RUNNING');
    await sfn.sendTaskSuccess({ taskToken, output: '1' });
    expect((await ended(arn)).output).toBe('1');
    const late = { name: 'TaskTimedOut' };
    await expect(sfn.sendTaskSuccess({ taskToken, output: '2' })).rejects.toMatchObject(late);
    await expect(sfn.sendTaskHeartbeat({ taskToken })).rejects.toMatchObject(late);
  });

  it('of executions whose machine is gone were answered with an internal failure', async () => {
    const activityArn = await newActivity();
    const machine = await create(activityState(activityArn));
    const arn = await start(machine);
    const { taskToken } = await sfn.getActivityTask({ activityArn });
    await sfn.deleteStateMachine({ stateMachineArn: machine });
    await sfn.stopExecution({ executionArn: arn });
    await ended(arn);
    await expect(sfn.sendTaskSuccess({ taskToken, output: '1' })).rejects.toMatchObject({ name: 'TaskTimedOut' });
    await expect(sfn.redriveExecution({ executionArn: arn })).rejects.toMatchObject({ name: 'ExecutionNotRedrivable' });
    expect((await sfn.getExecutionHistory({ executionArn: arn })).events?.at(-1)?.type).toBe('ExecutionAborted');
  });
});

describe('workers', () => {
  it('that hang up do not take the work of those that stay', async () => {
    const activityArn = await newActivity();
    const gone = Array.from({ length: 5 }, () => {
      const abort = new AbortController();
      const asked = sfn.getActivityTask({ activityArn }, { abortSignal: abort.signal }).catch(() => 'hung up');
      return { abort, asked };
    });
    await pause(100);
    for (const { abort } of gone) abort.abort();
    expect(await Promise.all(gone.map(({ asked }) => asked))).toEqual(Array.from(gone, () => 'hung up'));
    const stays = sfn.getActivityTask({ activityArn, workerName: 'stays' });
    await pause(100);
    const arn = await start(await create(activityState(activityArn, { TimeoutSeconds: 20 })));
    const { taskToken } = await stays;
    await sfn.sendTaskSuccess({ taskToken, output: '{}' });
    expect((await ended(arn)).status).toBe('SUCCEEDED');
  });
});

describe('very many executions', () => {
  it('wait at once, and each goes on when its time has come', { timeout: 120_000 }, async () => {
    const stateMachineArn = await create(one({ Type: 'Wait', TimestampPath: '$.at' }));
    const input = JSON.stringify({ at: new Date(Date.now() + 5000).toISOString() });
    const { engine, dispatch } = server.server.system;
    const starting = Array.from({ length: 10_000 }, () =>
      dispatch.run(states, 'StartExecution', { stateMachineArn, input }, callAt(Date.now())),
    );
    const arns = (await Promise.all(starting)).map((started) => (started as { executionArn: string }).executionArn);
    expect(new Set(arns).size).toBe(10_000);
    // Others are answered while so many are woken.
    while (
      (await sfn.listExecutions({ stateMachineArn, statusFilter: 'RUNNING', maxResults: 1 })).executions!.length > 0
    )
      await pause(50);
    const ends = new Set(arns.map((arn) => engine.state<MachineState>(arn)?.status));
    expect(ends).toEqual(new Set(['SUCCEEDED']));
  });
});
