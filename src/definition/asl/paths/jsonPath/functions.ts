/** The functions at the end of a path, as Jayway has them. Undefined: the function has no answer for this value. */
import type { Json } from '../../scope.ts';
import { type Effort, spend } from './effort.ts';
import type { FunctionName } from './syntax.ts';
import { childrenOf, isObject, itemOf } from './values.ts';

type Arguments = readonly (Json | undefined)[];
type PathFunction = (target: Json, args: Arguments) => Json | undefined;

export function callFunction(name: FunctionName, target: Json, args: Arguments, effort: Effort): Json | undefined {
  spend(effort, 1 + childrenOf(target).length);
  return FUNCTIONS[name](target, args);
}

const length: PathFunction = (target) => (Array.isArray(target) || isObject(target) ? childrenOf(target).length : null);

const FUNCTIONS: Readonly<Record<FunctionName, PathFunction>> = {
  length,
  size: length,
  keys: (target) => (isObject(target) ? Object.keys(target) : null),
  first: (target) => itemOf(target, 0),
  last: (target) => itemOf(target, -1),
  index: (target, [position]) => (Number.isInteger(position) ? itemOf(target, Number(position)) : undefined),
  append: (target, args) =>
    Array.isArray(target) ? [...target, ...args.filter((arg) => arg !== undefined)] : undefined,
  /** Texts, those of the list and those given, one after the other. */
  concat: (target, args) =>
    [...(Array.isArray(target) ? target : []), ...flat(args)].filter((part) => typeof part === 'string').join(''),
  sum: ofNumbers((numbers) => numbers.reduce((sum, number) => sum + number, 0)),
  avg: ofNumbers(mean),
  min: ofNumbers((numbers) => numbers.reduce((least, number) => Math.min(least, number))),
  max: ofNumbers((numbers) => numbers.reduce((most, number) => Math.max(most, number))),
  stddev: ofNumbers((numbers) =>
    Math.sqrt(Math.max(0, mean(numbers.map((number) => number ** 2)) - mean(numbers) ** 2)),
  ),
};

/** The numbers of a list and those given; nothing where there are none. */
function ofNumbers(reduce: (numbers: readonly number[]) => number): PathFunction {
  return (target, args) => {
    const numbers = [...(Array.isArray(target) ? target : []), ...flat(args)].filter(
      (item) => typeof item === 'number',
    );
    const result = numbers.length === 0 ? Number.NaN : reduce(numbers);
    return Number.isFinite(result) ? result : undefined;
  };
}

function flat(args: Arguments): Json[] {
  return args.flatMap((arg) => (arg === undefined ? [] : Array.isArray(arg) ? arg : [arg]));
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
