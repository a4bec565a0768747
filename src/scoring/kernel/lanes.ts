/**
 * The quick kernel: 128 rows at a time, one in each bit of a vector of WebAssembly.
 *
 * A *slot* is one question that some split asks: a feature, a threshold, and where a missing value goes. For a block of rows the
 * answers to all slots are worked out once: for each row the number of thresholds that it reaches is searched, a bit is set
 * there, and a sweep over the slots hands it on to all smaller thresholds. A tree, padded to a complete one, then is a choice among
 * 2^depth - 1 answers by the bits of its upper levels: a few operations for all rows, without a branch and without a cache
 * miss (lanesCode.ts). A model's trees share thresholds, so that questions are asked once for all of them.
 *
 * L1. Comparisons are the walk's (walk.ts), in float32; sums are made in the same order: both kernels give the same bits.
 * L2. Missing values cost nothing: a slot answers for them.
 */
import { endianness } from 'node:os';
import type { Trees } from '../model/model.ts';
import { addTrees, LANES, LEAST_DEPTH, leavesAt, MOST_DEPTH, sweep, treeSize, VECTOR } from './lanesCode.ts';
import { build, type Callable } from './wasm.ts';

const MOST_SLOTS = 65_535;
/** Padded trees that take more memory are walked. */
const MOST_BYTES = 128 * 2 ** 20;

/** What all splits on a feature ask that send a missing value the same way. */
type Question = Cells & {
  feature: number;
  missingLeft: boolean;
  /** So many in order, and behind them NaN, which no value reaches; the first one's slot. */
  thresholds: Float32Array;
  count: number;
  slot: number;
};

/** The range of some thresholds in equal cells, from 0 to `last`: of each how many thresholds lie in cells before it. */
type Cells = { cells: Uint16Array; last: number; least: number; perUnit: number };

/** Trees that follow each other and are padded to the same depth, by their addresses. */
type Run = { add: Callable; from: number; to: number };

export type LaneTrees = {
  questions: readonly Question[];
  runs: readonly Run[];
  sweep: Callable;
  /** In the memory of the code: a vector for each slot, then the sums, group by group, then the trees. */
  answers: Uint8Array;
  sums: Float32Array;
};

/** undefined where trees are too deep, too many or ask too much: walk those. */
export function prepareLanes(trees: Trees, groups: number): LaneTrees | undefined {
  // WebAssembly's memory has its lowest byte first, typed arrays have it as the machine has.
  if (endianness() !== 'LE' || trees.depths.some((depth) => depth > MOST_DEPTH)) return undefined;
  const { questions, slots } = gatherQuestions(trees);
  if (slots > MOST_SLOTS) return undefined;
  const depths = Array.from(trees.depths, (depth) => Math.max(depth, LEAST_DEPTH));
  const sumsAt = Math.max(1, slots) * VECTOR;
  const treesAt = sumsAt + groups * LANES * 4;
  const size = depths.reduce((sum, depth) => sum + treeSize(depth), treesAt);
  if (size > MOST_BYTES) return undefined;

  const kinds = [...new Set(depths)];
  const { memory, callables } = build([sweep(), ...kinds.map(addTrees)], size);
  const slotOf = slotFinder(trees, questions);
  const runs: Run[] = [];
  let from = treesAt;
  for (const [tree, depth] of depths.entries()) {
    const to = from + treeSize(depth);
    const sums = sumsAt + trees.groups[tree]! * LANES * 4;
    writeTree({ memory, at: from, depth, sums }, trees, trees.roots[tree]!, slotOf);
    const add = callables[1 + kinds.indexOf(depth)]!;
    const last = runs.at(-1);
    if (last?.add === add) last.to = to;
    else runs.push({ add, from, to });
    from = to;
  }
  return {
    questions,
    runs,
    sweep: callables[0]!,
    answers: new Uint8Array(memory, 0, slots * VECTOR),
    sums: new Float32Array(memory, sumsAt, groups * LANES),
  };
}

function slotFinder(trees: Trees, questions: readonly Question[]): (node: number) => number {
  const bySide = new Map(questions.map((question) => [key(question.feature, question.missingLeft), question]));
  return (node) => {
    const question = bySide.get(key(trees.feature[node]!, trees.missingLeft[node] === 1))!;
    return question.slot + reached(question, trees.value[node]!) - 1;
  };
}

type Place = { memory: ArrayBuffer; at: number; depth: number; sums: number };

