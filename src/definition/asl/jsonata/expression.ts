/**
 * One `{% … %}` text of a definition: compiled once, evaluated for a scope.
 *
 * X1. Evaluating is synchronous, bounded (limits.ts), and reads nothing but the scope.
 * X2. Every failure is a States.QueryEvaluationError in AWS's words, located at the field.
 */
import type { Compiled, Problem } from '../compiled.ts';
import { type StatesError, statesError } from '../failure.ts';
import type { Evaluate, Json, Scope } from '../scope.ts';
import { compileTree } from './compile.ts';
import { isJsonataFailure, sentenceOf } from './failure.ts';
import { finish, UNSUPPORTED } from './finish.ts';
import { emptyFrame } from './frames.ts';
import { newBudget } from './limits.ts';
import { referencesOf } from './references.ts';
import { isUnsupportedRegex } from './regex/syntax.ts';
import { parseExpression } from './syntax.ts';
import type { Code, Run } from './values.ts';

/** `states`: the fields of `$states` that it names. Where there is no such field, the definition is refused. */
export type CompiledJsonata<T extends Json = Json> = Compiled<T> & { readonly states?: readonly string[] };

const OPENING = '{%';
const CLOSING = '%}';

/** Whether a text of a definition is an expression: nothing may stand before or behind it. */
export const isJsonata = (text: string): boolean =>
  text.length >= OPENING.length + CLOSING.length && text.startsWith(OPENING) && text.endsWith(CLOSING);

/** The expression as AWS names it in causes. */
export const expressionIn = (text: string): string => text.slice(OPENING.length, -CLOSING.length).trim();

/** @param field where it stands in its state, as AWS names it: `Output/result`, `Choices[0]/Condition` */
export function compileJsonata(text: string, field: string): CompiledJsonata {
  if (!isJsonata(text))
    return refused([{ at: '', message: `'${text}' is no JSONata expression: it must begin with {% and end with %}` }]);
  const source = expressionIn(text);
  const parsed = parseExpression(source);
  if (!parsed.ok) return refused([{ at: '', code: 'INVALID_JSONATA_EXPRESSION', message: parsed.message }]);
  const { bound, variables, states, refused: unsupported } = referencesOf(parsed.tree);
  if (unsupported.length > 0)
    return refused(unsupported.map((message) => ({ at: '', code: 'UNSUPPORTED_JSONATA_EXPRESSION', message })));
  try {
    const code = compileTree(parsed.tree, bound);
    return { ok: true, evaluate: evaluation(code, source, field), variables, states };
  } catch (error) {
    if (!isUnsupportedRegex(error)) throw error;
    return refused([{ at: '', code: 'INVALID_JSONATA_EXPRESSION', message: error.message }]);
  }
}

const refused = (problems: readonly Problem[]): CompiledJsonata => ({ ok: false, problems });

function evaluation(code: Code, source: string, field: string): Evaluate {
  const fails = (how: string): StatesError =>
    statesError(
      'States.QueryEvaluationError',
      `The JSONata expression '${source}' specified for the field '${field}' ${how}`,
      field,
    );
  return (scope) => {
    const run = newRun(scope);
    try {
      const value = code(undefined, emptyFrame(run, undefined));
      if (value === undefined) throw fails('returned nothing (undefined).');
      const result = finish(value, run);
      if (result === UNSUPPORTED) throw fails('returned an unsupported result type.');
      return result;
    } catch (error) {
      if (!isJsonataFailure(error)) throw error;
      throw fails(`threw an error during evaluation${error.code === undefined ? ': ' : '. '}${sentenceOf(error)}`);
    }
  };
}

function newRun(scope: Scope): Run {
  return { ...newBudget(), scope, root: undefined, tail: undefined };
}
