/**
 * The WebAssembly of lanes.ts: what is done with the answers of 128 rows, a bit of a vector for each.
 *
 * Row 16g + j of a block is bit g of byte j, so that a shift by g and a mask bring sixteen neighbours into bytes of their own. A
 * tree's levels so become the numbers of leaves, sixteen rows at a time; a leaf is looked up by its number in a vector of sixteen
 * bytes, for each of the four bytes that a float has.
 */
import { type Code, get, i32, repeat, set, v128, type WasmFunction } from './wasm.ts';

/** Rows of a block: the bits of a vector. */
export const LANES = 128;
/** Shallower trees are padded to it: sixteen leaves fill a vector. */
export const LEAST_DEPTH = 4;
/** Padding a deeper tree would cost more than walking it. */
export const MOST_DEPTH = 10;
export const VECTOR = 16;

/**
 * A tree in memory: the address of its sums, those of its answers level by level, and its leaves, sixteen at a time: their first
 * bytes, their second ones, and so on.
 */
export const leavesAt = (depth: number) => 4 * 2 ** depth;
export const treeSize = (depth: number) => 2 * leavesAt(depth);

/** From one address to another: hands the rows of each vector on to all before it, from the last one down. */
export function sweep(): WasmFunction {
  const [first, vector, rows] = [0, 1, 2];
  const body = [
    set(vector, i32.add(get(vector), i32.const(-VECTOR))),
    set(rows, v128.or(get(rows), v128.load(get(vector)))),
    v128.store(get(vector), get(rows)),
  ];
  return { integers: 0, vectors: 1, body: repeat(body, i32.differ(get(vector), get(first))) };
}

/** From one address to another: adds the leaves of the trees there, which are of that depth, to their sums. */
export function addTrees(depth: number): WasmFunction {
  const [tree, end, sums] = [0, 1, 2];
  let vectors = 0;
  const local = () => 3 + vectors++;
  const levels = Array.from({ length: depth }, local);
  const numbers = Array.from({ length: 4 }, local);
  const number = local();
  const index = local();
  const bytes = Array.from({ length: 4 }, local);
  const pairs = [local(), local()];

  const body: Code[] = [
    set(sums, i32.load(get(tree), 0)),
    levels.map((level, above) => set(level, answerOf(tree, 2 ** above, levels.slice(0, above)))),
    leafNumbers(levels.slice(-4), numbers, number),
  ];
  const upper = levels.slice(0, -4);
  for (let group = 0; group < 8; group += 1) {
    const both = get(numbers[group % 4]!);
    body.push(set(number, v128.and(v128.shiftRight(both, group < 4 ? 0 : 4), v128.const(0x0f))));
    for (let table = 0; table < 2 ** upper.length; table += 1) {
      body.push(set(index, indexIn(table, upper, group, get(number))));
      for (const [position, byte] of bytes.entries()) {
        const offset = leavesAt(depth) + (table * 4 + position) * VECTOR;
        const found = v128.lookUp(v128.load(get(tree), offset), get(index));
        body.push(set(byte, table === 0 ? found : v128.or(get(byte), found)));
      }
    }
    body.push(addGroup(sums, group, bytes, pairs));
  }
  body.push(set(tree, i32.add(get(tree), i32.const(treeSize(depth)))));
  return { integers: 1, vectors, body: repeat(body, i32.differ(get(tree), get(end))) };
}

/** The rows' answers to the question that they come to by those of the levels above, of the complete tree of nodes from `node` on. */
function answerOf(tree: number, node: number, above: readonly number[]): Code {
  const [level, ...rest] = above;
  if (level === undefined) return v128.load(i32.load(get(tree), 4 * node));
  const half = 2 ** rest.length;
  return v128.select(answerOf(tree, node + half, rest), answerOf(tree, node, rest), get(level));
}

/** Fields of `width` bits of two vectors, in turn: those in even places, and those in odd ones. */
function evenFields(high: Code, low: Code, width: number): Code {
  return v128.select(low, v128.shiftLeft(high, width), v128.const(EVEN[width]!));
}
function oddFields(high: Code, low: Code, width: number): Code {
  return v128.select(v128.shiftRight(low, width), high, v128.const(EVEN[width]!));
}
const EVEN: Readonly<Record<number, number>> = { 1: 0x55, 2: 0x33 };

/** Numbers of four bits from four levels: vector i has those of groups i and i + 4, in the halves of its bytes. */
function leafNumbers(levels: readonly number[], numbers: readonly number[], spare: number): Code {
  const [a, b, c, d] = levels.map(get) as [Code, Code, Code, Code];
  const [first, second, third, fourth] = numbers as [number, number, number, number];
  return [
    // Two levels each: of groups 0, 2, 4 and 6, then of 1, 3, 5 and 7.
    set(first, evenFields(a, b, 1)),
    set(second, oddFields(a, b, 1)),
    set(third, evenFields(c, d, 1)),
    set(fourth, oddFields(c, d, 1)),
    joinPairs(first, third, spare),
    joinPairs(second, fourth, spare),
  ];
}

/** Both in place: to the even fields and the odd ones. */
function joinPairs(high: number, low: number, spare: number): Code {
  return [
    set(spare, evenFields(get(high), get(low), 2)),
    set(low, oddFields(get(high), get(low), 2)),
    set(high, get(spare)),
  ];
}

/** Sixteen rows' numbers where their upper levels lead to this table of sixteen leaves; the others' have the highest bit set. */
function indexIn(table: number, upper: readonly number[], group: number, number: Code): Code {
  const [first, ...others] = upper.map((level, above) => {
    const isRight = (table >> (upper.length - 1 - above)) & 1;
    return isRight ? v128.not(get(level)) : get(level);
  });
  if (!first) return number;
  const elsewhere = others.reduce((a, b) => v128.or(a, b), first);
  return v128.or(number, v128.and(v128.shiftLeft(elsewhere, 7 - group), v128.const(0x80)));
}

/** Zips bytes, or pairs of them: of the lower halves of two vectors, or of the upper ones. */
function zip(a: number, b: number, width: number, isUpper: boolean): Code {
  const order = Array.from({ length: 16 }, (_, place) => {
    const item = Math.floor(place / width);
    return ((item >> 1) + (isUpper ? 8 / width : 0)) * width + (place % width) + (item % 2) * 16;
  });
  return v128.shuffle(get(a), get(b), order);
}

/** Makes floats of their first, second, third and fourth bytes and adds them to the sums of sixteen rows. */
function addGroup(sums: number, group: number, bytes: readonly number[], pairs: readonly number[]): Code {
  const [first, second, third, fourth] = bytes as [number, number, number, number];
  const [low, high] = pairs as [number, number];
  return [false, true].map((isUpper) => [
    set(low, zip(first, second, 1, isUpper)),
    set(high, zip(third, fourth, 1, isUpper)),
    [false, true].map((isUpperPair) => {
      const offset = group * 64 + (isUpper ? 32 : 0) + (isUpperPair ? 16 : 0);
      const leaves = zip(low, high, 2, isUpperPair);
      return v128.store(get(sums), v128.addFloats(v128.load(get(sums), offset), leaves), offset);
    }),
  ]);
}
