/**
 * The JSONPath subset that pipeline definitions use: dotted names, `['name']`, `[0]`, an optional leading `$`. Std:JsonGet
 * walks JSON documents with it, `Steps.<name>.<path>` walks Describe responses.
 *
 * I1. Total: any text parses or answers undefined; any value can be walked.
 * I2. Only own members are seen: `__proto__` and `constructor` name nothing unless the document says so.
 */
import type { Json } from './types.ts';

/** A member's name, or a position in a list counted from 0. */
export type Segment = string | number;

/** How a list's items are named, so that `Outputs['train']` finds one. Tried in this order. */
const NAMING_MEMBERS = [
  'OutputName',
  'InputName',
  'ChannelName',
  'MetricName',
  'Name',
  'CollectionName',
  'RuleConfigurationName',
  'DefinitionName',
  'InstanceGroupName',
  'VariantName',
  'TrainingJobName',
  'AlgorithmName',
  'ProfileName',
  'AlarmName',
] as const;

const SEGMENT = /(?:\.|^)([^.[\]'"]+)|\[(\d{1,9})\]|\['([^']*)'\]|\["([^"]*)"\]/y;

/**
 * The segments of a path, or undefined when the text is not one. `$` alone is the whole document: no segments.
 *
 * @example parseJsonPath("metrics.accuracy") // ['metrics', 'accuracy']
 * @example parseJsonPath("$.a['b c'][0]") // ['a', 'b c', 0]
 */
export function parseJsonPath(text: string): Segment[] | undefined {
  const path = text === '$' ? '' : text.startsWith('$.') ? text.slice(2) : text.startsWith('$[') ? text.slice(1) : text;
  if (path === '' && text !== '$') return undefined;
  const segments: Segment[] = [];
  let at = 0;
  while (at < path.length) {
    SEGMENT.lastIndex = at;
    const match = SEGMENT.exec(path);
    if (!match) return undefined;
    const [whole, name, index, single, double] = match;
    segments.push(index !== undefined ? Number(index) : (name ?? single ?? double ?? ''));
    at += whole.length;
  }
  return segments;
}

/** The path as people write it. @example formatSegments(['a', 'b c', 0]) === "a['b c'][0]" */
export function formatSegments(segments: readonly Segment[]): string {
  const parts = segments.map((segment, position) => {
    if (typeof segment === 'number') return `[${segment}]`;
    if (!/^[A-Za-z_][\w-]*$/.test(segment)) return `['${segment}']`;
    return position === 0 ? segment : `.${segment}`;
  });
  return parts.join('');
}

export type Selection =
  | { found: true; value: Json }
  /** `depth` segments were walked before the next one led nowhere from `at`. */
  | { found: false; depth: number; at: Json };

/**
 * The value that a path leads to. A name applied to a list means the item that bears it (`Outputs['train']`).
 *
 * @example select({ metrics: { accuracy: 0.81 } }, ['metrics', 'accuracy']) // { found: true, value: 0.81 }
 */
export function select(document: Json, segments: readonly Segment[]): Selection {
  let at = document;
  for (const [depth, segment] of segments.entries()) {
    const next = member(at, segment);
    if (next === undefined) return { found: false, depth, at };
    at = next;
  }
  return { found: true, value: at };
}

/** What can follow at a value, for messages: `the keys 'a', 'b'`, `3 items`, `nothing: it is a number`. */
export function describeMembers(value: Json): string {
  if (Array.isArray(value)) {
    const names = value.map(itemName).filter((name) => name !== undefined);
    return names.length > 0 ? `items named ${quoteSome(names)}` : `a list of ${value.length} items`;
  }
  if (value === null) return 'null';
  if (typeof value !== 'object') return `the ${typeof value} ${clip(String(value))}`;
  const keys = Object.keys(value);
  return keys.length === 0 ? 'no keys at all' : `only the key${keys.length === 1 ? '' : 's'} ${quoteSome(keys)}`;
}

/** The name that an item of a list goes by, if it bears one. */
export function itemName(item: Json): string | undefined {
  if (item === null || typeof item !== 'object' || Array.isArray(item)) return undefined;
  for (const naming of NAMING_MEMBERS) {
    const name = Object.hasOwn(item, naming) ? item[naming] : undefined;
    if (typeof name === 'string') return name;
  }
  return undefined;
}

function member(value: Json, segment: Segment): Json | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  if (Array.isArray(value)) {
    if (typeof segment === 'number') return value[segment];
    return value.find((item) => itemName(item) === segment);
  }
  const key = String(segment);
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function quoteSome(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => `'${clip(name)}'`);
  return names.length > shown.length ? `${shown.join(', ')} and ${names.length - shown.length} more` : shown.join(', ');
}

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
