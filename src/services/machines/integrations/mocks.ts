/**
 * Whether a mocked result of TestState is one that the API could have given: the first thing that is wrong with it, in AWS's words.
 *
 * M1. Members that the API does not have are not looked at.
 * M2. Where nothing is known of an API, every result will do: a mock is the word of who tests.
 *
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_MockInput.html
 */
import type { Json, JsonObject } from '../../../definition/asl/scope.ts';
import type { TaskResource } from '../../../definition/asl/types.ts';
import { type AnswerShape, type AnswerTable, answerTable, type SimpleType } from './answerTables.ts';
import { isObject } from './arguments.ts';
import { memberName, methodName, type Naming } from './names.ts';
import { optimizedRow, PARSED_BY_SYNC_2 } from './optimized.ts';
import type { IntegrationResource, MockMode } from './types.ts';

type Checking = {
  readonly table: AnswerTable;
  readonly naming: Naming;
  readonly strict: boolean;
  /** Members of the answer that may be any JSON, by the model's names. */
  readonly free: readonly string[];
};

export function validateMock(resource: TaskResource, result: Json, mode: MockMode): string | undefined {
  // Whoever holds a task token gives the result, and no API.
  if (mode === 'NONE' || resource.kind !== 'integration' || resource.pattern === 'waitForTaskToken') return undefined;
  const answer = answerOf(resource);
  if (!answer) return undefined;
  const wrong = wrongIn({ ...answer, strict: mode === 'STRICT' }, answer.shape, result);
  return wrong === undefined ? undefined : `Mock result schema validation error: ${wrong}`;
}

function wrongIn(checking: Checking, shape: string, result: Json): string | undefined {
  try {
    return firstWrong(checking, shape, undefined, result);
  } catch (error) {
    // Some shapes hold themselves, so that a result may be deeper than the stack.
    if (error instanceof RangeError) return 'The result is nested too deeply';
    throw error;
  }
}

/** The tables have the names of the SDK's clients, which differ from those of optimised integrations for these. */
const CLIENTS: Readonly<Record<string, string>> = { events: 'eventbridge', states: 'sfn' };

/** What the result is checked against: for `.sync` the answer that describes what was awaited. */
function answerOf(resource: IntegrationResource): (Omit<Checking, 'strict'> & { shape: string }) | undefined {
  const { sdk, service, action, pattern } = resource;
  const table = answerTable(sdk ? service : (CLIENTS[service] ?? service));
  if (!table) return undefined;
  const row = sdk ? undefined : optimizedRow(service, action);
  const waits = pattern === 'sync' || pattern === 'sync:2';
  // Of services outside Telar it is not on record which answer a finished job gives.
  if (waits && !row?.sync) return undefined;
  const operation =
    (waits ? row?.sync?.describe : row?.operation) ??
    Object.keys(table.operations).find((name) => methodName(name) === action);
  const whole = operation === undefined ? undefined : table.operations[operation];
  if (whole === undefined) return undefined;
  const free = [...(row?.parsed ?? []), ...(pattern === 'sync:2' ? PARSED_BY_SYNC_2 : [])];
  const part = waits ? row?.sync?.part : undefined;
  return {
    table,
    naming: sdk ? 'sdk' : 'optimized',
    free,
    shape: part === undefined ? whole : partOf(table, whole, part),
  };
}

function partOf({ shapes }: AnswerTable, whole: string, part: string): string {
  const shape = shapes[whole];
  return (shape?.type === 'structure' ? shape.members?.[part] : undefined) ?? 'document';
}

/** @param field the member's name; undefined for the whole result */
function firstWrong(checking: Checking, reference: string, field: string | undefined, value: Json): string | undefined {
  const shape: AnswerShape = checking.table.shapes[reference] ?? { type: reference as SimpleType };
  const subject = field === undefined ? 'The result' : `Field '${field}'`;
  if (!TYPES[shape.type](value)) return `${subject} must be ${NAMES[shape.type]}`;
  if (shape.type === 'structure') return wrongMember(checking, shape, value as JsonObject);
  const unbounded = 'item' in shape ? undefined : outOfBounds(shape, value);
  if (unbounded !== undefined) return `${subject} ${unbounded}`;
  if (!('item' in shape)) return undefined;
  for (const [key, one] of Object.entries(value as JsonObject | Json[])) {
    const wrong = firstWrong(checking, shape.item, shape.type === 'map' ? key : field, one);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function wrongMember(
  checking: Checking,
  { required = [], members = {} }: Extract<AnswerShape, { type: 'structure' }>,
  value: JsonObject,
): string | undefined {
  const given = (name: string) => {
    const key = memberName(checking.naming, name);
    return Object.hasOwn(value, key) ? value[key] : undefined;
  };
  const missing = checking.strict ? required.find((name) => given(name) === undefined) : undefined;
  if (missing !== undefined) return `Required field '${memberName(checking.naming, missing)}' is missing`;
  for (const [name, reference] of Object.entries(members)) {
    const one = given(name);
    if (one === undefined || checking.free.includes(name)) continue;
    // What may be any JSON stands in the answer itself, not below.
    const wrong = firstWrong({ ...checking, free: [] }, reference, memberName(checking.naming, name), one);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function outOfBounds(shape: Extract<AnswerShape, { type: SimpleType }>, value: Json): string | undefined {
  const { min = -Infinity, max = Infinity } = shape;
  if (shape.enum && !shape.enum.includes(String(value))) return 'is not an expected value';
  if (typeof value === 'number') {
    if (value < min) return 'is less than the minimum value';
    return value > max ? 'exceeds the maximum value' : undefined;
  }
  if (typeof value !== 'string') return undefined;
  if (value.length < min) return 'is smaller than the minimum length';
  return value.length > max ? 'exceeds the maximum length' : undefined;
}

const isText = (value: Json) => typeof value === 'string';

const TYPES: Readonly<Record<AnswerShape['type'], (value: Json) => boolean>> = {
  structure: isObject,
  map: isObject,
  list: Array.isArray,
  string: isText,
  blob: isText,
  timestamp: isText,
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  document: () => true,
};

const NAMES: Readonly<Record<AnswerShape['type'], string>> = {
  structure: 'an object',
  map: 'an object',
  list: 'an array',
  string: 'a string',
  blob: 'a string',
  timestamp: 'a string',
  number: 'a number',
  boolean: 'a boolean',
  document: 'JSON',
};
