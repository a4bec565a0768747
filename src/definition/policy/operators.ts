/**
 * What each condition operator compares, and how: one row each.
 *
 * Mirrors "IAM JSON policy elements: Condition operators" in the IAM user guide. What cannot be read as the operator's type
 * (a word for a number, say) equals nothing.
 */
import { BlockList, isIP } from 'node:net';
import type { ConditionOperator } from './types.ts';
import { arnMatcher, type Matcher, partsOf, patternMatcher, textMatcher } from './variables.ts';

/** Makes one value of a policy ready. */
type Compile = (value: string, variables: boolean) => Matcher;
type Operator = { compile: Compile; negated: boolean };
/** `Null` asks for the key itself, not for its values: conditionTests.ts knows it. */
type Comparing = Exclude<ConditionOperator, 'Null'>;

const lower = (text: string) => text.toLowerCase();

/** @param read NaN for what is not of the type */
function ordered(read: (text: string) => number, holds: (given: number, wanted: number) => boolean): Compile {
  return (value) => {
    const wanted = read(value);
    return (given) => holds(read(given), wanted);
  };
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const numberOf = (text: string): number => (NUMBER.test(text.trim()) ? Number(text) : Number.NaN);

const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;
/** Milliseconds; a date of ISO 8601, or seconds since the epoch. */
function dateOf(text: string): number {
  const trimmed = text.trim();
  if (/^\d+(?:\.\d+)?$/.test(trimmed)) return Number(trimmed) * 1000;
  if (!DATE.test(trimmed)) return Number.NaN;
  return Date.parse(trimmed.includes('T') && !/(?:Z|[+-]\d{2}:?\d{2})$/.test(trimmed) ? `${trimmed}Z` : trimmed);
}

const equal = (given: number, wanted: number) => given === wanted;
const less = (given: number, wanted: number) => given < wanted;
const lessOrEqual = (given: number, wanted: number) => given <= wanted;
const greater = (given: number, wanted: number) => given > wanted;
const greaterOrEqual = (given: number, wanted: number) => given >= wanted;

const bool: Compile = (value) => {
  const wanted = lower(value.trim());
  return (given) => (wanted === 'true' || wanted === 'false') && lower(given) === wanted;
};

/** Base64, compared by the bytes that it stands for. */
const binary: Compile = (value) => {
  const wanted = Buffer.from(value, 'base64');
  return (given) => Buffer.from(given, 'base64').equals(wanted);
};

const familyOf = (version: number) => (version === 4 ? 'ipv4' : 'ipv6');

/** An address or a CIDR block, of either version. */
const addresses: Compile = (value) => {
  const [network = '', length] = value.trim().split('/');
  const version = isIP(network);
  const bits = length === undefined ? (version === 4 ? 32 : 128) : Number(length);
  if (version === 0 || !Number.isInteger(bits) || bits < 0 || bits > (version === 4 ? 32 : 128)) return () => false;
  const block = new BlockList();
  block.addSubnet(network, bits, familyOf(version));
  return (given) => {
    // A dual socket shows version 4 addresses as ::ffff:10.0.0.1.
    const address = given.replace(/^::ffff:(?=\d+\.)/i, '');
    const is = isIP(address);
    return is !== 0 && block.check(address, familyOf(is));
  };
};

const text: Compile = (value, variables) => textMatcher(value, variables);
const textInAnyCase: Compile = (value, variables) => textMatcher(value, variables, lower);

/** ArnEquals and ArnLike behave identically. */
const arn: Compile = (value, variables) => {
  const matcher = arnMatcher(value, variables);
  return (given, context) => matcher(partsOf(given), context);
};

const is = (compile: Compile): Operator => ({ compile, negated: false });
const not = (compile: Compile): Operator => ({ compile, negated: true });

/** A negated operator holds when none of its values equals. */
export const OPERATORS: Readonly<Record<Comparing, Operator>> = {
  StringEquals: is(text),
  StringNotEquals: not(text),
  StringEqualsIgnoreCase: is(textInAnyCase),
  StringNotEqualsIgnoreCase: not(textInAnyCase),
  StringLike: is(patternMatcher),
  StringNotLike: not(patternMatcher),
  NumericEquals: is(ordered(numberOf, equal)),
  NumericNotEquals: not(ordered(numberOf, equal)),
  NumericLessThan: is(ordered(numberOf, less)),
  NumericLessThanEquals: is(ordered(numberOf, lessOrEqual)),
  NumericGreaterThan: is(ordered(numberOf, greater)),
  NumericGreaterThanEquals: is(ordered(numberOf, greaterOrEqual)),
  DateEquals: is(ordered(dateOf, equal)),
  DateNotEquals: not(ordered(dateOf, equal)),
  DateLessThan: is(ordered(dateOf, less)),
  DateLessThanEquals: is(ordered(dateOf, lessOrEqual)),
  DateGreaterThan: is(ordered(dateOf, greater)),
  DateGreaterThanEquals: is(ordered(dateOf, greaterOrEqual)),
  Bool: is(bool),
  BinaryEquals: is(binary),
  IpAddress: is(addresses),
  NotIpAddress: not(addresses),
  ArnEquals: is(arn),
  ArnLike: is(arn),
  ArnNotEquals: not(arn),
  ArnNotLike: not(arn),
};
