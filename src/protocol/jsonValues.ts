/**
 * Between JSON values and the SDK's: walkers compiled from shapes, once per shape. Unknown members are ignored and null
 * is absence, as in every AWS service; a value of the wrong type is refused with the place where it stands.
 */

import { isValues, setOwn, type Values } from './codec.ts';
import { type AwsError, commonErrors } from './errors.ts';
import type { Member, Shape, StructureShape, TimestampFormat } from './shapes.ts';
import { formatTimestamp, parseTimestamp } from './timestamps.ts';

export type Decode = (value: unknown) => unknown;
/** Undefined when a value is written as it is. */
type Encode = ((value: never) => unknown) | undefined;

export type JsonWalkers = {
  decoderOf(shape: Shape): Decode;
  encoderOf(shape: StructureShape): (value: Values) => Values;
};

/** A value of the wrong type; its place is gathered while the walkers unwind. */
type Misfit = { misfit: true; found: string; wanted: string; place: (string | number)[] };

/**
 * Makes the walkers of one flavour of JSON: AWS JSON writes members by their own names and times as seconds since the
 * epoch; REST-JSON honours the traits for both.
 */
export function jsonWalkers(honoursTraits: boolean): JsonWalkers {
  const wireName: WireName = (member) => (honoursTraits ? (member.traits.jsonName ?? member.name) : member.name);
  return { decoderOf: decoders(wireName), encoderOf: encoders(wireName, honoursTraits) };
}

type WireName = (member: Member) => string;

function decoders(wireName: WireName): (shape: Shape) => Decode {
  const made = new WeakMap<Shape, Decode>();
  return of;

  function of(shape: Shape): Decode {
    const decoder = made.get(shape) ?? compile(shape);
    made.set(shape, decoder);
    return decoder;
  }

  function compile(shape: Shape): Decode {
    if (shape.kind === 'structure') return structure(shape);
    if (shape.kind === 'list') return listDecoder(of(shape.member.shape), Boolean(shape.traits.sparse));
    if (shape.kind === 'map') return mapDecoder(of(shape.value.shape), Boolean(shape.traits.sparse));
    return shape.kind === 'timestamp' ? readTimestamp : READ[shape.kind];
  }

  function structure(shape: StructureShape): Decode {
    let table: Map<string, { name: string; decode: Decode }> | undefined;
    return (value) => {
      if (!isValues(value)) throw misfit(value, 'structure');
      // Compiled on first use: shapes are recursive.
      table ??= new Map(shape.members().map((m) => [wireName(m), { name: m.name, decode: of(m.shape) }]));
      const result: Values = {};
      let count = 0;
      let key = '';
      try {
        for (key of Object.keys(value)) {
          const member = table.get(key);
          const item = value[key];
          if (member === undefined || item === null || item === undefined) continue;
          result[member.name] = member.decode(item);
          count++;
        }
      } catch (error) {
        throw placed(error, key);
      }
      if (shape.union && count > 1) throw misfit(value, 'union with exactly one member');
      return result;
    };
  }
}

function encoders(wireName: WireName, honoursTraits: boolean): (shape: StructureShape) => (value: Values) => Values {
  const made = new WeakMap<Shape, (value: Values) => Values>();
  return of;

  function of(shape: StructureShape): (value: Values) => Values {
    const encoder = made.get(shape) ?? structure(shape);
    made.set(shape, encoder);
    return encoder;
  }

  function structure(shape: StructureShape): (value: Values) => Values {
    let table: { name: string; wire: string; encode: Encode }[] | undefined;
    return (value) => {
      table ??= shape.members().map((m) => ({ name: m.name, wire: wireName(m), encode: any(m.shape, m.name) }));
      const result: Values = {};
      for (const { name, wire, encode } of table) {
        const item = value[name];
        if (item === undefined || item === null) continue;
        result[wire] = encode === undefined ? item : encode(item as never);
      }
      return result;
    };
  }

  function any(shape: Shape, where: string): Encode {
    if (shape.kind === 'structure') return of(shape);
    if (shape.kind === 'timestamp') return timestampEncoder(honoursTraits ? shape.format : 'default', where);
    if (shape.kind === 'list') {
      const item = any(shape.member.shape, where);
      return item && ((value: readonly never[]) => value.map((one) => (one === null ? null : item(one))));
    }
    if (shape.kind === 'map') {
      const item = any(shape.value.shape, where);
      return item && ((value: Record<string, never>) => mapValues(value, (one) => (one === null ? null : item(one))));
    }
    return WRITE[shape.kind];
  }
}

