/** What the threads of a batch are told, and what they answer: one answer for each task, in order. */
import type { Layout } from '../csv/rows.ts';
import type { ScoringFault } from '../errors.ts';
import type { Model } from '../model/model.ts';

/** How a prediction becomes a line. */
export type LineStyle = {
  accept: 'text/csv' | 'application/jsonlines';
  /** Whether it stands behind its input. */
  joined: boolean;
  /** Fields of the line that are kept, in order; undefined for all. */
  kept: readonly number[] | undefined;
};

export type BlockTask = {
  kind: 'block';
  path: string;
  /** Lines that begin in this range of the file are meant. */
  from: number;
  to: number;
  /** Where the first line of the file begins, and where its last ends. */
  first: number;
  size: number;
  layout: Layout;
  style: LineStyle;
  /** Of an earlier answer, to be written over; handed over, not copied. */
  spare: ArrayBuffer;
};

export type Task = { kind: 'load'; path: string } | { kind: 'use'; model: Model } | BlockTask;

export type Answer =
  | { kind: 'ready'; model: Model }
  /** `text` is what to write; `blanks` are the lines at the end that were blank, of `lines` in all. */
  | { kind: 'block'; text: Uint8Array<ArrayBuffer>; rows: number; lines: number; blanks: number }
  /** `line` is that of the block, from 0. */
  | { kind: 'failed'; fault: ScoringFault | 'system'; message: string; line: number };
