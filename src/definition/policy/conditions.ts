/** Reads the `Condition` block of a statement. */
import { isObject, type Report } from './reading.ts';
import { CONDITION_OPERATORS, type ConditionTest } from './types.ts';

const OPERATOR = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/;
const KEY = /^[A-Za-z0-9-]+:[^\s]+$/;

/**
 * The tests of a block, in the order written.
 *
 * @example parseConditions({ StringLikeIfExists: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } }, '$', report)
 */
export function parseConditions(json: unknown, path: string, report: Report): ConditionTest[] {
  if (json === undefined) return [];
  if (!isObject(json)) {
    report(path, 'Syntax errors in policy. Condition must be a JSON object of operators');
    return [];
  }
  return Object.entries(json).flatMap(([name, block]) => testsOf(name, block, `${path}.${name}`, report));
}

function testsOf(name: string, block: unknown, path: string, report: Report): ConditionTest[] {
  const [, prefix, base, suffix] = OPERATOR.exec(name) ?? [];
  const operator = CONDITION_OPERATORS.find((known) => known === base);
  // `Null` asks whether a key exists: AWS has no IfExists form of it.
  if (!operator || (operator === 'Null' && suffix)) {
    report(path, `Syntax errors in policy. Invalid condition operator: ${name}`);
    return [];
  }
  if (!isObject(block)) {
    report(path, 'Syntax errors in policy. An operator holds a JSON object of condition keys');
    return [];
  }
  const set = prefix === 'ForAllValues' ? 'all' : prefix === 'ForAnyValue' ? 'any' : undefined;
  return Object.entries(block).map(([key, value]) => {
    if (!KEY.test(key)) {
      report(
        `${path}.${key}`,
        `Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc. '${key}' is not`,
      );
    }
    return { operator, set, ifExists: suffix !== undefined, key, values: valuesOf(value, `${path}.${key}`, report) };
  });
}

/** Numbers and booleans are taken unquoted too, as on AWS. */
function valuesOf(json: unknown, path: string, report: Report): string[] {
  const list: unknown[] = Array.isArray(json) ? json : [json];
  if (list.length > 0 && list.every((item) => ['string', 'number', 'boolean'].includes(typeof item))) {
    return list.map(String);
  }
  report(path, 'Syntax errors in policy. A condition key holds one value or a list of values');
  return [];
}
