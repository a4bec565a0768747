/**
 * The JSONPath of InputFilter and OutputFilter, as far as it selects columns of CSV rows: `$`, `$[2]`, `$[0,3]`, `$[1:]`, `$[:-1]`,
 * `$[-1]`. Anything else is refused by name.
 */
import { badInput, unsupported } from '../errors.ts';

export type Selection = { kind: 'list'; indexes: readonly number[] } | { kind: 'range'; from: number; to: number };

const EVERYTHING: Selection = { kind: 'range', from: 0, to: Number.POSITIVE_INFINITY };

/** @throws ScoringError */
export function parseSelection(path: string): Selection {
  const text = path.replaceAll(/\s/g, '');
  if (text === '$' || text === '$[*]') return EVERYTHING;
  const list = /^\$\[(-?\d{1,6}(?:,-?\d{1,6})*)\]$/.exec(text);
  if (list) return { kind: 'list', indexes: list[1]!.split(',').map(Number) };
  const range = /^\$\[(-?\d{1,6})?:(-?\d{1,6})?\]$/.exec(text);
  if (range) return { kind: 'range', from: Number(range[1] ?? 0), to: Number(range[2] ?? Number.POSITIVE_INFINITY) };
  throw unsupported(
    `The filter "${path.slice(0, 100)}" is not one of columns. Telar reads $, $[2], $[0,3], $[1:] and $[:-1] on CSV itself.`,
  );
}

/** The columns that are selected of a row of `width`, in the order asked for. @throws ScoringError */
export function selectedColumns(selection: Selection, width: number): readonly number[] {
  const counted = (index: number) => (index < 0 ? index + width : index);
  if (selection.kind === 'range') {
    const from = Math.max(0, counted(selection.from));
    const to = Math.min(width, counted(selection.to));
    return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
  }
  return selection.indexes.map((index) => {
    const column = counted(index);
    if (column >= 0 && column < width) return column;
    throw badInput(`The filter selects column ${index}, but the first row has ${width} columns.`);
  });
}
