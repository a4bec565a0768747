/** The comparisons of Choice rules, as data: which values they take, and whether one holds. */
import { globOf, STAR } from '../../../policy/wildcards.ts';
import type { Json } from '../../scope.ts';
import { instantOf } from '../timestamp.ts';

/** Compares the variable with a value that was made ready; false where either is of another type. */
type Holds = (value: Json) => boolean;

export type Operator = {
  /** What a rule must give it, as AWS names types. */
  readonly takes: 'BOOLEAN' | 'NUMBER' | 'STRING' | 'TIMESTAMP';
  /** Makes the test of variables against `wanted`; undefined when that is not of the type. */
  readonly against: (wanted: Json) => Holds | undefined;
  /** Whether there is one that ends in `Path`. */
  readonly path: boolean;
};

const ORDERS: Readonly<Record<string, <T extends number | string>(left: T, right: T) => boolean>> = {
  Equals: (left, right) => left === right,
  GreaterThan: (left, right) => left > right,
  GreaterThanEquals: (left, right) => left >= right,
  LessThan: (left, right) => left < right,
  LessThanEquals: (left, right) => left <= right,
};

/** @param read the value as one that can be compared; undefined for other types */
function ordered<T extends number | string>(
  type: string,
  takes: Operator['takes'],
  read: (value: Json) => T | undefined,
): [string, Operator][] {
  return Object.entries(ORDERS).map(([name, compare]) => {
    const against = (wanted: Json): Holds | undefined => {
      const right = read(wanted);
      if (right === undefined) return undefined;
      return (value) => {
        const left = read(value);
        return left !== undefined && compare(left, right);
      };
    };
    return [`${type}${name}`, { takes, against, path: true }];
  });
}

const textIn = (value: Json) => (typeof value === 'string' ? value : undefined);
const numberIn = (value: Json) => (typeof value === 'number' ? value : undefined);
const instantIn = (value: Json) => (typeof value === 'string' ? instantOf(value) : undefined);

/** `IsString` and the like: `false` asks for the opposite. */
function typeTest(is: Holds): Operator {
  const against = (wanted: Json): Holds | undefined =>
    typeof wanted === 'boolean' ? (value) => is(value) === wanted : undefined;
  return { takes: 'BOOLEAN', against, path: false };
}

const BOOLEAN_EQUALS: Operator = {
  takes: 'BOOLEAN',
  against: (wanted) => (typeof wanted === 'boolean' ? (value) => value === wanted : undefined),
  path: true,
};

const STRING_MATCHES: Operator = {
  takes: 'STRING',
  against: (wanted) => {
    if (typeof wanted !== 'string') return undefined;
    const matches = globOf(patternOf(wanted));
    return (value) => typeof value === 'string' && matches(value);
  },
  path: false,
};

/** `*` stands for any characters; `\*` and `\\` for themselves. */
function patternOf(pattern: string): number[] {
  const units = pattern.match(/\\[*\\]|[\s\S]/g) ?? [];
  return units.map((unit) => (unit === '*' ? STAR : unit.charCodeAt(unit.length - 1)));
}

export const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ...ordered('String', 'STRING', textIn),
  ...ordered('Numeric', 'NUMBER', numberIn),
  ...ordered('Timestamp', 'TIMESTAMP', instantIn),
  ['BooleanEquals', BOOLEAN_EQUALS],
  ['StringMatches', STRING_MATCHES],
  ['IsNull', typeTest((value) => value === null)],
  ['IsString', typeTest((value) => typeof value === 'string')],
  ['IsNumeric', typeTest((value) => typeof value === 'number')],
  ['IsBoolean', typeTest((value) => typeof value === 'boolean')],
  ['IsTimestamp', typeTest((value) => instantIn(value) !== undefined)],
]);

/** The one operator that asks about a variable that may be missing. */
export const IS_PRESENT = 'IsPresent';
