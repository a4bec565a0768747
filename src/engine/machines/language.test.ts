import { afterEach, describe, expect, it } from 'vitest';
import { LARGEST_PAYLOAD } from './flow.ts';
import { MOST_EVENTS } from './history.ts';
import { CALL, chain, execute, executeOneTurn, machine, parallel, pass, problemsOf, runs, task } from './testing.ts';

const ACTIVITY = 'arn:aws:states:us-east-1:123456789012:activity:';

afterEach(() => expect(runs.splice(0).flatMap(problemsOf)).toEqual([]));

describe('turns', () => {
  it('are as many as a chain of 5,000 states needs, and its history has no gap', () => {
    const run = execute(chain(5000));
    expect([run.state.status, run.state.events]).toEqual(['SUCCEEDED', 2 + 5000 * 2]);
    expect(run.turns()).toBe(Math.ceil(5000 / 256));
  });

  it('are shorter where expressions are JSONata', () => {
    const run = execute({ QueryLanguage: 'JSONata', ...chain(500, { Output: '{% $states.input %}' }) });
    expect([run.state.status, run.turns()]).toEqual(['SUCCEEDED', Math.ceil(500 / 32)]);
  });

  it('let others in: an event between two turns is folded, and the thread that was ready goes on', () => {
    const run = executeOneTurn(machine({ P: parallel([chain(1000), machine({ T: task() })]) }));
    expect([run.again(), run.tasks.size]).toEqual([true, 1]);
    run.succeed('T', { done: true });
    expect(run.state.status).toBe('SUCCEEDED');
    expect((run.output() as unknown[])[1]).toEqual({ done: true });
  });

  it('end with an execution that is stopped between them', () => {
    const run = executeOneTurn(chain(1000));
    run.take({ kind: 'stop-requested', error: 'Enough' });
    expect([run.state.status, run.again()]).toEqual(['ABORTED', false]);
    expect(run.types().at(-1)).toBe('ExecutionAborted');
  });
});

describe('the history', () => {
  it('ends with its 25,000th event, as on AWS', () => {
    const run = execute(
      machine({
        A: pass('B'),
        B: { Type: 'Choice', Choices: [{ Variable: '$.x', IsPresent: true, Next: 'C' }], Default: 'A' },
        C: pass(),
      }),
    );
    const last = run.told().at(-1)!;
    expect(last).toEqual({
      ...{ id: MOST_EVENTS, type: 'ExecutionFailed', previous: MOST_EVENTS - 1 },
      details: {
        error: 'States.Runtime',
        cause: 'The execution reached the maximum number of history events (25000).',
      },
    });
    expect([run.state.status, run.state.events]).toEqual(['FAILED', MOST_EVENTS]);
  });

  it.each([12_498, 12_499, 12_500])('of %i states does not lose an event to an end that would fit', (length) => {
    const run = execute(chain(length));
    const fits = 2 + length * 2 <= MOST_EVENTS;
    expect([run.state.status, run.state.events]).toEqual([
      fits ? 'SUCCEEDED' : 'FAILED',
      Math.min(2 + length * 2, MOST_EVENTS),
    ]);
    expect(run.types().at(-2)).toBe(fits ? 'PassStateExited' : run.types().at(-2));
    if (!fits) expect(run.state.failure.error).toBe('States.Runtime');
  });

  it('of an Express execution has no such end', () => {
    expect(execute(chain(13_000), { type: 'EXPRESS' }).state).toMatchObject({ status: 'SUCCEEDED', events: 26_002 });
  });

  it('counts what is scheduled when there is no room left: no task is left over', () => {
    const States = Object.fromEntries(Array.from({ length: 12_498 }, (_, n) => [`S${n}`, pass(`S${n + 1}`)]));
    const run = execute(machine({ ...States, S12498: task() }));
    expect([run.state.status, run.state.events]).toEqual(['FAILED', MOST_EVENTS]);
  });
});

