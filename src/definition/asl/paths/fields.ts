/**
 * What the fields that hold paths differ in: whether an intrinsic function may stand in them, how CreateStateMachine refuses
 * one, and how an execution says that there is nothing at the path. In AWS's words, as recorded or as users report them.
 */
import { type StatesError, statesError } from '../failure.ts';
import type { Json, Scope } from '../scope.ts';
import type { Query } from './jsonPath/query.ts';

/** How a field says that a path leads nowhere. */
type Missing = (field: string, query: Query, scope: Scope) => StatesError;

export type FieldRules = {
  readonly intrinsics: boolean;
  /** What is wrong with a text that cannot be read. */
  readonly invalid: (field: string) => string;
  readonly missing: Missing;
};

const notFound: Missing = (field, query, scope) =>
  statesError(
    'States.Runtime',
    `The JSONPath '${query.text}' specified for the field '${field}' could not be found in the input ` +
      `'${jsonOf(documentOf(query, scope))}'`,
  );

const invalidPath: Missing = (_field, query, scope) =>
  statesError('States.Runtime', `Invalid path '${query.text}' : ${query.explain(scope).detail}`);

const noInputValue: Missing = (field, query) =>
  statesError('States.Runtime', `The ${field} parameter does not reference an input value: ${query.text}`);

const invalidCondition: Missing = (_field, query) =>
  statesError(
    'States.Runtime',
    `Invalid path '${query.text}': The choice state's condition path references an invalid value.`,
  );

const path: FieldRules = {
  intrinsics: false,
  invalid: () => 'Value must be a valid JSONPath.',
  missing: invalidPath,
};

export function pathOrIntrinsicProblem(field: string): string {
  return `The value for the field '${field}' must be a valid JSONPath or a valid intrinsic function call`;
}

const pathOrIntrinsic: FieldRules = {
  intrinsics: true,
  invalid: pathOrIntrinsicProblem,
  missing: notFound,
};

const FIELDS: Readonly<Record<string, FieldRules>> = {
  InputPath: path,
  OutputPath: path,
  ItemsPath: path,
  TimeoutSecondsPath: path,
  HeartbeatSecondsPath: path,
  MaxConcurrencyPath: path,
  ToleratedFailureCountPath: path,
  ToleratedFailurePercentagePath: path,
  MaxItemsPath: path,
  MaxItemsPerBatchPath: path,
  MaxInputBytesPerBatchPath: path,
  SecondsPath: { ...path, missing: noInputValue },
  TimestampPath: { ...path, missing: noInputValue },
  ErrorPath: pathOrIntrinsic,
  CausePath: pathOrIntrinsic,
};

/** A choice's Variable and the fields that it is compared with. */
export const CONDITION: FieldRules = { ...path, missing: invalidCondition };

/** Members of payload templates are named by themselves: `value.$`. */
export function rulesOf(field: string): FieldRules {
  if (Object.hasOwn(FIELDS, field)) return FIELDS[field] ?? path;
  return field.endsWith('.$') ? pathOrIntrinsic : path;
}

function documentOf(query: Query, scope: Scope): Json {
  return query.root.kind === 'context' ? scope.context() : scope.input;
}

/** Compact JSON; a value too deep to be written is said to be that. */
export function jsonOf(value: Json): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '(a value that is nested too deeply to be shown)';
  }
}
