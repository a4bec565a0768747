/**
 * XGBoost's own binary format, which it wrote by default until 2.0 (so did AWS's images 1.3-1, 1.5-1 and 1.7-1): C structs in
 * little-endian, one after the other.
 *
 * B1. Every count is held against the bytes that are left before anything is read or made.
 * B2. A model from before 1.0 keeps its base score as a margin already.
 */
import { badModel, unsupported } from '../errors.ts';
import { bestRounds, checkedGroups, checkObjective, linearWeights, marginsFrom } from './document.ts';
import { createForest, type Model, type SourceTree } from './model.ts';

/** Bytes of the library's structs. */
const LEARNER = 136;
const FOREST = 160;
const TREE = 148;
const NODE = 20;
const STATISTICS = 16;
const LINEAR = 136;

type Reader = { view: DataView; at: number };
type Tree = { source: SourceTree; group: number };

/** Whether it may be this format: it begins with a magic word, or as its first struct would with a plausible objective. */
export function looksBinary(bytes: Uint8Array): boolean {
  const from = startsWith(bytes, 'binf') ? 4 : 0;
  const name = bytes.subarray(from + LEARNER + 8, from + LEARNER + 8 + 40);
  return /^(reg|binary|multi|count|rank|survival):/.test(String.fromCharCode(...name));
}

export function startsWith(bytes: Uint8Array, text: string): boolean {
  return text.length <= bytes.length && [...text].every((letter, index) => bytes[index] === letter.charCodeAt(0));
}

/** @throws ScoringError */
export function modelFromBinary(bytes: Uint8Array): Model {
  const reader: Reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), at: 0 };
  if (startsWith(bytes, 'binf')) take(reader, 4);
  const learner = take(reader, LEARNER);
  const { view } = reader;
  const features = view.getUint32(learner + 4, true);
  const [classes, hasAttributes] = [view.getInt32(learner + 8, true), view.getInt32(learner + 12, true)];
  const [major, minor] = [view.getUint32(learner + 20, true), view.getUint32(learner + 24, true)];
  const groups = checkedGroups(
    classes,
    major > 1 || (major === 1 && minor >= 6) ? view.getUint32(learner + 28, true) : 1,
  );
  const [objective, booster] = [text(reader), text(reader)];
  const version = major === 0 ? '' : `${major}.${minor}`;
  checkObjective(objective, version);
  const base = view.getFloat32(learner, true);
  const shape = { features, groups };
  const read = booster === 'gblinear' ? linear(reader, shape) : trees(reader, booster);
  const best = hasAttributes ? attributes(reader).get('best_iteration') : undefined;
  return {
    version,
    ...shape,
    margins: major === 0 ? new Float32Array(groups).fill(base) : marginsFrom([base], objective, groups),
    objective,
    booster: read.kind === 'linear' ? read : forest(read, shape, bestRounds(best)),
  };
}

/** Where the next `count` bytes begin. */
function take(reader: Reader, count: number): number {
  const from = reader.at;
  if (!(count >= 0 && count <= reader.view.byteLength - from))
    throw badModel(`The model in XGBoost's binary format ends too early, at byte ${from}.`);
  reader.at = from + count;
  return from;
}

/** A count of 8 bytes. */
function count(reader: Reader): number {
  return Number(reader.view.getBigUint64(take(reader, 8), true));
}

function text(reader: Reader): string {
  const length = count(reader);
  const from = reader.view.byteOffset + take(reader, length);
  return new TextDecoder().decode(new Uint8Array(reader.view.buffer, from, length));
}

function floats(reader: Reader): Float32Array {
  const length = count(reader);
  const from = take(reader, length * 4);
  return Float32Array.from({ length }, (_, index) => reader.view.getFloat32(from + index * 4, true));
}

function linear(reader: Reader, { features, groups }: { features: number; groups: number }) {
  take(reader, LINEAR);
  return { kind: 'linear', weights: linearWeights(floats(reader), features, groups) } as const;
}

type Read = { kind: 'trees'; trees: Tree[]; parallel: number; weights: Float32Array | undefined };

function trees(reader: Reader, booster: string): Read {
  if (booster !== 'gbtree' && booster !== 'dart')
    throw unsupported(`The model's booster is "${booster.slice(0, 100)}". Telar scores gbtree, dart and gblinear.`);
  const header = take(reader, FOREST);
  const length = reader.view.getInt32(header, true);
  const parallel = reader.view.getInt32(header + 4, true);
  if (!(length >= 0 && length * TREE <= reader.view.byteLength))
    throw badModel(`The model cannot have ${length} trees.`);
  const sources = Array.from({ length }, () => tree(reader));
  const info = take(reader, length * 4);
  const read = sources.map((source, index) => ({ source, group: reader.view.getInt32(info + index * 4, true) }));
  const weights = booster === 'dart' && length > 0 ? floats(reader) : undefined;
  if (weights && weights.length !== length)
    throw badModel(`The model has ${length} trees and ${weights.length} weights.`);
  return { kind: 'trees', trees: read, parallel, weights };
}

function tree(reader: Reader): SourceTree {
  const { view } = reader;
  const header = take(reader, TREE);
  const size = view.getInt32(header + 4, true);
  const vector = view.getInt32(header + 20, true);
  if (vector > 1) throw unsupported('The model has vector leaves, which Telar does not score itself.');
  const from = take(reader, size * NODE);
  take(reader, size * STATISTICS);
  const column = (at: number) =>
    Int32Array.from({ length: size }, (_, node) => view.getInt32(from + node * NODE + at, true));
  const splits = column(12);
  return {
    left: column(4),
    right: column(8),
    feature: splits.map((split) => split & 0x7fffffff),
    value: Float32Array.from({ length: size }, (_, node) => view.getFloat32(from + node * NODE + 16, true)),
    missingLeft: (node) => splits[node]! < 0,
  };
}

function attributes(reader: Reader): Map<string, string> {
  const length = count(reader);
  const found = new Map<string, string>();
  // A pair has two lengths at least, so that a false count runs out of bytes soon.
  for (let index = 0; index < length; index += 1) {
    const key = text(reader);
    found.set(key, text(reader));
  }
  return found;
}

function forest(read: Read, { features, groups }: { features: number; groups: number }, rounds: number | undefined) {
  const made = createForest(features, groups);
  const used = rounds === undefined ? read.trees.length : rounds * Math.max(1, read.parallel) * groups;
  for (const [index, { source, group }] of read.trees.slice(0, used).entries())
    made.add(source, group, read.weights?.[index] ?? 1);
  return { kind: 'trees', trees: made.finish() } as const;
}
