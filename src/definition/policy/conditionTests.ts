/**
 * Whether the tests of a `Condition` block hold. All of them must; one of a test's values is enough, and of a negated
 * operator's none may equal.
 *
 * N1. A key that the request lacks: an operator does not hold, a negated one does, and so does any with IfExists.
 * N2. `ForAllValues:` holds when the request lacks the key, or gives it no value; `ForAnyValue:` does not.
 */
import { OPERATORS } from './operators.ts';
import type { ConditionTest } from './types.ts';
import type { Context } from './variables.ts';

export type Holds = (context: Context) => boolean;

/** @param variables whether the document's version knows policy variables */
export function compileTest(test: ConditionTest, variables: boolean): Holds {
  const { operator, set, ifExists, values } = test;
  const key = test.key.toLowerCase();
  if (operator === 'Null') return absence(key, values);
  const { compile, negated } = OPERATORS[operator];
  const matchers = values.map((value) => compile(value, variables));
  const equals = (given: string, context: Context) => matchers.some((matcher) => matcher(given, context));
  return (context) => {
    const given = context(key);
    const missing = given === undefined || given.length === 0;
    if (set === 'all') return missing || isNothing(given) || given.every((value) => equals(value, context) !== negated);
    if (missing) return ifExists || (set === undefined && negated);
    if (set === 'any') return given.some((value) => equals(value, context) !== negated);
    return given.some((value) => equals(value, context)) !== negated;
  };
}

/** AWS takes an empty text for no value here. */
const isNothing = (given: readonly string[]) => given.length === 1 && given[0] === '';

function absence(key: string, values: readonly string[]): Holds {
  const wanted = new Set(values.map((value) => value.trim().toLowerCase()));
  return (context) => wanted.has(String((context(key)?.length ?? 0) === 0));
}
