/**
 * References: values that exist only while a pipeline runs, as typed constants.
 *
 * I1. A reference *is* its JSON (`{"Get": "Steps.Train.ModelArtifacts.S3ModelArtifacts"}`): nothing is translated later.
 * I2. Its type parameter is the type of the value to come, so that the compiler refuses a number where an S3 URI belongs.
 * I3. It cannot be pasted into a text: `${reference}` throws at once instead of writing `[object Object]`.
 *
 * Mirrors https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-properties.html
 */
import type { GetExpression, JoinExpression, JsonGetExpression } from '../definition/pipeline/types.ts';
import { mistake } from './mistake.ts';

declare const valueType: unique symbol;

export type Primitive = string | number | boolean;
/** An S3 object or prefix. The compiler checks the scheme. */
export type S3Uri = `s3://${string}`;
/** A value of type T that is known only while the pipeline runs. */
export type Ref<T> = (GetExpression | JoinExpression | JsonGetExpression) & { readonly [valueType]: T };
/** A value known now, or a reference to one. */
export type Value<T> = T | Ref<T>;

/**
 * The escape hatch: any expression of AWS's definition language, with the type that you say it has.
 *
 * @example reference<string>({ Get: "Steps.Tune.TrainingJobSummaries[0].TrainingJobName" })
 */
export function reference<T>(expression: GetExpression | JoinExpression | JsonGetExpression): Ref<T> {
  const value = { ...expression };
  Object.defineProperty(value, Symbol.toPrimitive, { enumerable: false, value: () => refuseText(expression) });
  return value as Ref<T>;
}

/** True for what `reference`, and all functions built on it, return. */
export function isReference(value: unknown): value is Ref<unknown> {
  return typeof value === 'object' && value !== null && Symbol.toPrimitive in value;
}

/**
 * Joins values into one text while the pipeline runs. The result is an S3 URI when the first value is one.
 *
 * @param separator stands between the values; `''` for none
 * @example join('/', evaluate.outputs.evaluation, 'evaluation.json')
 * @see https://sagemaker.readthedocs.io/en/v2/workflows/pipelines/sagemaker.workflow.pipelines.html#sagemaker.workflow.functions.Join
 */
export function join(separator: string, first: Value<S3Uri>, ...rest: Value<Primitive>[]): Ref<S3Uri>;
export function join(separator: string, ...values: Value<Primitive>[]): Ref<string>;
export function join(separator: string, ...values: Value<Primitive>[]): Ref<string> {
  return reference({ 'Std:Join': { On: separator, Values: values } });
}

/**
 * A number or boolean to come, as text: what command lines, environments and hyperparameters want.
 *
 * @example arguments: ['--accuracy-threshold', asText(parameters.AccuracyThreshold)]
 * @see `to_string()` of the SageMaker Python SDK's pipeline variables
 */
export function asText(value: Ref<Primitive>): Ref<string> {
  return join('', value);
}

/**
 * An S3 URI from its parts. Plain text when every part is known now; else a join that the pipeline makes.
 *
 * @example s3Uri('my-bucket', 'curated/train.csv') // 's3://my-bucket/curated/train.csv'
 * @example s3Uri('my-bucket', 'runs', execution.pipelineExecutionId, 'train')
 * @throws when a part is empty, or begins or ends with a slash
 */
export function s3Uri(bucket: string, ...path: string[]): S3Uri;
export function s3Uri(bucket: string, ...path: Value<string>[]): Value<S3Uri>;
export function s3Uri(bucket: string, ...path: Value<string>[]): Value<S3Uri> {
  const root: S3Uri = `s3://${bucket}`;
  const parts: Value<string>[] = [root];
  for (const part of path) {
    if (typeof part === 'string' && !/^[^/](.*[^/])?$/.test(part)) {
      throw mistake(
        `s3Uri('${bucket}', …)`,
        `the part '${part}' is empty, or begins or ends with a slash: s3Uri writes the slashes, leave them out`,
      );
    }
    const last = parts.at(-1);
    if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = `${last}/${part}`;
    else parts.push(part);
  }
  return parts.length === 1 ? (parts[0] as S3Uri) : (join('/', ...parts) as Ref<S3Uri>);
}

function refuseText(expression: object): never {
  throw mistake(
    JSON.stringify(expression),
    'its value is known only while the pipeline runs, so it cannot be pasted into a text now. ' +
      "Use join('', 'text ', value), s3Uri(bucket, value), or pass the reference itself",
  );
}
