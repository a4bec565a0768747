/**
 * Whether an item passes a filter, by Jayway's rules: a text and a number are equal when they are the same text, if the text
 * stands left, or the same number, if the number does; what is missing equals nothing, so that `!=` and `nin` hold for it.
 */
import type { Json } from '../../scope.ts';
import { type Effort, type Select, spend } from './effort.ts';
import { compilePattern, type Matches } from './pattern.ts';
import { isDefinite, type Operand, type Operator, type Path, type Test } from './syntax.ts';
import { childrenOf, isObject, sameJson } from './values.ts';

export type ItemTest = (item: Json, effort: Effort) => boolean;
/** How paths and operands are compiled. */
export type Compilers = { readonly select: (path: Path) => Select; readonly operand: (operand: Operand) => Select };

type Compare = (left: Json | undefined, right: Json | undefined, effort: Effort) => boolean;

export function compileTest(test: Test, compilers: Compilers): ItemTest {
  switch (test.kind) {
    case 'and': {
      const tests = test.tests.map((inner) => compileTest(inner, compilers));
      return (item, effort) => tests.every((inner) => inner(item, effort));
    }
    case 'or': {
      const tests = test.tests.map((inner) => compileTest(inner, compilers));
      return (item, effort) => tests.some((inner) => inner(item, effort));
    }
    case 'not': {
      const inner = compileTest(test.test, compilers);
      return (item, effort) => !inner(item, effort);
    }
    case 'exists': {
      const value = compilers.operand({ kind: 'path', path: test.path });
      const definite = isDefinite(test.path) || test.path.call !== undefined;
      return (item, effort) => {
        const found = value(effort, item);
        return found !== undefined && (definite || childrenOf(found).length > 0);
      };
    }
    case 'compare':
      return compileComparison(test, compilers);
  }
}

function compileComparison(test: Test & { kind: 'compare' }, compilers: Compilers): ItemTest {
  const { left, operator, right } = test;
  if (left.kind === 'pattern') return compileMatch(left, compilers.operand(right));
  if (right.kind === 'pattern') return compileMatch(right, compilers.operand(left));
  const compare: Compare = operator === '=~' ? () => false : COMPARISONS[operator];
  const one = compilers.operand(left);
  const other = compilers.operand(right);
  return (item, effort) => {
    spend(effort);
    return compare(one(effort, item), other(effort, item), effort);
  };
}

/** A list passes when one of its items matches; what is no text, number or boolean is matched as the empty text. */
function compileMatch(pattern: Operand & { kind: 'pattern' }, operand: Select): ItemTest {
  const matches: Matches = compilePattern(pattern.source, pattern.ignoreCase);
  const matchesOne = (value: Json | undefined, effort: Effort) => {
    const text = typeof value === 'object' || value === undefined ? '' : String(value);
    spend(effort, 1 + Math.ceil(text.length * (4 + pattern.source.length / 20)));
    return matches(text);
  };
  return (item, effort) => {
    const value = operand(effort, item);
    return Array.isArray(value) ? value.some((each) => matchesOne(each, effort)) : matchesOne(value, effort);
  };
}

const equals: Compare = (left, right, effort) => {
  if (left === undefined || right === undefined) return false;
  if (typeof left === 'string' && typeof right === 'number') return left === String(right);
  if (typeof left === 'number' && typeof right === 'string') return right.trim() !== '' && left === Number(right);
  return sameJson(left, right, (items) => spend(effort, items));
};

const sameType = (left: Json | undefined, right: Json | undefined) =>
  typeof left === typeof right && Array.isArray(left) === Array.isArray(right) && (left === null) === (right === null);

/** The order of two numbers, or of two texts; NaN where there is none. */
function order(left: Json | undefined, right: Json | undefined): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left !== 'string' || typeof right !== 'string') return Number.NaN;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Comparing one value with those of a list is quick, unless they are lists themselves, which are paid for as well. */
const ITEMS_A_STEP = 8;

const holds = (item: Json, list: readonly Json[], effort: Effort) => {
  spend(effort, Math.ceil(list.length / ITEMS_A_STEP));
  return list.some((each) => equals(item, each, effort));
};

/** A comparison of two lists; false where either is none. */
const ofLists =
  (compare: (left: readonly Json[], right: readonly Json[], effort: Effort) => boolean): Compare =>
  (left, right, effort) =>
    Array.isArray(left) && Array.isArray(right) && compare(left, right, effort);

const isIn: Compare = (left, right, effort) => left !== undefined && Array.isArray(right) && holds(left, right, effort);

function sizeOf(value: Json | undefined): number | undefined {
  if (typeof value === 'string') return value.length;
  return Array.isArray(value) || isObject(value) ? childrenOf(value).length : undefined;
}

const COMPARISONS: Readonly<Record<Exclude<Operator, '=~'>, Compare>> = {
  '==': equals,
  '!=': (left, right, effort) => !equals(left, right, effort),
  '===': (left, right, effort) => sameType(left, right) && equals(left, right, effort),
  '!==': (left, right, effort) => !sameType(left, right) || !equals(left, right, effort),
  '<': (left, right) => order(left, right) < 0,
  '<=': (left, right) => order(left, right) <= 0,
  '>': (left, right) => order(left, right) > 0,
  '>=': (left, right) => order(left, right) >= 0,
  in: isIn,
  nin: (left, right, effort) => !isIn(left, right, effort),
  subsetof: ofLists((left, right, effort) => left.every((item) => holds(item, right, effort))),
  anyof: ofLists((left, right, effort) => left.some((item) => holds(item, right, effort))),
  noneof: ofLists((left, right, effort) => !left.some((item) => holds(item, right, effort))),
  all: ofLists((left, right, effort) => right.every((item) => holds(item, left, effort))),
  contains: (left, right, effort) => {
    if (typeof left === 'string') return typeof right === 'string' && left.includes(right);
    return right !== undefined && Array.isArray(left) && holds(right, left, effort);
  },
  size: (left, right) => sizeOf(left) !== undefined && sizeOf(left) === right,
  empty: (left, right) => sizeOf(left) !== undefined && (sizeOf(left) === 0) === right,
};
