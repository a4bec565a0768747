/**
 * A state's work, step by step, as the engine does it: the same functions, and between them a look at what there is. What AWS
 * shows of it differs by the type of the state and its language: of JSONata no more than Arguments.
 */
import type { Json } from '../../../definition/asl/scope.ts';
import type { PassState, State } from '../../../definition/asl/types.ts';
import {
  argumentsOf,
  combinedResult,
  effectiveInput,
  evaluate,
  type Left,
  leaving,
  leavingChoice,
  projected,
  selectedResult,
} from '../../../engine/machines/flow.ts';
import type { Failure } from '../../../engine/machines/state.ts';
import { choose, failureOf, leavingWait } from '../../../engine/machines/states/simple.ts';
import { show, showPart, type Test } from './test.ts';

/** What a state's work has come to, before its Retry and Catch are asked. */
export type Worked =
  | { readonly kind: 'left'; readonly left: Left; readonly next: string | undefined }
  | { readonly kind: 'failed'; readonly failure: Failure };

type Decided = Exclude<State, { type: 'Task' | 'Map' | 'Parallel' }>;

/** States that ask no one. @throws StatesError */
export function decide(test: Test, current: Decided): Worked {
  const { state, thread } = test;
  if (current.type === 'Pass') return left(passed(test, current), current.next);
  const input = shownInput(test);
  switch (current.type) {
    case 'Succeed':
      return left(succeeded(test, input), undefined);
    case 'Fail':
      return { kind: 'failed', failure: failureOf(state, thread, current, input) };
    case 'Wait':
      // What it waits for must be right; it does not wait.
      evaluate(state, thread, current.until.at, input);
      return left(leavingWait(state, thread), current.next);
    case 'Choice': {
      const chosen = choose(state, thread, current, input);
      return left(leavingChoice(state, thread, input, chosen), chosen.next);
    }
  }
}

export const left = (what: Left, next: string | undefined): Worked => ({ kind: 'left', left: what, next });

/** The effective input, which JSONPath alone tells. */
export function shownInput(test: Test): Json {
  const { state, thread } = test;
  const input = effectiveInput(state, thread);
  if (thread.state.flow.language === 'JSONPath') showPart(test, 'afterInputPath', input);
  return input;
}

function succeeded({ state, thread }: Test, input: Json): Left {
  if (thread.state.flow.language === 'JSONata') return leaving(state, thread, undefined);
  return leavingChoice(state, thread, input, {});
}

/** Of a Pass with a Result, AWS does not tell the input that it makes nothing of. */
function passed(test: Test, { flow, result }: PassState): Left {
  const { state, thread } = test;
  if (flow.language === 'JSONata') return leaving(state, thread, undefined);
  const fixed = result !== undefined;
  const input = fixed ? effectiveInput(state, thread) : shownInput(test);
  const given = argumentsOf(state, thread, input);
  if (fixed) show(test, 'result', result);
  else show(test, 'afterParameters', given);
  return leavingShown(test, result ?? given);
}

/** `leaving`, with what ResultSelector and ResultPath make shown. */
export function leavingShown(test: Test, result: Json): Left {
  const { state, thread } = test;
  const { flow } = thread.state;
  if (flow.language === 'JSONata') return leaving(state, thread, result);
  const selected = selectedResult(state, thread, flow, result);
  show(test, 'afterResultSelector', selected);
  const assigned = flow.assign && evaluate(state, thread, flow.assign, selected);
  const combined = combinedResult(thread, flow, selected);
  show(test, 'afterResultPath', combined);
  return { output: projected(state, thread, flow, combined), assigned };
}
