/**
 * What an object looks like: its format, its first rows, and what its columns hold. Knows no thread and no store.
 *
 * P1. What cannot be shown is refused by a sentence that says why (refusal.ts); any other error is a fault of the code.
 */
import { isJson } from '../../../base/json.ts';
import type { ObjectPreview } from '../api.ts';
import { readCsv } from './csv.ts';
import { type ByteSource, type Head, headOf, magicOf } from './head.ts';
import { readJson, readJsonLines } from './json.ts';
import { unreadable } from './refusal.ts';
import { createTable, type Read } from './table.ts';

export type PreviewRequest = { key: string; contentType: string | undefined; maxRows: number };

const LONGEST_TEXT = 100_000;
/** Lines that tell whether text is a table. */
const TOLD_BY = 20;

/** @throws Unreadable */
export async function previewOf(source: ByteSource, request: PreviewRequest): Promise<ObjectPreview> {
  if (source.size === 0) throw unreadable('It is empty.');
  try {
    if ((await magicOf(source)) === 'PAR1') {
      // Only a Parquet file needs its reader.
      const { previewParquet } = await import('./parquet.ts');
      return await previewParquet(source, request.maxRows);
    }
    return textPreview(await headOf(source), request);
  } catch (error) {
    if (error instanceof RangeError) throw unreadable('It is nested too deeply, or too large, to be shown.');
    throw error;
  }
}

function textPreview(head: Head, { key, contentType, maxRows }: PreviewRequest): ObjectPreview {
  const common = { SampledBytes: head.taken, WholeObject: head.whole };
  const format = formatOf(head.bytes, key, contentType);
  const table = createTable(maxRows, { untyped: format === 'CSV' || format === 'TSV' });
  const tabular = (Format: ObjectPreview['Format'], { notes, until }: Read): ObjectPreview => ({
    ...{ Format, ...table.result(), Text: undefined, ...common, Notes: [...head.notes, ...notes] },
    ...(until !== undefined && { SampledBytes: until, WholeObject: false }),
  });
  if (format === 'CSV' || format === 'TSV') return tabular('CSV', readCsv(head, table, format === 'TSV'));
  if (format === 'JSON Lines') return tabular('JSON Lines', readJsonLines(head, table));
  if (format === 'JSON' && readJson(head, table)) return tabular('JSON', { notes: [] });
  return {
    ...{ Format: format, ColumnCount: 0, Columns: [], Rows: [], SampledRows: 0 },
    Text: head.bytes.toString('utf8', 0, lineEnd(head.bytes, LONGEST_TEXT)),
    ...{ ...common, WholeObject: head.whole && head.bytes.length <= LONGEST_TEXT, Notes: head.notes },
  };
}

/** Where the last line ends that fits. */
function lineEnd(bytes: Buffer, longest: number): number {
  if (bytes.length <= longest) return bytes.length;
  const end = bytes.lastIndexOf(0x0a, longest);
  return end > 0 ? end : longest;
}

type TextFormat = 'CSV' | 'TSV' | 'JSON' | 'JSON Lines' | 'Text';

const BY_NAME: readonly [RegExp, TextFormat][] = [
  [/\.tsv$/, 'TSV'],
  [/\.csv$/, 'CSV'],
  [/\.(?:jsonl|ndjson|jsonlines)$/, 'JSON Lines'],
  [/\.(?:txt|log|md|py|ts|js|sh|sql|ya?ml|toml|ini|xml|html)$/, 'Text'],
];
const BY_TYPE: readonly [RegExp, TextFormat][] = [
  [/^text\/tab-separated-values\b/, 'TSV'],
  [/^text\/csv\b/, 'CSV'],
  [/^application\/(?:jsonlines|x-ndjson|jsonl)\b/, 'JSON Lines'],
];

/** By the name, then by what the object says it is, then by what it looks like. */
function formatOf(bytes: Buffer, key: string, contentType = ''): TextFormat {
  // What a transform job makes of data.csv is data.csv.out.
  const name = key.toLowerCase().replace(/\.(?:gz|zst|out)$/, '');
  const named =
    BY_NAME.find(([pattern]) => pattern.test(name)) ?? BY_TYPE.find(([pattern]) => pattern.test(contentType));
  return named?.[1] ?? lookOf(bytes);
}

function lookOf(bytes: Buffer): TextFormat {
  const lines = bytes.toString('utf8', 0, lineEnd(bytes, LONGEST_TEXT)).split('\n', TOLD_BY);
  const start = lines[0]!.trimStart()[0];
  if (start === '[' || start === '{')
    return lines.length > 1 && isRow(lines[0]!) && isRow(lines[1]!) ? 'JSON Lines' : 'JSON';
  const filled = lines.filter((line) => line.trim() !== '');
  const widths = new Set(filled.map((line) => line.split(',').length));
  return filled.length > 1 && widths.size === 1 && !widths.has(1) ? 'CSV' : 'Text';
}

const isRow = (line: string) => line.trim() !== '' && isJson(line);
