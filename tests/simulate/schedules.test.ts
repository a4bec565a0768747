/** Schedules on a simulated machine whose servers crash at any point, and stay away for a while. */
import { DatabaseSync } from 'node:sqlite';
import * as sdk from '@aws-sdk/client-scheduler';
import { describe, expect, it } from 'vitest';
import { nextOccurrence } from '../../src/definition/schedules/next.ts';
import { parseSchedule } from '../../src/definition/schedules/parse.ts';
import { deliveryMigrations } from '../../src/engine/deliveryStore.ts';
import { occurrenceMigrations } from '../../src/engine/occurrenceStore.ts';
import { defineApi } from '../../src/protocol/models.ts';
import type { Operation } from '../../src/protocol/service.ts';
import { createSchedulerService, schedulerMigrations } from '../../src/services/scheduler/index.ts';
import type { Migrations } from '../../src/store/migrations.ts';
import { openMemoryStore } from '../../src/store/store.ts';
import { ACCOUNT, testCall } from '../support/operations.ts';
import { createMachine, type Machine, rng } from './world.ts';

const SEEDS = 25;
const DAY = 86_400_000;
const LENGTH = 4 * DAY;
/** Longer away than this, and what fell due meanwhile was missed. */
const PUNCTUAL = 60_000;

const api = defineApi({
  name: 'scheduler',
  signingNames: ['scheduler'],
  protocol: 'rest-json',
  version: '2021-06-30',
  sdk: () => sdk,
});

/** What was started, in the transaction that took the invocation away. */
const targets: Migrations = {
  owner: 'targets',
  steps: ['CREATE TABLE started (schedule TEXT NOT NULL, at TEXT NOT NULL, now INTEGER NOT NULL) STRICT'],
};

const SCHEDULES: Readonly<Record<string, { expression: string; timeZone: string }>> = {
  quarter: { expression: 'cron(0/15 * * * ? *)', timeZone: 'UTC' },
  nightly: { expression: 'cron(30 2 * * ? *)', timeZone: 'America/New_York' },
  rate: { expression: 'rate(7 hours)', timeZone: 'UTC' },
  once: { expression: 'at(2026-01-02T12:00:00)', timeZone: 'Europe/Madrid' },
};

/** A server that is born, and dies at a crash point. */
function boot(machine: Machine, database: DatabaseSync, crashAt: number) {
  const incarnation = machine.boot(crashAt);
  const { world } = incarnation;
  const migrations = [deliveryMigrations, occurrenceMigrations, schedulerMigrations, targets];
  const store = incarnation.guard(openMemoryStore(database, migrations, world));
  const insert = store.sql.change<{ schedule: string; at: string; now: number }>(
    'INSERT INTO started VALUES ($schedule, $at, $now)',
  );
  const { service } = createSchedulerService({
    ...{ api, store, world, account: ACCOUNT },
    ports: {
      callAs: (_role, region) => testCall({ region }),
      ...{ roleTrusts: () => true, canBeSentTo: () => true, refusalOf: () => undefined, invoke: () => undefined },
      send({ payload }) {
        const [schedule, at] = payload.slice(1, -1).split(' ') as [string, string];
        insert({ schedule, at, now: world.clock.now() });
      },
      ...{ tagsOf: () => [], setTags() {}, removeTagsOfKeys() {}, removeTags() {} },
    },
  });
  return { store, service };
}

