/** Conditions in words, with the values that were compared. */
import type { Condition, Expression, Json } from '../../definition/pipeline/types.ts';

/** @property value undefined when it can no longer be told */
export type Operand = { expression: Expression; value: Json | undefined };

const SIGNS: Record<string, string> = {
  Equals: '=',
  NotEquals: '≠',
  GreaterThan: '>',
  GreaterThanOrEqualTo: '≥',
  LessThan: '<',
  LessThanOrEqualTo: '≤',
};

/** @example 'metrics.accuracy 0.827 ≥ AccuracyThreshold 0.78' */
export async function conditionText(
  condition: Condition,
  value: (expression: Expression) => Promise<Operand>,
): Promise<string> {
  const text = async (expression: Expression) => operandText(await value(expression));
  switch (condition.Type) {
    case 'Not':
      return `not (${await conditionText(condition.Condition, value)})`;
    case 'Or':
      return (await Promise.all(condition.Conditions.map((one) => conditionText(one, value)))).join(' or ');
    case 'In':
    case 'NotIn': {
      const among = await Promise.all(condition.Values.map(text));
      return `${await text(condition.QueryValue)} ${condition.Type === 'In' ? 'in' : 'not in'} [${among.join(', ')}]`;
    }
    default:
      return `${await text(condition.LeftValue)} ${SIGNS[condition.Type]} ${await text(condition.RightValue)}`;
  }
}

/** What it is called and what it is worth; a literal is its own name. */
function operandText({ expression, value }: Operand): string {
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
