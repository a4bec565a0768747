/** How a value of an event is compared with what a filter pattern says: numbers as numbers, all else as text. */
import type { Regex } from './regex.ts';

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=';
/** A number, or text. */
export type Scalar = string | number;
export type Test = (value: Scalar) => boolean;

type Meant =
  /** Between quotation marks: `*` stands for any text. */
  | { kind: 'text'; text: string }
  /** Without: a number when it looks like one. */
  | { kind: 'bare'; text: string }
  | { kind: 'regex'; regex: Regex };

const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

/** @throws what `refuse` makes when the operator does not go with the value */
export function testOf(operator: Operator, meant: Meant, refuse: (why: string) => Error): Test {
  if (operator === '=' || operator === '!=') {
    const equal = equality(meant);
    return operator === '=' ? equal : (value) => !equal(value);
  }
  const bound = meant.kind === 'bare' && NUMBER.test(meant.text) ? Number(meant.text) : undefined;
  if (bound === undefined) throw refuse(`'${operator}' compares with a number only`);
  const compare = ORDERS[operator];
  return (value) => {
    const number = numberOf(value);
    return number !== undefined && compare(number, bound);
  };
}

const ORDERS: Readonly<Record<'<' | '<=' | '>' | '>=', (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function equality(meant: Meant): Test {
  if (meant.kind === 'regex') return (value) => meant.regex.test(String(value));
  const matches = wildcard(meant.text);
  if (meant.kind === 'text' || !NUMBER.test(meant.text)) return (value) => matches(String(value));
  const number = Number(meant.text);
  return (value) => numberOf(value) === number || matches(String(value));
}

function numberOf(value: Scalar): number | undefined {
  if (typeof value === 'number') return value;
  return NUMBER.test(value) ? Number(value) : undefined;
}

/** Whether a whole text fits a pattern in which `*` stands for any text. Looks for one part after the other: no way back. */
function wildcard(pattern: string): (text: string) => boolean {
  const parts = pattern.split('*');
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  if (parts.length === 1) return (text) => text === pattern;
  const between = parts.slice(1, -1).filter((part) => part !== '');
  return (text) => {
    if (!text.startsWith(first)) return false;
    let at = first.length;
    for (const part of between) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return text.length - last.length >= at && text.endsWith(last);
  };
}