/** Creates what is not there yet: a client that tries again until it is answered. */
function create({ store, service }: ReturnType<typeof boot>, machine: Machine): void {
  const operation = service.operations['CreateSchedule'] as unknown as Operation<object, object>;
  for (const [Name, { expression, timeZone }] of Object.entries(SCHEDULES)) {
    const input = {
      ...{ Name, ScheduleExpression: expression, ScheduleExpressionTimezone: timeZone, ClientToken: Name },
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:m`,
        RoleArn: `arn:aws:iam::${ACCOUNT}:role/r`,
        Input: `"${Name} <aws.scheduler.scheduled-time>"`,
      },
    };
    const attempt = () => {
      if (operation.kind !== 'transaction') return;
      store
        .transact(() => operation.run(input, testCall({ now: machine.now() })))
        .catch((error: Error) => {
          // It is there: its token has been forgotten since.
          if (error.name !== 'ConflictException') machine.schedule(machine.now() + 100, attempt);
        });
    };
    attempt();
  }
}

type Started = { schedule: string; at: string; now: number };

async function play(seed: number) {
  const random = rng(seed);
  const machine = createMachine(seed);
  const database = new DatabaseSync(':memory:');
  const begin = machine.now();
  const absences: { from: number; until: number }[] = [];
  let crashes = 0;
  for (;;) {
    const server = boot(machine, database, 1 + random.int(crashes % 3 === 0 ? 400 : 40));
    create(server, machine);
    void server.service.start?.();
    let over = false;
    // Time enough for one that comes late to catch up.
    machine.schedule(Math.max(begin + LENGTH, machine.now() + 3 * PUNCTUAL), () => {
      over = true;
      void server.service.stop?.();
    });
    let ended = await machine.run();
    while (ended === 'stuck') ended = await machine.run();
    if (over && ended === 'idle') break;
    crashes += 1;
    const from = machine.now();
    await machine.pass(from + (random.chance(0.3) ? random.int(30 * 3_600_000) : random.int(2000)));
    absences.push({ from, until: machine.now() });
  }
  const started = database.prepare('SELECT schedule, at, now FROM started ORDER BY now').all() as Started[];
  return { started, absences, crashes, begin, end: machine.now(), created: createdAt(database) };
}

function createdAt(database: DatabaseSync): Map<string, number> {
  const rows = database.prepare('SELECT name, created_at FROM schedules').all() as {
    name: string;
    created_at: number;
  }[];
  return new Map(rows.map(({ name, created_at }) => [name, created_at]));
}

/** All times at which a schedule should have occurred, whatever became of its server. */
function expected(name: string, created: number, end: number): number[] {
  const { expression, timeZone } = SCHEDULES[name]!;
  const parsed = parseSchedule(expression, 'scheduler');
  if ('problem' in parsed) throw new Error(parsed.problem);
  const times: number[] = [];
  for (let at: number | undefined = created - 1; at !== undefined && at <= end; ) {
    at = nextOccurrence(parsed.schedule, at, { timeZone, anchor: created });
    if (at !== undefined && at <= end) times.push(at);
  }
  return times;
}

const second = (at: number) => Math.floor(at / 1000) * 1000;

describe('schedules on a machine that crashes', () => {
  it(`occur once each in ${SEEDS} histories, and the last of those that were missed runs late`, async () => {
    let [crashes, missed] = [0, 0];
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const history = await play(seed);
      crashes += history.crashes;
      for (const name of Object.keys(SCHEDULES)) {
        const ran = history.started.filter(({ schedule }) => schedule === name).map(({ at }) => Date.parse(at));
        expect({ seed, name, ran }).toEqual({ seed, name, ran: [...new Set(ran)].sort((a, b) => a - b) });
        const due = expected(name, history.created.get(name)!, history.end - PUNCTUAL);
        const left = due.filter((at) => !ran.includes(second(at)));
        missed += left.length;
        // What did not run fell due while no server ran, and another occurrence of the same absence ran for it.
        for (const at of left) {
          const later = due.find((one) => one > at);
          const absent = history.absences.some(
            ({ from, until }) => from <= at + 5000 && at <= until && later! <= until + 5000,
          );
          expect({ seed, name, at, absent }).toEqual({ seed, name, at, absent: true });
        }
        for (const at of ran)
          expect(due.map(second).concat(ran.filter((one) => one > history.end - PUNCTUAL))).toContain(at);
      }
    }
    expect(crashes).toBeGreaterThan(SEEDS * 2);
    expect(missed).toBeGreaterThan(SEEDS);
  }, 120_000);
});