describe('payloads', () => {
  const filled = (bytes: number) => ({ x: 'a'.repeat(bytes - '{"x":""}'.length) });
  const padded = (more: number) =>
    pass(undefined, { Parameters: { 'y.$': `States.Format('{}{}', $.x, '${'b'.repeat(more)}')` } });
  const room = LARGEST_PAYLOAD - '{"y":""}'.length;

  it('of 262,144 bytes pass, and one more does not', () => {
    const x = filled(LARGEST_PAYLOAD);
    expect(execute(chain(2), { input: x }).state.status).toBe('SUCCEEDED');
    const input = { x: 'a'.repeat(room - 1) };
    expect(execute(machine({ A: padded(1) }), { input }).state.status).toBe('SUCCEEDED');
    expect(execute(machine({ A: padded(2) }), { input }).state).toMatchObject({
      status: 'FAILED',
      failure: {
        error: 'States.DataLimitExceeded',
        cause: "The state/task 'A' returned a result with a size exceeding the maximum number of bytes service limit.",
      },
    });
  });

  it('are measured in bytes of UTF-8, not in characters', () => {
    const run = execute(machine({ A: pass(undefined, { Parameters: { 'y.$': "States.Format('{}b', $.x)" } }) }), {
      input: { x: '€'.repeat(Math.ceil(room / 3)) },
    });
    expect(run.state.failure.error).toBe('States.DataLimitExceeded');
  });

  it('of a task fail it, and States.ALL does not catch that', () => {
    const run = execute(machine({ T: task({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C' }] }), C: pass() }));
    run.succeed('T', filled(LARGEST_PAYLOAD + 1));
    expect(run.state.failure).toEqual({
      error: 'States.DataLimitExceeded',
      cause: `The state/task '${CALL}' returned a result with a size exceeding the maximum number of bytes service limit.`,
    });
    const caught = execute(
      machine({ T: task({ Catch: [{ ErrorEquals: ['States.DataLimitExceeded'], Next: 'C' }] }), C: pass() }),
    );
    caught.succeed('T', filled(LARGEST_PAYLOAD + 1));
    expect(caught.state.status).toBe('SUCCEEDED');
  });

  it('that nest ever deeper end the execution, and neither the stack nor the journal', () => {
    const loop = machine({
      A: { Type: 'Pass', Parameters: { 'a.$': '$' }, Next: 'A2' },
      A2: { Type: 'Choice', Choices: [{ Variable: '$.never', IsPresent: true, Next: 'E' }], Default: 'A' },
      E: pass(),
    });
    const run = execute(loop);
    expect(run.state.failure).toEqual({
      error: 'States.Runtime',
      cause: expect.stringMatching(/nested more than 1000 levels deep\.$/),
    });
    const variable = execute({
      ...machine({
        A: { Type: 'Pass', Assign: { v: '{% {"a": $exists($v) ? $v : 1} %}' }, Next: 'B' },
        B: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'E' }], Default: 'A' },
        E: pass(),
      }),
      QueryLanguage: 'JSONata',
    });
    expect(variable.state.status).toBe('FAILED');
    expect(variable.state.failure.error).not.toBe(undefined);
  });

  it('nest as deep as a document may, and not deeper', () => {
    const nested = (depth: number) => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
    const run = (depth: number) => {
      const one = execute(machine({ T: task() }));
      one.succeed('T', nested(depth));
      return one.state;
    };
    expect(run(1000).status).toBe('SUCCEEDED');
    expect(run(1001).failure.cause).toContain('nested more than 1000 levels deep');
    expect(run(3000).failure).toEqual(run(1001).failure);
  });
});

describe('a retrier', () => {
  const retried = (more: object) => task({ Retry: [{ ErrorEquals: ['States.ALL'], ...more }] });
  function delays(more: object): number[] {
    const run = execute(machine({ T: retried(more) }));
    const found: number[] = [];
    for (;;) {
      run.fail('T', 'E');
      if (run.state.status !== 'RUNNING') return found;
      found.push(run.delays()['retry:0']!);
      run.fire();
    }
  }

  it('waits longer each time, up to MaxDelaySeconds', () => {
    expect(delays({})).toEqual([1000, 2000, 4000]);
    expect(delays({ IntervalSeconds: 3, BackoffRate: 1.5, MaxAttempts: 4 })).toEqual([3000, 4500, 6750, 10_125]);
    expect(delays({ IntervalSeconds: 3, BackoffRate: 10, MaxAttempts: 4, MaxDelaySeconds: 40 })).toEqual([
      3000, 30_000, 40_000, 40_000,
    ]);
    expect(delays({ MaxAttempts: 0 })).toEqual([]);
  });

  it('draws its delay from nothing up to the whole with full jitter', () => {
    const found = delays({ IntervalSeconds: 10, BackoffRate: 1, MaxAttempts: 200, JitterStrategy: 'FULL' });
    expect(found).toHaveLength(200);
    expect(Math.min(...found)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...found)).toBeLessThanOrEqual(10_000);
    expect(Math.max(...found) - Math.min(...found)).toBeGreaterThan(8000);
    expect(new Set(found).size).toBeGreaterThan(150);
  });

  it('counts for itself; $$.State.RetryCount counts them all', () => {
    const run = execute(
      machine({
        T: task({
          Parameters: { 'NextToken.$': "States.Format('{}', $$.State.RetryCount)" },
          Retry: [
            { ErrorEquals: ['A'], MaxAttempts: 1 },
            { ErrorEquals: ['B'], MaxAttempts: 2 },
          ],
        }),
      }),
    );
    for (const error of ['A', 'B', 'B']) {
      run.fail('T', error);
      run.fire();
    }
    expect([...run.tasks.values()][0]).toMatchObject({ arguments: { NextToken: '3' } });
    run.fail('T', 'A');
    expect(run.state).toMatchObject({ status: 'FAILED', failure: { error: 'A' } });
  });
});

describe('errors', () => {
  /** Where an error leads that a task fails with. */
  function caughtBy(catchers: string[][], error: string | undefined): string | undefined {
    const names = catchers.map((_, index) => `C${index}`);
    const run = execute(
      machine({
        T: task({ Catch: catchers.map((ErrorEquals, index) => ({ ErrorEquals, Next: names[index] })) }),
        ...Object.fromEntries(names.map((name) => [name, pass()])),
      }),
    );
    run.fail('T', error);
    return run.told().find(({ type }) => type === 'PassStateEntered')?.details?.['name'] as string | undefined;
  }

  it('are caught by the first catcher that names them', () => {
    expect(caughtBy([['A'], ['B', 'A'], ['States.ALL']], 'A')).toBe('C0');
    expect(caughtBy([['B'], ['B', 'A'], ['States.ALL']], 'A')).toBe('C1');
    expect(caughtBy([['B'], ['States.TaskFailed'], ['States.ALL']], 'A')).toBe('C1');
    expect(caughtBy([['B']], 'A')).toBeUndefined();
  });

  it.each([
    ['States.ALL', 'E', true],
    ['States.ALL', undefined, true],
    ['States.ALL', 'States.Timeout', true],
    ['States.ALL', 'States.Runtime', false],
    ['States.ALL', 'States.DataLimitExceeded', false],
    ['States.TaskFailed', 'E', true],
    ['States.TaskFailed', 'States.Timeout', false],
    ['States.TaskFailed', 'States.HeartbeatTimeout', false],
    ['States.TaskFailed', 'States.Runtime', false],
    ['States.Timeout', 'States.Timeout', true],
    ['States.Runtime', 'States.Runtime', true],
    ['E', 'F', false],
  ])('%s catches %s: %s', (name, error, caught) => expect(caughtBy([[name]], error) !== undefined).toBe(caught));

  it('are retried before they are caught, and caught once the attempts are used up', () => {
    const run = execute(
      machine({
        T: task({
          Retry: [{ ErrorEquals: ['E'], MaxAttempts: 1 }],
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C', ResultPath: '$.error' }],
        }),
        C: pass(),
      }),
      { input: { kept: 1 } },
    );
    run.fail('T', 'E', 'first');
    run.fire();
    run.fail('T', 'E', 'second');
    expect(run.output()).toEqual({ kept: 1, error: { Error: 'E', Cause: 'second' } });
  });

  it('are told as States.Timeout of a heartbeat, and matched as both', () => {
    const beating = (name: string) =>
      machine({
        T: {
          Type: 'Task',
          Resource: `${ACTIVITY}a`,
          HeartbeatSeconds: 5,
          TimeoutSeconds: 60,
          End: true,
          Catch: [{ ErrorEquals: [name], Next: 'C' }],
        },
        C: pass(),
      });
    for (const name of ['States.HeartbeatTimeout', 'States.Timeout']) {
      const run = execute(beating(name));
      expect(run.delays()).toEqual({});
      run.take({ kind: 'activity-started', task: run.taskOf(`${ACTIVITY}a`), workerName: 'w' });
      run.pass(4000);
      run.take({ kind: 'heartbeat', task: run.taskOf(`${ACTIVITY}a`) });
      expect(run.delays()).toEqual({ 'timeout:0': 56_000, 'heartbeat:0': 5000 });
      run.fire();
      expect(run.types()).toContain('ActivityTimedOut');
      expect([run.state.status, run.abandoned]).toEqual(['SUCCEEDED', ['0.0']]);
    }
  });

  it('of a state without guards end the execution with its own words', () => {
    const run = execute(machine({ F: { Type: 'Fail', Error: 'Mine', Cause: 'why' } }));
    expect(run.told().at(-1)).toMatchObject({ type: 'ExecutionFailed', details: { error: 'Mine', cause: 'why' } });
  });
});

describe('a Parallel', () => {
  const failing = machine({ F: { Type: 'Fail', Error: 'Broken', Cause: 'here' } });
  const waiting = machine({ W: { Type: 'Wait', Seconds: 60, End: true } });

  it('gives up the other branches when one fails', () => {
    const run = execute(machine({ P: parallel([waiting, machine({ T: task() }), failing]) }));
    expect(run.types()).toEqual([
      ...['ExecutionStarted', 'ParallelStateEntered', 'ParallelStateStarted'],
      ...['WaitStateEntered', 'TaskStateEntered', 'TaskScheduled', 'FailStateEntered'],
      ...['WaitStateAborted', 'TaskStateAborted', 'ParallelStateFailed', 'ExecutionFailed'],
    ]);
    expect(run.abandoned).toEqual(['2.0']);
  });

  it('that is caught leaves nothing behind, and no start of what was given up', () => {
    const run = execute(
      machine({
        P: parallel([waiting, machine({ T: task() }), failing], { Catch: [{ ErrorEquals: ['Broken'], Next: 'C' }] }),
        C: pass(),
      }),
    );
    expect(run.output()).toEqual({ Error: 'Broken', Cause: 'here' });
    expect(run.types()).not.toContain('TaskStarted');
    expect(run.state.threads.size).toBe(1);
  });

  it('that is retried starts all its branches anew', () => {
    const run = execute(
      machine({ P: parallel([waiting, machine({ T: task() })], { Retry: [{ ErrorEquals: ['E'] }] }) }),
    );
    run.fail('T', 'E');
    expect(run.delays()).toEqual({ 'retry:0': 1000 });
    run.fire();
    expect([run.tasks.size, Object.values(run.delays())]).toEqual([1, [60_000]]);
    run.succeed('T', 1);
    run.fire();
    expect(run.output()).toEqual([{}, 1]);
  });
});

describe('an inline Map', () => {
  const map = (more: object = {}, processor: object = machine({ T: task() })) =>
    machine({ M: { Type: 'Map', ItemProcessor: processor, End: true, ...more } });

  it('keeps to MaxConcurrency, and to forty without one', () => {
    const input = Array.from({ length: 50 }, (_, n) => n);
    expect(execute(map({ MaxConcurrency: 3 }), { input }).tasks.size).toBe(3);
    const run = execute(map(), { input });
    expect(run.tasks.size).toBe(40);
    for (let n = 0; n < 50; n += 1) run.succeed('T', n);
    expect(run.output()).toEqual(input);
  });

  it('gives up the other iterations when one fails', () => {
    const run = execute(map(), { input: [1, 2] });
    run.fail('1.0', 'E');
    expect(run.types().slice(-8)).toEqual([
      ...['TaskStarted', 'TaskFailed', 'MapIterationFailed', 'TaskStateAborted'],
      ...['MapIterationAborted', 'TaskStateAborted', 'MapStateFailed', 'ExecutionFailed'],
    ]);
  });

  it('whose ItemSelector fails in the midst left tasks and timers of its iterations behind', () => {
    const iterating = { Type: 'Task', Resource: CALL, Arguments: {}, TimeoutSeconds: 100, End: true };
    const States = {
      M: {
        ...{ Type: 'Map', Items: '{% $states.input.items %}', MaxConcurrency: 2, End: true },
        ItemSelector: '{% $states.context.Map.Item.Value = 7 ? $error("seven") : 1 %}',
        ItemProcessor: machine({ T: iterating }),
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C' }],
      },
      C: { Type: 'Wait', Seconds: 5, End: true },
    };
    const run = execute({ ...machine(States), QueryLanguage: 'JSONata' }, { input: { items: [0, 1, 7] } });
    run.succeed('1.0', 'done');
    expect([[...run.tasks.keys()], run.delays(), run.abandoned]).toEqual([[], { 'wait:0': 5000 }, ['2.0']]);
    run.fire();
    expect(run.state.status).toBe('SUCCEEDED');
  });
});
