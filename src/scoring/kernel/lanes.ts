/**
 * The quick kernel: 32 rows at a time, one in each bit of a word.
 *
 * A *slot* is one question that some split asks: a feature, a threshold, and where a missing value goes. For a block of 32 rows the
 * answers to all slots are worked out once: for each row the number of thresholds that it reaches is searched, a bit is set
 * there, and a sweep over the slots hands it on to all smaller thresholds. A tree, padded to a complete one, then is a choice among
 * 2^depth - 1 answers by the bits of its upper levels: a few operations for all 32 rows, without a branch and without a cache
 * miss. A model's trees share thresholds, so that questions are asked once for all of them.
 *
 * L1. Comparisons are the walk's (walk.ts), in float32; sums are made in the same order: both kernels give the same bits.
 * L2. Missing values cost nothing: a slot answers for them.
 */
import type { Trees } from '../model/model.ts';

/** Rows of a block: the bits of a word. */
export const LANES = 32;
/** Padding a deeper tree would cost more than walking it. */
const MOST_DEPTH = 8;
const MOST_SLOTS = 65_535;

/** What all splits on a feature ask that send a missing value the same way. */
type Question = {
  feature: number;
  missingLeft: boolean;
  /** In order; the first one's slot. */
  thresholds: Float32Array;
  slot: number;
  /** The range of the thresholds in equal cells: of each cell how many thresholds lie in cells before it. */
  cells: Uint16Array;
  least: number;
  perUnit: number;
};

export type LaneTrees = {
  /** A feature and a side for missing values: its thresholds in order, and its first slot. */
  questions: readonly Question[];
  slots: number;
  depths: Uint8Array;
  groups: Int32Array;
  /** Of each tree where its slots begin, and its leaves. */
  firstNode: Int32Array;
  firstLeaf: Int32Array;
  /** The slots of complete trees, level by level. */
  nodes: Uint16Array;
  leaves: Float32Array;
  answers: Int32Array;
};

/** undefined where trees are too deep or ask too much: walk those. */
export function prepareLanes(trees: Trees): LaneTrees | undefined {
  if (trees.depths.some((depth) => depth > MOST_DEPTH)) return undefined;
  const { questions, slots } = gatherQuestions(trees);
  if (slots > MOST_SLOTS) return undefined;
  const bySide = new Map(questions.map((question) => [key(question.feature, question.missingLeft), question]));
  const [nodes, leaves]: [number[], number[]] = [[], []];
  const [firstNode, firstLeaf]: [number[], number[]] = [[], []];

  const slotOf = (node: number) => {
    const question = bySide.get(key(trees.feature[node]!, trees.missingLeft[node] === 1))!;
    return question.slot + reached(question, trees.value[node]!) - 1;
  };
  for (const [tree, root] of trees.roots.entries()) {
    firstNode.push(nodes.length);
    firstLeaf.push(leaves.length);
    let level: number[] = [root];
    for (let depth = trees.depths[tree]!; depth > 0; depth -= 1) {
      const isLeaf = (node: number) => trees.left[node]! < 0;
      // A leaf above the last level stands under both sides of a question whose answer does not matter.
      for (const node of level) nodes.push(isLeaf(node) ? 0 : slotOf(node));
      level = level.flatMap((node) => (isLeaf(node) ? [node, node] : [trees.left[node]!, trees.right[node]!]));
    }
    for (const node of level) leaves.push(trees.value[node]!);
  }
  return {
    questions,
    slots,
    depths: Uint8Array.from(trees.depths),
    groups: trees.groups,
    firstNode: Int32Array.from(firstNode),
    firstLeaf: Int32Array.from(firstLeaf),
    nodes: Uint16Array.from(nodes),
    leaves: Float32Array.from(leaves),
    answers: new Int32Array(Math.max(1, slots)),
  };
}

const key = (feature: number, missingLeft: boolean) => feature * 2 + Number(missingLeft);

function gatherQuestions(trees: Trees): { questions: LaneTrees['questions']; slots: number } {
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
    const sorted = Float32Array.from(thresholds).sort();
    const question = { feature: side >> 1, missingLeft: (side & 1) === 1, thresholds: sorted, slot: slots };
    slots += sorted.length;
    return { ...question, ...cellsOf(sorted) };
  });
  return { questions, slots };
}

