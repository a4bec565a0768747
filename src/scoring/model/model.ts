/**
 * A model as scoring sees it: flat typed arrays and names, so that it passes between threads as it is.
 *
 * M1. All numbers that XGBoost keeps as float32 are float32 here: thresholds, leaf values, weights, margins.
 * M2. Trees are proper: every node is reached once from its root, children lie behind their parent, features exist.
 */
import { badModel } from '../errors.ts';

export type Trees = {
  /** Of each tree its first node. */
  roots: Int32Array;
  /** Of each tree the output that it adds to. */
  groups: Int32Array;
  /** Of each tree the number of splits on its longest way down. */
  depths: Int32Array;
  /** Of each node its left child, or -1 for a leaf. */
  left: Int32Array;
  right: Int32Array;
  feature: Int32Array;
  /** What a split compares with (left if less), or what a leaf adds. */
  value: Float32Array;
  /** 1 where a missing value goes left. */
  missingLeft: Uint8Array;
};

export type Model = {
  /** Of this library version, or '' where the file does not say. */
  version: string;
  /** A row may have fewer values (the rest is missing), never more. */
  features: number;
  /** Sums that are made for each row; the objective makes outputs of them. */
  groups: number;
  /** What each sum begins with. */
  margins: Float32Array;
  /** One of objectives.ts. */
  objective: string;
  booster: { kind: 'trees'; trees: Trees } | { kind: 'linear'; weights: Float32Array };
};

/** A tree as the formats have it: nodes in any order, some of them unused. */
export type SourceTree = {
  left: ArrayLike<number>;
  right: ArrayLike<number>;
  feature: ArrayLike<number>;
  value: ArrayLike<number>;
  missingLeft: (node: number) => boolean;
};

export type Forest = {
  /** @param scale what its leaves are multiplied with (DART), 1 for others */
  add(tree: SourceTree, group: number, scale: number): void;
  finish(): Trees;
};

/** Gathers trees; each is checked (M2) and its nodes are numbered anew, parents first. @throws ScoringError */
export function createForest(features: number, groups: number): Forest {
  const [roots, ofGroup, depths]: [number[], number[], number[]] = [[], [], []];
  const [left, right, feature, value, missingLeft]: number[][] = [[], [], [], [], []] as const as number[][];

  function push(tree: SourceTree, node: number, scale: number): number {
    const index = left!.length;
    const isLeaf = tree.left[node] === -1;
    const split = isLeaf ? 0 : tree.feature[node]!;
    if (!isLeaf && !(split >= 0 && split < features))
      throw badModel(`Tree ${roots.length - 1} splits on feature ${split}, but the model has ${features}.`);
    const number = tree.value[node]!;
    if (typeof number !== 'number' || Number.isNaN(number))
      throw badModel(`Tree ${roots.length - 1} has a node whose value is not a number.`);
    left!.push(-1);
    right!.push(-1);
    feature!.push(split);
    value!.push(isLeaf && scale !== 1 ? Math.fround(Math.fround(number) * scale) : number);
    missingLeft!.push(!isLeaf && tree.missingLeft(node) ? 1 : 0);
    return index;
  }

  return {
    add(tree, group, scale) {
      const size = tree.left.length;
      if (!(group >= 0 && group < groups)) throw badModel(`Tree ${roots.length} is of output ${group} of ${groups}.`);
      const whole = [tree.right, tree.feature, tree.value].every((column) => column.length === size);
      if (size === 0 || !whole) throw badModel(`Tree ${roots.length} has columns of different lengths, or no node.`);
      roots.push(left!.length);
      ofGroup.push(group);
      const seen = new Uint8Array(size);
      seen[0] = 1;
      let deepest = 0;
      const open = [{ node: 0, index: push(tree, 0, scale), depth: 0 }];
      for (let next = open.pop(); next; next = open.pop()) {
        const { node, index, depth } = next;
        if (depth > deepest) deepest = depth;
        if (tree.left[node] === -1) continue;
        for (const side of ['right', 'left'] as const) {
          const child = tree[side][node]!;
          if (!(Number.isInteger(child) && child > 0 && child < size) || seen[child])
            throw badModel(`Tree ${roots.length - 1} is no tree: node ${node} leads to node ${child}.`);
          seen[child] = 1;
          const at = push(tree, child, scale);
          (side === 'left' ? left! : right!)[index] = at;
          open.push({ node: child, index: at, depth: depth + 1 });
        }
      }
      depths.push(deepest);
    },
    finish: () => ({
      roots: Int32Array.from(roots),
      groups: Int32Array.from(ofGroup),
      depths: Int32Array.from(depths),
      left: Int32Array.from(left!),
      right: Int32Array.from(right!),
      feature: Int32Array.from(feature!),
      value: Float32Array.from(value!),
      missingLeft: Uint8Array.from(missingLeft!),
    }),
  };
}
