import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import type { TaskStart } from '../language.ts';
import type { MachineEvent, MachineTask } from './events.ts';
import { createExpress, type ExpressEnd } from './express.ts';
import { chain, inputOf, languageOf, machine, parallel, pass, runs, SEED, START, task } from './testing.ts';

afterEach(() => {
  runs.length = 0;
});

type Start = (task: string, body: MachineTask) => TaskStart<MachineEvent>;

/** Executions over a clock that jumps to the next timer whenever nothing else is to be done. */
function harness(start: Start = () => ({ kind: 'running' })) {
  let time = START;
  let timers: { at: number; run: () => void }[] = [];
  const ends: ExpressEnd[] = [];
  const clock = {
    ...systemClock,
    now: () => time,
    at(at: number, run: () => void) {
      const timer = { at, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
  };

  async function run(definition: object): Promise<ExpressEnd & { took: number; types: string[] }> {
    const express = createExpress({
      language: languageOf(definition, 'EXPRESS'),
      executor: {
        start: (_run, name, body) => start(name, body as MachineTask),
        failed: (_run, name, _body, error) => ({
          kind: 'task-failed',
          task: name,
          error: 'Refused',
          cause: (error as Error).message,
        }),
      },
      transact: async (work) => work(),
      world: { clock },
      keeps: () => true,
      ended: (end) => void ends.push(end),
    });
    let end: ExpressEnd | undefined;
    void express.run(inputOf({}, 'EXPRESS'), SEED).then((ended) => {
      end = ended;
    });
    while (!end) {
      for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
      const next = timers.sort((a, b) => a.at - b.at)[0];
      if (end || !next) continue;
      timers = timers.filter((one) => one !== next);
      time = Math.max(time, next.at);
      next.run();
    }
    expect([express.count(), timers, ends]).toEqual([0, [], [end]]);
    const types = end.outcomes.flatMap(({ outcome }) => outcome.match(/(?<=\[")[A-Z]\w+(?=",\d)/g) ?? []);
    return { ...end, took: time - START, types };
  }
  return { run };
}

const waiting = (Seconds: number) => ({ Type: 'Wait', Seconds, End: true });
const wait = (Seconds: number) => machine({ W: waiting(Seconds) });

describe('an Express execution', () => {
  it('takes several turns, and waits', async () => {
    const { state, took } = await harness().run({
      ...chain(1000),
      States: { ...chain(1000).States, S999: waiting(7) },
    });
    expect([state.status, took, state.events]).toEqual(['SUCCEEDED', 7000, 2002]);
  });

  it('ends after five minutes', async () => {
    const { state, took, types } = await harness().run(wait(301));
    expect([state.status, took, types.at(-1)]).toEqual(['TIMED_OUT', 300_000, 'ExecutionTimedOut']);
  });

  it('ends after its own time where that is shorter, and not later than five minutes where it is not', async () => {
    const shorter = await harness().run({ ...wait(60), TimeoutSeconds: 10 });
    expect([shorter.state.status, shorter.took]).toEqual(['TIMED_OUT', 10_000]);
    const longer = await harness().run({ ...wait(900), TimeoutSeconds: 600 });
    expect([longer.state.status, longer.took]).toEqual(['TIMED_OUT', 300_000]);
  });

  it('goes on with what its tasks answer, inside the store and outside', async () => {
    const { state } = await harness((name) =>
      name === '0.0'
        ? { kind: 'finished', event: { kind: 'task-succeeded', task: name, output: 'inside' } }
        : { kind: 'outside', work: async () => ({ kind: 'task-succeeded', task: name, output: 'outside' }) },
    ).run(machine({ A: task({ Next: 'B', ResultPath: '$.a' }), B: task({ ResultPath: '$.b' }) }));
    expect([state.status, JSON.parse(state.output!)]).toEqual(['SUCCEEDED', { a: 'inside', b: 'outside' }]);
  });

  it('retries what is refused, and fails with it in the end', async () => {
    let tries = 0;
    const { state, took } = await harness(() => {
      tries += 1;
      throw new Error('no');
    }).run(machine({ A: task({ Retry: [{ ErrorEquals: ['Refused'], MaxAttempts: 2 }] }) }));
    expect([tries, took, state.failure]).toEqual([3, 3000, { error: 'Refused', cause: 'no' }]);
  });

  it('gives up tasks that take too long; their answer is of no interest any more', async () => {
    const late: (() => void)[] = [];
    const { state, types } = await harness((name) => ({
      kind: 'outside',
      work: () =>
        new Promise((resolve) => late.push(() => resolve({ kind: 'task-succeeded', task: name, output: 'late' }))),
    })).run(
      machine({ A: task({ TimeoutSeconds: 5, Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'B' }] }), B: pass() }),
    );
    for (const answer of late) answer();
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect([state.status, types.filter((type) => type.startsWith('Task'))]).toEqual([
      'SUCCEEDED',
      ['TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskTimedOut', 'TaskStateExited'],
    ]);
  });

  it('does not start what it gave up in the same turn', async () => {
    const started: string[] = [];
    const failing = machine({ F: { Type: 'Fail', Error: 'E' } });
    const { state } = await harness((name) => {
      started.push(name);
      return { kind: 'running' };
    }).run(machine({ P: parallel([machine({ T: task() }), failing]) }));
    expect([state.status, started]).toEqual(['FAILED', []]);
  });
});
