/**
 * A model made ready to score: chooses the kernel for the model and for each block of rows.
 *
 * S1. Whatever the kernel, outputs are what `Booster.predict` answers, within 1e-6; both kernels give the same bits.
 */
import { unsupported } from '../errors.ts';
import type { Model } from '../model/model.ts';
import { objectiveOf, outputsOf, transformSums } from '../model/objectives.ts';
import { prepareLanes, scoreLanes } from './lanes.ts';
import { LANES } from './lanesCode.ts';
import { addLinear } from './linear.ts';
import { walkTrees } from './walk.ts';

/** Values that a thread holds at most: 64 MB. A model may declare more features than memory has room for. */
const MOST_VALUES = 2 ** 24;
/** So few rows are walked: a block of lanes costs as much as this many. */
const FEW = 3;

export type Scorer = {
  features: number;
  /** Numbers for each row. */
  outputs: number;
  /** Values column by column, each column `stride` long, for the caller to fill; NaN is missing. */
  columns: Float32Array;
  stride: number;
  /** Outputs of the first rows, row by row. Overwritten by the next call. */
  score(rows: number): Float32Array;
};

/** @param stride rows at a time, at most */
export function createScorer(model: Model, stride = 1024): Scorer {
  const { features, groups, margins, booster } = model;
  const capacity = Math.ceil(stride / LANES) * LANES;
  if (features * capacity > MOST_VALUES)
    throw unsupported(
      `The model has ${features} features; Telar scores up to ${Math.floor(MOST_VALUES / capacity)} itself.`,
    );
  const columns = new Float32Array(Math.max(1, features) * capacity);
  const sums = new Float32Array(capacity * groups);
  const { transform } = objectiveOf(model.objective);
  const lanes = booster.kind === 'trees' ? prepareLanes(booster.trees, groups) : undefined;

  function addTrees(rows: number): void {
    if (booster.kind !== 'trees') return;
    let row = 0;
    if (lanes) for (; rows - row >= FEW; row += LANES) scoreLanes(lanes, columns, capacity, row, sums, groups);
    if (row < rows) walkTrees(booster.trees, columns, capacity, { from: row, to: rows }, sums, groups);
  }

  return {
    features,
    outputs: outputsOf(model.objective, groups),
    columns,
    stride: capacity,
    score(rows) {
      if (groups === 1) sums.fill(margins[0]!, 0, capacity);
      else for (let row = 0; row < capacity; row += 1) sums.set(margins, row * groups);
      if (booster.kind === 'linear') addLinear(booster.weights, columns, capacity, rows, sums, groups);
      else addTrees(rows);
      transformSums(transform, sums, rows, groups);
      return sums;
    },
  };
}
