/**
 * Workers of the activity, and whoever is handed tokens: they outlive the server and keep what they were given. How a task goes is
 * decided by the seed, its input and how often it was given before; when it is answered does not matter for that.
 */
import type { DatabaseSync } from 'node:sqlite';
import { isAwsError } from '../../../src/protocol/errors.ts';
import { states } from '../../../src/server/apis.ts';
import type { System } from '../../../src/server/system.ts';
import { callAt } from '../scripted.ts';
import { DISK_FULL, type Incarnation, rng, seedOf } from '../world.ts';
import { ACTIVITY } from './definitions.ts';
import { withoutChance } from './outcome.ts';

type Answer = { operation: string; input: object; at: number };

export type Workers = {
  connect(system: System, incarnation: Incarnation): void;
  /** How many tasks they were given. */
  given(): number;
  problems(): readonly string[];
};

/** Milliseconds between two looks at who waits. */
const LOOK = 5000;

export function createWorkers(seed: number, database: DatabaseSync, over: () => boolean): Workers {
  const attempts = new Map<string, number>();
  const known = new Set<string>();
  const answers = new Set<Answer>();
  const problems: string[] = [];

  /** @returns the new answers that it leads to */
  function take(token: string, input: string, now: number): Answer[] {
    if (known.has(token)) return [];
    known.add(token);
    const key = withoutChance(input);
    const attempt = (attempts.get(key) ?? 0) + 1;
    attempts.set(key, attempt);
    const random = rng(seedOf(seed, `${key}#${attempt}`));
    const luck = random.next();
    const at = now + random.int(120_000);
    const output = JSON.stringify({ did: random.int(1000) });
    const success = { operation: 'SendTaskSuccess', input: { taskToken: token, output }, at };
    // Never answered: it times out.
    if (luck < 0.04) return [];
    if (luck < 0.18)
      return [{ ...success, operation: 'SendTaskFailure', input: { taskToken: token, error: 'Unlucky', cause: key } }];
    if (luck < 0.4) return [{ operation: 'SendTaskHeartbeat', input: { taskToken: token }, at: at - 1 }, success];
    return [success];
  }

  function connect(system: System, { world, alive }: Incarnation): void {
    const { clock } = world;
    const run = (operation: string, input: object) =>
      system.dispatch.run(states, operation, input, callAt(clock.now()));

    function send(answer: Answer): void {
      const done = () => void (alive() && answers.delete(answer));
      run(answer.operation, answer.input).then(done, (error: unknown) => {
        if (!alive()) return;
        if (String(error).includes(DISK_FULL)) return void clock.at(clock.now() + 1000, () => send(answer));
        // It was recorded, and the answer lost; or the task is given up meanwhile.
        if (!isAwsError(error) || error.code !== 'TaskTimedOut') problems.push(`${answer.operation}: ${String(error)}`);
        done();
      });
    }

    function given(token: string, input: string): void {
      for (const answer of take(token, input, clock.now())) {
        answers.add(answer);
        clock.at(answer.at, () => send(answer));
      }
    }

    function poll(): void {
      if (over()) return;
      const again = () => void clock.at(clock.now() + 1000, poll);
      run('GetActivityTask', { activityArn: ACTIVITY, workerName: 'simulated' }).then((answer) => {
        if (!alive()) return;
        const { taskToken, input } = answer as { taskToken?: string; input?: string };
        if (taskToken) given(taskToken, input!);
        again();
      }, again);
    }

    /** Finds tokens that went out with calls, and tasks whose worker's answer was lost with the server: it had come before. */
    function look(): void {
      // What is not committed yet has not gone out.
      if (database.isTransaction) return clock.soon(look);
      for (const { token, input, taken } of withTokens(database)) if (taken) given(token, input);
      if (!over()) clock.at(clock.now() + LOOK, look);
    }

    for (const answer of answers) clock.at(answer.at, () => send(answer));
    clock.soon(poll);
    clock.soon(poll);
    clock.soon(look);
  }

  return { connect, given: () => known.size, problems: () => problems };
}

type WithToken = { token: string; input: string; taken: 0 | 1 };

/** Tasks that a token ends; those of an activity are `taken` once a worker has them. */
function withTokens(database: DatabaseSync): WithToken[] {
  return database
    .prepare(
      `SELECT body ->> '$.token' AS token, coalesce(body ->> '$.input', body ->> '$.arguments') AS input,
         body ->> '$.token' NOT IN (SELECT token FROM activity_tasks) AS taken
       FROM tasks WHERE state = 'running' AND body ->> '$.token' IS NOT NULL ORDER BY run, task`,
    )
    .all() as WithToken[];
}
