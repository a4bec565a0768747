/**
 * One simulated run: a random state machine, executed three times, on a whole system that crashes at random points and is started
 * again on the same store. Then everything that must hold is checked, beside an uninterrupted twin of the same seed.
 */
import { DatabaseSync } from 'node:sqlite';
import type { MachineEvent } from '../../../src/engine/machines/events.ts';
import type { MachineState } from '../../../src/engine/machines/state.ts';
import { iam, states } from '../../../src/server/apis.ts';
import type { System } from '../../../src/server/system.ts';
import { auditTrail } from '../../../src/store/audit.ts';
import type { Bytes } from '../../../src/store/bytes.ts';
import { sqlOver } from '../../../src/store/sql.ts';
import { createJobs } from '../jobs.ts';
import { type Booted, boot } from '../run.ts';
import { ACCOUNT, createScripted, type Request } from '../scripted.ts';
import { createMachine, rng, seedOf } from '../world.ts';
import { CHILD_DEFINITION, randomMachine } from './definitions.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { createWorkers } from './workers.ts';

export type MachineRun = {
  outcomes: Outcome[];
  /** The client stopped an execution: how it ends depends on when it did. */
  meddled: boolean;
  crashPoints: number;
  crashes: number;
  problems: string[];
};

const ROLE = `arn:aws:iam::${ACCOUNT}:role/simulated`;
const EXECUTIONS = ['e1', 'e2', 'e3'];
const arnOf = (name: string) => `arn:aws:states:us-east-1:${ACCOUNT}:execution:m:${name}`;

function script(seed: number): { wanted: Request[]; meddled: boolean } {
  const random = rng(seedOf(seed, 'machine client'));
  const meddled = random.chance(0.35);
  const Service = ['states.amazonaws.com', 'sagemaker.amazonaws.com'];
  const trust = { Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }] };
  const ask = (api: Request['api'], operation: string, input: object, more: Partial<Request> = {}): Request => ({
    ...{ api, operation, when: 'idle', input: () => input },
    ...more,
  });
  const create = (name: string, definition: string) =>
    ask(states, 'CreateStateMachine', { name, definition, roleArn: ROLE });
  const start = (run: number, when: Request['when']) => {
    const input = JSON.stringify({
      run,
      items: Array.from({ length: random.int(6) }, () => random.int(10)),
      few: [run],
    });
    const stateMachineArn = `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:m`;
    return ask(
      states,
      'StartExecution',
      { stateMachineArn, name: `e${run}`, input },
      { when, accepts: /ExecutionAlreadyExists/ },
    );
  };
  const redrive = (name: string) =>
    ask(
      states,
      'RedriveExecution',
      { executionArn: arnOf(name), clientToken: `redrive-${name}` },
      { accepts: /NotRedrivable/ },
    );
  const stop = ask(
    states,
    'StopExecution',
    { executionArn: arnOf('e1'), error: 'Stopped' },
    { when: random.int(200_000) },
  );
  const wanted = [
    ask('s3', 'CreateBucket', { Bucket: 'bucket' }, { accepts: /BucketAlreadyOwnedByYou/ }),
    ask(
      iam,
      'CreateRole',
      { RoleName: 'simulated', AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', ...trust }) },
      { accepts: /EntityAlreadyExists/ },
    ),
    ask(iam, 'AttachRolePolicy', { RoleName: 'simulated', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }),
    ask(states, 'CreateActivity', { name: 'work' }),
    create('child', CHILD_DEFINITION),
    create('m', randomMachine(rng(seedOf(seed, 'machine')))),
    start(1, 'idle'),
    ...(meddled ? [stop] : []),
    redrive('e1'),
    // Side by side.
    start(2, 0),
    start(3, 0),
    redrive('e2'),
    redrive('e3'),
  ];
  return { wanted, meddled };
}

/**
 * Runs one seed.
 *
 * @param crashAfter crash points until each crash; with none left the system runs on to the end
 */
