/** Conditions in words, with the values that were compared. */
import type { Condition, Expression, Json } from './types.ts';

const SIGNS: Record<string, string> = {
  Equals: '=',
  NotEquals: '≠',
  GreaterThan: '>',
  GreaterThanOrEqualTo: '≥',
  LessThan: '<',
  LessThanOrEqualTo: '≤',
};

/** All that a condition compares, in the order in which it is written. */
export function operandsOf(condition: Condition): Expression[] {
  switch (condition.Type) {
    case 'Not':
      return operandsOf(condition.Condition);
    case 'Or':
      return condition.Conditions.flatMap(operandsOf);
    case 'In':
    case 'NotIn':
      return [condition.QueryValue, ...condition.Values];
    default:
      return [condition.LeftValue, condition.RightValue];
  }
}

/**
 * @param worth of each of `operandsOf(condition)`, in their order; undefined for what can no longer be told
 * @example 'metrics.accuracy 0.827 ≥ AccuracyThreshold 0.78'
 */
export function conditionText(condition: Condition, worth: readonly (Json | undefined)[]): string {
  return written(condition, worth.values());
}

function written(condition: Condition, worth: Iterator<Json | undefined>): string {
  const text = (expression: Expression) => operandText(expression, worth.next().value);
  switch (condition.Type) {
    case 'Not':
      return `not (${written(condition.Condition, worth)})`;
    case 'Or':
      return condition.Conditions.map((one) => written(one, worth)).join(' or ');
    case 'In':
    case 'NotIn': {
      const query = text(condition.QueryValue);
      const among = condition.Values.map(text);
      return `${query} ${condition.Type === 'In' ? 'in' : 'not in'} [${among.join(', ')}]`;
    }
    default: {
      const left = text(condition.LeftValue);
      return `${left} ${SIGNS[condition.Type]} ${text(condition.RightValue)}`;
    }
  }
}

/** What it is called and what it is worth; a literal is its own name. */
function operandText(expression: Expression, value: Json | undefined): string {
  const name = nameOf(expression);
  const worth = value === undefined ? '?' : valueText(value);
  return name === undefined ? worth : `${name} ${worth}`;
}

function nameOf(expression: Expression): string | undefined {
  if (expression === null || typeof expression !== 'object' || Array.isArray(expression)) return undefined;
  const members = expression as { [key: string]: Expression };
  const { Get: get } = members;
  if (typeof get === 'string') return get.replace(/^(Parameters|Steps)\./, '');
  const path = (members['Std:JsonGet'] as { Path?: Expression } | undefined)?.Path;
  return typeof path === 'string' ? path : undefined;
}

function valueText(value: Json): string {
  if (typeof value === 'number') return numberText(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A figure for people: at most six digits after the point, no trailing zeros. */
export function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(value < 1 ? 6 : 8)));
}
