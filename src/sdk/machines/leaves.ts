/**
 * States that hold no others: Pass, Task, Choice, Wait, Succeed, Fail, and states written by hand.
 *
 * Mirrors https://docs.aws.amazon.com/step-functions/latest/dg/workflow-states.html
 */
import type { JsonObject } from '../../definition/asl/scope.ts';
import { must } from '../mistake.ts';
import type { Call } from './call.ts';
import { type Seconds, secondsOf } from './duration.ts';
import { expression, type Readable, type Written, type WrittenJson, write, writeObject } from './expression.ts';
import { type Assignments, type GuardOptions, writeFlow, writeGuards } from './guards.ts';
import { type FlowOptions, type State, type StateOptions, writeNext } from './state.ts';

export type PassOptions<N extends string, V> = StateOptions<N> & { assign?: Assignments<V>; output?: WrittenJson };

export type TaskOptions<R, N extends string, V> = StateOptions<N> &
  GuardOptions<N, V> &
  FlowOptions<Readable<R>, V> & {
    /** Longer, and the task fails with States.Timeout. @default AWS's: 99,999,999 seconds */
    timeout?: Seconds;
    /** A worker that is silent for longer fails the task with States.HeartbeatTimeout. @default none */
    heartbeat?: Seconds;
    /** The role that the task acts as. @default the machine's */
    credentials?: { RoleArn: Written<string> };
  };

export type ChoiceRule<N extends string, V> = {
  /** @example jsonata<boolean>`${variables.f1} >= 0.8` */
  condition: Written<boolean>;
  next: N;
  assign?: Assignments<V>;
  output?: WrittenJson;
};
export type ChoiceOptions<N extends string, V> = {
  comment?: string;
  /** The first whose condition holds counts. */
  choices: readonly [ChoiceRule<N, V>, ...ChoiceRule<N, V>[]];
  /** Where to when none holds. @default the execution fails with States.NoChoiceMatched */
  default?: N;
  /** Of the default. */
  assign?: Assignments<V>;
  /** Of the default. */
  output?: WrittenJson;
};

export type WaitOptions<N extends string, V> = PassOptions<N, V> &
  (
    | { for: Seconds; until?: never }
    /** @example until: '2026-12-24T18:00:00Z' */
    | { for?: never; until: Written<string> }
  );

export type SucceedOptions = { comment?: string; output?: WrittenJson };
export type FailOptions = { comment?: string; error?: Written<string>; cause?: Written<string> };

/** The names that a state written by hand leads to. */
export type TargetsOf<S> =
  | (S extends { Next: infer N extends string } ? N : never)
  | (S extends { Default: infer N extends string } ? N : never)
  | (S extends { Choices: readonly (infer C)[] } ? TargetsOf<C> : never)
  | (S extends { Catch: readonly (infer C)[] } ? TargetsOf<C> : never);

const RESULT = expression<never>(() => '$states.result');

export function pass(options: PassOptions<string, unknown> = {}): State {
  return { write: (writing) => ({ Type: 'Pass', ...writeNext(options), ...writeFlow(options, RESULT, writing) }) };
}

export function task(
  { resource, arguments: args, transientErrors }: Call<unknown>,
  options: TaskOptions<never, string, unknown> = {},
): State {
  return {
    write: (writing) =>
      writeObject(
        {
          Type: 'Task',
          ...writeNext(options),
          Resource: resource,
          Arguments: args,
          TimeoutSeconds: secondsOf('timeout', options.timeout, writing),
          HeartbeatSeconds: secondsOf('heartbeat', options.heartbeat, writing),
          Credentials: options.credentials,
          ...writeFlow(options, RESULT, writing),
          ...writeGuards(options, transientErrors, writing),
        },
        writing,
      ),
  };
}

export function choice({ comment, choices, default: otherwise, ...flow }: ChoiceOptions<string, unknown>): State {
  return {
    write: (writing) =>
      writeObject(
        {
          Type: 'Choice',
          Comment: comment,
          Choices: choices.map(({ condition, next, assign, output }) => ({
            Condition: condition,
            Assign: assign,
            Output: output,
            Next: next,
          })),
          Default: otherwise,
          ...writeFlow(flow, RESULT, writing),
        },
        writing,
      ),
  };
}

export function wait(options: WaitOptions<string, unknown>): State {
  return {
    write: (writing) =>
      writeObject(
        {
          Type: 'Wait',
          ...writeNext(options),
          Seconds: secondsOf('for', options.for, writing),
          Timestamp: options.until,
          ...writeFlow(options, RESULT, writing),
        },
        writing,
      ),
  };
}

export function succeed({ comment, output }: SucceedOptions = {}): State {
  return { write: (writing) => writeObject({ Type: 'Succeed', Comment: comment, Output: output }, writing) };
}

export function fail({ comment, error, cause }: FailOptions = {}): State {
  return { write: (writing) => writeObject({ Type: 'Fail', Comment: comment, Error: error, Cause: cause }, writing) };
}

/** A state written by hand: as it is, but for what depends on account and region. */
export function raw(asl: { readonly Type: string }): State {
  return {
    byHand: true,
    write: (writing) => {
      const written = write(asl, writing) as JsonObject;
      must(typeof written['Type'] === 'string', writing.subject, 'what is written by hand has no Type: give it one');
      return written;
    },
  };
}
