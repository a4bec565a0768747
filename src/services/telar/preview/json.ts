/** Rows of JSON: the elements of a list, or a value in each line. What is no list of values is text to be read as it is. */
import type { PreviewCell } from '../api.ts';
import type { Head } from './head.ts';
import { unreadable } from './refusal.ts';
import type { Read, Table } from './table.ts';

const LONGEST_NESTED = 1000;

/** Of what is no object. */
const VALUE = 'value';

function cellOf(value: unknown): PreviewCell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return JSON.stringify(value).slice(0, LONGEST_NESTED);
}

function addRow(table: Table, value: unknown): void {
  const row: PreviewCell[] = [];
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  for (const [name, member] of isRecord ? Object.entries(value) : [[VALUE, value] as const]) {
    const place = table.column(name);
    if (place !== undefined) row[place] = cellOf(member);
  }
  table.add(row);
}

export function readJsonLines({ bytes, whole }: Pick<Head, 'bytes' | 'whole'>, table: Table): Read {
  const lines = bytes.toString().split('\n');
  // What the beginning of an object cuts is no line.
  if (!whole) lines.pop();
  if (lines.length === 0) throw unreadable('Its first line is longer than 4 MB, which no table shows.');
  let until = 0;
  for (const [index, line] of lines.entries()) {
    if (table.full) return { notes: [], until };
    if (line.trim() !== '') addRow(table, parsedLine(line, index + 1));
    until += Buffer.byteLength(line) + 1;
  }
  return { notes: [] };
}

function parsedLine(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw unreadable(`Line ${number} is no JSON: ${(error as Error).message.replace(/\.$/, '')}.`);
  }
}

/** @returns whether it is a list, of which the elements are rows now */
export function readJson({ bytes, whole }: Pick<Head, 'bytes' | 'whole'>, table: Table): boolean {
  const text = bytes.toString();
  const isList = text.trimStart().startsWith('[');
  if (!whole && !isList) return false;
  const value = parsedText(whole ? text : wholeElements(text));
  if (!Array.isArray(value)) return false;
  for (const element of value) addRow(table, element);
  return true;
}

function parsedText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(`It is no JSON: ${(error as Error).message.replace(/\.$/, '')}.`);
  }
}

/** The list up to the last element that is there whole. */
function wholeElements(text: string): string {
  let depth = 0;
  let inString = false;
  let end = -1;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (inString) {
      if (letter === '\\') at += 1;
      else if (letter === '"') inString = false;
    } else if (letter === '"') inString = true;
    else if (letter === '[' || letter === '{') depth += 1;
    else if (letter === ']' || letter === '}') depth -= 1;
    else if (letter === ',' && depth === 1) end = at;
  }
  if (end < 0) throw unreadable('The first element of its list is longer than 4 MB, which no table shows.');
  return `${text.slice(0, end)}]`;
}
