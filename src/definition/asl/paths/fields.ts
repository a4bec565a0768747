/**
 * What the fields that hold paths differ in: whether an intrinsic function may stand in them, how CreateStateMachine refuses
 * one, and how an execution says that there is nothing at the path. In AWS's words, as recorded or as users report them.
 */
import { type StatesError, statesError } from '../failure.ts';
import type { Json, Scope } from '../scope.ts';
import type { Query } from './jsonPath/query.ts';
import { jsonOf } from './jsonPath/values.ts';

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

/** As ResultPath says it where a document has no place for a result. */
const noStep: Missing = (_field, query, scope) =>
  statesError(
    'States.Runtime',
    `Unable to apply step "${query.explain(scope).step}" to input ${jsonOf(documentOf(query, scope))}`,
  );

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

/** A choice's Variable and the fields that it is compared with. */
export const CONDITION: FieldRules = { ...path, missing: invalidCondition };

const FIELDS: Readonly<Record<string, FieldRules>> = {
  InputPath: path,
  OutputPath: path,
  TimeoutSecondsPath: path,
  HeartbeatSecondsPath: path,
  MaxConcurrencyPath: path,
  ToleratedFailureCountPath: path,
  ToleratedFailurePercentagePath: path,
  MaxItemsPath: path,
  MaxItemsPerBatchPath: path,
  MaxInputBytesPerBatchPath: path,
  ItemsPath: { ...path, missing: noStep },
  SecondsPath: { ...path, missing: noInputValue },
  TimestampPath: { ...path, missing: noInputValue },
  Variable: CONDITION,
  ErrorPath: pathOrIntrinsic,
  CausePath: pathOrIntrinsic,
};

/** Members of payload templates are named by themselves: `value.$`. */
export function rulesOf(field: string): FieldRules {
  if (Object.hasOwn(FIELDS, field)) return FIELDS[field] ?? path;
  return field.endsWith('.$') ? pathOrIntrinsic : path;
}

function documentOf(query: Query, scope: Scope): Json {
  return query.root.kind === 'context' ? scope.context() : scope.input;
}
