/**
 * A state machine, compiled: what `compileMachine` answers and the engine runs. Every expression in it is a function of a scope;
 * nothing downstream parses or checks again.
 *
 * I1. A `Machine` that came out of `compileMachine` has passed every rule: `next`, `default` and `startAt` reach a state of their
 *     own branch, every state can be reached, fields belong to their type and query language.
 * I2. A Map of mode DISTRIBUTED runs its processor as executions of their own; its source is kept, since each of them is begun with
 *     a document like any other's.
 *
 * https://states-language.net/spec.html and https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
 */
import type { Evaluate, Json, JsonObject } from './scope.ts';

export type QueryLanguage = 'JSONPath' | 'JSONata';
export type MachineType = 'STANDARD' | 'EXPRESS';

export type Machine = Branch & {
  readonly queryLanguage: QueryLanguage;
  readonly timeoutSeconds?: number;
};

/** By name, in their order. Those of a definition that was checked before are read when they are first asked for. */
export type States = { get(name: string): State | undefined; values(): Iterable<State> };

/** A graph of states: a whole machine, a Parallel's branch, a Map's processor. */
export type Branch = {
  readonly startAt: string;
  readonly states: States;
};

/** Where a state's result is put into its input: the members' names of a reference path; `[]` is `$`. */
export type ReferencePath = { readonly text: string; readonly steps: readonly (string | number)[] };

/** Variables to be assigned, each by its expression. */
export type Assign = Evaluate<JsonObject>;

/**
 * How data passes a state of the JSONPath language. `inputPath` and `outputPath` are absent for `$`; `null` gives `{}`. `parameters`
 * is ItemSelector's and Parameters' template (Pass, Task, Parallel). `resultPath` null: the input passes on unchanged.
 */
export type PathFlow = {
  readonly language: 'JSONPath';
  readonly inputPath?: Evaluate | null;
  readonly parameters?: Evaluate;
  readonly resultSelector?: Evaluate;
  readonly resultPath?: ReferencePath | null;
  readonly outputPath?: Evaluate | null;
  readonly assign?: Assign;
};

/** `arguments` absent: the state's input. `output` absent: the state's result, or its input when it has none. */
export type JsonataFlow = {
  readonly language: 'JSONata';
  readonly arguments?: Evaluate;
  readonly output?: Evaluate;
  readonly assign?: Assign;
};

export type Flow = PathFlow | JsonataFlow;

type Common = { readonly name: string; readonly flow: Flow };
/** `next` absent: the state ends its branch. */
type Transition = { readonly next?: string };

export type State =
  | PassState
  | SucceedState
  | FailState
  | WaitState
  | ChoiceState
  | TaskState
  | ParallelState
  | MapState;
export type StateType = State['type'];

export type PassState = Common & Transition & { readonly type: 'Pass'; readonly result?: Json };
export type SucceedState = Common & { readonly type: 'Succeed' };
/** Absent `error` or `cause`: the event has none. Both must give texts. */
export type FailState = Common & {
  readonly type: 'Fail';
  readonly error?: Evaluate<string>;
  readonly cause?: Evaluate<string>;
};

/** Exactly one of the two; whole seconds from 0 to 99,999,999, an instant in milliseconds since the epoch. */
export type WaitState = Common &
  Transition & {
    readonly type: 'Wait';
    readonly until: { readonly kind: 'seconds' | 'timestamp'; readonly at: Evaluate<number> };
  };

/** `output` is of JSONata alone; a JSONPath choice that assigns replaces the state's own assign, as on AWS. */
export type ChoiceRule = {
  readonly test: Evaluate<boolean>;
  readonly next: string;
  readonly assign?: Assign;
  readonly output?: Evaluate;
};
/** The flow's own `assign` and `output` are those of the default. */
export type ChoiceState = Common & {
  readonly type: 'Choice';
  readonly choices: readonly ChoiceRule[];
  readonly default?: string;
};

export type Retrier = {
  readonly errorEquals: readonly string[];
  /** @default 1 */
  readonly intervalSeconds: number;
  /** @default 3 */
  readonly maxAttempts: number;
  /** @default 2 */
  readonly backoffRate: number;
  readonly maxDelaySeconds?: number;
  /** @default 'NONE' */
  readonly jitterStrategy: 'FULL' | 'NONE';
};

