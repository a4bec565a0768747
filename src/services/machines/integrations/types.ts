/**
 * What a Task's resource means in terms of Telar's one table of operations: the types between the engine, which knows tasks, and
 * this folder, which knows AWS's APIs.
 *
 * A task of the kind `integration` goes: `prepare` (arguments → a call) → the dispatch, as the task's role → `answered` or
 * `failed` (→ the end of the task, or, for `.sync` and `.waitForTaskToken`, what was submitted) → `ended` (`.sync` alone).
 */
import type { Problem } from '../../../definition/asl/compiled.ts';
import type { Json } from '../../../definition/asl/scope.ts';
import type { QueryLanguage, TaskResource } from '../../../definition/asl/types.ts';
import type { Api, OperationModel } from '../../../protocol/api.ts';
import type { AwsError } from '../../../protocol/errors.ts';

export type IntegrationResource = Extract<TaskResource, { kind: 'integration' }>;
export type LambdaResource = Extract<TaskResource, { kind: 'lambda' }>;

/** What the integrations need to know of the server; wired by it. */
export type IntegrationPorts = {
  /** The APIs that are served. */
  readonly apis: () => readonly Api[];
  /** Whether the dispatch has a row for the operation. */
  readonly serves: (api: Api, operation: string) => boolean;
};

/** Which run of which task makes a call: the same three give the same request, also after a crash. */
export type Attempt = {
  /** The execution's ARN. */
  readonly execution: string;
  /** The event with which the state was entered. */
  readonly entered: number;
  /** How many tasks its thread has started before: another one with each retry, and with each redrive. */
  readonly start: number;
};

/** One call through the dispatch. Whether it moves bytes, and so has to run outside the store, the operation's row says. */
export type PlannedCall = {
  readonly api: Api;
  readonly operation: OperationModel;
  /** As the codecs give it: names of the wire's model, dates, bytes. */
  readonly input: object;
};

/** How a task failed, in AWS's words. */
export type TaskFailure = { readonly error: string; readonly cause: string };

export type Outcome =
  | { readonly ok: true; readonly output: Json }
  | { readonly ok: false; readonly failure: TaskFailure };

/** What the answer's HTTP metadata say of a call that never was on a wire. */
export type AnswerFacts = {
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
};

/** What a `.sync` task waits for: the ARN of what the call has begun; for a Glue run, which has none, `<job>/<run>`. */
export type Awaited = { readonly kind: 'job' | 'execution'; readonly id: string };

/** The answer to a task's call. */
export type Answered =
  /** The task is over: its output, or, where the answer itself tells of a failure, that. */
  | { readonly kind: 'over'; readonly outcome: Outcome }
  /** The task goes on; `output` is TaskSubmitted's. Without `awaits`, whoever has the task token ends it. */
  | { readonly kind: 'submitted'; readonly output: Json; readonly awaits?: Awaited };

/** A resource that can be run here. */
export type Integration = {
  readonly resource: IntegrationResource | LambdaResource;
  /**
   * @param field what the arguments are called in the state: for the sentence that refuses them
   * @throws StatesError (States.Runtime) that names every argument which the operation does not take
   */
  prepare(args: Json, attempt: Attempt, field: 'Parameters' | 'Arguments'): PlannedCall;
  /** The answer's streamed body read whole, as text; other answers as they are. @throws StatesError (States.DataLimitExceeded) */
  collect(answer: object): Promise<object>;
  /** @param answer as the dispatch gave it, and `collect` passed it on */
  answered(call: PlannedCall, answer: object, facts: AnswerFacts): Answered;
  failed(error: AwsError, requestId: string): TaskFailure;
  /** `.sync`: the Describe answer of what was awaited, once that has ended. */
  ended(describe: object): Outcome;
  /** `.sync`: what ends what is awaited, when the task is aborted or runs out of time; undefined when nothing can be stopped. */
  stop(awaited: Awaited): PlannedCall | undefined;
};

export type MockMode = 'STRICT' | 'PRESENT' | 'NONE';

export type Integrations = {
  /** Why a Task with this resource cannot run here; undefined when it can. Readers and writers of maps have resources of their own. */
  supports(resource: TaskResource): string | undefined;
  /**
   * The fields of a template (Parameters, Arguments) that the operation does not take, each with its place below the template and
   * AWS's sentence: known before anything is evaluated. Empty for what cannot run here.
   */
  unsupportedFields(resource: IntegrationResource, template: Json, language: QueryLanguage): readonly Problem[];
  /** @throws the sentence of `supports` as StatesError (States.Runtime): for executions older than the refusal */
  resolve(resource: IntegrationResource | LambdaResource): Integration;
  /** Why a mocked result is none that the API could give; undefined when it is one, or when nothing is known of the API. */
  validateMock(resource: TaskResource, result: Json, mode: MockMode): string | undefined;
};
