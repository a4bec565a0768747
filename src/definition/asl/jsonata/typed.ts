/** Fields that must give a value of one type: Items a list, TimeoutSeconds a number, Condition a truth. */
import { statesError } from '../failure.ts';
import type { Evaluate, Json, JsonObject } from '../scope.ts';
import { type CompiledJsonata, compileJsonata, expressionIn } from './expression.ts';
import { shown } from './failure.ts';

/** Of a value that a cause shows: a cause has 32,768 characters at most. */
const MOST_PARTS = 10_000;
const LONGEST = 30_000;

type Types = { array: Json[]; boolean: boolean; number: number; object: JsonObject; string: string };
export type TypeName = keyof Types;

function typeOf(value: Json): TypeName | 'null' {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as TypeName;
}

/**
 * `source` is the expression without its brackets.
 * @example expectType(evaluate, 'Items', '$states.input.list', 'array')
 */
export function expectType<T extends TypeName>(
  evaluate: Evaluate,
  field: string,
  source: string,
  type: T,
): Evaluate<Types[T]> {
  return (scope) => {
    const value = evaluate(scope);
    if (typeOf(value) === type) return value as Types[T];
    throw statesError(
      'States.QueryEvaluationError',
      `The JSONata expression '${source}' specified for the field '${field}' returned an unexpected result type. ` +
        `Expected '${type}', but was '${typeOf(value)}' for value: ${shown(value, MOST_PARTS, LONGEST)}`,
      field,
    );
  };
}

/** A `{% … %}` text for a field of one type. */
export function compileTypedJsonata<T extends TypeName>(
  text: string,
  field: string,
  type: T,
): CompiledJsonata<Types[T]> {
  const compiled = compileJsonata(text, field);
  if (!compiled.ok) return compiled;
  return { ...compiled, evaluate: expectType(compiled.evaluate, field, expressionIn(text), type) };
}
