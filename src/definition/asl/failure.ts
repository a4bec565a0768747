/** The errors of the States Language, as what evaluates a field throws them. */

/** The names that the language reserves. https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
export type StatesErrorName =
  | 'States.ALL'
  | 'States.BranchFailed'
  | 'States.DataLimitExceeded'
  | 'States.ExceedToleratedFailureThreshold'
  | 'States.HeartbeatTimeout'
  | 'States.Http.Socket'
  | 'States.IntrinsicFailure'
  | 'States.ItemReaderFailed'
  | 'States.NoChoiceMatched'
  | 'States.ParameterPathFailure'
  | 'States.Permissions'
  | 'States.QueryEvaluationError'
  | 'States.ResultPathMatchFailure'
  | 'States.ResultWriterFailed'
  | 'States.Runtime'
  | 'States.TaskFailed'
  | 'States.Timeout';

/**
 * What went wrong in a field. `cause` is the sentence alone: the engine puts "An error occurred while executing the state 'X'
 * (entered at the event id #2). " before it. `location` is the field as AWS's EvaluationFailed event names it (`Output/result`),
 * for JSONata fields only.
 */
export type StatesFailure = { error: StatesErrorName; cause: string; location?: string };

export type StatesError = Error & { readonly failure: StatesFailure };

/** @example throw statesError('States.IntrinsicFailure', "Invalid arguments in States.MathAdd: …") */
export function statesError(error: StatesErrorName, cause: string, location?: string): StatesError {
  const failure: StatesFailure = location === undefined ? { error, cause } : { error, cause, location };
  return Object.assign(new Error(cause), { name: error, failure });
}

export function isStatesError(error: unknown): error is StatesError {
  return error instanceof Error && 'failure' in error;
}
