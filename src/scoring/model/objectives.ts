/**
 * XGBoost's objectives, as far as they matter to a prediction: how `base_score` becomes the margin that sums begin with, and how
 * sums become what `Booster.predict` answers. In float32 throughout, as the library computes.
 *
 * O1. An objective that is not in the table is refused by name, never guessed.
 */
import { unsupported } from '../errors.ts';

export type Transform = 'identity' | 'sigmoid' | 'exp' | 'step' | 'softmax' | 'argmax';

type Objective = { margin: (base: number) => number; transform: Transform };

const { fround, exp } = Math;

const same = (base: number) => base;
/** The library's ProbToMargin, each step of it in float32: one more digit here would be another last bit of every prediction. */
const logit = (base: number) => -fround(Math.log(fround(fround(1 / base) - 1)));

const plain: Objective = { margin: same, transform: 'identity' };
const logistic: Objective = { margin: logit, transform: 'sigmoid' };
const exponential: Objective = { margin: Math.log, transform: 'exp' };

const OBJECTIVES: Readonly<Record<string, Objective>> = {
  'reg:squarederror': plain,
  'reg:linear': plain,
  'reg:squaredlogerror': plain,
  'reg:pseudohubererror': plain,
  'reg:absoluteerror': plain,
  'reg:quantileerror': plain,
  'rank:pairwise': plain,
  'rank:ndcg': plain,
  'rank:map': plain,
  'reg:logistic': logistic,
  'binary:logistic': logistic,
  'binary:logitraw': plain,
  'binary:hinge': { margin: same, transform: 'step' },
  'multi:softprob': { margin: same, transform: 'softmax' },
  'multi:softmax': { margin: same, transform: 'argmax' },
  'count:poisson': exponential,
  'reg:gamma': exponential,
  'reg:tweedie': exponential,
  'survival:cox': exponential,
  'survival:aft': exponential,
};

/** @throws ScoringError where it is none that Telar scores */
export function objectiveOf(name: string): Objective {
  const found = Object.hasOwn(OBJECTIVES, name) ? OBJECTIVES[name] : undefined;
  if (found) return found;
  const known = Object.keys(OBJECTIVES).join(', ');
  throw unsupported(
    `The model's objective is "${name.slice(0, 100)}". Telar scores these in its own process: ${known}.`,
  );
}

/** How many outputs a row has: the sums, or the one class that they elect. */
export function outputsOf(objective: string, groups: number): number {
  return objectiveOf(objective).transform === 'argmax' ? 1 : groups;
}

/** The library's Sigmoid: its arguments end at 88.7, so that nothing overflows. */
function sigmoid(margin: number): number {
  return fround(1 / fround(fround(exp(Math.min(fround(-margin), fround(88.7)))) + 1));
}

function softmax(values: Float32Array, from: number, groups: number): void {
  let most = values[from]!;
  for (let at = from + 1; at < from + groups; at += 1) most = Math.max(most, values[at]!);
  let sum = 0;
  for (let at = from; at < from + groups; at += 1) {
    values[at] = exp(fround(values[at]! - most));
    sum += values[at]!;
  }
  for (let at = from; at < from + groups; at += 1) values[at] = values[at]! / fround(sum);
}

function argmax(values: Float32Array, from: number, groups: number): number {
  let best = 0;
  for (let group = 1; group < groups; group += 1) if (values[from + group]! > values[from + best]!) best = group;
  return best;
}

/** Makes the sums of `rows` rows, one row after the other, into their outputs, in place and packed. */
export function transformSums(transform: Transform, sums: Float32Array, rows: number, groups: number): void {
  const count = rows * groups;
  switch (transform) {
    case 'identity':
      return;
    case 'sigmoid':
      for (let at = 0; at < count; at += 1) sums[at] = sigmoid(sums[at]!);
      return;
    case 'exp':
      for (let at = 0; at < count; at += 1) sums[at] = exp(sums[at]!);
      return;
    case 'step':
      for (let at = 0; at < count; at += 1) sums[at] = sums[at]! > 0 ? 1 : 0;
      return;
    case 'softmax':
      for (let from = 0; from < count; from += groups) softmax(sums, from, groups);
      return;
    case 'argmax':
      for (let row = 0; row < rows; row += 1) sums[row] = argmax(sums, row * groups, groups);
  }
}