const CELLS = 1024;

function cellsOf(thresholds: Float32Array): Pick<Question, 'cells' | 'least' | 'perUnit'> {
  const least = thresholds[0]!;
  const range = thresholds.at(-1)! - least;
  // Without a range, or with one beyond all numbers, there is one cell, and all is searched in it.
  const perUnit = range > 0 && range < Number.POSITIVE_INFINITY ? CELLS / range : 0;
  const cells = new Uint16Array(CELLS + 2);
  for (const threshold of thresholds) cells[cellOf(threshold, least, perUnit) + 1]! += 1;
  for (let cell = 1; cell < cells.length; cell += 1) cells[cell]! += cells[cell - 1]!;
  return { cells, least, perUnit };
}

/** Never falls as `value` rises, so that what lies in an earlier cell is less. */
function cellOf(value: number, least: number, perUnit: number): number {
  const cell = (value - least) * perUnit;
  return cell > 0 ? (cell < CELLS ? cell | 0 : CELLS) : 0;
}

/** How many thresholds are at most `value`, which is not NaN. */
function reached({ thresholds, cells, least, perUnit }: Question, value: number): number {
  const cell = cellOf(value, least, perUnit);
  let from = cells[cell]!;
  let to = cells[cell + 1]!;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (thresholds[middle]! <= value) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Of each slot the rows that go right, for the rows from `row` on. */
function answer(lanes: LaneTrees, columns: Float32Array, stride: number, row: number): void {
  const { answers } = lanes;
  answers.fill(0);
  for (const question of lanes.questions) {
    const { slot } = question;
    const from = question.feature * stride + row;
    const count = question.thresholds.length;
    const whenMissing = question.missingLeft ? 0 : count;
    for (let lane = 0; lane < LANES; lane += 1) {
      const value = columns[from + lane]!;
      const most = Number.isNaN(value) ? whenMissing : reached(question, value);
      if (most > 0) answers[slot + most - 1]! |= 1 << lane;
    }
    let rows = 0;
    for (let at = slot + count - 1; at >= slot; at -= 1) {
      rows |= answers[at]!;
      answers[at] = rows;
    }
  }
}

/** The rows' answers to the question that they come to, level by level: of two by one bit, of four by two, and so on. */
function of1(answers: Int32Array, nodes: Uint16Array, at: number, a: number): number {
  const left = answers[nodes[at]!]!;
  return left ^ ((left ^ answers[nodes[at + 1]!]!) & a);
}
function of2(answers: Int32Array, nodes: Uint16Array, at: number, a: number, b: number): number {
  const left = of1(answers, nodes, at, b);
  return left ^ ((left ^ of1(answers, nodes, at + 2, b)) & a);
}
function of3(answers: Int32Array, nodes: Uint16Array, at: number, a: number, b: number, c: number): number {
  const left = of2(answers, nodes, at, b, c);
  return left ^ ((left ^ of2(answers, nodes, at + 4, b, c)) & a);
}
function of4(answers: Int32Array, nodes: Uint16Array, at: number, a: number, b: number, c: number, d: number): number {
  const left = of3(answers, nodes, at, b, c, d);
  return left ^ ((left ^ of3(answers, nodes, at + 8, b, c, d)) & a);
}
/** For the levels below the fifth: `bits` are those of all levels above. */
function ofMany(
  answers: Int32Array,
  nodes: Uint16Array,
  at: number,
  bits: Int32Array,
  from: number,
  to: number,
): number {
  if (to - from === 4) return of4(answers, nodes, at, bits[from]!, bits[from + 1]!, bits[from + 2]!, bits[from + 3]!);
  const left = ofMany(answers, nodes, at, bits, from + 1, to);
  const half = 1 << (to - from - 1);
  return left ^ ((left ^ ofMany(answers, nodes, at + half, bits, from + 1, to)) & bits[from]!);
}

/** The bits of a tree's path below its fifth level, and all of those above, for `ofMany`. */
const bits = new Int32Array(MOST_DEPTH);

/** Four bits of `word` from `lane` on, each in a byte of its own. */
function spread(word: number, lane: number): number {
  return Math.imul((word >>> lane) & 15, 0x00204081) & 0x01010101;
}

const { fround } = Math;

type Target = { sums: Float32Array; sum: number; groups: number };

/** A tree of at most five levels. */
function addShallow(lanes: LaneTrees, tree: number, depth: number, { sums, sum, groups }: Target): void {
  const { answers, nodes, leaves } = lanes;
  const at = lanes.firstNode[tree]!;
  const leaf = lanes.firstLeaf[tree]!;
  const a = depth > 0 ? answers[nodes[at]!]! : 0;
  const b = depth > 1 ? of1(answers, nodes, at + 1, a) : 0;
  const c = depth > 2 ? of2(answers, nodes, at + 3, a, b) : 0;
  const d = depth > 3 ? of3(answers, nodes, at + 7, a, b, c) : 0;
  const e = depth > 4 ? of4(answers, nodes, at + 15, a, b, c, d) : 0;
  // The number of a leaf is as if there were five levels, shifted to what there are.
  const spare = 5 - depth;
  let next = sum;
  for (let lane = 0; lane < LANES; lane += 4) {
    const upper = (spread(a, lane) << 4) | (spread(b, lane) << 3) | (spread(c, lane) << 2);
    const four = (upper | (spread(d, lane) << 1) | spread(e, lane)) >>> spare;
    // Written out: as a function of its own it is a call for every four rows.
    sums[next] = fround(sums[next]! + leaves[leaf + (four & 255)]!);
    sums[next + groups] = fround(sums[next + groups]! + leaves[leaf + ((four >>> 8) & 255)]!);
    sums[next + 2 * groups] = fround(sums[next + 2 * groups]! + leaves[leaf + ((four >>> 16) & 255)]!);
    sums[next + 3 * groups] = fround(sums[next + 3 * groups]! + leaves[leaf + (four >>> 24)]!);
    next += 4 * groups;
  }
}

/** A tree of six to MOST_DEPTH levels. */
function addDeep(lanes: LaneTrees, tree: number, depth: number, { sums, sum, groups }: Target): void {
  const { answers, nodes, leaves } = lanes;
  const at = lanes.firstNode[tree]!;
  const a = answers[nodes[at]!]!;
  const b = of1(answers, nodes, at + 1, a);
  const c = of2(answers, nodes, at + 3, a, b);
  const d = of3(answers, nodes, at + 7, a, b, c);
  const leaf = lanes.firstLeaf[tree]!;
  bits[0] = a;
  bits[1] = b;
  bits[2] = c;
  bits[3] = d;
  bits[4] = of4(answers, nodes, at + 15, a, b, c, d);
  for (let level = 5; level < depth; level += 1)
    bits[level] = ofMany(answers, nodes, at + 2 ** level - 1, bits, 0, level);
  let next = sum;
  for (let lane = 0; lane < LANES; lane += 4) {
    let four = 0;
    for (let level = 0; level < depth; level += 1) four = (four << 1) | spread(bits[level]!, lane);
    sums[next] = fround(sums[next]! + leaves[leaf + (four & 255)]!);
    sums[next + groups] = fround(sums[next + groups]! + leaves[leaf + ((four >>> 8) & 255)]!);
    sums[next + 2 * groups] = fround(sums[next + 2 * groups]! + leaves[leaf + ((four >>> 16) & 255)]!);
    sums[next + 3 * groups] = fround(sums[next + 3 * groups]! + leaves[leaf + (four >>> 24)]!);
    next += 4 * groups;
  }
}

/**
 * Adds the trees' leaves to the sums of the 32 rows from `row` on; arguments as in walk.ts. Sums beyond the last row must have
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
  const { depths } = lanes;
  const target = { sums, sum: 0, groups };
  for (let tree = 0; tree < depths.length; tree += 1) {
    const depth = depths[tree]!;
    target.sum = row * groups + lanes.groups[tree]!;
    if (depth <= 5) addShallow(lanes, tree, depth, target);
    else addDeep(lanes, tree, depth, target);
  }
}
