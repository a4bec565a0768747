/** Rows of a CSV file as items: objects with a member for each header. */
import type { ItemReader } from '../../../definition/asl/types.ts';
import { contentOf } from './bytes.ts';
import { createCsvParser } from './csv.ts';
import { type Pages, type Read, readerFailed } from './item.ts';
import type { ReaderPorts, StoredObject } from './ports.ts';

/** `headers` absent: the first row has them. */
export type CsvLayout = { readonly delimiter: string; readonly headers?: readonly string[] };

type Row = { [header: string]: string };

const DELIMITERS = { COMMA: ',', PIPE: '|', SEMICOLON: ';', SPACE: ' ', TAB: '\t' } as const;

const MAX_HEADER_BYTES = 10 * 1024;

export function csvLayout(reader: Pick<ItemReader, 'csvDelimiter' | 'csvHeaderLocation' | 'csvHeaders'>): CsvLayout {
  const delimiter = DELIMITERS[reader.csvDelimiter ?? 'COMMA'];
  if (reader.csvHeaderLocation === 'FIRST_ROW' || reader.csvHeaders === undefined) return { delimiter };
  return { delimiter, headers: reader.csvHeaders };
}

export async function* csvItems(object: StoredObject, layout: CsvLayout, ports: ReaderPorts): Pages<Read> {
  let rowOf = layout.headers && rowMaker(layout.headers);
  const items = (records: string[][]): Read[] => {
    if (rowOf === undefined && records.length > 0) rowOf = rowMaker(records.shift()!);
    return records.map((record) => ({ value: rowOf!(record) }));
  };
  for await (const records of csvRecords(object, layout.delimiter, ports)) {
    const page = items(records);
    if (page.length > 0) yield page;
  }
}

export async function* csvRecords(
  object: StoredObject,
  delimiter: string,
  ports: ReaderPorts,
): AsyncGenerator<string[][]> {
  const parser = createCsvParser(delimiter);
  // It drops a byte order mark, and keeps what a slice has cut for the next.
  const decoder = new TextDecoder();
  for await (const slice of contentOf(object, ports)) yield parser.push(decoder.decode(slice, { stream: true }));
  yield parser.push(decoder.decode());
  yield parser.end();
}

/** Fields that lack are empty, more than there are headers are dropped. */
function rowMaker(headers: readonly string[]): (record: readonly string[]) => Row {
  if (new Set(headers).size < headers.length) throw readerFailed('CSV headers cannot contain duplicates.');
  if (Buffer.byteLength(headers.join(',')) > MAX_HEADER_BYTES)
    throw readerFailed(`The CSV headers are larger than ${MAX_HEADER_BYTES} bytes.`);
  if (headers.includes('__proto__'))
    return (record) => Object.fromEntries(headers.map((header, index) => [header, record[index] ?? '']));
  return (record) => {
    const row: Row = {};
    for (let index = 0; index < headers.length; index += 1) row[headers[index]!] = record[index] ?? '';
    return row;
  };
}
