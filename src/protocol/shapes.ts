/**
 * The types of an API's inputs and outputs, in Telar's own words, converted on first use from the schemas that the
 * official SDK clients export. The only file that knows how the SDK lays its schemas out (smithy's "static schemas",
 * pinned in package.json): arrays `[kind, namespace, name, traits, …]`, members as `[schema, traits]`, thunks for what
 * is defined later, and numbers for the simple types.
 *
 * Invariants: one schema gives one Shape (so compiled codecs are cached by identity); a structure's members are
 * resolved on first use (schemas are recursive, and most operations are never called).
 */

export type Traits = {
  httpLabel?: unknown;
  httpHeader?: string;
  httpPrefixHeaders?: string;
  httpQuery?: string;
  httpQueryParams?: unknown;
  httpPayload?: unknown;
  httpResponseCode?: unknown;
  streaming?: unknown;
  sparse?: unknown;
  jsonName?: string;
  xmlName?: string;
  xmlFlattened?: unknown;
  xmlAttribute?: unknown;
  /** `[prefix, uri]`. */
  xmlNamespace?: readonly [string, string];
  /** The operation's request may vouch for its body with a checksum. */
  httpChecksum?: unknown;
  http?: readonly [method: string, uri: string, status: number];
  /** Clients make the member up where the user gives none. */
  idempotencyToken?: unknown;
  /** An error's code on the wire, where that is not its name. */
  awsQueryError?: readonly [code: string, status: number];
};

export type TimestampFormat = 'default' | 'date-time' | 'http-date' | 'epoch-seconds';

export type Member = {
  name: string;
  shape: Shape;
  /** The member's own traits, over those of a simple type it points at. */
  traits: Traits;
  required: boolean;
};

export type StructureShape = {
  kind: 'structure';
  name: string;
  traits: Traits;
  /** Exactly one member may be set. */
  union: boolean;
  members(): readonly Member[];
};
export type ListShape = { kind: 'list'; name: string; traits: Traits; member: Member };
export type MapShape = { kind: 'map'; name: string; traits: Traits; key: Member; value: Member };
export type SimpleShape = { kind: 'string' | 'number' | 'boolean' | 'blob' | 'document' };
export type TimestampShape = { kind: 'timestamp'; format: TimestampFormat };
export type Shape = StructureShape | ListShape | MapShape | SimpleShape | TimestampShape;

/** Trait sets are written as a number when they consist of these flags only, lowest bit first. */
const FLAGS = [
  'httpLabel',
  'idempotent',
  'idempotencyToken',
  'sensitive',
  'httpPayload',
  'httpResponseCode',
  'httpQueryParams',
] as const;

const SIMPLE: Readonly<Record<number, SimpleShape | TimestampShape>> = {
  0: { kind: 'string' },
  1: { kind: 'number' },
  17: { kind: 'number' },
  19: { kind: 'number' },
  2: { kind: 'boolean' },
  15: { kind: 'document' },
  21: { kind: 'blob' },
  42: { kind: 'blob' },
  4: { kind: 'timestamp', format: 'default' },
  5: { kind: 'timestamp', format: 'date-time' },
  6: { kind: 'timestamp', format: 'http-date' },
  7: { kind: 'timestamp', format: 'epoch-seconds' },
};
const STREAMING_BLOB = 42;
const LIST_OF = 64;
const MAP_OF = 128;

const UNIT: StructureShape = { kind: 'structure', name: 'Unit', traits: {}, union: false, members: () => [] };

const known = new WeakMap<object, Shape>();
const knownByNumber = new Map<number, Shape>();

/** An operation's schema as the SDK exports it, or undefined when `value` is something else. */
export function operationSchema(
  value: unknown,
): { name: string; traits: Traits; input(): StructureShape; output(): StructureShape } | undefined {
  if (!Array.isArray(value) || value[0] !== 9) return undefined;
  return {
    name: String(value[2]),
    traits: traitsOf(value[3]),
    input: () => structureOf(value[4]),
    output: () => structureOf(value[5]),
  };
}

