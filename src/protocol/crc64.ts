/**
 * CRC-64/NVME: sixteen bytes at a time ("slicing", Kounavis and Berry 2005) in WebAssembly, whose integers have 64 bits. The module is
 * put together here, by hand, from its one function: a compiler for it would be a dependency, and its output something that nobody reads.
 *
 * Entry b of table k is what the byte b becomes when k zero bytes follow it.
 */

const POLYNOMIAL = 0x9a6c9329ac4bc9b5n;
const SLICES = 16;
const ENTRY = 8;
const TABLES = SLICES * 256 * ENTRY;
/** Bytes that are copied in and digested at once. */
const BLOCK = 64 * 1024;
const PAGE = 64 * 1024;

// ---- the module ----------------------------------------------------------------------------------------------------
// https://webassembly.github.io/spec/core/binary/

const I32 = 0x7f;
const I64 = 0x7e;
/** The function's parameters, and its local. */
const [AT, END, CRC, SECOND] = [0, 1, 2, 3];

/** LEB128 of a number from 0. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** Signed LEB128 of a number from 0. */
function constant(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...constant(value >>> 7)];
}

const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const i32 = (value: number) => [0x41, ...constant(value)];
const i64 = (value: number) => [0x42, ...constant(value)];
const i64Load = (offset: number) => [0x29, 3, ...unsigned(offset)];
const I32_ADD = 0x6a;
const I32_AND = 0x71;
const I32_LESS = 0x49;
const I64_XOR = 0x85;
const I64_SHIFT_RIGHT = 0x88;
const I32_WRAP = 0xa7;

/** The entry of a table at the byte that begins at a bit of a local: its index times 8 is taken out in one go. */
function entry(local: number, bit: number, table: number): number[] {
  const shifted =
    bit === 0
      ? [...get(local), I32_WRAP, ...i32(3), 0x74]
      : [...get(local), ...i64(bit - 3), I64_SHIFT_RIGHT, I32_WRAP];
  return [...shifted, ...i32(0x7f8), I32_AND, ...i64Load(table * 256 * ENTRY)];
}

const eightEntries = (local: number, highest: number): number[] =>
  Array.from({ length: 8 }, (_, byte) => {
    const found = entry(local, byte * 8, highest - byte);
    return byte === 0 ? found : [...found, I64_XOR];
  }).flat();

/** `(at, end, crc) → crc`, over a multiple of sixteen bytes. */
const BODY = [
  ...[0x03, 0x40], // loop
  ...[...get(AT), ...i64Load(8), ...set(SECOND)],
  ...[...get(CRC), ...get(AT), ...i64Load(0), I64_XOR, ...set(CRC)],
  ...[...eightEntries(CRC, 15), ...eightEntries(SECOND, 7), I64_XOR, ...set(CRC)],
  ...[...get(AT), ...i32(16), I32_ADD, ...[0x22, AT], ...get(END), I32_LESS, ...[0x0d, 0]], // again while at < end
  0x0b,
  ...get(CRC),
];

const section = (id: number, content: readonly number[]) => [id, ...unsigned(content.length), ...content];
const named = (name: string) => [name.length, ...Buffer.from(name)];

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const locals = [1, 1, I64];
  const code = [...locals, ...BODY, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 3, I32, I32, I64, 1, I64]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, Math.ceil((TABLES + BLOCK) / PAGE)]),
    ...section(7, [2, ...named('memory'), 2, 0, ...named('digest'), 0, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ]);
}

// ---- the tables, and the check -------------------------------------------------------------------------------------

/** What is used of the global; the language's own types have it among those of browsers only. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> };
};

type Machine = { bytes: Uint8Array; table: BigUint64Array; digest(at: number, end: number, crc: bigint): bigint };

let machine: Machine | undefined;

function start(): Machine {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()));
  const { buffer } = exports['memory'] as { buffer: ArrayBuffer };
  const table = new BigUint64Array(buffer, 0, SLICES * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1n ? (crc >> 1n) ^ POLYNOMIAL : crc >> 1n;
    table[byte] = crc;
  }
  for (let at = 256; at < table.length; at += 1) {
    const before = table[at - 256]!;
    table[at] = (before >> 8n) ^ table[Number(before & 255n)]!;
  }
  return { bytes: new Uint8Array(buffer), table, digest: exports['digest'] as Machine['digest'] };
}

/** CRC-64/NVME of `bytes`, going on from `previous` (0 at first). */
export function crc64nvme(bytes: Uint8Array, previous = 0n): bigint {
  machine ??= start();
  const { bytes: memory, table, digest } = machine;
  let crc = BigInt.asUintN(64, ~previous);
  const whole = bytes.length - (bytes.length % SLICES);
  for (let at = 0; at < whole; at += BLOCK) {
    const block = bytes.subarray(at, Math.min(at + BLOCK, whole));
    memory.set(block, TABLES);
    crc = BigInt.asUintN(64, digest(TABLES, TABLES + block.length, crc));
  }
  for (let at = whole; at < bytes.length; at += 1) {
    crc = table[Number((crc ^ BigInt(bytes[at]!)) & 255n)]! ^ (crc >> 8n);
  }
  return BigInt.asUintN(64, ~crc);
}
