/**
 * Conditions of a Condition step. A list of them holds when every one holds.
 *
 * Mirrors https://sagemaker.readthedocs.io/en/v2/workflows/pipelines/sagemaker.workflow.pipelines.html#conditions
 */
import type { Comparison, Condition } from '../definition/pipeline/types.ts';
import { must } from './mistake.ts';
import type { Primitive, Ref, Value } from './references.ts';

export type { Condition };

/** What a value of type T may be compared with: a T known now, or a text, number or boolean to come. */
type Comparable<T extends Primitive> = T | Ref<T extends string ? string : T extends number ? number : boolean>;

/** Holds when both are equal. The right side must be of the left side's type. @example equals(parameters.Mode, 'full') */
export function equals<T extends Primitive>(left: Ref<T>, right: Comparable<NoInfer<T>>): Condition {
  return compare('Equals', left, right);
}

/** Holds when `left > right`. @example greaterThan(report.get('rows'), 1000) */
export function greaterThan(left: Value<number>, right: Value<number>): Condition {
  return compare('GreaterThan', left, right);
}

/** Holds when `left >= right`. @example greaterThanOrEqualTo(report.get('metrics.accuracy'), parameters.Threshold) */
export function greaterThanOrEqualTo(left: Value<number>, right: Value<number>): Condition {
  return compare('GreaterThanOrEqualTo', left, right);
}

/** Holds when `left < right`. @example lessThan(train.metrics['validation:logloss'], 0.5) */
export function lessThan(left: Value<number>, right: Value<number>): Condition {
  return compare('LessThan', left, right);
}

/** Holds when `left <= right`. @example lessThanOrEqualTo(report.get('nulls'), 0.1) */
export function lessThanOrEqualTo(left: Value<number>, right: Value<number>): Condition {
  return compare('LessThanOrEqualTo', left, right);
}

/**
 * Holds when the value is among some values.
 *
 * @throws when there are none
 * @example isIn(parameters.Stage, ['test', 'production'])
 */
export function isIn<T extends Primitive>(value: Ref<T>, values: readonly Comparable<NoInfer<T>>[]): Condition {
  must(values.length > 0, 'a condition isIn', 'no values are given, so it could never hold: give at least one');
  return { Type: 'In', QueryValue: value, Values: [...values] };
}

/** Holds when the condition does not. @example not(equals(execution.pipelineName, 'trial')) */
export function not(condition: Condition): Condition {
  return { Type: 'Not', Condition: condition };
}

/**
 * Holds when at least one condition does.
 *
 * @throws when there are none
 * @example or(greaterThan(rows, 1000), equals(parameters.Force, true))
 */
export function or(...conditions: Condition[]): Condition {
  must(conditions.length > 0, 'a condition or()', 'no conditions are given, so it could never hold: give at least one');
  return { Type: 'Or', Conditions: conditions };
}

function compare(type: Comparison, left: Value<Primitive>, right: Value<Primitive>): Condition {
  return { Type: type, LeftValue: left, RightValue: right };
}
