/** How executions end without success, and what may not be assigned: the language alone, an event at a time. */
import { expect, it } from 'vitest';
import { compileMachine } from '../../definition/asl/parse/index.ts';
import type { AnyMachineEvent } from './events.ts';
import { machineLanguage } from './language.ts';
import type { MachineInput } from './state.ts';

const ACTIVITY = 'arn:aws:states:us-east-1:111111111111:activity:a';
const PASS = { Type: 'Pass', End: true };

/** Plays events against a machine; answers the state, and what each turn led to. */
function played(definition: object, events: AnyMachineEvent[], input: unknown = {}) {
  const compiled = compileMachine(JSON.stringify(definition), 'STANDARD', {});
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
  const language = machineLanguage(() => compiled.machine);
  const begun: MachineInput = {
    ...{ executionArn: 'e', executionName: 'e', stateMachineArn: 'm', stateMachineName: 'm', roleArn: 'r' },
    ...{ region: 'us-east-1', account: '111111111111', type: 'STANDARD', definition: '1' },
    input: JSON.stringify(input),
  };
  const state = language.begin(begun);
  const history: unknown[][] = [];
  const effects = [{ kind: 'started', seed: '00' } as const, ...events].map((event, turn) => {
    const asked = [...language.apply(state, event, turn * 1000)];
    const outcome = language.outcome?.(state);
    if (outcome) history.push(...(JSON.parse(outcome.slice(outcome.indexOf('['))) as unknown[][]));
    return asked;
  });
  return { state, history, effects };
}

const WAITS = { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 30, End: true } } };

it('a stopped execution does not tell of the states that were under way, and its end follows no event', () => {
  const { state, history } = played(WAITS, [{ kind: 'stop-requested', error: 'Manual', cause: 'probe' }]);
  expect(history.at(-2)?.[0]).toBe('WaitStateEntered');
  expect(history.at(-1)).toEqual(['ExecutionAborted', 0, { error: 'Manual', cause: 'probe' }]);
  expect([state.status, state.failure]).toEqual(['ABORTED', { error: 'Manual', cause: 'probe' }]);
  expect(played(WAITS, [{ kind: 'stop-requested' }]).history.at(-1)).toEqual(['ExecutionAborted', 0, {}]);
});

it('an execution that runs out of time has States.Timeout in its history alone', () => {
  const { state, history } = played({ ...WAITS, TimeoutSeconds: 3 }, [{ kind: 'timer', timer: 'execution' }]);
  expect(history.map(([type]) => type)).toEqual(['ExecutionStarted', 'WaitStateEntered', 'ExecutionTimedOut']);
  expect(history.at(-1)).toEqual(['ExecutionTimedOut', 0, { error: 'States.Timeout' }]);
  expect([state.status, state.failure]).toEqual(['TIMED_OUT', {}]);
});

it('the time of an activity, and its heart, count from the moment that a worker has it', () => {
  const task = { Type: 'Task', Resource: ACTIVITY, TimeoutSeconds: 60, HeartbeatSeconds: 10, End: true };
  const started: AnyMachineEvent = { kind: 'activity-started', task: '0.0' };
  const { effects } = played({ StartAt: 'A', States: { A: task } }, [started]);
  const timers = effects.map((turn) => turn.filter(({ kind }) => kind === 'timer'));
  expect(timers).toEqual([
    [],
    [
      { kind: 'timer', timer: 'timeout:0', at: 61_000 },
      { kind: 'timer', timer: 'heartbeat:0', at: 11_000 },
    ],
  ]);
});

const assigning = (Assign: object) => ({ StartAt: 'P', States: { P: { Type: 'Pass', Assign, Next: 'Q' }, Q: PASS } });

it('an assignment of more than 256 KiB fails its state', () => {
  const big = 'x'.repeat(131_072);
  const { state, history } = played(assigning({ 'a.$': '$.big', 'b.$': '$.big' }), [], { big });
  expect([state.status, state.failure.error]).toEqual(['FAILED', 'States.DataLimitExceeded']);
  expect(state.failure.cause).toContain("The state 'P' assigns variables of more than 262144 bytes");
  expect(history.map(([type]) => type)).not.toContain('PassStateExited');
  expect(played(assigning({ 'a.$': '$.big' }), [], { big }).state.status).toBe('SUCCEEDED');
});

it('variables of more than 10 MiB fail the state that assigns the last; what is assigned anew counts once', () => {
  const big = 'x'.repeat(220_000);
  const names = Array.from({ length: 49 }, (_, index) => `v${index}`);
  const chain = (of: readonly string[]) => ({
    StartAt: 'S0',
    States: Object.fromEntries(
      of.map((name, index) => [
        `S${index}`,
        {
          ...{ Type: 'Pass', Assign: { [`${name}.$`]: '$.big' } },
          ...(index === of.length - 1 ? { End: true } : { Next: `S${index + 1}` }),
        },
      ]),
    ),
  });
  const { state } = played(chain(names), [], { big });
  expect([state.status, state.failure.error]).toEqual(['FAILED', 'States.DataLimitExceeded']);
  expect(state.failure.cause).toContain("The state 'S47' brings all variables to");
  expect(played(chain(names.map(() => 'same')), [], { big }).state.status).toBe('SUCCEEDED');
});

it('the variables of branches that have ended are no longer counted', () => {
  const branch = (name: string) => ({
    StartAt: name,
    States: { [name]: { Type: 'Pass', Assign: { a: 'xyz' }, End: true } },
  });
  const { state } = played(
    { StartAt: 'B', States: { B: { Type: 'Parallel', Branches: [branch('P'), branch('Q')], End: true } } },
    [],
  );
  expect([state.status, state.variableBytes]).toEqual(['SUCCEEDED', 0]);
});
