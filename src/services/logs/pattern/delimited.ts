/**
 * Filter patterns on events whose fields are separated by blanks: `[ip, user, ..., status = 4*, bytes > 1000]`. What stands
 * between quotation marks or brackets is one field.
 */
import type { FilterPattern } from './pattern.ts';
import { type Reader, readConditions, readerOf } from './reader.ts';
import type { Test } from './values.ts';

type Field = { name: string; test: Test };

const ELLIPSIS = '...';
const anything: Test = () => true;

export function parseDelimited(text: string): FilterPattern {
  const reader = readerOf(text);
  reader.take('[');
  const before: Field[] = [];
  /** The fields after the ellipsis; undefined when there is none. */
  let after: Field[] | undefined;
  do {
    if (!reader.take(ELLIPSIS)) (after ?? before).push(field(reader));
    else if (after) throw reader.refuse("'...' stands for all fields that are not named, and can stand once only");
    else after = [];
  } while (reader.take(','));
  if (!reader.take(']')) throw reader.refuse("A ']' or ',' is expected");
  if (!reader.ended()) throw reader.refuse("Nothing may follow the closing ']'");

  /** The event's fields, each with the pattern's field that it falls to; undefined when their numbers do not agree. */
  function aligned(message: string): { value: string; field: Field | undefined }[] | undefined {
    const values = fieldsOf(message);
    const named = before.length + (after?.length ?? 0);
    if (after ? values.length < named : values.length !== named) return undefined;
    const gap = values.length - named;
    return values.map((value, index) => {
      const behind = index - before.length - gap;
      return { value, field: behind >= 0 ? after?.[behind] : before[index] };
    });
  }
  return {
    matches: (message) =>
      aligned(message)?.every(({ value, field: one }) => one === undefined || one.test(value)) ?? false,
    extract: (message) =>
      Object.fromEntries(
        (aligned(message) ?? []).map(({ value, field: one }, index) => [`$${one?.name || index + 1}`, value]),
      ),
  };
}

/** `name`, or `name = 1 || name = 2`. */
function field(reader: Reader): Field {
  let name: string | undefined;
  let compared = false;
  const test = readConditions<string | number>(reader, () => {
    const found = reader.match(/[\p{L}\p{N}_.-]+/uy) ?? '';
    if (name !== undefined && found !== name)
      throw reader.refuse(`The conditions of field '${name}' cannot look at '${found}'`);
    name = found;
    const comparison = reader.comparison();
    compared ||= comparison !== undefined;
    return comparison ?? anything;
  });
  if (name === '' && !compared) throw reader.refuse('A name of a field is expected');
  return { name: name!, test };
}

const CLOSING: Readonly<Record<string, string>> = { '"': '"', '[': ']' };

/** @example fieldsOf('1.2.3.4 [10/Oct 13:25] "GET /" 200') // ['1.2.3.4', '10/Oct 13:25', 'GET /', '200'] */
export function fieldsOf(message: string): string[] {
  const fields: string[] = [];
  /** Marks that are not closed any more: looking for their end again and again would take long. */
  const unclosed = new Set<string>();
  const blank = /\s/;
  let at = 0;
  while (at < message.length) {
    if (blank.test(message[at]!)) {
      at += 1;
      continue;
    }
    const closing = CLOSING[message[at]!];
    const end = closing === undefined || unclosed.has(closing) ? -1 : message.indexOf(closing, at + 1);
    if (end >= 0) {
      fields.push(message.slice(at + 1, end));
      at = end + 1;
      continue;
    }
    if (closing !== undefined) unclosed.add(closing);
    const begin = at;
    while (at < message.length && !blank.test(message[at]!)) at += 1;
    fields.push(message.slice(begin, at));
  }
  return fields;
}
