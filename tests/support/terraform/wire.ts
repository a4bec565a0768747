/** As much of Protocol Buffers and MessagePack as Terraform's plugin protocol needs of a stand-in: no more than that. */

export type Field = readonly [number: number, value: string | Uint8Array | boolean | number];

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  return Buffer.from([...bytes, left]);
}

/** A message of protocol buffers. */
export function message(...fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([number, value]) => {
      if (typeof value === 'number' || typeof value === 'boolean') return [varint(number * 8), varint(Number(value))];
      const bytes = Buffer.from(value as string);
      return [varint(number * 8 + 2), varint(bytes.length), bytes];
    }),
  );
}

/** The fields of a message that hold bytes, by number: the last of each. */
export function byteFields(bytes: Uint8Array): Map<number, Buffer> {
  const buffer = Buffer.from(bytes);
  const fields = new Map<number, Buffer>();
  let at = 0;
  const read = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = buffer[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < buffer.length) {
    const key = read();
    if (key % 8 === 0) read();
    else if (key % 8 === 2) {
      const length = read();
      fields.set(Math.floor(key / 8), buffer.subarray(at, at + length));
      at += length;
    } else throw new Error(`The stand-in does not read wire type ${key % 8}.`);
  }
  return fields;
}

const NIL = 0xc0;
/** A value that is known after apply: an extension of type 0. */
const UNKNOWN = Buffer.from([0xd4, 0, 0]);

/** A MessagePack map, with nothing in the members of these names made unknown. Other values stay as they are. */
export function withUnknown(map: Buffer, names: ReadonlySet<string>): Buffer {
  const head = lengthAt(map, 0);
  const pieces = [map.subarray(0, head.next)];
  let at = head.next;
  for (let member = 0; member < head.length; member += 1) {
    const value = skip(map, at);
    const name = map.subarray(lengthAt(map, at).next, value).toString('utf8');
    const end = skip(map, value);
    const unknown = names.has(name) && map[value] === NIL;
    pieces.push(map.subarray(at, value), unknown ? UNKNOWN : map.subarray(value, end));
    at = end;
  }
  return Buffer.concat(pieces);
}

/** Of a string, list or map at a place: how long, and where its contents begin. */
function lengthAt(
  buffer: Buffer,
  at: number,
): { kind: 'bytes' | 'list' | 'map' | 'scalar'; length: number; next: number } {
  const byte = buffer[at]!;
  if (byte >= 0x80 && byte <= 0x8f) return { kind: 'map', length: byte & 15, next: at + 1 };
  if (byte >= 0x90 && byte <= 0x9f) return { kind: 'list', length: byte & 15, next: at + 1 };
  if (byte >= 0xa0 && byte <= 0xbf) return { kind: 'bytes', length: byte & 31, next: at + 1 };
  if (byte === 0xd9) return { kind: 'bytes', length: buffer.readUInt8(at + 1), next: at + 2 };
  if (byte === 0xda) return { kind: 'bytes', length: buffer.readUInt16BE(at + 1), next: at + 3 };
  if (byte === 0xdb) return { kind: 'bytes', length: buffer.readUInt32BE(at + 1), next: at + 5 };
  if (byte === 0xdc) return { kind: 'list', length: buffer.readUInt16BE(at + 1), next: at + 3 };
  if (byte === 0xde) return { kind: 'map', length: buffer.readUInt16BE(at + 1), next: at + 3 };
  if (byte === 0xc7) return { kind: 'bytes', length: buffer.readUInt8(at + 1), next: at + 3 };
  return { kind: 'scalar', length: 0, next: at + 1 + (SCALARS[byte] ?? 0) };
}

/** Bytes that follow: numbers, and extensions of fixed length with their type. */
const SCALARS: Readonly<Record<number, number>> = {
  202: 4,
  203: 8,
  204: 1,
  205: 2,
  206: 4,
  207: 8,
  208: 1,
  209: 2,
  210: 4,
  211: 8,
  212: 2,
  213: 3,
  214: 5,
  215: 9,
  216: 17,
};

function skip(buffer: Buffer, at: number): number {
  const { kind, length, next } = lengthAt(buffer, at);
  if (kind === 'bytes') return next + length;
  let end = next;
  for (let left = kind === 'map' ? length * 2 : length; left > 0; left -= 1) end = skip(buffer, end);
  return end;
}
