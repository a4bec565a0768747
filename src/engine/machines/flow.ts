/**
 * How data passes a state, in both query languages.
 *
 * JSONPath: InputPath → Parameters → work → ResultSelector → ResultPath → OutputPath. JSONata: Arguments → work → Output. What is
 * assigned is evaluated with the variables as they were.
 *
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html
 */
import { statesError } from '../../definition/asl/failure.ts';
import { putAt } from '../../definition/asl/paths/index.ts';
import type { Evaluate, Json, JsonObject } from '../../definition/asl/scope.ts';
import type { Assign, Flow, PathFlow } from '../../definition/asl/types.ts';
import { type Seen, scopeOf } from './context.ts';
import type { MachineState, Thread } from './state.ts';

/** How deep a value may be nested: no document is read that is deeper, and what writes JSON has a stack. */
const DEEPEST = 1_000;

/** Bytes of one payload. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const LARGEST_PAYLOAD = 262_144;

export function evaluate<T extends Json>(
  state: MachineState,
  thread: Thread,
  expression: (scope: ReturnType<typeof scopeOf>) => T,
  input: Json,
  seen?: Seen,
): T {
  return expression(scopeOf(state, thread, input, seen));
}

/** What InputPath leaves of the state's input; all of it in JSONata. */
export function effectiveInput(state: MachineState, thread: Thread): Json {
  const { flow } = thread.state;
  if (flow.language === 'JSONata' || flow.inputPath === undefined) return thread.input;
  return flow.inputPath === null ? {} : evaluate(state, thread, flow.inputPath, thread.input);
}

/** What the state's work is given: Parameters or Arguments, where there are any. */
export function argumentsOf(state: MachineState, thread: Thread, effective: Json, seen?: Seen): Json {
  const { flow } = thread.state;
  const template = flow.language === 'JSONata' ? flow.arguments : flow.parameters;
  return template ? evaluate(state, thread, template, effective, seen) : effective;
}

export type Left = { output: Json; assigned: JsonObject | undefined };

/** What a state leaves: its output and the variables that it assigns. @param result absent when the state has none of its own */
export function leaving(state: MachineState, thread: Thread, result: Json | undefined): Left {
  const { flow } = thread.state;
  if (flow.language === 'JSONata') {
    const seen = result === undefined ? {} : { result };
    const assigned = flow.assign && evaluate(state, thread, flow.assign, thread.input, seen);
    if (flow.output) return { output: evaluate(state, thread, flow.output, thread.input, seen), assigned };
    return { output: result ?? thread.input, assigned };
  }
  const selected = selectedResult(state, thread, flow, result ?? thread.input);
  const assigned = flow.assign && evaluate(state, thread, flow.assign, selected);
  const combined = combinedResult(thread, flow, selected);
  return { output: projected(state, thread, flow, combined), assigned };
}

export function selectedResult(state: MachineState, thread: Thread, flow: PathFlow, result: Json): Json {
  return flow.resultSelector ? evaluate(state, thread, flow.resultSelector, result) : result;
}

/** What ResultPath makes of a result and the state's input. */
export function combinedResult({ input }: Thread, { resultPath }: PathFlow, result: Json): Json {
  if (resultPath === undefined) return result;
  return resultPath === null ? input : putAt(resultPath, input, result);
}

/** What OutputPath leaves of it. */
export function projected(state: MachineState, thread: Thread, { outputPath }: PathFlow, output: Json): Json {
  if (outputPath === undefined) return output;
  return outputPath === null ? {} : evaluate(state, thread, outputPath, output);
}

/** Of a Choice: its rule's or its default's Output and Assign. InputPath and OutputPath are the state's own. */
export function leavingChoice(
  state: MachineState,
  thread: Thread,
  effective: Json,
  chosen: { output?: Evaluate; assign?: Assign },
): Left {
  const { flow } = thread.state;
  const assigned = chosen.assign && evaluate(state, thread, chosen.assign, effective);
  if (flow.language === 'JSONata') {
    return { output: chosen.output ? evaluate(state, thread, chosen.output, thread.input) : thread.input, assigned };
  }
  return { output: projected(state, thread, flow, effective), assigned };
}

/** Whether the JSON text is nested deeper than a value may be. */
export function isTooDeep(text: string): boolean {
  // Each level opens and closes.
  if (text.length < DEEPEST * 2) return false;
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) quoted = false;
    } else if (code === QUOTE) quoted = true;
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      depth += 1;
      if (depth > DEEPEST) return true;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth -= 1;
  }
  return false;
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];

export const tooDeep = () => statesError('States.Runtime', `A value is nested more than ${DEEPEST} levels deep.`);

/** JSON of what an expression gave. @throws States.Runtime when it is nested too deeply */
export function written(value: Json): string {
  let text: string;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    // The stack's end, which is not always at the same depth: all that is deeper than allowed fails alike.
    if (error instanceof RangeError) throw tooDeep();
    throw error;
  }
  if (isTooDeep(text)) throw tooDeep();
  return text;
}

/** @throws States.DataLimitExceeded when the text is too large for a payload @param what the state, or the resource */
export function withinLimit(text: string, what: string): string {
  // A character of UTF-16 is at most three bytes of UTF-8.
  if (text.length * 3 > LARGEST_PAYLOAD && Buffer.byteLength(text) > LARGEST_PAYLOAD) {
    throw statesError(
      'States.DataLimitExceeded',
      `The state/task '${what}' returned a result with a size exceeding the maximum number of bytes service limit.`,
    );
  }
  return text;
}

/** The choice's own, for its default. */
export function ownOf(flow: Flow): { output?: Evaluate; assign?: Assign } {
  return {
    ...(flow.assign ? { assign: flow.assign } : undefined),
    ...(flow.language === 'JSONata' && flow.output ? { output: flow.output } : undefined),
  };
}
