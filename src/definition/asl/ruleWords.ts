/** What a Choice's rule asks, as one would write it: `$.size > 5 and not $.dry = true`. */
import type { Json, JsonObject } from './scope.ts';
import { isObject } from './states.ts';

const SIGNS: readonly [suffix: RegExp, sign: string][] = [
  [/LessThanEquals$/, '≤'],
  [/GreaterThanEquals$/, '≥'],
  [/LessThan$/, '<'],
  [/GreaterThan$/, '>'],
  [/Matches$/, 'like'],
  [/Equals$/, '='],
];
const KINDS: Readonly<Record<string, string>> = {
  IsNull: 'null',
  IsPresent: 'present',
  IsNumeric: 'a number',
  IsString: 'a text',
  IsBoolean: 'a boolean',
  IsTimestamp: 'a timestamp',
};

/** The rule of JSONPath or JSONata; empty for what is no rule. */
export function ruleWords(rule: JsonObject): string {
  const { Condition, And, Or, Not, Variable } = rule;
  if (typeof Condition === 'string') return Condition.replace(/^\{%\s*|\s*%\}$/g, '').replace(/\s+/g, ' ');
  if (typeof Condition === 'boolean') return String(Condition);
  if (Array.isArray(And)) return joined(And, ' and ');
  if (Array.isArray(Or)) return joined(Or, ' or ');
  if (isObject(Not)) return `not ${bracketed(Not)}`;
  const variable = typeof Variable === 'string' ? Variable : '';
  for (const [operator, operand] of Object.entries(rule)) {
    const kind = KINDS[operator];
    if (kind !== undefined) return `${variable} is ${operand === false ? 'not ' : ''}${kind}`;
    const sign = SIGNS.find(([suffix]) => suffix.test(operator.replace(/Path$/, '')))?.[1];
    if (sign !== undefined) return `${variable} ${sign} ${operandWords(operator, operand)}`;
  }
  return '';
}

/** A path is written as a path, not as a text. */
function operandWords(operator: string, operand: Json): string {
  return operator.endsWith('Path') && typeof operand === 'string' ? operand : JSON.stringify(operand);
}

const joined = (rules: readonly Json[], word: string) => rules.filter(isObject).map(bracketed).join(word);
const bracketed = (rule: JsonObject) => ('And' in rule || 'Or' in rule ? `(${ruleWords(rule)})` : ruleWords(rule));
