/**
 * The constraints of an API's inputs that the SDK's schemas do not tell (lengths, ranges, patterns, enumerations, what is
 * required), from tables generated out of botocore. Every violation is found, and worded as AWS words it.
 *
 * A table is read from disk on the first request to its API.
 */
import { readFileSync } from 'node:fs';
import type { Api } from './api.ts';
import { isValues, type Values } from './codec.ts';
import type { Violation } from './errors.ts';
import { patternOf } from './patterns.ts';

/** One constrained shape. Names are those of other shapes in the table; what has no constraint is left out. */
export type Constraint =
  | Structure
  | { type: 'list'; min?: number; max?: number; member?: string }
  | { type: 'map'; min?: number; max?: number; key?: string; value?: string }
  | Text
  | { type: 'number'; min?: number; max?: number; integer?: true; sensitive?: true };
type Structure = { type: 'structure'; required?: readonly string[]; members?: Readonly<Record<string, string>> };
type Text = {
  type: 'string' | 'blob';
  min?: number;
  max?: number;
  pattern?: string;
  enum?: readonly string[];
  sensitive?: true;
};

export type ConstraintTable = {
  /** Where it was generated from. */
  source: string;
  /** The input shape of each operation that has one with constraints. */
  operations: Readonly<Record<string, string>>;
  shapes: Readonly<Record<string, Constraint>>;
};

/** Values longer than this that are too long anyway are not matched against a pattern. */
const LONGEST_MATCHED = 4096;
/** Longest value that a message repeats. */
const LONGEST_SHOWN = 1024;

const EMPTY: ConstraintTable = { source: '', operations: {}, shapes: {} };
const tables = new Map<string, ConstraintTable>();

/** How a table is written: a structure's members as `Name`, or as `Name:Shape` where the shape is named otherwise. */
export type WrittenTable = Omit<ConstraintTable, 'shapes'> & {
  shapes: Readonly<
    Record<string, Exclude<Constraint, Structure> | { required?: readonly string[]; members?: readonly string[] }>
  >;
};

/** The table of an API; an empty one for an API that AWS does not have. */
export function constraintsOf(api: string): ConstraintTable {
  let table = tables.get(api);
  if (!table) {
    table = readTable(api);
    tables.set(api, table);
  }
  return table;
}

