/** One element of a field's list: a value, or an operator. Each operator is one row. */
import { addressOf, addressRange } from './addresses.ts';
import { isPatternFault, patternFault } from './fault.ts';
import type { Kind, Tokens } from './tokens.ts';
import type { Scalar, Test } from './types.ts';
import { TOO_COMPLEX, wildcardOf } from './wildcard.ts';

type Holds = (value: Scalar) => boolean;
const such = (holds: Holds): Test => ({ is: 'such', holds });
const text = (holds: (value: string) => boolean): Test => such((value) => typeof value === 'string' && holds(value));

/** @param kind the token that begins it */
export function elementOf(tokens: Tokens, kind: Kind): Test {
  switch (kind) {
    case '{':
      return expressionOf(tokens);
    case 'string':
      return exactText(tokens.text());
    case 'number':
      return { is: 'exactly', value: Number(tokens.text()) };
    case 'true':
    case 'false':
      return { is: 'exactly', value: kind === 'true' };
    case 'null':
      return { is: 'exactly', value: null };
    default:
      return tokens.refuse('Match value must be String, number, true, false, or null');
  }
}

/** An address is the same however it is written. */
function exactText(wanted: string): Test {
  const address = addressOf(wanted);
  if (address?.version !== 6) return { is: 'exactly', value: wanted };
  return text((given) => addressOf(given)?.value === address.value);
}

function expressionOf(tokens: Tokens): Test {
  if (tokens.next() !== 'name') tokens.refuse('Match expression name not found');
  const name = tokens.text();
  const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (!operator) return tokens.refuse(`Unrecognized match type ${name}`);
  return operator(tokens, tokens.next());
}

/** @param kind the token that begins the operator's value */
type Operator = (tokens: Tokens, kind: Kind) => Test;

const OPERATORS: Readonly<Record<string, Operator>> = {
  exactly: ofText('exact', (wanted) => (given) => given === wanted),
  prefix: inAnyCase('Prefix', (wanted) => (given) => given.startsWith(wanted)),
  suffix: inAnyCase('Suffix', (wanted) => (given) => given.endsWith(wanted)),
  'equals-ignore-case': ofText('equals-ignore-case', equalsIgnoringCase),
  wildcard: (tokens, kind) => only(tokens, wildcard(tokens, kind), 1),
  cidr(tokens, kind) {
    // AWS's own words name the prefix.
    if (kind !== 'string') tokens.refuse('prefix match pattern must be a string');
    return only(tokens, text(addressRange(tokens.text())), 1);
  },
  exists(tokens, kind) {
    if (kind !== 'true' && kind !== 'false') tokens.refuse('exists match pattern must be either true or false.');
    return only(tokens, kind === 'true' ? such(() => true) : { is: 'absent' }, 1);
  },
  numeric(tokens, kind) {
    if (kind !== '[') tokens.refuse('Value of numeric must be an array.');
    return only(tokens, numericRange(tokens), 1, 'Too many elements in numeric expression');
  },
  'anything-but': anythingBut,
};

/** The braces that an expression closes with. */
function only(tokens: Tokens, test: Test, braces: number, words = 'Only one key allowed in match expression'): Test {
  for (let left = braces; left > 0; left -= 1) if (tokens.next() !== '}') tokens.refuse(words);
  return test;
}

type OfText = (wanted: string) => (given: string) => boolean;

function ofText(name: string, of: OfText): Operator {
  return (tokens, kind) => {
    if (kind !== 'string') tokens.refuse(`${name} match pattern must be a string`);
    return only(tokens, text(of(tokens.text())), 1);
  };
}

/** `prefix` and `suffix`, which may hold an `equals-ignore-case`. */
function inAnyCase(name: 'Prefix' | 'Suffix', of: OfText): Operator {
  const plain = ofText(name.toLowerCase(), of);
  return (tokens, kind) => {
    if (kind !== '{') return plain(tokens, kind);
    if (tokens.next() !== 'name') tokens.refuse(`${name} expression name not found`);
    const inner = tokens.text();
    if (inner !== 'equals-ignore-case') tokens.refuse(`Unsupported ${name.toLowerCase()} pattern: ${inner}`);
    if (tokens.next() !== 'string') tokens.refuse('equals-ignore-case match pattern must be a string');
    const holds = of(tokens.text().toLowerCase());
    return only(
      tokens,
      text((given) => holds(given.toLowerCase())),
      2,
    );
  };
}

/** Of texts that are so different in length none is the other in another case. */
function equalsIgnoringCase(wanted: string): (given: string) => boolean {
  const lower = wanted.toLowerCase();
  return (given) => given.length <= 3 * wanted.length && given.toLowerCase() === lower;
}

function wildcard(tokens: Tokens, kind: Kind): Test {
  if (kind !== 'string') tokens.refuse('wildcard match pattern must be a string');
  return text(wildcardOfToken(tokens));
}

const wildcardOfToken = (tokens: Tokens) => located(tokens, () => wildcardOf(tokens.text()));

/** AWS says where a pattern is wrong, but not where one is too complex: that it finds out later. */
function located<T>(tokens: Tokens, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isPatternFault(error) && error.message !== TOO_COMPLEX) tokens.refuse(error.message);
    throw error;
  }
}

type Comparison = (given: number, wanted: number) => boolean;

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '=': (given, wanted) => given === wanted,
  '<': (given, wanted) => given < wanted,
  '<=': (given, wanted) => given <= wanted,
  '>': (given, wanted) => given > wanted,
  '>=': (given, wanted) => given >= wanted,
};
const FIVE_BILLION = 5e9;

