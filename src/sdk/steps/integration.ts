/**
 * Steps that ask something outside of SageMaker: a Lambda function, or whoever reads an SQS queue.
 *
 * Mirrors https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-lambda
 */
import type { OutputParameter } from '../../definition/pipeline/types.ts';
import type { Cache } from '../policies.ts';
import { type Primitive, type Ref, reference, type Value } from '../references.ts';
import type { Late } from '../scope.ts';
import { makeStep, type Step, type StepOptions, type StepType } from './step.ts';

type OutputType = OutputParameter['OutputType'];
type OutputTypes = { readonly [name: string]: OutputType };
type TypeOf<T extends OutputType> = { String: string; Integer: number; Float: number; Boolean: boolean }[T];

/** A step with outputs of declared types. */
export type AnsweringStep<T extends StepType, O extends OutputTypes> = Step<T> & {
  readonly outputs: { readonly [Name in keyof O]: Ref<TypeOf<O[Name]>> };
};

type AnsweringOptions<O extends OutputTypes> = StepOptions & {
  /** What is sent: the function's event, or the message's `arguments`. */
  inputs?: { readonly [name: string]: Value<Primitive> };
  /** What comes back: name → type. */
  outputs?: O;
  cache?: Cache;
};

/**
 * A step that calls a Lambda function; the object it returns holds the outputs.
 *
 * @example
 * const announce = lambdaStep({ name: 'Announce', functionArn: 'arn:aws:lambda:…', outputs: { ticket: 'String' } });
 * announce.outputs.ticket; // Ref<string>
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-lambda
 */
export function lambdaStep<const O extends OutputTypes = Record<never, never>>(
  options: AnsweringOptions<O> & { functionArn: Value<string> | Late<string> },
): AnsweringStep<'Lambda', O> {
  const extras = { FunctionArn: options.functionArn, OutputParameters: outputParameters(options.outputs) };
  return answering('Lambda', options, extras);
}

/**
 * A step that sends a message to an SQS queue and waits for SendPipelineExecutionStepSuccess (or Failure) with its token.
 *
 * @example callbackStep({ name: 'Review', queueUrl: 'https://sqs.…/review', outputs: { verdict: 'String' } })
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-callback
 */
export function callbackStep<const O extends OutputTypes = Record<never, never>>(
  options: AnsweringOptions<O> & { queueUrl: Value<string> | Late<string> },
): AnsweringStep<'Callback', O> {
  const extras = { SqsQueueUrl: options.queueUrl, OutputParameters: outputParameters(options.outputs) };
  return answering('Callback', options, extras);
}

function answering<T extends 'Lambda' | 'Callback', O extends OutputTypes>(
  type: T,
  options: AnsweringOptions<O>,
  extras: Parameters<typeof makeStep>[3],
): AnsweringStep<T, O> {
  const { name, inputs = {}, outputs = {} } = options;
  const names = Object.keys(outputs);
  const references = names.map((each) => [each, reference({ Get: `Steps.${name}.OutputParameters['${each}']` })]);
  return { ...makeStep(type, options, inputs, extras), outputs: Object.fromEntries(references) };
}

function outputParameters(outputs: OutputTypes = {}): OutputParameter[] {
  return Object.entries(outputs).map(([OutputName, OutputType]) => ({ OutputName, OutputType }));
}
