/**
 * A task's arguments as the input of an operation, by the operation's own shapes.
 *
 * A1. Nothing is passed on that the operation does not take, and nothing is left out silently but null, which is absence.
 * A2. Every argument that does not fit is named, not only the first.
 */
import { isJson } from '../../../base/json.ts';
import type { Json, JsonObject } from '../../../definition/asl/scope.ts';
import { setOwn, type Values } from '../../../protocol/codec.ts';
import type { Member, Shape, StructureShape } from '../../../protocol/shapes.ts';
import { parseTimestamp } from '../../../protocol/timestamps.ts';
import { memberName, type Naming } from './names.ts';

export type Reading = {
  readonly naming: Naming;
  /** Members whose value may be any JSON, passed as text. */
  readonly json?: readonly string[] | undefined;
  /** The members of the input that may be given, by the names of arguments. @default all */
  readonly takes?: readonly string[] | undefined;
};

export type Read = { readonly input: Values; readonly problems: readonly string[] };

/** A value that does not fit; reported where its name is known. */
const MISFIT = Symbol('misfit');

type Reader = { readonly reading: Reading; readonly problems: string[] };

export function readArguments(shape: StructureShape, given: JsonObject, reading: Reading): Read {
  const problems: string[] = [];
  const { takes } = reading;
  const refused = takes ? Object.keys(given).filter((name) => !takes.includes(name)) : [];
  for (const name of refused) problems.push(unsupported(name));
  const taken = Object.fromEntries(Object.entries(given).filter(([name]) => !refused.includes(name)));
  const input = structure({ reading, problems }, shape, taken);
  return { input, problems };
}

function structure(reader: Reader, shape: StructureShape, given: JsonObject): Values {
  const members = membersOf(reader.reading.naming, shape);
  const result: Values = {};
  for (const [name, value] of Object.entries(given)) {
    const member = members.get(name);
    if (!member) reader.problems.push(unsupported(name));
    else if (value !== null) setOwn(result, member.name, named(reader, name, member, value));
  }
  return result;
}

/** A member's value, or what is wrong with it. */
function named(reader: Reader, name: string, member: Member, value: Json): unknown {
  const read = converted(reader, member, value);
  if (read !== MISFIT) return read;
  reader.problems.push(
    `The value of the field '${name}' has an invalid format: ${WANTED[member.shape.kind]} is wanted`,
  );
  return undefined;
}

function converted(reader: Reader, member: Member, value: Json): unknown {
  const { shape } = member;
  switch (shape.kind) {
    case 'structure':
      return isObject(value) ? structure(reader, shape, value) : MISFIT;
    case 'list':
      return Array.isArray(value) ? items(reader, shape.member, Boolean(shape.traits.sparse), value) : MISFIT;
    case 'map':
      return isObject(value) ? entries(reader, shape.value, Boolean(shape.traits.sparse), value) : MISFIT;
    case 'blob':
      return blob(reader, member, value);
    case 'string':
      return text(reader, member, value);
    default:
      return simple(reader.reading.naming, shape.kind, value);
  }
}

function items(reader: Reader, item: Member, sparse: boolean, given: readonly Json[]): unknown {
  const read = given.flatMap((one) => (one === null ? (sparse ? [null] : []) : [converted(reader, item, one)]));
  return read.includes(MISFIT) ? MISFIT : read;
}

function entries(reader: Reader, value: Member, sparse: boolean, given: JsonObject): Values {
  const result: Values = {};
  for (const [key, one] of Object.entries(given)) {
    if (one !== null) setOwn(result, key, named(reader, key, value, one));
    else if (sparse) setOwn(result, key, null);
  }
  return result;
}

/** SDK integrations write JSON as text wherever the API wants text; optimised ones do so for some members. */
function text({ reading }: Reader, member: Member, value: Json): unknown {
  if (typeof value === 'string') return value;
  if (reading.json?.includes(member.name) || reading.json?.includes(memberName(reading.naming, member.name)))
    return JSON.stringify(value);
  return reading.naming === 'sdk' && typeof value === 'object' ? JSON.stringify(value) : MISFIT;
}

/** The body of a request is JSON, texts too; other bytes stand as base64. */
function blob({ reading }: Reader, { name, traits }: Member, value: Json): unknown {
  const whole = traits.streaming !== undefined || traits.httpPayload !== undefined;
  if (!whole) return typeof value === 'string' && BASE64.test(value) ? bytesOf(value, 'base64') : MISFIT;
  // Where JSON is wanted (a function's payload), a text that is JSON already is passed as it is, and any other becomes it.
  const asIs = typeof value === 'string' && reading.json?.includes(name) && isJson(value);
  return bytesOf(asIs ? value : JSON.stringify(value), 'utf8');
}

const bytesOf = (text: string, encoding: 'base64' | 'utf8') => new Uint8Array(Buffer.from(text, encoding));

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

function simple(naming: Naming, kind: 'number' | 'boolean' | 'timestamp' | 'document', value: Json): unknown {
  if (kind === 'document') return value;
  if (kind === 'timestamp') return instant(naming, value) ?? MISFIT;
  return typeof value === kind ? value : MISFIT;
}

/** Of the SDK for Java 1 numbers are milliseconds, of that for Java 2 seconds: as in their results. */
function instant(naming: Naming, value: Json): Date | undefined {
  if (typeof value === 'number') return parseTimestamp(naming === 'optimized' ? value / 1000 : value);
  return typeof value === 'string' ? parseTimestamp(value) : undefined;
}

const WANTED: Readonly<Record<Shape['kind'], string>> = {
  blob: 'base64',
  boolean: 'true or false',
  document: 'JSON',
  list: 'an array',
  map: 'an object',
  number: 'a number',
  string: 'a string',
  structure: 'an object',
  timestamp: 'a time, as in 2026-11-27T08:00:00Z,',
};

export const unsupported = (name: string) => `The field "${name}" is not supported by Step Functions`;

const tables: Readonly<Record<Naming, WeakMap<StructureShape, ReadonlyMap<string, Member>>>> = {
  sdk: new WeakMap(),
  optimized: new WeakMap(),
};

/** A structure's members by the names of arguments. */
export function membersOf(naming: Naming, shape: StructureShape): ReadonlyMap<string, Member> {
  let table = tables[naming].get(shape);
  if (!table) {
    table = new Map(shape.members().map((member) => [memberName(naming, member.name), member]));
    tables[naming].set(shape, table);
  }
  return table;
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
