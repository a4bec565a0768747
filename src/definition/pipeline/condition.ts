/**
 * The verdict of a Condition step: all its conditions hold, or not.
 *
 * Operands compare as follows: numbers, and texts that are numbers, by value where either side is a number; two texts by
 * equality, and in order only if both are numbers or both are times (of `Execution.StartDateTime` and a date, say); booleans
 * with booleans and with the texts `true` and `false` in any case (Python sends `True`). Everything else is an error that names
 * both operands, never a silent false.
 *
 * C1. Conditions are decided in order and the first that does not hold decides, as in the SageMaker Python SDK's local
 *     mode; documents that later ones need are still named together.
 */
import { type Resolution, type ResolveError, resolve, type Scope } from './resolve.ts';
import { isNumeric, timeOf } from './scalar.ts';
import type { Comparison, Condition, Expression, Json } from './types.ts';

export type Verdict =
  | { ok: true; value: boolean }
  | { ok: false; needs: string[] }
  | { ok: false; error: ResolveError | { code: 'OperandsDoNotCompare'; message: string } };

/**
 * Whether every condition holds.
 *
 * @example evaluateConditions([{ Type: 'GreaterThanOrEqualTo', LeftValue: 0.81, RightValue: '0.78' }], scope)
 */
export function evaluateConditions(conditions: readonly Condition[], scope: Scope): Verdict {
  return decide(conditions, scope, true);
}

/** All hold (`all`), or any does. The first that settles it does, unless an earlier one waits for a document. */
function decide(conditions: readonly Condition[], scope: Scope, all: boolean): Verdict {
  const needs = new Set<string>();
  for (const condition of conditions) {
    const verdict = evaluate(condition, scope);
    if (!verdict.ok && 'needs' in verdict) for (const uri of verdict.needs) needs.add(uri);
    else if (needs.size > 0) continue;
    else if (!verdict.ok || verdict.value !== all) return verdict;
  }
  return needs.size > 0 ? { ok: false, needs: [...needs] } : { ok: true, value: all };
}

function evaluate(condition: Condition, scope: Scope): Verdict {
  switch (condition.Type) {
    case 'Not':
      return negated(evaluate(condition.Condition, scope));
    case 'Or':
      return decide(condition.Conditions, scope, false);
    case 'In':
      return isAmong(condition.QueryValue, condition.Values, scope);
    case 'NotIn':
      return negated(isAmong(condition.QueryValue, condition.Values, scope));
    default:
      return compare(condition.Type, condition.LeftValue, condition.RightValue, scope);
  }
}

function negated(verdict: Verdict): Verdict {
  return verdict.ok ? { ok: true, value: !verdict.value } : verdict;
}

/** Values that do not compare with the query are not equal to it: a list may mix texts and numbers. */
function isAmong(query: Expression, values: readonly Expression[], scope: Scope): Verdict {
  const resolved: Resolution<Json> = resolve([query, ...values], scope);
  if (!resolved.ok) return resolved;
  const [sought, ...listed] = resolved.value as Json[];
  return { ok: true, value: listed.some((value) => equal(sought!, value) === true) };
}

function compare(type: Comparison, left: Expression, right: Expression, scope: Scope): Verdict {
  const resolved = resolve([left, right], scope);
  if (!resolved.ok) return resolved;
  const [leftValue, rightValue] = resolved.value as [Json, Json];
  const equality = type === 'Equals' || type === 'NotEquals';
  const value = equality ? equal(leftValue, rightValue) : ordered(type, leftValue, rightValue);
  if (value !== undefined) return { ok: true, value: type === 'NotEquals' ? !value : value };
  const operands = `${written(left, leftValue)} and ${written(right, rightValue)}`;
  const rule = equality
    ? 'They are not of one kind.'
    : 'Only numbers and times have an order, and texts that are either.';
  return { ok: false, error: { code: 'OperandsDoNotCompare', message: `${type} cannot compare ${operands}. ${rule}` } };
}

function ordered(type: Exclude<Comparison, 'Equals' | 'NotEquals'>, left: Json, right: Json): boolean | undefined {
  const pair = pairOf(numberOf, left, right) ?? pairOf(instantOf, left, right);
  if (!pair) return undefined;
  const [first, second] = pair;
  if (type === 'GreaterThan') return first > second;
  if (type === 'GreaterThanOrEqualTo') return first >= second;
  if (type === 'LessThan') return first < second;
  return first <= second;
}

/** What both are worth; undefined where one is not worth anything. */
function pairOf(worth: (value: Json) => number | undefined, left: Json, right: Json): [number, number] | undefined {
  const [first, second] = [worth(left), worth(right)];
  return first === undefined || second === undefined ? undefined : [first, second];
}

const instantOf = (value: Json) => (typeof value === 'string' ? timeOf(value) : undefined);

/** Undefined when the two are of kinds that do not compare. */
function equal(left: Json, right: Json): boolean | undefined {
  if (typeof left === 'string' && typeof right === 'string') return left === right;
  if (typeof left === 'boolean' || typeof right === 'boolean') return both(booleanOf(left), booleanOf(right));
  return both(numberOf(left), numberOf(right));
}

function both<T>(left: T | undefined, right: T | undefined): boolean | undefined {
  return left === undefined || right === undefined ? undefined : left === right;
}

function numberOf(value: Json): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && isNumeric(value) ? Number(value) : undefined;
}

function booleanOf(value: Json): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.toLowerCase() : undefined;
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** An operand for a message: what it is worth, and what it was written as where that differs. */
function written(expression: Expression, value: Json): string {
  const worth = JSON.stringify(value).slice(0, 120);
  const source = JSON.stringify(expression).slice(0, 200);
  return worth === source ? worth : `${worth} (from ${source})`;
}
