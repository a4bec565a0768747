/**
 * An assembler for the little of WebAssembly that lanesCode.ts needs: expressions, which leave a value on the stack, statements,
 * which leave none, and functions of them over one memory.
 *
 * Code is the bytes themselves, in their order: `v128.and(a, b)` is those of `a`, those of `b`, and the instruction's.
 */

/** As much of the global as is used here: it is not among Node's types. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Memory: new (pages: { initial: number }) => { buffer: ArrayBuffer };
  Instance: new (module: object, imports: object) => { exports: Readonly<Record<string, Callable>> };
};

/** Bytes, in parts: copied once, when all of them are there. */
export type Code = readonly (number | Code)[];

function flat(code: Code): number[] {
  const bytes: number[] = [];
  const add = (part: number | Code): void => {
    if (typeof part === 'number') bytes.push(part);
    else for (const each of part) add(each);
  };
  add(code);
  return bytes;
}

/** LEB128, as all integers of a module are written. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}
function signed(value: number): Code {
  return value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}

const I32 = 0x7f;
const V128 = 0x7b;
const NOTHING = 0x40;
const END = 0x0b;

/** An instruction on vectors. */
const vector = (instruction: number): Code => [0xfd, unsigned(instruction)];
/** How memory is aligned, to 2^4 bytes, which is a hint only; and how far from the address. */
const at = (offset: number): Code => [4, unsigned(offset)];

export const get = (local: number): Code => [0x20, local];
export const set = (local: number, value: Code): Code => [value, 0x21, local];

export const i32 = {
  const: (value: number): Code => [0x41, signed(value)],
  add: (a: Code, b: Code): Code => [a, b, 0x6a],
  differ: (a: Code, b: Code): Code => [a, b, 0x47],
  load: (address: Code, offset: number): Code => [address, 0x28, 2, unsigned(offset)],
};

export const v128 = {
  /** The byte in all sixteen. */
  const: (byte: number): Code => [vector(0x0c), ...Array<number>(16).fill(byte)],
  load: (address: Code, offset = 0): Code => [address, vector(0x00), at(offset)],
  store: (address: Code, value: Code, offset = 0): Code => [address, value, vector(0x0b), at(offset)],
  and: (a: Code, b: Code): Code => [a, b, vector(0x4e)],
  or: (a: Code, b: Code): Code => [a, b, vector(0x50)],
  not: (a: Code): Code => [a, vector(0x4d)],
  /** The bits of `yes` where those of `mask` are set, else those of `no`. */
  select: (yes: Code, no: Code, mask: Code): Code => [yes, no, mask, vector(0x52)],
  /** Within each two bytes. */
  shiftLeft: (a: Code, bits: number): Code => (bits === 0 ? a : [a, i32.const(bits), vector(0x8b)]),
  shiftRight: (a: Code, bits: number): Code => (bits === 0 ? a : [a, i32.const(bits), vector(0x8d)]),
  /** The bytes of `a` and then `b`, counted from 0 to 31, that `order` names. */
  shuffle: (a: Code, b: Code, order: Code): Code => [a, b, vector(0x0d), order],
  /** Of each byte of `indexes` that byte of `table`: 0 where its highest bit is set; others must be below 16. */
  lookUp: (table: Code, indexes: Code): Code => [table, indexes, vector(0x100)],
  addFloats: (a: Code, b: Code): Code => [a, b, vector(0xe4)],
};

/** Repeats `body` for as long as the condition behind it holds, once at least. */
export const repeat = (body: Code, condition: Code): Code => [0x03, NOTHING, body, condition, 0x0d, 0, END];

/** Takes two i32s and answers nothing. Locals are numbered: the two first, then other i32s, then vectors. */
export type WasmFunction = { integers: number; vectors: number; body: Code };

const list = (items: readonly Code[]): Code => [unsigned(items.length), items];
const text = (value: string): Code => [unsigned(value.length), [...Buffer.from(value, 'latin1')]];
const section = (id: number, content: Code): Code => {
  const bytes = flat(content);
  return [id, unsigned(bytes.length), bytes];
};

/** The bytes of a module that imports its memory and exports its functions, named by their numbers. */
function assemble(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const type = [0x60, list([[I32], [I32]]), list([])];
  const bodies = functions.map(({ integers, vectors, body }) => {
    const locals = [
      [unsigned(integers), I32],
      [unsigned(vectors), V128],
    ];
    const code = flat([list(locals), body, END]);
    return [unsigned(code.length), code];
  });
  const module = [
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, list([type])),
    section(2, list([[text('env'), text('memory'), 2, 0, 1]])),
    section(3, list(functions.map(() => [0]))),
    section(7, list(functions.map((_, index) => [text(`${index}`), 0, unsigned(index)]))),
    section(10, list(bodies)),
  ];
  return Uint8Array.from(flat(module));
}

const PAGE = 65_536;

export type Callable = (first: number, second: number) => void;

/** The functions, in their order, to be called; and the memory that they work on, of `size` bytes at least. */
export function build(
  functions: readonly WasmFunction[],
  size: number,
): { memory: ArrayBuffer; callables: readonly Callable[] } {
  const memory = new WebAssembly.Memory({ initial: Math.max(1, Math.ceil(size / PAGE)) });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assemble(functions)), { env: { memory } });
  return { memory: memory.buffer, callables: functions.map((_, index) => exports[index]!) };
}
