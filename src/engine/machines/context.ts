/**
 * The context object, `$$` and `$states.context`, and the scope in which a thread's expressions are evaluated.
 *
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
 */
import type { Json, JsonObject, Scope } from '../../definition/asl/scope.ts';
import { itemOf, type MachineState, type MapItem, type Thread, variable } from './state.ts';

/** What an evaluation sees besides the thread's input. */
export type Seen = { result?: Json; errorOutput?: Json; token?: string; item?: MapItem };

const COUNTS_RETRIES: ReadonlySet<string> = new Set(['Task', 'Parallel', 'Map']);

/** @param input the document of `$`; of JSONata, the state's input */
export function scopeOf(state: MachineState, thread: Thread, input: Json, seen: Seen = {}): Scope {
  const { result, errorOutput } = seen;
  return {
    input,
    context: () => contextOf(state, thread, seen),
    variables: { get: (name) => variable(thread, name) },
    ...(result === undefined ? undefined : { result }),
    ...(errorOutput === undefined ? undefined : { errorOutput }),
    now: state.at,
    random: state.chance.fill,
  };
}

function contextOf(state: MachineState, thread: Thread, { token, item = itemOf(thread) }: Seen): JsonObject {
  const { input, context } = state;
  if (context) return item === undefined ? context : { ...context, Map: { Item: itemContext(item) } };
  return {
    Execution: {
      Id: input.executionArn,
      Input: state.inputValue,
      StartTime: new Date(state.startedAt).toISOString(),
      Name: input.executionName,
      RoleArn: input.roleArn,
      // As AWS does, though no Express execution is ever redriven.
      ...(input.sync ? undefined : { RedriveCount: state.redrives }),
      ...(state.redrivenAt === undefined ? undefined : { RedriveTime: new Date(state.redrivenAt).toISOString() }),
    },
    StateMachine: { Id: input.stateMachineArn, Name: input.stateMachineName },
    State: {
      Name: thread.state.name,
      EnteredTime: new Date(thread.enteredAt).toISOString(),
      ...(COUNTS_RETRIES.has(thread.state.type) ? { RetryCount: thread.retryCount } : undefined),
    },
    ...(token === undefined ? undefined : { Task: { Token: token } }),
    ...(item === undefined ? undefined : { Map: { Item: itemContext(item) } }),
  };
}

function itemContext({ index, value, key, source }: MapItem): JsonObject {
  return {
    Index: index,
    Value: value,
    ...(key === undefined ? undefined : { Key: key }),
    ...(source === undefined ? undefined : { Source: source }),
  };
}
