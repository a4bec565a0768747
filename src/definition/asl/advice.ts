/** What a person can do about a state that failed: what the language's errors mean, and what its retriers and catchers did. */
import type { StateView } from './history/fold.ts';
import { type DefinedState, isObject } from './states.ts';

/** Errors of the States Language itself. https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
const LANGUAGE_ERRORS: Readonly<Record<string, readonly [cause: string, action: string]>> = {
  'States.Timeout': [
    'It ran longer than its TimeoutSeconds, or sent no heartbeat in time.',
    'Give it more time (`timeout`), see what it waited for, and redrive the execution.',
  ],
  'States.QueryEvaluationError': [
    'A JSONata expression could not be evaluated with the values that it got.',
    "Look at the state's input ('telar why STATE'), correct the expression, publish, and start a new execution: a redrive runs the old definition.",
  ],
  'States.Runtime': [
    'A path or an expression of the definition does not fit the data that came.',
    "Look at the state's input ('telar why STATE'), correct the definition, publish, and start a new execution.",
  ],
  'States.NoChoiceMatched': [
    'No rule of the Choice holds, and it has no Default.',
    'Give it a `default`, publish, and start a new execution.',
  ],
  'States.DataLimitExceeded': [
    'A payload is larger than 256 KiB.',
    'Write it to S3 and pass its URI on, then publish and start a new execution.',
  ],
  'States.Permissions': [
    "The machine's role lacks a permission.",
    "'telar policy explain' says which statement is missing; add it to the role, publish, and redrive the execution.",
  ],
};

/** Why an error of the language comes, and what to do; undefined for errors of the work itself. */
export function languageAdvice(error: string | undefined): { cause: string; action: string } | undefined {
  const known = error !== undefined && Object.hasOwn(LANGUAGE_ERRORS, error) ? LANGUAGE_ERRORS[error] : undefined;
  return known && { cause: known[0], action: known[1] };
}

/** What the state's retriers and catchers did, from its definition and its history. */
export function handlingOf(
  defined: ReadonlyMap<string, DefinedState>,
  { name, retries, status }: Pick<StateView, 'name' | 'retries' | 'status'>,
  error: string | undefined,
): string[] {
  const { state = {} } = defined.get(name) ?? {};
  const retriers = namedErrors(state['Retry']);
  const catchers = namedErrors(state['Catch']);
  const words: string[] = [];
  const tried = retries === 1 ? 'once' : `${retries} times`;
  if (retriers.length === 0) words.push('It has no retrier.');
  else if (retries > 0) words.push(`It was tried again ${tried}; its retriers name ${retriers.join(', ')}.`);
  else words.push(`No retrier took it: they name ${retriers.join(', ')}${error ? `, not ${error}` : ''}.`);
  if (status === 'Caught') words.push(`A catcher took it: they name ${catchers.join(', ')}.`);
  else if (catchers.length === 0) words.push('It has no catcher.');
  else words.push(`No catcher took it: they name ${catchers.join(', ')}.`);
  return /^(Task|Map|Parallel)$/.test(String(state['Type'] ?? 'Task')) ? words : [];
}

function namedErrors(rules: unknown): string[] {
  if (!Array.isArray(rules)) return [];
  return rules.flatMap((rule) => {
    const names = isObject(rule) ? rule['ErrorEquals'] : undefined;
    return Array.isArray(names) ? [names.join(', ')] : [];
  });
}
