/** Operators: arithmetic, comparison, truth, texts, membership, ranges, and the array constructor. */
import type { Compilation } from './compilation.ts';
import { deepEqual, isTrue, numeric, pushAll, textOf } from './data.ts';
import { asFailure, failure } from './failure.ts';
import { checkText, spend, spendItems } from './limits.ts';
import type { BinaryNode, UnaryNode } from './syntax.ts';
import {
  type Code,
  freshList,
  isList,
  isOuterWrapper,
  markConstructed,
  type Run,
  sequence,
  type Value,
} from './values.ts';

type Operator = (left: Value, right: Value, run: Run) => Value;

export function compileBinary(node: BinaryNode, { code }: Compilation): Code {
  const [left, right, token] = [code(node.lhs), code(node.rhs), node.value];
  if (token === 'and')
    return (input, frame) => isTrue(left(input, frame), frame.run) && isTrue(right(input, frame), frame.run);
  if (token === 'or')
    return (input, frame) => isTrue(left(input, frame), frame.run) || isTrue(right(input, frame), frame.run);
  const operate = OPERATORS[token];
  if (!operate) throw new Error(`No operator ${token}`);
  return (input, frame) => {
    const [first, second] = [left(input, frame), right(input, frame)];
    try {
      return operate(first, second, frame.run);
    } catch (thrown) {
      const error = asFailure(thrown);
      error.detail.token = token;
      throw error;
    }
  };
}

const arithmetic =
  (compute: (left: number, right: number) => number): Operator =>
  (left, right) => {
    if (left !== undefined && !numeric(left)) throw failure('T2001', { value: left });
    if (right !== undefined && !numeric(right)) throw failure('T2002', { value: right });
    return left === undefined || right === undefined ? undefined : compute(left, right);
  };

const isComparable = (value: Value): value is string | number => typeof value === 'string' || typeof value === 'number';

const comparison =
  (holds: (left: string | number, right: string | number) => boolean): Operator =>
  (left, right) => {
    if (left !== undefined && !isComparable(left)) throw failure('T2010', { value: left });
    if (right !== undefined && !isComparable(right)) throw failure('T2010', { value: right });
    if (left === undefined || right === undefined) return undefined;
    if (typeof left !== typeof right) throw failure('T2009', { value: left, value2: right });
    return holds(left, right);
  };

/** Where one side is nothing, neither `=` nor `!=` holds. */
const equality =
  (wanted: boolean): Operator =>
  (left, right, run) =>
    left !== undefined && right !== undefined && deepEqual(left, right, run) === wanted;

const OPERATORS: Readonly<Record<string, Operator>> = {
  '+': arithmetic((left, right) => left + right),
  '-': arithmetic((left, right) => left - right),
  '*': arithmetic((left, right) => left * right),
  '/': arithmetic((left, right) => left / right),
  '%': arithmetic((left, right) => left % right),
  '=': equality(true),
  '!=': equality(false),
  '<': comparison((left, right) => left < right),
  '<=': comparison((left, right) => left <= right),
  '>': comparison((left, right) => left > right),
  '>=': comparison((left, right) => left >= right),
  '&': concatenate,
  '..': range,
  in: includes,
};

function concatenate(left: Value, right: Value, run: Run): string {
  const [first, second] = [textOf(left, run), textOf(right, run)];
  // Texts are put together without being copied.
  checkText(first.length + second.length);
  spend(run, 1);
  return first + second;
}

function includes(left: Value, right: Value, run: Run): boolean {
  if (left === undefined || right === undefined) return false;
  if (!isList(right)) return right === left;
  spendItems(run, right.length);
  return right.includes(left);
}

/** The bound of the reference implementation; that of memory lies below it. */
const LARGEST_RANGE = 1e7;

function range(left: Value, right: Value, run: Run): Value {
  if (left !== undefined && !Number.isInteger(left)) throw failure('T2003', { value: left });
  if (right !== undefined && !Number.isInteger(right)) throw failure('T2004', { value: right });
  const [from, to] = [left as number | undefined, right as number | undefined];
  if (from === undefined || to === undefined || from > to) return undefined;
  const size = to - from + 1;
  if (size > LARGEST_RANGE) throw failure('D2014', { value: size });
  spendItems(run, size);
  const numbers = new Array<Value>(size);
  for (let index = 0; index < size; index += 1) numbers[index] = from + index;
  return sequence(numbers);
}

export function compileNegation(node: UnaryNode & { value: '-' }, { code }: Compilation): Code {
  const operand = code(node.expression);
  return (input, frame) => {
    const value = operand(input, frame);
    if (value === undefined) return undefined;
    if (!numeric(value)) throw failure('D1002', { value, token: '-' });
    return -value;
  };
}

/** `[a, b]`: items that are lists are added item by item, unless they are written as array constructors themselves. */
export function compileArray(node: UnaryNode & { value: '[' }, { code }: Compilation): Code {
  const parts = node.expressions.map((part) => ({
    evaluate: code(part),
    whole: part.type === 'unary' && part.value === '[',
  }));
  const constructed = node.consarray === true;
  return (input, frame) => {
    const list = freshList();
    for (const { evaluate, whole } of parts) {
      const value = evaluate(input, frame);
      if (value === undefined) continue;
      if (whole) list.push(value);
      else pushAll(list, isOuterWrapper(value) ? [...value] : value, frame.run);
    }
    spend(frame.run, 1);
    return constructed ? markConstructed(list) : list;
  };
}