function readTable(api: string): ConstraintTable {
  try {
    return readText(readFileSync(new URL(`./generated/constraints/${api}.json`, import.meta.url), 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return EMPTY;
    throw error;
  }
}

/** A table from its written form. */
export function readText(text: string): ConstraintTable {
  const written: WrittenTable = JSON.parse(text);
  const shapes: Record<string, Constraint> = {};
  for (const [name, shape] of Object.entries(written.shapes)) {
    if ('type' in shape) shapes[name] = shape;
    else {
      const members = shape.members
        ?.map((entry) => entry.split(':'))
        .map(([member = '', target = member]) => [member, target]);
      shapes[name] = {
        type: 'structure',
        ...(shape.required ? { required: shape.required } : {}),
        ...(members ? { members: Object.fromEntries(members) } : {}),
      };
    }
  }
  return { ...written, shapes };
}

/**
 * Every constraint that the input of an operation violates, in the order of the model; empty when it violates none.
 *
 * @example validate(api, 'CreatePipeline', { PipelineName: 'a b' }) // ["Value 'a b' at 'pipelineName' failed to …", …]
 */
export function validate(api: Pick<Api, 'name'>, operation: string, input: unknown): Violation[] {
  const { operations, shapes } = constraintsOf(api.name);
  const violations: Violation[] = [];
  const root = operations[operation];
  if (root !== undefined) check(shapes, root, input ?? {}, '', violations);
  return violations;
}

function check(
  shapes: ConstraintTable['shapes'],
  name: string,
  value: unknown,
  path: string,
  found: Violation[],
): void {
  const shape = shapes[name];
  if (!shape) return;
  switch (shape.type) {
    case 'structure':
      if (isValues(value)) checkStructure(shapes, shape, value, path, found);
      return;
    case 'list':
      if (Array.isArray(value)) checkList(shapes, shape, value, path, found);
      return;
    case 'map':
      if (isValues(value)) checkMap(shapes, shape, value, path, found);
      return;
    default:
      for (const wording of broken(shape, value))
        found.push(violation(shape.sensitive ? undefined : value, path, wording));
  }
}

function checkStructure(
  shapes: ConstraintTable['shapes'],
  { required, members }: Structure,
  value: Values,
  path: string,
  found: Violation[],
): void {
  for (const name of required ?? []) {
    if (value[name] === undefined || value[name] === null)
      found.push(`Value null at '${at(path, name)}' failed to satisfy constraint: Member must not be null`);
  }
  for (const name in members) {
    const item = value[name];
    if (item !== undefined && item !== null) check(shapes, members[name]!, item, at(path, name), found);
  }
}

function checkList(
  shapes: ConstraintTable['shapes'],
  shape: Extract<Constraint, { type: 'list' }>,
  value: readonly unknown[],
  path: string,
  found: Violation[],
): void {
  for (const wording of lengthBroken(shape, value.length)) found.push(violation(value, path, wording));
  if (shape.member === undefined) return;
  const member = shapes[shape.member];
  if (!member) return;
  if (isNested(member)) {
    for (const [index, item] of value.entries())
      check(shapes, shape.member, item, `${path}.${index + 1}.member`, found);
  } else if (value.some((item) => broken(member, item).length > 0))
    found.push(violation(value, path, `Member must satisfy constraint: [${wordingsOf(member).join(', ')}]`));
}

function checkMap(
  shapes: ConstraintTable['shapes'],
  shape: Extract<Constraint, { type: 'map' }>,
  value: Values,
  path: string,
  found: Violation[],
): void {
  const keys = Object.keys(value);
  for (const wording of lengthBroken(shape, keys.length)) found.push(violation(value, path, wording));
  const key = shape.key === undefined ? undefined : shapes[shape.key];
  if (key && keys.some((one) => broken(key, one).length > 0))
    found.push(violation(value, path, `Map keys must satisfy constraint: [${wordingsOf(key).join(', ')}]`));
  const item = shape.value === undefined ? undefined : shapes[shape.value];
  if (!item) return;
  if (isNested(item)) for (const one of keys) check(shapes, shape.value!, value[one], `${path}.${one}.member`, found);
  else if (keys.some((one) => broken(item, value[one]).length > 0))
    found.push(violation(value, path, `Map value must satisfy constraint: [${wordingsOf(item).join(', ')}]`));
}

type Nested = Extract<Constraint, { type: 'structure' | 'list' | 'map' }>;
type Simple = Exclude<Constraint, Nested>;

const isNested = (shape: Constraint): shape is Nested =>
  shape.type === 'structure' || shape.type === 'list' || shape.type === 'map';

/** AWS names members in lower camel case: only the first letter changes. */
function at(path: string, name: string): string {
  const lower = name.charAt(0).toLowerCase() + name.slice(1);
  return path === '' ? lower : `${path}.${lower}`;
}

const violation = (value: unknown, path: string, wording: string): Violation =>
  `Value ${value === undefined ? '' : `'${shown(value)}' `}at '${path}' failed to satisfy constraint: ${wording}`;

/** The constraints of a simple value that it violates, worded. */
function broken(shape: Constraint, value: unknown): string[] {
  if (isNested(shape)) return [];
  if (shape.type === 'number') return typeof value === 'number' ? rangeBroken(shape, value) : [];
  const length = lengthOf(value);
  if (length === undefined) return [];
  const found = lengthBroken(shape, length);
  if (typeof value !== 'string') return found;
  if (shape.enum && !shape.enum.includes(value)) found.push(enumeration(shape.enum));
  const tooLong = shape.max !== undefined && length > shape.max && length > LONGEST_MATCHED;
  if (shape.pattern !== undefined && !tooLong && patternOf(shape.pattern)?.test(value) === false)
    found.push(patterned(shape.pattern));
  return found;
}

/** All constraints of a simple shape, worded: AWS tells them all when an element of a list violates one. */
function wordingsOf(shape: Simple | Constraint): string[] {
  if (isNested(shape)) return [];
  const of = shape.type === 'number' ? 'value' : 'length';
  const wordings: string[] = [];
  if (shape.max !== undefined) wordings.push(atMost(of, shape.max));
  if (shape.min !== undefined) wordings.push(atLeast(of, shape.min));
  if (shape.type === 'number') return wordings;
  if (shape.pattern !== undefined) wordings.push(patterned(shape.pattern));
  if (shape.enum) wordings.push(enumeration(shape.enum));
  return wordings;
}

const atMost = (of: string, max: number) => `Member must have ${of} less than or equal to ${max}`;
const atLeast = (of: string, min: number) => `Member must have ${of} greater than or equal to ${min}`;
const patterned = (pattern: string) => `Member must satisfy regular expression pattern: ${pattern}`;
const enumeration = (values: readonly string[]) => `Member must satisfy enum value set: [${values.join(', ')}]`;

function rangeBroken({ min, max, integer }: Extract<Constraint, { type: 'number' }>, value: number): string[] {
  const found: string[] = [];
  if (integer && !Number.isInteger(value)) found.push('Member must be an integer');
  if (max !== undefined && !(value <= max)) found.push(atMost('value', max));
  if (min !== undefined && !(value >= min)) found.push(atLeast('value', min));
  return found;
}

function lengthBroken({ min, max }: { min?: number; max?: number }, length: number): string[] {
  const found: string[] = [];
  if (max !== undefined && length > max) found.push(atMost('length', max));
  if (min !== undefined && length < min) found.push(atLeast('length', min));
  return found;
}

/** Characters of a text (not UTF-16 units), bytes of a blob. */
function lengthOf(value: unknown): number | undefined {
  if (typeof value === 'string') return /[\ud800-\udbff]/.test(value) ? [...value].length : value.length;
  return value instanceof Uint8Array ? value.length : undefined;
}

/** A value as Java prints it: `[a, b]`, `{k=v}`. */
function shown(value: unknown): string {
  const text = javaText(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

function javaText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.slice(0, 100).map(javaText).join(', ')}]`;
  if (value instanceof Date) return value.toISOString();
  if (!isValues(value)) return String(value);
  return `{${Object.entries(value)
    .slice(0, 100)
    .map(([key, item]) => `${key}=${javaText(item)}`)
    .join(', ')}}`;
}