/** An error's schema as the SDK exports it; undefined for anything else, and for the base that the SDK makes up. */
export function errorSchema(value: unknown): { name: string; code: string } | undefined {
  if (!Array.isArray(value) || value[0] !== -3 || String(value[1]).startsWith('smithy.ts.sdk')) return undefined;
  const name = String(value[2]);
  return { name, code: traitsOf(value[3]).awsQueryError?.[0] ?? name };
}

function shapeOf(schema: unknown): Shape {
  const target = dereference(schema);
  if (target === 'unit') return UNIT;
  if (typeof target === 'number') return shapeOfNumber(target);
  if (!Array.isArray(target)) throw unknownSchema(schema);
  const cached = known.get(target);
  if (cached) return cached;
  const shape = convert(target);
  known.set(target, shape);
  return shape;
}

function structureOf(schema: unknown): StructureShape {
  const shape = shapeOf(schema);
  if (shape.kind !== 'structure') throw unknownSchema(schema);
  return shape;
}

function shapeOfNumber(code: number): Shape {
  const cached = SIMPLE[code] ?? knownByNumber.get(code);
  if (cached) return cached;
  const made: Shape | undefined =
    code >= MAP_OF
      ? {
          kind: 'map',
          name: '',
          traits: {},
          key: memberOf('key', 0, true),
          value: memberOf('value', code - MAP_OF, true),
        }
      : code >= LIST_OF
        ? { kind: 'list', name: '', traits: {}, member: memberOf('member', code - LIST_OF, true) }
        : undefined;
  if (!made) throw unknownSchema(code);
  knownByNumber.set(code, made);
  return made;
}

function convert(schema: unknown[]): Shape {
  const [kind, , name] = schema;
  const base = { name: String(name), traits: traitsOf(schema[3]) };
  if (kind === 0) return shapeOf(schema[4]);
  if (kind === 1) return { kind: 'list', ...base, member: memberOf('member', schema[4], true) };
  if (kind === 2)
    return { kind: 'map', ...base, key: memberOf('key', schema[4], true), value: memberOf('value', schema[5], true) };
  if (kind !== 3 && kind !== 4 && kind !== -3) throw unknownSchema(schema);
  let members: readonly Member[] | undefined;
  return {
    kind: 'structure',
    ...base,
    union: kind === 4,
    members: () => (members ??= membersOf(schema)),
  };
}

function membersOf(schema: unknown[]): Member[] {
  const names = schema[4] as string[];
  const targets = schema[5] as unknown[];
  const required = schema[0] === 4 ? 0 : Number(schema[6] ?? 0);
  return names.map((name, index) => memberOf(name, targets[index], index < required));
}

function memberOf(name: string, reference: unknown, required: boolean): Member {
  let traits: Traits = {};
  let target = dereference(reference);
  while (Array.isArray(target) && target.length === 2) {
    traits = { ...traitsOf(target[1]), ...traits };
    target = dereference(target[0]);
  }
  target = dereference(target);
  // A named simple type carries traits of its own (`streaming`, `mediaType`); they hold for whoever points at it.
  while (Array.isArray(target) && target[0] === 0) {
    traits = { ...traitsOf(target[3]), ...traits };
    target = dereference(target[4]);
  }
  if (target === STREAMING_BLOB) traits = { streaming: 1, ...traits };
  return { name, shape: shapeOf(target), traits, required };
}

function traitsOf(traits: unknown): Traits {
  if (typeof traits === 'object' && traits !== null) return traits as Traits;
  const bits = Number(traits ?? 0);
  return Object.fromEntries(FLAGS.filter((_, bit) => (bits >> bit) & 1).map((flag) => [flag, 1]));
}

function dereference(schema: unknown): unknown {
  return typeof schema === 'function' ? dereference(schema()) : schema;
}

function unknownSchema(schema: unknown): Error {
  return new Error(`The SDK exports a schema that Telar cannot read: ${JSON.stringify(schema)?.slice(0, 200)}`);
}