/** As lanesCode.ts reads it. */
function writeTree(
  { memory, at, depth, sums }: Place,
  trees: Trees,
  root: number,
  slotOf: (node: number) => number,
): void {
  const addresses = new Uint32Array(memory, at, 2 ** depth);
  addresses[0] = sums;
  let level = [root];
  for (let above = 0; above < depth; above += 1) {
    const below: number[] = [];
    for (const node of level) {
      const left = trees.left[node]!;
      // A leaf above the last level stands under both sides of a question whose answer does not matter.
      addresses[level.length + below.length / 2] = left < 0 ? 0 : slotOf(node) * VECTOR;
      below.push(left < 0 ? node : left, left < 0 ? node : trees.right[node]!);
    }
    level = below;
  }
  const values = new Uint8Array(Float32Array.from(level, (node) => trees.value[node]!).buffer);
  const leaves = new Uint8Array(memory, at + leavesAt(depth), values.length);
  for (let byte = 0; byte < values.length; byte += 1) {
    const leaf = byte >> 2;
    leaves[((leaf >> 4) * 4 + (byte & 3)) * VECTOR + (leaf & 15)] = values[byte]!;
  }
}

const key = (feature: number, missingLeft: boolean) => feature * 2 + Number(missingLeft);

function gatherQuestions(trees: Trees): { questions: readonly Question[]; slots: number } {
  const found = new Map<number, Set<number>>();
  for (let node = 0; node < trees.left.length; node += 1) {
    if (trees.left[node]! < 0) continue;
    const side = key(trees.feature[node]!, trees.missingLeft[node] === 1);
    const thresholds = found.get(side) ?? new Set();
    found.set(side, thresholds);
    // Zero has two signs, which compare as equal.
    thresholds.add(trees.value[node]! + 0);
  }
  let slots = 0;
  const questions = [...found].map(([side, thresholds]) => {
    const sorted = Float32Array.from([...thresholds, Number.NaN]).sort();
    const count = thresholds.size;
    const question = { feature: side >> 1, missingLeft: (side & 1) === 1, thresholds: sorted, count, slot: slots };
    slots += count;
    return { ...question, ...cellsOf(sorted.subarray(0, count)) };
  });
  return { questions, slots };
}

/** So many that two thresholds seldom share one. */
const CELLS_EACH = 16;
const MOST_CELLS = 8192;

function cellsOf(thresholds: Float32Array): Cells {
  const last = Math.min(MOST_CELLS, thresholds.length * CELLS_EACH);
  const least = thresholds[0]!;
  const range = thresholds.at(-1)! - least;
  // Without a range, or with one beyond all numbers, there is one cell, and all is searched in it.
  const perUnit = range > 0 && range < Number.POSITIVE_INFINITY ? last / range : 0;
  const cells = new Uint16Array(last + 2);
  const made = { cells, last, least, perUnit };
  for (const threshold of thresholds) cells[cellOf(made, threshold) + 1]! += 1;
  for (let cell = 1; cell < cells.length; cell += 1) cells[cell]! += cells[cell - 1]!;
  return made;
}

/** Never falls as `value` rises, so that what lies in an earlier cell is less. */
function cellOf({ last, least, perUnit }: Cells, value: number): number {
  const cell = (value - least) * perUnit;
  return cell > 0 ? (cell < last ? cell | 0 : last) : 0;
}

/** How many thresholds are at most `value`, which is not NaN. */
function reached(question: Question, value: number): number {
  const { thresholds, cells } = question;
  const cell = cellOf(question, value);
  let from = cells[cell]!;
  let to = cells[cell + 1]!;
  // One step at least, without a branch: most cells have one threshold or none, and which of the two no processor foresees.
  do {
    const middle = (from + to) >> 1;
    const isReached = thresholds[middle]! <= value;
    from = isReached ? middle + 1 : from;
    to = isReached ? to : middle;
  } while (from < to);
  return from;
}

/** Of each slot the rows that go right, for the rows from `row` on. */
function answer(lanes: LaneTrees, columns: Float32Array, stride: number, row: number): void {
  const { answers, questions } = lanes;
  answers.fill(0);
  for (const question of questions) {
    const { slot, count } = question;
    const from = question.feature * stride + row;
    const whenMissing = question.missingLeft ? 0 : count;
    for (let lane = 0; lane < LANES; lane += 1) {
      const value = columns[from + lane]!;
      const most = Number.isNaN(value) ? whenMissing : reached(question, value);
      if (most > 0) answers[(slot + most - 1) * VECTOR + (lane & 15)]! |= 1 << (lane >> 4);
    }
    lanes.sweep(slot * VECTOR, (slot + count) * VECTOR);
  }
}

/**
 * Adds the trees' leaves to the sums of the LANES rows from `row` on; arguments as in walk.ts. Sums beyond the last row must have
 * room, and columns some value.
 */
export function scoreLanes(
  lanes: LaneTrees,
  columns: Float32Array,
  stride: number,
  row: number,
  sums: Float32Array,
  groups: number,
): void {
  answer(lanes, columns, stride, row);
  const ours = lanes.sums;
  const first = row * groups;
  for (let lane = 0; lane < LANES; lane += 1)
    for (let group = 0; group < groups; group += 1) ours[group * LANES + lane] = sums[first + lane * groups + group]!;
  for (const { add, from, to } of lanes.runs) add(from, to);
  for (let lane = 0; lane < LANES; lane += 1)
    for (let group = 0; group < groups; group += 1) sums[first + lane * groups + group] = ours[group * LANES + lane]!;
}
