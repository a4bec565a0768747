import { afterEach, describe, expect, it } from 'vitest';
import { chain, execute, executeOneTurn, machine, parallel, problemsOf, type Run, runs, task } from './testing.ts';

afterEach(() => expect(runs.splice(0).flatMap(problemsOf)).toEqual([]));

describe('a redrive', () => {
  const redrive = (run: Run) => run.take({ kind: 'redriven' });

  it('keeps what has succeeded, and starts again what failed', () => {
    const run = execute(machine({ P: parallel([machine({ A: task() }), machine({ B: task() })]) }));
    run.succeed('A', 'a');
    run.fail('B', 'E');
    redrive(run);
    expect([...run.tasks.values()]).toMatchObject([{ state: 'B' }]);
    run.succeed('B', 'b');
    expect([run.output(), run.state.redrives]).toEqual([['a', 'b'], 1]);
  });

  it('ran a task again whose success was recorded, but not yet gone on with', () => {
    // More threads than a turn has room for: that of T is not gone on with in the turn of its success.
    const busy = Array.from({ length: 300 }, (_, n) => chain(10, {}, `B${n}-`));
    const run = executeOneTurn(machine({ P: parallel([machine({ A: task() }), machine({ T: task() }), ...busy]) }));
    while (run.tasks.size < 2) run.turn();
    run.succeedInOneTurn('T', 'once');
    run.fail('A', 'E');
    expect(run.state.status).toBe('FAILED');
    redrive(run);
    expect([...run.tasks.values()]).toMatchObject([{ state: 'A' }]);
    run.succeed('A');
    expect((run.output() as unknown[]).slice(0, 3)).toEqual([{}, 'once', {}]);
  });

  it('forgot to enter the state that a thread was about to enter', () => {
    const run = executeOneTurn(machine({ P: parallel([machine({ A: task() }), chain(1000)]) }));
    run.fail('A', 'E');
    expect([run.state.status, run.again()]).toEqual(['FAILED', false]);
    redrive(run);
    run.succeed('A');
    const count = (type: string) => run.types().filter((one) => one === type).length;
    expect([run.state.status, count('PassStateEntered'), count('PassStateExited')]).toEqual(['SUCCEEDED', 1000, 1000]);
  });

  it('of a Map whose next iteration could not be begun hung for ever', () => {
    const selecting = { ItemSelector: { 'x.$': 'States.ArrayGetItem($.list, $$.Map.Item.Value)' }, MaxConcurrency: 1 };
    const run = execute(
      machine({
        M: { Type: 'Map', ItemsPath: '$.items', ...selecting, ItemProcessor: machine({ T: task() }), End: true },
      }),
      { input: { items: [0, 7], list: ['a', 'b'] } },
    );
    run.succeed('T');
    expect(run.state.status).toBe('FAILED');
    redrive(run);
    // It fails for the same reason again: the data are the same.
    expect([run.state.status, run.tasks.size]).toEqual(['FAILED', 0]);
  });

  it('sets the execution’s time anew', () => {
    const run = execute({ ...machine({ T: task() }), TimeoutSeconds: 30 });
    run.fire();
    expect(run.state.status).toBe('TIMED_OUT');
    redrive(run);
    expect(run.delays()).toEqual({ execution: 30_000 });
    run.succeed('T');
    expect(run.state.status).toBe('SUCCEEDED');
  });
});

describe('what comes too late', () => {
  it('is of no interest: ends of tasks that were given up, timers of states that were left', () => {
    const run = execute(
      machine({
        T: task({ TimeoutSeconds: 5, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'W' }] }),
        W: { Type: 'Wait', Seconds: 9, End: true },
      }),
    );
    run.fire();
    const before = run.state.events;
    run.take({ kind: 'task-succeeded', task: '0.0', output: 1 });
    run.take({ kind: 'heartbeat', task: '0.0' });
    run.take({ kind: 'timer', timer: 'timeout:0' });
    run.take({ kind: 'timer', timer: 'retry:0' });
    run.take({ kind: 'timer', timer: 'wait:7' });
    expect([run.state.events, run.state.status]).toEqual([before, 'RUNNING']);
    run.fire();
    expect(run.state.status).toBe('SUCCEEDED');
  });
});