export async function runMachineSeed(seed: number, crashAfter: readonly number[], bytes: Bytes): Promise<MachineRun> {
  const machine = createMachine(seed);
  const jobs = createJobs(machine, seed);
  const database = new DatabaseSync(':memory:');
  const downtime = rng(seedOf(seed, 'downtime'));
  const open = () =>
    tableExists(database, 'machine_executions') &&
    count(database, 'SELECT count(*) FROM machine_executions WHERE ended_at IS NULL') > 0;
  const { wanted, meddled } = script(seed);
  const client = createScripted(wanted, () => !open());
  const workers = createWorkers(seed, database, () => client.done() && !open());
  let booted: Booted;
  let crashPoints = 0;
  let crashes = 0;
  const problems: string[] = [];
  for (;;) {
    booted = boot(machine, jobs, database, bytes, crashAfter[crashes] ?? Number.POSITIVE_INFINITY);
    client.connect(booted.system, booted.incarnation);
    workers.connect(booted.system, booted.incarnation);
    const ended = await machine.run();
    crashPoints += machine.passed();
    if (ended === 'stuck') problems.push('the system does not come to an end');
    if (ended !== 'crashed') break;
    crashes += 1;
    await machine.pass(machine.now() + downtime.int(60_000));
  }
  // Once more from the journals alone.
  const { system } = boot(machine, jobs, database, bytes, Number.POSITIVE_INFINITY);
  problems.push(...client.problems(), ...workers.problems(), ...check(system, database));
  const outcomes = problems.length > 0 ? [] : EXECUTIONS.map((name) => outcomeOf(system, arnOf(name)));
  problems.push(...machine.complaints());
  database.close();
  return { outcomes, meddled, crashPoints, crashes, problems };
}

const count = (database: DatabaseSync, sql: string) => Object.values(database.prepare(sql).get()!)[0] as number;
const tableExists = (database: DatabaseSync, name: string) =>
  database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(name) !== undefined;

/** Everything that must hold once nothing is under way any more. */
function check(system: System, database: DatabaseSync): string[] {
  const problems: string[] = [];
  const must = (holds: boolean, sentence: string) => void (holds || problems.push(sentence));
  const empty = (what: string, sql: string) => {
    const left = count(database, sql);
    must(left === 0, `${left} ${what} left`);
  };
  for (const table of ['tasks', 'timers', 'activity_tasks', 'awaited'])
    empty(`rows of ${table}`, `SELECT count(*) FROM ${table}`);
  empty('open runs', 'SELECT count(*) FROM runs WHERE open = 1');
  empty('open executions', 'SELECT count(*) FROM machine_executions WHERE ended_at IS NULL');
  must(
    count(database, 'SELECT count(*) FROM runs') === count(database, 'SELECT count(*) FROM machine_executions'),
    'each execution has one run',
  );
  must(auditTrail(sqlOver(database, () => {})).verify() === undefined, 'the audit trail is whole');
  const rows = database.prepare('SELECT arn, status, output, error, cause FROM machine_executions').all();
  let made = 0;
  for (const { arn, status, output, error, cause } of rows) {
    const state = system.engine.state<MachineState>(String(arn))!;
    const told = JSON.stringify([status, output, error, cause]);
    const folded = JSON.stringify([
      state.status,
      state.output ?? null,
      state.failure.error ?? null,
      state.failure.cause ?? null,
    ]);
    must(told === folded, `${arn} ended as its journal has it, ${folded}, not as ${told}`);
    made += checkJournal(system, String(arn), must);
  }
  const groups = count(database, 'SELECT count(*) FROM registry_groups');
  must(groups === made, `${made} groups were made once each, not ${groups} times`);
  return problems;
}

/** @returns how many groups of models its history says that it has made */
function checkJournal(system: System, arn: string, must: (holds: boolean, sentence: string) => void): number {
  const ended = new Set<string>();
  for (const { event } of system.engine.history<MachineEvent>(arn)) {
    if (event.kind !== 'task-succeeded' && event.kind !== 'task-failed') continue;
    must(!ended.has(event.task), `the task ${event.task} of ${arn} ended twice`);
    ended.add(event.task);
  }
  let next = 1;
  let made = 0;
  for (const { outcome } of system.engine.outcomes(arn)) {
    must(Number.parseInt(outcome, 10) === next, `the history of ${arn} goes on with ${next}`);
    const events = JSON.parse(outcome.slice(outcome.indexOf('['))) as [string, number, { resource?: string }?][];
    next += events.length;
    made += events.filter(
      ([type, , details]) => type === 'TaskSucceeded' && details?.resource === 'createModelPackageGroup',
    ).length;
  }
  return made;
}
