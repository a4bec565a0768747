/**
 * What is wrong with a definition: diagnostics as ValidateStateMachineDefinition answers them, the sentence that CreateStateMachine
 * makes of them, and AWS's words for each.
 *
 * D1. Codes are those of AWS's API reference and, where a definition measured on AWS gave another, that one.
 * D2. A report holds at most `MAX_DIAGNOSTICS`: a hostile definition cannot make its own refusal large.
 */
export type Diagnostic = {
  readonly severity: 'ERROR' | 'WARNING';
  readonly code: DiagnosticCode;
  readonly message: string;
  /** `/States/X/Retry[0]/ErrorEquals`, `/` for the definition itself; absent when the whole text is meant. */
  readonly location?: string;
};

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html */
export type DiagnosticCode =
  | 'DUPLICATE_LABEL_NAME'
  | 'DUPLICATE_STATE_NAME'
  | 'INVALID_JSONATA_EXPRESSION'
  | 'INVALID_JSON_DESCRIPTION'
  | 'INVALID_LABEL_NAME'
  | 'INVALID_STATE_NAME'
  | 'INVALID_VARIABLE_NAME'
  | 'MISSING_END_STATE'
  | 'MISSING_TRANSITION_TARGET'
  | 'NO_DOLLAR'
  | 'NO_PATH'
  | 'PASS_RESULT_IS_STATIC'
  | 'POSSIBLY_UNDEFINED_VARIABLE'
  | 'RESERVED_VARIABLE_NAME'
  | 'SCHEMA_VALIDATION_FAILED'
  | 'TOO_DEEPLY_NESTED'
  | 'UNSUPPORTED_JSONATA_EXPRESSION';

/** More than any answer carries (100), so that the service can tell that there were more. */
export const MAX_DIAGNOSTICS = 200;

export type Report = {
  /** @param at '' for the definition itself; undefined when there is no place to name */
  readonly error: (message: string, at: string | undefined, code?: DiagnosticCode) => void;
  readonly warn: (code: DiagnosticCode, message: string, at: string) => void;
  readonly diagnostics: readonly Diagnostic[];
};

export function openReport(): Report {
  const diagnostics: Diagnostic[] = [];
  const add = (severity: Diagnostic['severity'], code: DiagnosticCode, message: string, at: string | undefined) => {
    if (diagnostics.length >= MAX_DIAGNOSTICS) return;
    diagnostics.push(
      at === undefined ? { severity, code, message } : { severity, code, message, location: at === '' ? '/' : at },
    );
  };
  return {
    error: (message, at, code = 'SCHEMA_VALIDATION_FAILED') => add('ERROR', code, message, at),
    warn: (code, message, at) => add('WARNING', code, message, at),
    diagnostics,
  };
}

/** The message of InvalidDefinition. A place that is not known is written `null`, as AWS does. */
export function createMessage(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'ERROR');
  const parts = errors.map(({ code, message, location }) => `${code}: ${message} at ${location ?? 'null'}`);
  return `Invalid State Machine Definition: '${parts.join(', ')}'`;
}

const list = (names: readonly string[]): string => `[${names.join(', ')}]`;

/** AWS's words, each measured on AWS. */
export const words = {
  empty: 'Value cannot be empty',
  exactlyOne: (fields: readonly string[]) =>
    `This object should have only one of the following fields: ${list(fields)}`,
  maximum: (value: string) => `Maximum value is ${value}`,
  minimum: (value: string) => `Minimum value is ${value}`,
  notSupported: (field: string) => `Field '${field}' is not supported`,
  oneOf: (values: readonly string[]) => `Value should be one of the following: ${list(values)}`,
  onlyOne: (fields: readonly string[]) => `There should only be one of the following fields: ${list(fields)}`,
  otherLanguage: (own: string, field: string, other: string) =>
    `The QueryLanguage is set to '${own}', but field '${field}' is only supported for the '${other}' QueryLanguage`,
  required: (fields: readonly string[]) => `These fields are required: ${list(fields)}`,
  tooLong: (kind: string, name: string, limit: number) =>
    `Invalid ${kind} name: ${name} exceeds the ${limit}-character limit allowed by the service`,
  type: (name: string) => `Expected value of type ${name}`,
} as const;