/** `resultPath`: of JSONPath; `output`: of JSONata. */
export type Catcher = {
  readonly errorEquals: readonly string[];
  readonly next: string;
  readonly resultPath?: ReferencePath | null;
  readonly output?: Evaluate;
  readonly assign?: Assign;
};

type Guarded = { readonly retry: readonly Retrier[]; readonly catch: readonly Catcher[] };

/** How a task waits for what it has asked for. */
export type TaskPattern = 'request-response' | 'sync' | 'sync:2' | 'waitForTaskToken';

export type TaskResource =
  | { readonly kind: 'lambda'; readonly arn: string }
  | { readonly kind: 'activity'; readonly arn: string }
  /** `arn:aws:states:::sqs:sendMessage.waitForTaskToken`, `arn:aws:states:::aws-sdk:s3:listBuckets` (`sdk` is then true). */
  | {
      readonly kind: 'integration';
      readonly arn: string;
      readonly sdk: boolean;
      /** As written: `sqs`, `sagemaker`, `s3`. */
      readonly service: string;
      /** As written, without the pattern: `sendMessage`. */
      readonly action: string;
      readonly pattern: TaskPattern;
    };

export type TaskState = Common &
  Transition &
  Guarded & {
    readonly type: 'Task';
    readonly resource: TaskResource;
    /** Whole seconds from 1. @default none: 99,999,999 is said by AWS's events, and nothing fires */
    readonly timeout?: Evaluate<number>;
    readonly heartbeat?: Evaluate<number>;
    readonly credentials?: Evaluate<JsonObject>;
  };

export type ParallelState = Common &
  Transition &
  Guarded & { readonly type: 'Parallel'; readonly branches: readonly Branch[] };

export type MapState = Common &
  Transition &
  Guarded & {
    readonly type: 'Map';
    /** ItemsPath or Items; absent: the effective input. Must give a list (of JSONPath: or, for distributed maps, an object's entries). */
    readonly items?: Evaluate;
    /** ItemsPath as it is written, for the sentence that refuses what is no list. */
    readonly itemsPath?: string;
    /** Evaluated for each item, with `$$.Map.Item`. */
    readonly itemSelector?: Evaluate;
    /** 0: no limit of the definition's. */
    readonly maxConcurrency: Evaluate<number>;
    readonly processor: Branch;
    readonly distributed?: Distributed;
  };

export type Distributed = {
  readonly executionType: MachineType;
  /** The processor as a definition of its own: what its child executions are begun with. */
  readonly definition: string;
  readonly label?: string;
  readonly itemReader?: ItemReader;
  readonly itemBatcher?: ItemBatcher;
  readonly resultWriter?: ResultWriter;
  readonly toleratedFailureCount?: Evaluate<number>;
  readonly toleratedFailurePercentage?: Evaluate<number>;
};

export type ItemReader = {
  readonly resource: TaskResource;
  /** Parameters or Arguments. */
  readonly arguments: Evaluate<JsonObject>;
  readonly inputType: 'CSV' | 'JSON' | 'JSONL' | 'MANIFEST' | 'PARQUET' | undefined;
  readonly transformation?: 'NONE' | 'LOAD_AND_FLATTEN';
  readonly manifestType?: 'S3_INVENTORY' | 'ATHENA_DATA';
  readonly csvHeaderLocation?: 'FIRST_ROW' | 'GIVEN';
  readonly csvHeaders?: readonly string[];
  readonly csvDelimiter?: 'COMMA' | 'PIPE' | 'SEMICOLON' | 'SPACE' | 'TAB';
  readonly maxItems?: Evaluate<number>;
  readonly itemsPointer?: string;
};

export type ItemBatcher = {
  readonly batchInput?: Evaluate;
  readonly maxItemsPerBatch?: Evaluate<number>;
  readonly maxInputBytesPerBatch?: Evaluate<number>;
};

export type ResultWriter = {
  /** Absent: results are not exported, only transformed. */
  readonly resource?: TaskResource;
  readonly arguments?: Evaluate<JsonObject>;
  readonly outputType: 'JSON' | 'JSONL';
  readonly transformation: 'NONE' | 'COMPACT' | 'FLATTEN';
};
