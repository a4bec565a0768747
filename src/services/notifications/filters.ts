/**
 * Which messages a subscription wants: its FilterPolicy, a pattern over a message's attributes or over its text.
 *
 * L1. A policy that is taken is within AWS's bounds: five keys, 150 combinations of values, nesting in texts alone.
 *
 * https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
 */
import { memo } from '../../base/memo.ts';
import { compilePattern } from '../../definition/patterns/index.ts';
import { notificationErrors } from './errors.ts';
import type { Protocol } from './legal.ts';
import { type Message, type MessageAttribute, textFor } from './messages.ts';

const SCOPES = ['MessageAttributes', 'MessageBody'] as const;
export type FilterScope = (typeof SCOPES)[number];
export const isFilterScope = (text: string): text is FilterScope => SCOPES.some((scope) => scope === text);

const MOST_KEYS = 5;
const MOST_COMBINATIONS = 150;
const LONGEST = 256 * 1024;
/** Numbers of a policy lie between minus and plus this. */
const LARGEST = 1_000_000_000;
const OR = '$or';

type Json = Readonly<Record<string, unknown>>;

/** @throws InvalidParameter (L1) */
export function checkFilter(text: string | undefined, scope: FilterScope = 'MessageAttributes'): void {
  if (text === undefined) return;
  if (Buffer.byteLength(text) > LONGEST) throw notificationErrors.filter(`it is longer than ${LONGEST / 1024} KB`);
  const compiled = compiledFilter(text);
  if (!compiled.ok) throw notificationErrors.filter(compiled.reason);
  // A pattern is an object.
  const policy = JSON.parse(text) as Json;
  if (keysOf(policy).size > MOST_KEYS)
    throw notificationErrors.filter(`Filter policy can not have more than ${MOST_KEYS} keys`);
  if (scope === 'MessageAttributes' && isNested(policy))
    throw notificationErrors.filter('Filter policy scope MessageAttributes does not support nested filter policy');
  if (hasLargeNumber(policy))
    throw notificationErrors.filter(`Numbers must lie between -${LARGEST} and ${LARGEST}, and one does not`);
  if (combinationsOf(policy, 1) > MOST_COMBINATIONS) throw notificationErrors.filter('Filter policy is too complex');
}

/** Most are short; what is long is compiled anew, so that what is remembered stays small. */
const REMEMBERED_UP_TO = 8 * 1024;
const remembered = memo(2000, compilePattern);
const compiledFilter = (text: string) => (text.length > REMEMBERED_UP_TO ? compilePattern(text) : remembered(text));

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The alternatives of an object, where a member is `$or`. */
const eitherOf = (name: string, value: unknown): readonly Json[] =>
  name === OR && Array.isArray(value) ? value.filter(isObject) : [];

function keysOf(policy: Json): Set<string> {
  const own = Object.keys(policy).filter((name) => name !== OR);
  const others = Object.entries(policy).flatMap(([name, value]) =>
    eitherOf(name, value).flatMap((one) => [...keysOf(one)]),
  );
  return new Set([...own, ...others]);
}

const isNested = (policy: Json): boolean =>
  Object.entries(policy).some(([name, value]) => isObject(value) || eitherOf(name, value).some(isNested));

const hasLargeNumber = (value: unknown): boolean =>
  typeof value === 'number'
    ? Math.abs(value) > LARGEST
    : typeof value === 'object' && value !== null && Object.values(value).some(hasLargeNumber);

/** The values of all lists multiplied, each first by how deep it lies; alternatives of `$or` are added up. */
function combinationsOf(policy: Json, depth: number): number {
  let product = 1;
  for (const [name, value] of Object.entries(policy)) {
    const either = eitherOf(name, value);
    if (either.length > 0) product *= either.reduce((sum, one) => sum + combinationsOf(one, depth), 0);
    else if (isObject(value)) product *= combinationsOf(value, depth + 1);
    else if (Array.isArray(value)) product *= value.length * depth;
  }
  return product;
}

/** A message as filters look at it: taken apart once, however many subscriptions there are. */
export function filtered(
  message: Message,
): (policy: string, scope: FilterScope | undefined, protocol: Protocol) => boolean {
  const bodies = new Map<string, unknown>();
  let attributes: Json | undefined;
  const bodyFor = (protocol: Protocol) => {
    const text = textFor(message, protocol);
    if (!bodies.has(text)) bodies.set(text, parsedObject(text));
    return bodies.get(text);
  };
  return (policy, scope, protocol) => {
    const compiled = compiledFilter(policy);
    attributes ??= comparable(message.attributes);
    const subject = scope === 'MessageBody' ? bodyFor(protocol) : attributes;
    return compiled.ok && subject !== undefined && compiled.pattern.matches(subject);
  };
}

/** Nothing of a text that is no JSON object matches. */
function parsedObject(text: string): Json | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** Binary attributes are not compared. */
function comparable(attributes: Message['attributes']): Json {
  const compared = Object.entries(attributes).filter(([, { Type }]) => !Type.startsWith('Binary'));
  return Object.fromEntries(compared.map(([name, attribute]) => [name, comparedValue(attribute)]));
}

function comparedValue({ Type, Value }: MessageAttribute): unknown {
  if (Type.startsWith('Number')) return Number(Value);
  return Type === 'String.Array' ? (JSON.parse(Value) as unknown) : Value;
}