/** Runs a decoder and turns what it refuses into AWS's SerializationException, which names the place. */
export function decodeJson(decode: Decode, value: unknown): unknown {
  try {
    return decode(value);
  } catch (error) {
    if (error instanceof RangeError) throw commonErrors.malformed('The request body is nested too deeply.');
    throw isMisfit(error) ? describe(error) : error;
  }
}

/** Parses a JSON body; an empty one is an empty structure. */
export function parseJson(body: Buffer | string): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString());
  } catch (error) {
    throw commonErrors.malformed(
      `The request body is not valid JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function listDecoder(item: Decode, sparse: boolean): Decode {
  return (value) => {
    if (!Array.isArray(value)) throw misfit(value, 'list');
    const result: unknown[] = [];
    let index = 0;
    try {
      for (; index < value.length; index++) {
        if (value[index] !== null) result.push(item(value[index]));
        else if (sparse) result.push(null);
      }
    } catch (error) {
      throw placed(error, index);
    }
    return result;
  };
}

function mapDecoder(item: Decode, sparse: boolean): Decode {
  return (value) => {
    if (!isValues(value)) throw misfit(value, 'map');
    const result: Values = {};
    let key = '';
    try {
      for (key of Object.keys(value)) {
        if (value[key] !== null) setOwn(result, key, item(value[key]));
        else if (sparse) setOwn(result, key, null);
      }
    } catch (error) {
      throw placed(error, key);
    }
    return result;
  };
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const NOT_FINITE: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity: Infinity, '-Infinity': -Infinity };

const READ: Readonly<Record<'string' | 'number' | 'boolean' | 'blob' | 'document', Decode>> = {
  string: (value) => {
    if (typeof value !== 'string') throw misfit(value, 'String');
    return value;
  },
  number: (value) => {
    if (typeof value === 'number') return value;
    const special = typeof value === 'string' ? NOT_FINITE[value] : undefined;
    if (special === undefined) throw misfit(value, 'number');
    return special;
  },
  boolean: (value) => {
    if (typeof value !== 'boolean') throw misfit(value, 'Boolean');
    return value;
  },
  blob: (value) => {
    if (typeof value !== 'string' || !BASE64.test(value)) throw misfit(value, 'Blob (base64)');
    return new Uint8Array(Buffer.from(value, 'base64'));
  },
  document: (value) => value,
};

function readTimestamp(value: unknown): Date {
  const parsed =
    typeof value === 'number' ? parseTimestamp(value) : typeof value === 'string' ? parseTimestamp(value) : undefined;
  if (!parsed) throw misfit(value, 'Timestamp');
  return parsed;
}

const WRITE: Readonly<Record<'string' | 'number' | 'boolean' | 'blob' | 'document', Encode>> = {
  string: undefined,
  number: (value: number) => (Number.isFinite(value) ? value : String(value)),
  boolean: undefined,
  blob: (value: Uint8Array | string) => Buffer.from(value).toString('base64'),
  document: undefined,
};

function timestampEncoder(format: TimestampFormat, where: string): Encode {
  return format === 'default' || format === 'epoch-seconds'
    ? (value: Date) => secondsOf(value, where)
    : (value: Date) => formatTimestamp(value, format);
}

function secondsOf(value: Date, where: string): number {
  const time = value.getTime();
  if (Number.isNaN(time)) throw new Error(`${where} of an answer is not a valid date`);
  return time / 1000;
}

function mapValues(value: Record<string, never>, write: (value: never) => unknown): Values {
  const result: Values = {};
  for (const key of Object.keys(value)) setOwn(result, key, write(value[key] as never));
  return result;
}

const misfit = (value: unknown, wanted: string): Misfit => ({ misfit: true, found: kindOf(value), wanted, place: [] });

const isMisfit = (error: unknown): error is Misfit => typeof error === 'object' && error !== null && 'misfit' in error;

function placed(error: unknown, key: string | number): unknown {
  if (isMisfit(error)) error.place.push(key);
  return error;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'LIST_VALUE';
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
  return value === null
    ? 'NULL_VALUE'
    : typeof value === 'object'
      ? 'STRUCTURE_VALUE'
      : `${typeof value}_VALUE`.toUpperCase();
}

function describe({ found, wanted, place }: Misfit): AwsError {
  const where = place
    .reverse()
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('');
  return commonErrors.malformed(
    `${found} can not be converted to a ${wanted}${where ? ` at '${where}'` : ''} of the request.`,
  );
}
