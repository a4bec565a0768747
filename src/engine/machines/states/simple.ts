/** Pass, Succeed, Fail, Wait and Choice: what is decided without asking anyone. */
import { statesError } from '../../../definition/asl/failure.ts';
import type { ChoiceState, FailState, PassState, WaitState } from '../../../definition/asl/types.ts';
import { setTimer, threadFailed } from '../failing.ts';
import { argumentsOf, effectiveInput, evaluate, leaving, leavingChoice, ownOf } from '../flow.ts';
import { leave } from '../progress.ts';
import type { Failure, MachineState, Thread } from '../state.ts';

export function runPass(state: MachineState, thread: Thread, { flow, result, next }: PassState): void {
  if (flow.language === 'JSONata') return leave(state, thread, leaving(state, thread, undefined), next);
  const given = argumentsOf(state, thread, effectiveInput(state, thread));
  leave(state, thread, leaving(state, thread, result ?? given), next);
}

export function runSucceed(state: MachineState, thread: Thread): void {
  const { flow } = thread.state;
  const effective = effectiveInput(state, thread);
  const left =
    flow.language === 'JSONata' ? leaving(state, thread, undefined) : leavingChoice(state, thread, effective, {});
  leave(state, thread, left, undefined);
}

export function runFail(state: MachineState, thread: Thread, { error, cause }: FailState): void {
  const input = effectiveInput(state, thread);
  const failure: Failure = {
    ...(error ? { error: evaluate(state, thread, error, input) } : undefined),
    ...(cause ? { cause: evaluate(state, thread, cause, input) } : undefined),
  };
  threadFailed(state, thread, failure);
}

export function runWait(state: MachineState, thread: Thread, { until }: WaitState): void {
  const value = evaluate(state, thread, until.at, effectiveInput(state, thread));
  const milliseconds = until.kind === 'seconds' ? value * 1000 : value - state.at;
  if (milliseconds <= 0) return leaveWait(state, thread);
  setTimer(state, thread, 'wait', milliseconds);
  thread.waiting = { kind: 'timer', timer: 'wait' };
}

export function leaveWait(state: MachineState, thread: Thread): void {
  const { flow } = thread.state;
  const left =
    flow.language === 'JSONata'
      ? leaving(state, thread, undefined)
      : leavingChoice(state, thread, effectiveInput(state, thread), ownOf(flow));
  leave(state, thread, left, (thread.state as WaitState).next);
}

export function runChoice(state: MachineState, thread: Thread, choice: ChoiceState): void {
  const input = effectiveInput(state, thread);
  const rule = choice.choices.find(({ test }) => evaluate(state, thread, test, input));
  if (rule) return leave(state, thread, leavingChoice(state, thread, input, rule), rule.next);
  if (choice.default === undefined) {
    throw statesError(
      'States.Runtime',
      'Failed to transition out of the state. The state does not point to a next state.',
    );
  }
  leave(state, thread, leavingChoice(state, thread, input, ownOf(choice.flow)), choice.default);
}