/** @throws patternFault beyond what AWS compares */
function comparable(tokens: Tokens): number {
  const value = Number(tokens.text());
  if (Math.abs(value) <= FIVE_BILLION) return value;
  throw patternFault('Value must be between -5.0E9 and 5.0E9, inclusive');
}

function numericRange(tokens: Tokens): Test {
  if (tokens.next() !== 'string') tokens.refuse(`Invalid member in numeric match: ${tokens.text()}`);
  const operator = tokens.text();
  const compare = Object.hasOwn(COMPARISONS, operator) ? COMPARISONS[operator] : undefined;
  if (!compare) return tokens.refuse(`Unrecognized numeric range operator: ${operator}`);
  if (tokens.next() !== 'number') tokens.refuse(`Value of ${operator === '=' ? 'equals' : operator} must be numeric`);
  const first = located(tokens, () => comparable(tokens));
  const numeric = (holds: (value: number) => boolean) => such((value) => typeof value === 'number' && holds(value));
  const after = tokens.next();
  if (after === ']') return numeric((value) => compare(value, first));
  if (!operator.startsWith('>')) tokens.refuse('Too many elements in numeric expression');
  const upper = upperEnd(tokens, after);
  if (upper.value <= first) tokens.refuse('Bottom must be less than top');
  return numeric((value) => compare(value, first) && upper.compare(value, upper.value));
}

/** The second half of `[">", 0, "<=", 5]`. */
function upperEnd(tokens: Tokens, kind: Kind): { compare: Comparison; value: number } {
  if (kind !== 'string') tokens.refuse(`Bad value in numeric range: ${tokens.text()}`);
  const operator = tokens.text();
  if (operator !== '<' && operator !== '<=') tokens.refuse(`Bad numeric range operator: ${operator}`);
  if (tokens.next() !== 'number') tokens.refuse(`Value of ${operator} must be numeric`);
  const value = located(tokens, () => comparable(tokens));
  if (tokens.next() !== ']') tokens.refuse('Too many terms in numeric range expression');
  return { compare: COMPARISONS[operator]!, value };
}

/** What `anything-but` may hold besides values: how to make one of its texts ready, and what AWS says of what is no text. */
type Kept = { of: (tokens: Tokens) => (given: string) => boolean; noText: string };

const IN_PREFIX = 'prefix/suffix match pattern must be a string';
const KEPT: Readonly<Record<string, Kept>> = {
  'equals-ignore-case': {
    of: (tokens) => equalsIgnoringCase(tokens.text()),
    noText: 'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.',
  },
  prefix: {
    of(tokens) {
      const wanted = notEmpty(tokens);
      return (given) => given.startsWith(wanted);
    },
    noText: IN_PREFIX,
  },
  suffix: {
    of(tokens) {
      const wanted = notEmpty(tokens);
      return (given) => given.endsWith(wanted);
    },
    noText: IN_PREFIX,
  },
  wildcard: { of: wildcardOfToken, noText: 'wildcard match pattern must be a string' },
};

function notEmpty(tokens: Tokens): string {
  const wanted = tokens.text();
  return wanted === '' ? tokens.refuse('Null prefix/suffix not allowed') : wanted;
}

function anythingBut(tokens: Tokens, kind: Kind): Test {
  if (kind !== '{') {
    valuesOrList(tokens, kind);
    return only(tokens, butValues(tokens, kind), 1, 'Too many elements in numeric expression');
  }
  if (tokens.next() !== 'name') tokens.refuse('Anything-But expression name not found');
  const name = tokens.text();
  const kept = Object.hasOwn(KEPT, name) ? KEPT[name] : undefined;
  if (!kept) return tokens.refuse(`Unsupported anything-but pattern: ${name}`);
  const inner = tokens.next();
  valuesOrList(tokens, inner);
  return only(tokens, butSuch(tokens, inner, kept), 2, 'Too many elements in numeric expression');
}

function valuesOrList(tokens: Tokens, kind: Kind): void {
  if (kind !== '[' && kind !== 'string' && kind !== 'number') {
    tokens.refuse('Value of anything-but must be an array or single string/number value.');
  }
}

const NEITHER = 'Inside anything but list, start|null|boolean is not supported.';

function butValues(tokens: Tokens, kind: Kind): Test {
  const value = (of: Kind): string | number => {
    if (of === 'string') return tokens.text();
    return of === 'number' ? comparable(tokens) : tokens.refuse(NEITHER);
  };
  const values = new Set<Scalar>(kind === '[' ? listOf(tokens, value) : [value(kind)]);
  if (new Set([...values].map((one) => typeof one)).size !== 1) {
    tokens.refuse('Inside anything but list, either all values are number or string, mixed type is not supported');
  }
  return such((given) => !values.has(given));
}

function butSuch(tokens: Tokens, kind: Kind, kept: Kept): Test {
  const one = (of: Kind) => (of === 'string' ? kept.of(tokens) : tokens.refuse(kept.noText));
  const all = kind === '[' ? listOf(tokens, one) : [one(kind)];
  return such((given) => typeof given !== 'string' || !all.some((holds) => holds(given)));
}

/** What is wrong with an element AWS locates twice. */
function listOf<T>(tokens: Tokens, element: (kind: Kind) => T): T[] {
  return located(tokens, () => {
    const all: T[] = [];
    for (let kind = tokens.next(); kind !== ']'; kind = tokens.next()) all.push(element(kind));
    return all;
  });
}
