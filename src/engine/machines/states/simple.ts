/** Pass, Succeed, Fail, Wait and Choice: what is decided without asking anyone. */
import { statesError } from '../../../definition/asl/failure.ts';
import type { Json } from '../../../definition/asl/scope.ts';
import type { ChoiceRule, ChoiceState, FailState, PassState, WaitState } from '../../../definition/asl/types.ts';
import { setTimer, threadFailed } from '../failing.ts';
import { argumentsOf, effectiveInput, evaluate, type Left, leaving, leavingChoice, ownOf } from '../flow.ts';
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

export function runFail(state: MachineState, thread: Thread, fail: FailState): void {
  threadFailed(state, thread, failureOf(state, thread, fail, effectiveInput(state, thread)));
}

export function failureOf(state: MachineState, thread: Thread, { error, cause }: FailState, input: Json): Failure {
  return {
    ...(error ? { error: evaluate(state, thread, error, input) } : undefined),
    ...(cause ? { cause: evaluate(state, thread, cause, input) } : undefined),
  };
}

export function runWait(state: MachineState, thread: Thread, { until }: WaitState): void {
  const value = evaluate(state, thread, until.at, effectiveInput(state, thread));
  const milliseconds = until.kind === 'seconds' ? value * 1000 : value - state.at;
  if (milliseconds <= 0) return leaveWait(state, thread);
  setTimer(state, thread, 'wait', milliseconds);
  thread.waiting = { kind: 'timer', timer: 'wait' };
}

export function leaveWait(state: MachineState, thread: Thread): void {
  leave(state, thread, leavingWait(state, thread), (thread.state as WaitState).next);
}

export function leavingWait(state: MachineState, thread: Thread): Left {
  const { flow } = thread.state;
  if (flow.language === 'JSONata') return leaving(state, thread, undefined);
  return leavingChoice(state, thread, effectiveInput(state, thread), ownOf(flow));
}

export function runChoice(state: MachineState, thread: Thread, choice: ChoiceState): void {
  const input = effectiveInput(state, thread);
  const chosen = choose(state, thread, choice, input);
  leave(state, thread, leavingChoice(state, thread, input, chosen), chosen.next);
}

/** The first rule that holds, else the default. @throws States.Runtime when there is neither */
export function choose(
  state: MachineState,
  thread: Thread,
  { choices, flow, default: otherwise }: ChoiceState,
  input: Json,
): Omit<ChoiceRule, 'test'> {
  const rule = choices.find(({ test }) => evaluate(state, thread, test, input));
  if (rule) return rule;
  if (otherwise !== undefined) return { ...ownOf(flow), next: otherwise };
  throw statesError(
    'States.Runtime',
    'Failed to transition out of the state. The state does not point to a next state.',
  );
}
