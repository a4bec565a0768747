/** S3 in a map, for the tests of this folder. */
import { systemClock } from '../../../base/clock.ts';
import type { JsonObject } from '../../../definition/asl/scope.ts';
import type { ItemReader } from '../../../definition/asl/types.ts';
import type { Item } from './item.ts';
import type { ListedObject, ReaderPorts, StoredObject, WriterPorts } from './ports.ts';
import { type Reading, readItems } from './reader.ts';

/** Cuts bytes at the given places, or into pieces of a size. */
export function cut(bytes: Uint8Array, at: readonly number[] | number): Uint8Array[] {
  const places =
    typeof at === 'number' ? Array.from({ length: Math.ceil(bytes.length / at) }, (_, index) => index * at) : at;
  const inside = [...new Set([0, ...places])].filter((place) => place < bytes.length).sort((a, b) => a - b);
  return inside.map((place, index) => bytes.slice(place, inside[index + 1] ?? bytes.length));
}

export function storedObject(bytes: Uint8Array, at: readonly number[] | number = 1 << 20): StoredObject {
  return {
    size: bytes.length,
    async *bytes(from = 0, to = bytes.length) {
      yield* cut(bytes.subarray(from, to), at);
    },
  };
}

export type Bucket = { readonly [key: string]: Uint8Array | string };

const bytesOf = (body: Uint8Array | string) => (typeof body === 'string' ? Buffer.from(body) : body);

/** @param at where the bodies are cut */
export function bucketPorts(bucket: Bucket, at?: readonly number[] | number): ReaderPorts & { opened: string[] } {
  const opened: string[] = [];
  const entries = Object.entries(bucket).sort(([one], [other]) => (one < other ? -1 : 1));
  return {
    opened,
    clock: systemClock,
    async open({ key }) {
      opened.push(key);
      const body = bucket[key];
      if (body === undefined) throw new Error('The specified key does not exist.');
      return storedObject(bytesOf(body), at);
    },
    // Two to a page, so that there are several.
    async list(_, prefix = '', continued = '') {
      const after = entries.filter(([key]) => key.startsWith(prefix) && key > continued);
      const objects = after.slice(0, 2).map(([Key, body]): ListedObject => {
        return {
          Etag: `"${Key}"`,
          LastModified: 1_700_000_000,
          Key,
          Size: bytesOf(body).length,
          StorageClass: 'STANDARD',
        };
      });
      return { objects, ...(after.length > 2 && { next: objects[1]!.Key }) };
    },
  };
}

/** What is written into a bucket, by its key. */
export function writtenInto(written: Map<string, string>): WriterPorts {
  return {
    clock: systemClock,
    async write({ key }, body) {
      const parts: Uint8Array[] = [];
      for await (const part of body) parts.push(part);
      written.set(key, Buffer.concat(parts).toString());
    },
  };
}

const resource = (action: string): ItemReader['resource'] => ({
  kind: 'integration',
  arn: `arn:aws:states:::s3:${action}`,
  sdk: false,
  service: 's3',
  action,
  pattern: 'request-response',
});

/** A reading of the object `data`, or of the bucket's listing. */
export function reading(
  reader: Partial<Reading['reader']>,
  rest: Partial<Omit<Reading, 'reader'>> = {},
  action = 'getObject',
): Reading {
  const given: JsonObject = action === 'getObject' ? { Bucket: 'b', Key: 'data' } : { Bucket: 'b' };
  return { reader: { resource: resource(action), inputType: undefined, ...reader }, arguments: given, ...rest };
}

export async function all<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const items: T[] = [];
  for await (const page of pages) items.push(...page);
  return items;
}

export const itemsOf = (wanted: Reading, ports: ReaderPorts): Promise<Item[]> => all(readItems(wanted, ports));

export const valuesOf = async (wanted: Reading, ports: ReaderPorts) =>
  (await itemsOf(wanted, ports)).map(({ value }) => value);
