/**
 * Filter patterns on events that are JSON: `{ $.level = "ERROR" && ($.latency > 3 || $.user IS NULL) }`.
 *
 * S1. A selector that leads nowhere, to an object or to a list satisfies no comparison, `!=` included, as on AWS; only
 *     `= *` (as CDK's `exists` writes it) takes whatever is there.
 */
import type { FilterPattern } from './pattern.ts';
import { type Reader, readConditions, readerOf } from './reader.ts';
import type { Test } from './values.ts';

/** The names and indexes that lead to a value; `*` stands for each item of a list. */
type Path = readonly (string | number)[];
type Selector = { text: string; path: Path };
type Condition = (document: unknown) => boolean;

const EVERY = -1;

export function parseJsonPattern(text: string): FilterPattern {
  const reader = readerOf(text);
  const selectors: Selector[] = [];
  reader.take('{');
  const holds = readConditions<unknown>(reader, () => condition(reader, selectors));
  if (!reader.take('}')) throw reader.refuse("A '}', '&&' or '||' is expected");
  if (!reader.ended()) throw reader.refuse("Nothing may follow the closing '}'");
  return {
    matches(message) {
      const document = parsed(message);
      return document !== undefined && holds(document);
    },
    extract(message) {
      const document = parsed(message);
      const values: Record<string, string> = {};
      for (const { text: name, path } of selectors) {
        const [found] = valuesAt(document, path);
        if (found !== undefined) values[name] = typeof found === 'string' ? found : JSON.stringify(found);
      }
      return values;
    },
  };
}

function parsed(message: string): object | undefined {
  const first = /^\s*(.)/s.exec(message)?.[1];
  if (first !== '{' && first !== '[') return undefined;
  try {
    return JSON.parse(message) as object;
  } catch {
    return undefined;
  }
}

function condition(reader: Reader, selectors: Selector[]): Condition {
  const selector = readSelector(reader);
  selectors.push(selector);
  const some = (holds: (value: unknown) => boolean): Condition => {
    return (document) => valuesAt(document, selector.path).some(holds);
  };
  if (reader.takeWord('IS')) {
    if (reader.takeWord('NULL')) return some((value) => value === null);
    if (reader.takeWord('TRUE')) return some((value) => value === true);
    if (reader.takeWord('FALSE')) return some((value) => value === false);
    throw reader.refuse("'IS' stands before NULL, TRUE or FALSE");
  }
  if (reader.takeWord('NOT')) {
    if (!reader.takeWord('EXISTS')) throw reader.refuse("'NOT' stands before EXISTS");
    return (document) => valuesAt(document, selector.path).length === 0;
  }
  if (reader.takeWord('EXISTS')) return some(() => true);
  if (reader.match(/=\s*(?:"\*"|\*(?![^\s)}&|]))/uy) !== undefined) return some((value) => value !== null);
  const test = reader.comparison();
  if (!test) throw reader.refuse(`A comparison, IS, EXISTS or NOT EXISTS is expected after ${selector.text}`);
  return some((value) => satisfies(value, test));
}

function satisfies(value: unknown, test: Test): boolean {
  if (typeof value === 'string' || typeof value === 'number') return test(value);
  return typeof value === 'boolean' && test(String(value));
}

/** `$.a.b[0]['c.d'][*]` */
function readSelector(reader: Reader): Selector {
  const text = reader.match(/\$(?:\.?\[(?:\d{1,9}|\*|'[^']*'|"[^"]*")\]|\.[\p{L}\p{N}_@-]+)+/uy);
  if (text === undefined) throw reader.refuse("A selector such as '$.name' is expected");
  const path: (string | number)[] = [];
  for (const [, quoted, quotedTwice, index, name] of text.matchAll(
    /\[(?:'([^']*)'|"([^"]*)"|(\d+|\*))\]|\.([\p{L}\p{N}_@-]+)/gu,
  )) {
    if (index !== undefined) path.push(index === '*' ? EVERY : Number(index));
    else path.push(quoted ?? quotedTwice ?? name!);
  }
  return { text, path };
}

function valuesAt(document: unknown, path: Path): unknown[] {
  let found: unknown[] = [document];
  for (const part of path) {
    found = found.flatMap((value) => {
      if (typeof part === 'number') {
        if (!Array.isArray(value)) return [];
        if (part === EVERY) return value as unknown[];
        return part < value.length ? [value[part] as unknown] : [];
      }
      if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, part)) return [];
      return [(value as Readonly<Record<string, unknown>>)[part]];
    });
  }
  return found;
}
