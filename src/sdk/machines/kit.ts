/**
 * What `states` is given to write with: the state types, typed by the machine's input I and its variables V, and what every
 * expression may read.
 */
import type { Call } from './call.ts';
import { type AnyWritten, type Expression, expression, type Readable } from './expression.ts';
import {
  type Branch,
  branch,
  type Distributed,
  type MapOptions,
  map,
  type ParallelOptions,
  parallel,
} from './groups.ts';
import {
  type ChoiceOptions,
  choice,
  type FailOptions,
  fail,
  type PassOptions,
  pass,
  raw,
  type SucceedOptions,
  succeed,
  type TargetsOf,
  type TaskOptions,
  task,
  type WaitOptions,
  wait,
} from './leaves.ts';
import type { State, States } from './state.ts';

/** The context object. https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html */
export type MachineContext<I> = {
  Execution: { Id: string; Input: I; Name: string; RoleArn: string; StartTime: string; RedriveCount: number };
  State: { EnteredTime: string; Name: string; RetryCount: number };
  StateMachine: { Id: string; Name: string };
  /** Of tasks that wait for it. */
  Task: { Token: string };
};

/** `$states`, by AWS's names. */
export type StatesVariable<I> = {
  /** What the state before gave; `readAs` says its type. */
  readonly input: Readable<never>;
  /** What the state's work gave; `assign` and `output` get it typed when they are functions. */
  readonly result: Readable<never>;
  /** In a catch. */
  readonly errorOutput: Readable<{ Error: string; Cause: string }>;
  /** `context.Execution.Input` is the machine's input, everywhere but in distributed Maps. */
  readonly context: Readable<MachineContext<I>>;
};

/** NoInfer: N comes from what is written, not from the names that `states` would accept. */
type Leading<N extends string> = State<NoInfer<N>>;

export type Kit<I, V> = {
  readonly states: StatesVariable<I>;
  /** What `assign` has set in a state before. */
  readonly variables: { readonly [Name in keyof V]-?: Readable<V[Name]> };
  /** Gives its input, or its `output`, on. */
  readonly pass: <N extends string = never>(options?: PassOptions<N, V>) => Leading<N>;
  /** Does something. @example task(lambda.invoke<{ f1: number }>({ FunctionName: 'eval' }), { next: 'Check' }) */
  readonly task: <R, N extends string = never>(call: Call<R>, options?: TaskOptions<R, N, V>) => Leading<N>;
  /** Goes on by the first condition that holds. */
  readonly choice: <N extends string>(options: ChoiceOptions<N, V>) => Leading<N>;
  /** @example wait({ for: '30s', next: 'Describe' }) */
  readonly wait: <N extends string = never>(options: WaitOptions<N, V>) => Leading<N>;
  readonly succeed: (options?: SucceedOptions) => State<never>;
  readonly fail: (options?: FailOptions) => State<never>;
  /** Runs branches at once. @example parallel({ branches: [branch({ A: task(…) }), branch({ B: task(…) })] }) */
  readonly parallel: <N extends string = never>(options: ParallelOptions<N, V>) => Leading<N>;
  readonly branch: <K extends string>(states: States<K>) => Branch;
  /** Runs states for each item. @example map({ items: variables.files, itemProcessor: (file) => ({ Read: task(…) }) }) */
  readonly map: <
    Item,
    Selected = Expression<Item>,
    D extends Distributed | undefined = undefined,
    K extends string = string,
    N extends string = never,
  >(
    options: MapOptions<N, V, Item, Selected, D, K>,
  ) => Leading<N>;
  /** A state written by hand, in the machine's query language. @example raw({ Type: 'Pass', Next: 'Done' }) */
  readonly raw: <const S extends RawState>(asl: S) => Leading<TargetsOf<S>>;
};

/** Any state of the States Language. */
export type RawState = { readonly Type: string; readonly [field: string]: AnyWritten | undefined };

const variables = new Proxy(Object.freeze({}), {
  get: (_, name) => (typeof name === 'string' ? expression(() => `$${name}`) : undefined),
});

const states: StatesVariable<unknown> = {
  input: expression<never>(() => '$states.input'),
  result: expression<never>(() => '$states.result'),
  errorOutput: expression(() => '$states.errorOutput'),
  context: expression(() => '$states.context'),
};

const KIT = { states, variables, pass, task, choice, wait, succeed, fail, parallel, branch, map, raw };

/** The functions are the same for every machine; the types are not. */
export function kitOf<I, V>(): Kit<I, V> {
  return KIT as unknown as Kit<I, V>;
}
