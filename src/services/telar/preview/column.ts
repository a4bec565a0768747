/**
 * What the values of one column are like. Pure.
 *
 * C1. Memory is bounded by the numbers that are added, and by MOST_DISTINCT values: beyond that nobody counts how many there are.
 * C2. A column has the one type that all its values have; a whole number is a number among others.
 */
import type { ColumnSummary, PreviewCell } from '../api.ts';

export type Column = {
  add(cell: PreviewCell): void;
  /** @param rows there are, whether they have a value or not */
  summary(name: string, rows: number): ColumnSummary;
};

type Kind = Exclude<ColumnSummary['Type'], 'empty' | 'mixed'>;

const MOST_DISTINCT = 1000;
const MOST_TOP = 10;
const BINS = 20;
/** Beyond it two texts count as one if they begin alike. */
const COMPARED = 200;

/** A date, or an instant, of ISO 8601. */
const TIME = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

function kindOf(cell: Exclude<PreviewCell, null>): Kind {
  if (typeof cell === 'number') return Number.isInteger(cell) ? 'integer' : 'number';
  if (typeof cell === 'boolean') return 'boolean';
  return cell.length <= 40 && TIME.test(cell) ? 'time' : 'text';
}

/** @param untyped its source has texts alone, whatever they look like: values of several types are texts then */
export function createColumn(untyped: boolean): Column {
  const kinds = new Set<Kind>();
  let values = 0;
  let numbers = new Float64Array(64);
  let numbered = 0;
  let first: string | undefined;
  let last: string | undefined;
  let counts: Map<Exclude<PreviewCell, null>, number> | undefined = new Map();

  function addNumber(value: number): void {
    if (numbered === numbers.length) {
      const larger = new Float64Array(numbers.length * 2);
      larger.set(numbers);
      numbers = larger;
    }
    numbers[numbered] = value;
    numbered += 1;
  }

  function addTime(value: string): void {
    if (first === undefined || value < first) first = value;
    if (last === undefined || value > last) last = value;
  }

  function countValue(cell: Exclude<PreviewCell, null>): void {
    if (counts === undefined) return;
    const key = typeof cell === 'string' ? cell.slice(0, COMPARED) : cell;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    if (counts.size > MOST_DISTINCT) counts = undefined;
  }

  return {
    add(cell) {
      if (cell === null) return;
      values += 1;
      const kind = kindOf(cell);
      kinds.add(kind);
      if (typeof cell === 'number') addNumber(cell);
      else if (kind === 'time') addTime(cell as string);
      countValue(cell);
    },
    summary(name, rows) {
      const type = typeOf(kinds, untyped);
      return {
        ...{ Name: name, Type: type, Missing: rows - values },
        ...(type === 'time' && { Min: first, Max: last }),
        ...((type === 'integer' || type === 'number') && numberSummary(numbers.subarray(0, numbered))),
        ...(counts && { Distinct: counts.size }),
        ...(counts && values > 0 && isRepeated(counts.size, values) && { Top: topOf(counts) }),
      };
    },
  };
}

function typeOf(kinds: ReadonlySet<Kind>, untyped: boolean): ColumnSummary['Type'] {
  const [only] = kinds;
  if (only === undefined) return 'empty';
  if (kinds.size === 1) return only;
  if (kinds.size === 2 && kinds.has('integer') && kinds.has('number')) return 'number';
  return untyped ? 'text' : 'mixed';
}

/** Whether values recur so often that the frequent ones say something. */
const isRepeated = (distinct: number, values: number) => distinct <= Math.max(MOST_TOP, values / 2);

const topOf = (counts: ReadonlyMap<Exclude<PreviewCell, null>, number>) =>
  [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_TOP)
    .map(([Value, Count]) => ({ Value, Count }));

function numberSummary(numbers: Float64Array): Pick<ColumnSummary, 'Min' | 'Max' | 'Mean' | 'Histogram'> {
  let [min, max, mean] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const [index, value] of numbers.entries()) {
    if (value < min) min = value;
    if (value > max) max = value;
    // Not a sum, which large numbers would make infinite.
    mean += (value - mean) / (index + 1);
  }
  return { Min: min, Max: max, ...(Number.isFinite(mean) && { Mean: mean }), Histogram: histogram(numbers, min, max) };
}

function histogram(numbers: Float64Array, min: number, max: number): NonNullable<ColumnSummary['Histogram']> {
  const width = (max - min) / BINS;
  // Also where the range is too narrow, or too wide, to be divided.
  if (!(width > 0 && Number.isFinite(width))) return [{ From: min, To: max, Count: numbers.length }];
  const counts = new Array<number>(BINS).fill(0);
  for (const value of numbers) counts[Math.min(BINS - 1, Math.floor((value - min) / width))]! += 1;
  return counts.map((Count, bin) => ({ From: min + bin * width, To: min + (bin + 1) * width, Count }));
}
