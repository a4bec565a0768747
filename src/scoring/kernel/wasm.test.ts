import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { build, type Code, get, i32, repeat, set, v128 } from './wasm.ts';

const vector = fc.uint8Array({ minLength: 16, maxLength: 16 });
/** In memory: what an operation takes, and its result. */
const [A, B, C, RESULT] = [0, 16, 32, 48];

type Bytes = readonly number[];

/** What code makes of three vectors. */
function prepared(code: (a: Code, b: Code, c: Code) => Code): (...taken: readonly Uint8Array[]) => Bytes {
  const at = (place: number) => v128.load(i32.const(place));
  const body = v128.store(i32.const(RESULT), code(at(A), at(B), at(C)));
  const { memory, callables } = build([{ integers: 0, vectors: 0, body }], 64);
  return (...taken) => {
    for (const [index, bytes] of taken.entries()) new Uint8Array(memory).set(bytes, index * 16);
    callables[0]!(0, 0);
    return [...new Uint8Array(memory, RESULT, 16)];
  };
}

const pairs = (bytes: Uint8Array) =>
  Uint16Array.from({ length: 8 }, (_, at) => bytes[2 * at]! | (bytes[2 * at + 1]! << 8));
const bytesOf = (values: Uint16Array | Float32Array): Bytes => [...new Uint8Array(values.buffer)];

/** Each operation, and what it should make of each byte. */
const bytewise: Readonly<
  Record<string, [(a: Code, b: Code, c: Code) => Code, (a: number, b: number, c: number) => number]>
> = {
  and: [(a, b) => v128.and(a, b), (a, b) => a & b],
  or: [(a, b) => v128.or(a, b), (a, b) => a | b],
  not: [(a) => v128.not(a), (a) => ~a & 0xff],
  select: [(a, b, c) => v128.select(a, b, c), (a, b, c) => (a & c) | (b & ~c)],
  const: [(a) => v128.and(a, v128.const(0x8f)), (a) => a & 0x8f],
};

describe('assembled code', () => {
  it.each(Object.keys(bytewise))('%s', (name) => {
    const [code, expected] = bytewise[name]!;
    const run = prepared(code);
    fc.assert(
      fc.property(vector, vector, vector, (a, b, c) => {
        expect(run(a, b, c)).toEqual(Array.from(a, (byte, at) => expected(byte, b[at]!, c[at]!)));
      }),
    );
  });

  it.each([0, 1, 7, 15])('shifts within two bytes by %d', (bits) => {
    const left = prepared((a) => v128.shiftLeft(a, bits));
    const right = prepared((a) => v128.shiftRight(a, bits));
    fc.assert(
      fc.property(vector, (a) => {
        expect(left(a)).toEqual(bytesOf(pairs(a).map((pair) => pair << bits)));
        expect(right(a)).toEqual(bytesOf(pairs(a).map((pair) => pair >> bits)));
      }),
    );
  });

  it('shuffles two vectors', () => {
    const order = fc.array(fc.nat({ max: 31 }), { minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(vector, vector, order, (a, b, places) => {
        expect(prepared((x, y) => v128.shuffle(x, y, places))(a, b)).toEqual(
          places.map((place) => [...a, ...b][place]),
        );
      }),
    );
  });

  it('looks bytes up, or takes 0', () => {
    const run = prepared((a, b) => v128.lookUp(a, b));
    const indexes = fc.array(fc.oneof(fc.nat({ max: 15 }), fc.integer({ min: 128, max: 255 })), {
      minLength: 16,
      maxLength: 16,
    });
    fc.assert(
      fc.property(vector, indexes, (table, places) => {
        expect(run(table, Uint8Array.from(places))).toEqual(places.map((place) => (place < 16 ? table[place] : 0)));
      }),
    );
  });

  it('adds float32s', () => {
    const run = prepared((a, b) => v128.addFloats(a, b));
    const floats = fc.float32Array({ minLength: 4, maxLength: 4, noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(floats, floats, (a, b) => {
        const sums = a.map((value, at) => value + b[at]!);
        expect(run(new Uint8Array(a.buffer), new Uint8Array(b.buffer))).toEqual(bytesOf(sums));
      }),
    );
  });

  it('writes integers of all lengths', () => {
    const size = 2 ** 21;
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.nat({ max: size - 33 }), (number, place) => {
        const address = i32.add(i32.const(number), i32.const((place - number) | 0));
        const body = [
          v128.store(address, v128.const(1)),
          v128.store(i32.const(0), v128.load(i32.const(0), place), place + 16),
        ];
        const { memory, callables } = build([{ integers: 0, vectors: 0, body }], size);
        callables[0]!(0, 0);
        expect(new Uint8Array(memory, place, 33).indexOf(0)).toBe(32);
      }),
      {
        numRuns: 50,
        examples: [
          [63, 127],
          [64, 128],
          [-64, 16_383],
          [-65, 16_384],
        ],
      },
    );
  });

  it('repeats, with parameters, locals and what memory says, and has several functions', () => {
    const [from, to, address] = [0, 1, 2];
    const fill = repeat(
      [
        set(address, i32.load(get(from), 4)),
        v128.store(get(address), v128.const(9)),
        set(from, i32.add(get(from), i32.const(4))),
      ],
      i32.differ(get(from), get(to)),
    );
    const nothing = { integers: 0, vectors: 0, body: [] };
    const { memory, callables } = build([nothing, { integers: 1, vectors: 0, body: fill }], 0);
    new Uint32Array(memory).set([0, 1024, 2048, 4096]);
    callables[0]!(0, 8);
    expect(new Uint8Array(memory)[1024]).toBe(0);
    callables[1]!(0, 8);
    expect([1024, 2048, 4096].map((place) => new Uint8Array(memory)[place])).toEqual([9, 9, 0]);
  });
});
