/**
 * One simulated run: a random pipeline, executed twice, on a whole system that crashes at random points and is started
 * again on the same store. Then everything that must hold is checked, beside an uninterrupted twin of the same seed.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { PipelineEvent } from '../../src/engine/pipelines/events.ts';
import type { PipelineState } from '../../src/engine/pipelines/state.ts';
import { allMigrations, createSystem, type System } from '../../src/server/system.ts';
import { auditTrail } from '../../src/store/audit.ts';
import { type Bytes, openBytes } from '../../src/store/bytes.ts';
import { sqlOver } from '../../src/store/sql.ts';
import { openMemoryStore } from '../../src/store/store.ts';
import { createClient } from './client.ts';
import { createJobs, type SimulatedJobs } from './jobs.ts';
import { ACCOUNT } from './scripted.ts';
import { createMachine, type Incarnation, type Machine, rng, seedOf } from './world.ts';

/** How an execution ended, in what must not depend on crashes. */
type Outcome = { status: string; steps: Record<string, string> };
export type RunResult = {
  outcomes: Outcome[];
  /** The client stopped or retried: how things end depends on when it did. */
  meddled: boolean;
  crashPoints: number;
  crashes: number;
  problems: string[];
};

export type Booted = { system: System; incarnation: Incarnation };

/** Objects here are small and lie in the store; the folder is needed for its name alone. */
export function simulationBytes(): { bytes: Bytes; remove(): void } {
  const root = mkdtempSync(join(tmpdir(), 'telar-simulate-'));
  const place = { objects: join(root, 'objects'), temporary: join(root, 'temporary') };
  for (const folder of Object.values(place)) mkdirSync(folder);
  return { bytes: openBytes(place), remove: () => rmSync(root, { recursive: true, force: true }) };
}

/**
 * Runs one seed.
 *
 * @param crashAfter crash points until each crash; with none left the system runs on to the end
 */
export async function runSeed(seed: number, crashAfter: readonly number[], bytes: Bytes): Promise<RunResult> {
  const machine = createMachine(seed);
  const jobs = createJobs(machine, seed);
  const database = new DatabaseSync(':memory:');
  const downtime = rng(seedOf(seed, 'downtime'));
  const client = createClient(seed);
  let booted: Booted;
  let crashPoints = 0;
  let crashes = 0;
  for (;;) {
    booted = boot(machine, jobs, database, bytes, crashAfter[crashes] ?? Number.POSITIVE_INFINITY);
    client.connect(booted.system, booted.incarnation);
    const ended = await machine.run();
    crashPoints += machine.passed();
    if (ended === 'idle') break;
    if (ended === 'stuck') {
      database.close();
      return {
        outcomes: [],
        meddled: client.meddles,
        crashPoints,
        crashes,
        problems: ['the system does not come to an end'],
      };
    }
    crashes += 1;
    await machine.pass(machine.now() + downtime.int(60_000));
  }
  const problems = [...client.problems(), ...check(booted.system, database, jobs, client.executions())];
  const outcomes = client.executions().map((arn) => outcomeOf(booted.system, arn));
  database.close();
  return { outcomes, meddled: client.meddles, crashPoints, crashes, problems };
}

/** Two of the pipelines' instances at a time, whatever this machine has. */
const LIMITS = { cpus: 4, memoryBytes: 16 * 1024 ** 3, promise: 1 };

export function boot(
  machine: Machine,
  jobs: SimulatedJobs,
  database: DatabaseSync,
  bytes: Bytes,
  crashAt: number,
): Booted {
  const incarnation = machine.boot(crashAt);
  const { world } = incarnation;
  const store = incarnation.guard(openMemoryStore(database, allMigrations, world));
  const system: System = createSystem({
    ...{ store, bytes, world, account: ACCOUNT, auth: 'sigv4', endpointUrl: () => 'http://simulated' },
    jobs: { ...jobs.means(incarnation, () => system.objects), limits: LIMITS },
    server: { version: 'simulated', dataFolder: '', loopLag: () => 0, storage: () => undefined },
  });
  world.clock.soon(() => void system.start());
  return { system, incarnation };
}

function outcomeOf(system: System, arn: string): Outcome {
  const state = system.engine.state<PipelineState>(arn)!;
  const steps = Object.fromEntries(
    state.plan.steps.map(({ name }, index) => {
      const { status, retries, result } = state.steps[index]!;
      return [name, `${status} ${retries} ${result?.outcome ?? ''}`];
    }),
  );
  return { status: state.status, steps };
}

/** Everything that must hold once nothing is under way any more. */
function check(system: System, database: DatabaseSync, jobs: SimulatedJobs, executions: readonly string[]): string[] {
  const problems: string[] = [];
  const must = (holds: boolean, sentence: string) => void (holds || problems.push(sentence));
  const count = (sql: string) => Object.values(database.prepare(sql).get()!)[0] as number;

  must(executions.length === 2, `both executions were acknowledged, not ${executions.length}`);
  must(count('SELECT count(*) FROM runs') === 2, 'two executions exist, no more and no fewer');
  must(count('SELECT count(*) FROM tasks') === 0, 'no task is left');
  must(count('SELECT count(*) FROM timers') === 0, 'no timer is left');
  must(count('SELECT count(*) FROM runs WHERE open = 1') === 0, 'no run is open');
  must(count("SELECT count(*) FROM jobs WHERE status IN ('InProgress', 'Stopping')") === 0, 'every job has ended');
  must(jobs.running().length === 0, `no process is left: ${jobs.running()}`);
  must(
    count('SELECT count(*) FROM (SELECT 1 FROM step_jobs GROUP BY execution, step, start HAVING count(*) > 1)') === 0,
    'each start of a step has one job',
  );
  must(count('SELECT count(*) FROM step_jobs') === count('SELECT count(*) FROM jobs'), 'every job belongs to a step');
  const hosts = count(
    "SELECT coalesce(sum(coalesce(request ->> '$.ResourceConfig.InstanceCount', request ->> '$.ProcessingResources.ClusterConfig.InstanceCount')), 0) FROM jobs",
  );
  must(jobs.started() <= hosts, 'there are no more processes than hosts of jobs');
  must(auditTrail(sqlOver(database, () => {})).verify() === undefined, 'the audit trail is whole');
  let registered = 0;
  for (const arn of executions) {
    const state = system.engine.state<PipelineState>(arn)!;
    const history = system.engine.history<PipelineEvent>(arn).map(({ event }) => event);
    const succeeded = new Set<string>();
    for (const event of history) {
      if (event.kind === 'step-started') must(!succeeded.has(event.step), `${event.step} ran again after its success`);
      if (event.kind !== 'step-succeeded') continue;
      must(!succeeded.has(event.step), `${event.step} succeeded twice`);
      succeeded.add(event.step);
    }
    state.plan.steps.forEach(({ name, step }, index) => {
      const { status } = state.steps[index]!;
      must(!/Starting|Executing|Stopping/.test(status), `${name} has ended, not ${status}`);
      if (step.Type === 'RegisterModel' && status === 'Succeeded') registered += 1;
    });
  }
  const packages = count('SELECT count(*) FROM registry_packages');
  must(packages === registered, `${registered} models were registered once each, not ${packages} times`);
  return problems;
}
