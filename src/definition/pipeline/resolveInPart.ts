/** What of an expression can be told so far: for people who look at a step before, or while, it runs. */
import { resolve, type Scope } from './resolve.ts';
import type { Expression, Json } from './types.ts';

/** Every expression in a value that has a value is replaced by it; the others stay as they are written. */
export function resolveInPart(expression: Expression, scope: Scope): Json {
  if (expression === null || typeof expression !== 'object') return expression;
  if (isExpression(expression)) {
    const outcome = resolve(expression, scope);
    return outcome.ok ? outcome.value : (expression as Json);
  }
  if (Array.isArray(expression)) return expression.map((item) => resolveInPart(item, scope));
  return Object.fromEntries(Object.entries(expression).map(([key, value]) => [key, resolveInPart(value, scope)]));
}

/** Whether a value is written as `Get`, `Std:Join` or `Std:JsonGet`. */
export function isExpression(value: Expression): boolean {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  return keys.length === 1 && (Object.hasOwn(value, 'Get') || keys[0] === 'Std:Join' || keys[0] === 'Std:JsonGet');
}
