/**
 * Whether an item passes a filter, by Jayway's rules: a text and a number are equal when they are the same text, if the text
 * stands left, or the same number, if the number does; what is missing equals nothing, so that `!=` and `nin` hold for it.
 */
import type { Json } from '../../scope.ts';
import { type Effort, type Select, spend } from './effort.ts';
import { compilePattern, type Matches } from './pattern.ts';
import { isDefinite, type Operand, type Operator, type Test } from './syntax.ts';
import { childrenOf, isObject, sameJson } from './values.ts';

export type ItemTest = (item: Json, effort: Effort) => boolean;
/** How the sides of comparisons are compiled: they hold paths, and paths hold filters. */
export type CompileOperand = (operand: Operand) => Select;

type Compare = (left: Json | undefined, right: Json | undefined, effort: Effort) => boolean;

export function compileTest(test: Test, compileOperand: CompileOperand): ItemTest {
  switch (test.kind) {
    case 'and': {
      const tests = test.tests.map((inner) => compileTest(inner, compileOperand));
      return (item, effort) => tests.every((inner) => inner(item, effort));
    }
    case 'or': {
      const tests = test.tests.map((inner) => compileTest(inner, compileOperand));
      return (item, effort) => tests.some((inner) => inner(item, effort));
    }
    case 'not': {
      const inner = compileTest(test.test, compileOperand);
      return (item, effort) => !inner(item, effort);
    }
    case 'exists': {
      const value = compileOperand({ kind: 'path', path: test.path });
      const definite = isDefinite(test.path) || test.path.call !== undefined;
      return (item, effort) => {
        const found = value(effort, item);
        return found !== undefined && (definite || childrenOf(found).length > 0);
      };
    }
    case 'compare':
      return compileComparison(test, compileOperand);
  }
}

function compileComparison(test: Test & { kind: 'compare' }, compileOperand: CompileOperand): ItemTest {
  const { left, operator, right } = test;
  if (left.kind === 'pattern') return compileMatch(left, compileOperand(right));
  if (right.kind === 'pattern') return compileMatch(right, compileOperand(left));
  const compare: Compare = operator === '=~' ? () => false : COMPARISONS[operator];
  const one = compileOperand(left);
  const other = compileOperand(right);
  return (item, effort) => {
    const [first, second] = [one(effort, item), other(effort, item)];
    spend(effort, 1 + lengthOf(first) + lengthOf(second));
    return compare(first, second, effort);
  };
}

/** What comparing a long text costs. */
function lengthOf(value: Json | undefined): number {
  return typeof value === 'string' ? value.length >> 6 : 0;
}

/** A list passes when one of its items matches; what is no text, number or boolean is matched as the empty text. */
function compileMatch(pattern: Operand & { kind: 'pattern' }, operand: Select): ItemTest {
  const matches: Matches = compilePattern(pattern.source, pattern.ignoreCase);
  const matchesOne = (value: Json | undefined, effort: Effort) => {
    const text = typeof value === 'object' || value === undefined ? '' : String(value);
    spend(effort, 1 + Math.ceil(text.length * (1 + pattern.source.length / 50)));
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

function holds(item: Json, list: readonly Json[], effort: Effort): boolean {
  spend(effort, Math.ceil(list.length / ITEMS_A_STEP));
  for (const each of list) {
    if (each === item) return true;
    // Texts, numbers and booleans that are not the same are not equal.
    if (typeof each === typeof item && typeof each !== 'object') continue;
    if (equals(item, each, effort)) return true;
  }
  return false;
}

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
