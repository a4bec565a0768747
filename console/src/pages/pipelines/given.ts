/** The code and the data that a step was given, out of its arguments: what a comparison of two executions is about. Pure. */
import type { Json } from '../../../../src/definition/pipeline/types.ts';

/** Of a request to make a job or a model: what it runs, and with which settings. */
const CODE = [
  ...['AppSpecification', 'AlgorithmSpecification', 'HyperParameters', 'Environment', 'FunctionArn'],
  ...['ModelName', 'PrimaryContainer', 'Containers', 'DataProcessing'],
] as const;
/** … and what it reads. */
const DATA = ['ProcessingInputs', 'InputDataConfig', 'TransformInput'] as const;

/** A list's items go by what names them: one more of them does not move all others. */
const NAMES = ['InputName', 'ChannelName'] as const;

export type Given = Readonly<Record<string, Json>>;

/** @param given a step's arguments, resolved */
export const codeOf = (given: Json): Given => pick(given, CODE);
export const dataOf = (given: Json): Given => pick(given, DATA);

function pick(given: Json, members: readonly string[]): Given {
  if (!isObject(given)) return {};
  return Object.fromEntries(
    members.filter((name) => Object.hasOwn(given, name)).map((name) => [name, byName(given[name]!)]),
  );
}

function byName(value: Json): Json {
  if (!Array.isArray(value)) return value;
  const name = NAMES.find((one) => value.every((item) => isObject(item) && typeof item[one] === 'string'));
  if (name === undefined) return value;
  return Object.fromEntries(
    (value as { [member: string]: Json }[]).map(({ [name]: own, ...rest }) => [String(own), rest]),
  );
}

const isObject = (value: Json | undefined): value is { readonly [member: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
