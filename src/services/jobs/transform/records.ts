/**
 * What DataProcessing does to records: filters what a model gets, joins what it answers with what went in, filters that.
 *
 * R1. A field of CSV that is passed on is passed on as it was written, quotes included; so is a number of JSON.
 * R2. Records are joined one to one: an answer of another number of records than went in fails the file, it is never shifted.
 * R3. An answer that is neither joined nor filtered is passed on as it was given.
 */
import type { Json } from '../../../definition/pipeline/types.ts';
import { type DataPath, select } from './dataPath.ts';
import { isRecord, parseExactly } from './exactJson.ts';

export type Format = 'csv' | 'json' | 'jsonlines';

const FORMATS: Readonly<Record<string, Format>> = {
  'text/csv': 'csv',
  'application/json': 'json',
  'application/jsonlines': 'jsonlines',
  'application/x-jsonlines': 'jsonlines',
};

/** Of a MIME type; undefined when its records cannot be told apart here. @example formatOf('text/csv; label_size=0') // 'csv' */
export function formatOf(contentType: string | undefined): Format | undefined {
  return FORMATS[(contentType ?? '').split(';')[0]!.trim().toLowerCase()];
}

/** What is done to records. */
export type Processing = {
  input: Format;
  output: Format;
  inputFilter: DataPath;
  outputFilter: DataPath;
  join: boolean;
};

/** Why records could not be processed: it fails their file. */
export type RecordError = Error & { readonly record: true };

function recordError(message: string): RecordError {
  return Object.assign(new Error(message), { name: 'RecordError', record: true as const });
}

export const isRecordError = (error: unknown): error is RecordError => error instanceof Error && 'record' in error;

/** The fields of a row, as they were written. @example fieldsOf('1,"a,b"') // ['1', '"a,b"'] */
export function fieldsOf(row: string): string[] {
  if (!row.includes('"')) return row.split(',');
  const fields: string[] = [];
  let from = 0;
  let inQuotes = false;
  for (let at = 0; at < row.length; at += 1) {
    const character = row[at];
    if (character === '"') inQuotes = !inQuotes;
    else if (character === ',' && !inQuotes) {
      fields.push(row.slice(from, at));
      from = at + 1;
    }
  }
  if (inQuotes) throw recordError(`a quote is not closed in the row '${row.slice(0, 80)}'`);
  return [...fields, row.slice(from)];
}

/** Lines that hold something, without their ends. */
export function linesOf(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const record = line.endsWith('\r') ? line.slice(0, -1) : line;
    return record === '' ? [] : [record];
  });
}

function parseJson(text: string, whose: string): Json {
  try {
    return parseExactly(text);
  } catch (error) {
    const what = error instanceof RangeError ? 'is nested too deep' : 'is not JSON';
    throw recordError(`${whose} ${what}: '${text.slice(0, 80)}'`);
  }
}

function parse(format: Format, text: string, whose: string): Json {
  return format === 'csv' ? fieldsOf(text) : parseJson(text, whose);
}

function write(format: Format, value: Json): string {
  if (format !== 'csv') return JSON.stringify(value);
  return Array.isArray(value) ? value.map(String).join(',') : String(value);
}

function filtered(path: DataPath, value: Json, which: string, whose: string): Json {
  const selected = select(path, value);
  if ('missing' in selected) throw recordError(`${which} finds nothing: ${whose} ${selected.missing}`);
  return selected.value;
}

/** The text of a payload that is one record of JSON, or lines. */
function recordsOf(format: Format, text: string): string[] {
  return format === 'json' ? [text] : linesOf(text);
}

/** The payload that a model gets for records as they stand in their file. */
export function payloadOf({ input, inputFilter }: Processing, records: readonly string[]): string {
  const texts = records.flatMap((record) => recordsOf(input, record));
  if (inputFilter.length === 0) return texts.join('\n');
  return texts
    .map((text) => write(input, filtered(inputFilter, parse(input, text, 'a record'), 'InputFilter', 'a record')))
    .join('\n');
}

/** The records of an answer to so many. */
function answersOf(format: Format, text: string, count: number): Json[] {
  if (format !== 'json') return linesOf(text).map((line) => parse(format, line, 'a line of the answer'));
  if (count === 1) return [parseJson(text, 'the answer')];
  // Several records of application/json: a list of as many, or one document a line.
  const lines = linesOf(text);
  if (lines.length === count) return lines.map((line) => parseJson(line, 'a line of the answer'));
  const whole = parseJson(text, 'the answer');
  return Array.isArray(whole) ? whole : [whole];
}

/** What a model answered for records, joined and filtered. @throws RecordError */
export function resultOf(processing: Processing, records: readonly string[], answer: string): string {
  const { input, output, outputFilter, join } = processing;
  if (!join && outputFilter.length === 0) return answer;
  const texts = records.flatMap((record) => recordsOf(input, record));
  const answers = answersOf(output, answer, texts.length);
  if (join && answers.length !== texts.length) {
    throw recordError(`the model answered ${answers.length} records for ${texts.length}, which cannot be joined`);
  }
  const results = answers.map((given, index) => {
    const value = join ? joined(processing, texts[index]!, given) : given;
    return write(output, filtered(outputFilter, value, 'OutputFilter', 'an answer'));
  });
  return results.map((text) => `${text}\n`).join('');
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html */
function joined({ input, output }: Processing, record: string, answer: Json): Json {
  const value = parse(input, record, 'a record');
  if (output === 'csv') return [...(value as Json[]), ...(answer as Json[])];
  if (isRecord(value)) return { ...value, SageMakerOutput: answer };
  return { SageMakerInput: value, SageMakerOutput: answer };
}
