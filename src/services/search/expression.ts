/**
 * Search expressions: checked once, then asked of each record. Pure.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_SearchExpression.html
 *
 * X1. An expression without any part matches everything; a filter without an operator means Equals.
 * X2. NotEquals and NotExists are the opposites of Equals and Exists, whatever the property's values.
 * X3. Order is that of numbers and times. What is neither is before and after nothing.
 * X4. All filters of a nested filter must hold for one and the same member of the list.
 */
import { searchErrors } from './errors.ts';
import { type Leaf, membersOf, valuesOf } from './properties.ts';

export type Operator =
  | 'Equals'
  | 'NotEquals'
  | 'GreaterThan'
  | 'GreaterThanOrEqualTo'
  | 'LessThan'
  | 'LessThanOrEqualTo'
  | 'Contains'
  | 'Exists'
  | 'NotExists'
  | 'In';

export type Filter = { Name?: string | undefined; Operator?: Operator | undefined; Value?: string | undefined };
export type NestedFilters = { NestedPropertyName?: string | undefined; Filters?: readonly Filter[] | undefined };
export type SearchExpression = {
  Filters?: readonly Filter[] | undefined;
  NestedFilters?: readonly NestedFilters[] | undefined;
  SubExpressions?: readonly SearchExpression[] | undefined;
  Operator?: 'And' | 'Or' | undefined;
};

export type Predicate = (view: unknown) => boolean;

/** Filters of an expression, those of its subexpressions counted. */
export const MOST_FILTERS = 100;
/** Subexpressions within each other. */
export const DEEPEST = 10;

/** @throws ValidationException for what cannot be meant, and for what is too large */
export function compile(expression: SearchExpression | undefined): Predicate {
  if (!expression) return () => true;
  const count = { filters: 0 };
  return group(expression, 1, count);
}

function group(expression: SearchExpression, depth: number, count: { filters: number }): Predicate {
  if (depth > DEEPEST) throw searchErrors.tooDeep(DEEPEST);
  const { Filters = [], NestedFilters = [], SubExpressions = [] } = expression;
  count.filters += Filters.length + NestedFilters.reduce((sum, nested) => sum + (nested.Filters?.length ?? 0), 0);
  if (count.filters > MOST_FILTERS) throw searchErrors.tooMany(MOST_FILTERS);
  const parts = [
    ...Filters.map((filter) => condition(filter, filter.Name!)),
    ...NestedFilters.map(nested),
    ...SubExpressions.map((inner) => group(inner, depth + 1, count)),
  ];
  if (parts.length === 0) return () => true;
  return expression.Operator === 'Or'
    ? (view) => parts.some((part) => part(view))
    : (view) => parts.every((part) => part(view));
}

function nested({ NestedPropertyName, Filters = [] }: NestedFilters): Predicate {
  const list = NestedPropertyName!;
  const conditions = Filters.map((filter) => {
    const name = filter.Name!;
    if (!name.startsWith(`${list}.`)) throw searchErrors.nestedName(name, list);
    return condition(filter, name.slice(list.length + 1));
  });
  return (view) => membersOf(view, list).some((member) => conditions.every((holds) => holds(member)));
}

/** @param name the filter's, seen from what it is asked of */
function condition({ Name, Operator: operator = 'Equals', Value: value }: Filter, name: string): Predicate {
  if (operator === 'Exists' || operator === 'NotExists') {
    if (value !== undefined) throw searchErrors.needlessValue(Name!, operator);
    const wanted = operator === 'Exists';
    return (view) => valuesOf(view, name).length > 0 === wanted;
  }
  if (value === undefined) throw searchErrors.noValue(Name!, operator);
  const test = tests[operator](value);
  if (operator === 'NotEquals') return (view) => !valuesOf(view, name).some(test);
  return (view) => valuesOf(view, name).some(test);
}

type Test = (leaf: Leaf) => boolean;

/** By operator, how a leaf is tested against a filter's value. NotEquals is Equals turned round by its caller. */
const tests: Readonly<Record<Exclude<Operator, 'Exists' | 'NotExists'>, (value: string) => Test>> = {
  Equals: equal,
  NotEquals: equal,
  GreaterThan: ordered((order) => order > 0),
  GreaterThanOrEqualTo: ordered((order) => order >= 0),
  LessThan: ordered((order) => order < 0),
  LessThanOrEqualTo: ordered((order) => order <= 0),
  Contains: (value) => (leaf) => typeof leaf === 'string' && leaf.includes(value),
  In(value) {
    const all = value.split(',').map((one) => equal(one.trim()));
    return (leaf) => all.some((one) => one(leaf));
  },
};

function equal(value: string): Test {
  const number = numberOf(value);
  const time = timeOf(value);
  return (leaf) => {
    if (leaf instanceof Date) return leaf.getTime() === time;
    if (typeof leaf === 'number') return leaf === number;
    return String(leaf) === value;
  };
}

function ordered(holds: (order: number) => boolean): (value: string) => Test {
  return (value) => {
    const number = numberOf(value);
    const time = timeOf(value);
    return (leaf) => {
      const own = leaf instanceof Date ? leaf.getTime() : numberOf(String(leaf));
      const other = leaf instanceof Date ? time : number;
      return own !== undefined && other !== undefined && holds(own - other);
    };
  };
}

/** The number that a text writes; hyperparameters are texts. */
function numberOf(text: string): number | undefined {
  const number = Number(text);
  return text.trim() === '' || Number.isNaN(number) ? undefined : number;
}

/** `YYYY-mm-dd'T'HH:MM:SS`, in UTC unless it says otherwise. */
function timeOf(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/.test(text) || !text.includes('T');
  const time = Date.parse(zoned ? text : `${text}Z`);
  return Number.isNaN(time) ? undefined : time;
}
