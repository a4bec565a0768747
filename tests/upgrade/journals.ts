/**
 * Journals of state machines' executions that earlier releases wrote, kept for good: whatever comes later must fold them into the
 * very same histories, and go on with those that are open. `node tests/upgrade/journals.ts VERSION` records some of this release; what
 * is recorded is never edited.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Json } from '../../src/definition/asl/scope.ts';
import { type Entry, execute, type Run, takeUp } from '../../src/engine/machines/testing.ts';
import { randomMachine } from '../simulate/machines/definitions.ts';
import { type Rng, rng, seedOf } from '../simulate/world.ts';

export type Recorded = { title: string; definition: object; input: Json; journal: Entry[]; status: string };

const ENDING = '.journals.json.gz';

export const recordedVersions = (): string[] =>
  readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith(ENDING))
    .map((name) => name.slice(0, -ENDING.length));

export function readRecorded(version: string): Recorded[] {
  const text = gunzipSync(readFileSync(join(import.meta.dirname, version + ENDING))).toString();
  return JSON.parse(text) as Recorded[];
}

/** Lets things happen to an execution that may, one after the other, until it is over or so many have. */
export function drive(run: Run, random: Rng, most = Number.POSITIVE_INFINITY): void {
  for (let happened = 0; happened < most && run.state.status === 'RUNNING'; happened += 1) {
    const waiting = [...run.tasks.keys()];
    run.pass(random.int(1000));
    if (run.timers.size > 0 && (waiting.length === 0 || random.chance(0.2))) run.fire();
    else happen(run, random, random.pick(waiting));
  }
}

function happen(run: Run, random: Rng, task: string): void {
  const luck = random.next();
  const taken = run.journal.some(({ event }) => event.kind === 'activity-started' && event.task === task);
  // Its time counts from then on.
  if (run.tasks.get(task)!.kind === 'activity' && !taken) run.take({ kind: 'activity-started', task, workerName: 'w' });
  else if (luck < 0.1) run.take({ kind: 'heartbeat', task });
  else if (luck < 0.2) run.take({ kind: 'task-submitted', task, output: { submitted: random.int(10) } });
  else if (luck < 0.3) run.fail(task, random.pick(['Unlucky', 'Other', undefined]), 'as drawn');
  else run.succeed(task, { Output: { did: random.int(100) } });
}

export const anyInput = (random: Rng): Json => ({
  ...{ run: 1, few: [1] },
  items: Array.from({ length: random.int(6) }, () => random.int(10)),
});

/** Some end at once, some are redriven, some stopped, and some are open. */
function recordRandom(seed: number): Recorded {
  const random = rng(seedOf(seed, 'journal'));
  const definition = JSON.parse(randomMachine(random)) as object;
  const input = anyInput(random);
  const run = execute(definition, { input });
  drive(run, random, random.chance(0.4) ? random.int(8) : undefined);
  if (run.state.status === 'RUNNING' && random.chance(0.3)) run.take({ kind: 'stop-requested', error: 'Stopped' });
  if (run.state.status !== 'RUNNING' && run.state.status !== 'SUCCEEDED' && random.chance(0.7)) {
    run.take({ kind: 'redriven' });
    drive(run, random, random.chance(0.4) ? 1 : undefined);
  }
  return { title: `random machine ${seed}`, definition, input, journal: run.journal, status: run.state.status };
}

function recordLong(): Recorded {
  const definition = {
    StartAt: 'Count',
    States: {
      Count: {
        Type: 'Pass',
        QueryLanguage: 'JSONata',
        Output: '{% {"n": $states.input.n + 1, "r": $random(), "id": $uuid()} %}',
        Next: 'Enough',
      },
      Enough: {
        Type: 'Choice',
        Choices: [{ Variable: '$.n', NumericGreaterThan: 400, Next: 'Pause' }],
        Default: 'Count',
      },
      Pause: { Type: 'Wait', Seconds: 60, Next: 'Ask' },
      Ask: {
        ...{ Type: 'Task', Resource: 'arn:aws:states:::states:startExecution.waitForTaskToken', End: true },
        Parameters: {
          StateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:child',
          Input: { 'token.$': '$$.Task.Token' },
        },
        Retry: [{ ErrorEquals: ['States.ALL'], JitterStrategy: 'FULL', IntervalSeconds: 100 }],
      },
    },
  };
  const run = execute(definition, { input: { n: 0 } });
  run.fire();
  run.fail('Ask', 'Unlucky');
  return {
    title: 'chance, several turns, a token, jitter',
    definition,
    input: { n: 0 },
    journal: run.journal,
    status: run.state.status,
  };
}

if (import.meta.main) {
  const recorded = [recordLong(), ...Array.from({ length: 60 }, (_, index) => recordRandom(index + 1))];
  const file = join(import.meta.dirname, (process.argv[2] ?? '0.0.0') + ENDING);
  writeFileSync(file, gzipSync(JSON.stringify(recorded), { level: 9 }));
}

export const takeUpRecorded = ({ definition, input, journal }: Recorded): Run => takeUp(definition, { input }, journal);
