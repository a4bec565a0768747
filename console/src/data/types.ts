/**
 * What operations take and answer, in the console: the types of the official SDKs, as JSON carries them. Times are seconds since the
 * epoch, bytes are base64.
 */
import type { z } from 'zod';
import type { TelarOutputs, TelarSchemas } from '../../../src/services/telar/api.ts';

type Sdks = {
  sagemaker: typeof import('@aws-sdk/client-sagemaker');
  states: typeof import('@aws-sdk/client-sfn');
  s3: typeof import('@aws-sdk/client-s3');
  logs: typeof import('@aws-sdk/client-cloudwatch-logs');
  iam: typeof import('@aws-sdk/client-iam');
  sts: typeof import('@aws-sdk/client-sts');
  lambda: typeof import('@aws-sdk/client-lambda');
  glue: typeof import('@aws-sdk/client-glue');
  events: typeof import('@aws-sdk/client-eventbridge');
  scheduler: typeof import('@aws-sdk/client-scheduler');
  sns: typeof import('@aws-sdk/client-sns');
  sqs: typeof import('@aws-sdk/client-sqs');
};

export type ApiName = keyof Sdks | 'telar';

/** `ListPipelines` of `ListPipelinesCommand`. */
type CommandNames<Sdk> = { [K in keyof Sdk]: K extends `${infer Name}Command` ? Name : never }[keyof Sdk];
type CommandOf<Sdk, Name extends string> =
  Sdk extends Record<`${Name}Command`, abstract new (...args: never) => infer C> ? C : never;
type InputOf<C> = C extends { readonly input: infer I } ? I : never;
type OutputOf<C> = C extends { resolveMiddleware(...args: never): (...args: never) => Promise<{ output: infer O }> }
  ? Omit<O, '$metadata'>
  : never;

/** A value as it travels: what JSON has no type for is written as a number or a text. */
export type Wire<T> = T extends Date
  ? number
  : T extends Uint8Array
    ? string
    : T extends readonly (infer Item)[]
      ? Wire<Item>[]
      : T extends (...args: never) => unknown
        ? never
        : T extends object
          ? { [K in keyof T]: Wire<T[K]> }
          : T;

export type OperationName<A extends ApiName> = A extends keyof Sdks
  ? CommandNames<Sdks[A]> & string
  : keyof TelarSchemas;

export type Input<A extends ApiName, O extends OperationName<A>> = A extends keyof Sdks
  ? Wire<InputOf<CommandOf<Sdks[A], O>>>
  : O extends keyof TelarSchemas
    ? z.input<TelarSchemas[O]>
    : never;

export type Output<A extends ApiName, O extends OperationName<A>> = A extends keyof Sdks
  ? Wire<OutputOf<CommandOf<Sdks[A], O>>>
  : O extends keyof TelarOutputs
    ? TelarOutputs[O]
    : never;
