/**
 * What a task, Parallel or Map does about errors: Retry and Catch.
 *
 * Mirrors https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
import type { StatesErrorName } from '../../definition/asl/failure.ts';
import type { Json, JsonObject } from '../../definition/asl/scope.ts';
import { must } from '../mistake.ts';
import { type Duration, secondsOf } from './duration.ts';
import { type Writing, type Written, type WrittenJson, write, writeObject } from './expression.ts';

/** The language's own errors, a service's (`Glue.ConcurrentRunsExceededException`), or a function's (`ValueError`). */
export type ErrorName = StatesErrorName | (string & {});
/** Variables to be assigned: some of those that the machine declares. */
export type Assignments<V> = { readonly [Name in keyof V]?: Written<V[Name]> };

export type Retrier = {
  /** Errors to retry; 'transient' stands for those of the task's service that pass by themselves. */
  on: 'transient' | readonly ErrorName[];
  /** Before the first retry. @default AWS's: 1s */
  interval?: Duration;
  /** 0 to 99,999,999; 0 is never. @default AWS's: 3 */
  maxAttempts?: number;
  /** What the interval is multiplied by at each further retry: 1 or more. @default AWS's: 2 */
  backoffRate?: number;
  /** No interval grows over it. @default none */
  maxDelay?: Duration;
  /** Whether each interval is drawn by chance between 0 and its length. @default AWS's: 'NONE' */
  jitter?: 'FULL' | 'NONE';
};

export type Catcher<N extends string, V> = {
  /** @default ['States.ALL'] */
  on?: readonly ErrorName[];
  next: N;
  /** The error is `states.errorOutput`, the state that failed `states.context.State.Name`. */
  assign?: Assignments<V>;
  /** The next state's input. @default the error output: `{Error, Cause}` */
  output?: WrittenJson;
};

export type GuardOptions<N extends string, V> = {
  /** The first that names the error counts. 'transient' alone: what passes by itself, as AWS's defaults have it. */
  retry?: 'transient' | readonly Retrier[];
  /** Where an error leads that no retry has mended: a state's name for all of them, or the first catcher that names it. */
  catch?: N | readonly Catcher<N, V>[];
};

export function writeGuards(
  { retry, catch: caught }: GuardOptions<string, unknown>,
  transientErrors: readonly string[],
  writing: Writing,
): JsonObject {
  const retriers = retry === 'transient' ? [{ on: retry } as const] : (retry ?? []);
  const catchers = typeof caught === 'string' ? [{ next: caught }] : (caught ?? []);
  return {
    ...(retriers.length > 0 && { Retry: retriers.map((retrier) => writeRetrier(retrier, transientErrors, writing)) }),
    ...(catchers.length > 0 && { Catch: catchers.map((catcher) => writeCatcher(catcher, writing)) }),
  };
}

function writeRetrier(retrier: Retrier, transientErrors: readonly string[], writing: Writing): Json {
  const { on, interval, maxAttempts, backoffRate, maxDelay, jitter } = retrier;
  const errors = on === 'transient' ? transientErrors : on;
  const advice = on === 'transient' ? 'which errors of its service pass by themselves is not known' : '`on` is empty';
  must(errors.length > 0, writing.subject, `of a retry ${advice}: name at least one error, such as States.TaskFailed`);
  return writeObject(
    {
      ErrorEquals: errors,
      IntervalSeconds: secondsOf('interval', interval, writing),
      MaxAttempts: maxAttempts,
      BackoffRate: backoffRate,
      MaxDelaySeconds: secondsOf('maxDelay', maxDelay, writing),
      JitterStrategy: jitter,
    },
    writing,
  );
}

function writeCatcher({ on = ['States.ALL'], next, assign, output }: Catcher<string, unknown>, writing: Writing): Json {
  must(on.length > 0, writing.subject, '`on` of a catch is empty: name at least one error, or leave it out for all');
  return writeObject({ ErrorEquals: on, Assign: assign, Output: output, Next: next }, writing);
}

/** Assign and Output, which a state may make from its result. */
export function writeFlow(
  { assign, output }: { assign?: unknown; output?: unknown },
  result: unknown,
  writing: Writing,
): JsonObject {
  const from = (value: unknown) => (typeof value === 'function' ? value(result) : value);
  return {
    ...(assign !== undefined && { Assign: write(from(assign), writing) }),
    ...(output !== undefined && { Output: write(from(output), writing) }),
  };
}
