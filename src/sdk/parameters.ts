/**
 * A pipeline's parameters and the execution's variables, as typed references.
 *
 * Mirrors https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-parameters.html
 */
import { MAX_PARAMETER_NAME, NAME_PATTERN } from '../definition/pipeline/limits.ts';
import type { ParameterDefinition } from '../definition/pipeline/types.ts';
import { must } from './mistake.ts';
import { type Primitive, type Ref, reference, type S3Uri } from './references.ts';

const definition = Symbol('definition');
declare const valueType: unique symbol;

/** A parameter that has no name yet: made by `parameter.string()` and its sisters. */
export type ParameterSketch<T extends Primitive> = Omit<ParameterDefinition, 'Name'> & { readonly [valueType]?: T };
/** A named parameter: a reference to the value that it will have. */
export type Parameter<T extends Primitive> = Ref<T> & { readonly [definition]: ParameterDefinition };
export type NamedParameters = { readonly [name: string]: Parameter<Primitive> };
/** The values that may be given at start, by name. */
export type StartValues<P extends NamedParameters> = {
  readonly [Name in keyof P]?: P[Name] extends Parameter<infer T> ? T : never;
};

/**
 * The types of parameters. A parameter without `default` must be given at every start.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-parameters.html
 */
export const parameter = {
  /** A text. `oneOf` limits it to some values, which the compiler then knows. */
  string: <const T extends string = string>(options: { default?: NoInfer<T>; oneOf?: readonly T[] } = {}) =>
    sketch<T>('String', options.default, options.oneOf),
  /** An S3 URI: a String for AWS, an `S3Uri` for the compiler. */
  s3Uri: (options: { default?: S3Uri } = {}) => sketch<S3Uri>('String', options.default),
  /** A whole number. */
  integer: (options: { default?: number } = {}) => {
    must(
      options.default === undefined || Number.isInteger(options.default),
      'parameter.integer',
      `the default ${options.default} is not a whole number: use parameter.float`,
    );
    return sketch<number>('Integer', options.default);
  },
  /** A number. */
  float: (options: { default?: number } = {}) => sketch<number>('Float', options.default),
  /** True or false. */
  boolean: (options: { default?: boolean } = {}) => sketch<boolean>('Boolean', options.default),
};

/**
 * Names parameters: each key becomes a parameter's name, each value a reference to it.
 *
 * @throws when a name is not AWS's `[A-Za-z0-9\-_]{1,256}`, or a default is not among `oneOf`
 * @example
 * const parameters = defineParameters({
 *   InputTrainUri: parameter.s3Uri(),
 *   AccuracyThreshold: parameter.float({ default: 0.78 }),
 * });
 * // parameters.AccuracyThreshold is a Ref<number>
 */
export function defineParameters<const S extends { readonly [name: string]: ParameterSketch<Primitive> }>(
  sketches: S,
): { readonly [Name in keyof S]: S[Name] extends ParameterSketch<infer T> ? Parameter<T> : never } {
  const named = Object.entries(sketches).map(([name, sketched]) => [name, nameParameter(name, sketched)]);
  return Object.fromEntries(named);
}

/** The definition behind a named parameter. */
export function parameterDefinition(named: Parameter<Primitive>): ParameterDefinition {
  return named[definition];
}

/**
 * What an execution knows about itself.
 *
 * `startDateTime` and `currentDateTime` are ISO 8601 texts; `trainingJobName` and `processingJobName` are the name of the
 * job that the step itself starts.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-properties.html
 */
export const execution = {
  startDateTime: reference<string>({ Get: 'Execution.StartDateTime' }),
  currentDateTime: reference<string>({ Get: 'Execution.CurrentDateTime' }),
  pipelineName: reference<string>({ Get: 'Execution.PipelineName' }),
  pipelineArn: reference<string>({ Get: 'Execution.PipelineArn' }),
  pipelineExecutionId: reference<string>({ Get: 'Execution.PipelineExecutionId' }),
  pipelineExecutionArn: reference<string>({ Get: 'Execution.PipelineExecutionArn' }),
  trainingJobName: reference<string>({ Get: 'Execution.TrainingJobName' }),
  processingJobName: reference<string>({ Get: 'Execution.ProcessingJobName' }),
} as const;

function sketch<T extends Primitive>(
  type: ParameterDefinition['Type'],
  value: T | undefined,
  oneOf?: readonly string[],
): ParameterSketch<T> {
  return {
    Type: type,
    ...(value !== undefined && { DefaultValue: value }),
    ...(oneOf && { EnumValues: [...oneOf] }),
  };
}

function nameParameter(name: string, sketched: ParameterSketch<Primitive>): Parameter<Primitive> {
  const subject = `parameter '${name}'`;
  must(
    NAME_PATTERN.test(name) && name.length <= MAX_PARAMETER_NAME,
    subject,
    `the name may hold letters, digits, hyphens and underscores only, at most ${MAX_PARAMETER_NAME}`,
  );
  const { EnumValues, DefaultValue } = sketched;
  must(
    !EnumValues || DefaultValue === undefined || EnumValues.includes(String(DefaultValue)),
    subject,
    `the default '${DefaultValue}' is not one of ${EnumValues?.join(', ')}: add it to oneOf, or change it`,
  );
  const named = reference<Primitive>({ Get: `Parameters.${name}` });
  Object.defineProperty(named, definition, { enumerable: false, value: { Name: name, ...sketched } });
  return named as Parameter<Primitive>;
}
