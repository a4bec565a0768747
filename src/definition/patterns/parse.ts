/**
 * A pattern's text as its alternatives: what all has to hold, in one of which `$or` makes several. Refused in AWS's words.
 *
 * P1. Of a field that is named twice the last list counts.
 * P2. Alternatives, and what is written into all of them together, are bounded: `$or`s multiply.
 */
import { isJson } from '../../base/json.ts';
import { parseJson } from '../asl/parse/json.ts';
import { patternFault } from './fault.ts';
import { elementOf } from './operators.ts';
import { type Tokens, tokensOf } from './tokens.ts';
import type { Alternative, Test } from './types.ts';

/** AWS's own limit of the ways in which the parts of `$or`s combine. */
const MOST_ALTERNATIVES = 1000;
const MOST_WRITTEN = 100_000;
const OR = '$or';
const TOO_COMPLEX = `Rule is too complex - try using fewer or smaller ${OR} relationships`;
/** What AWS keeps for itself within `$or`. */
const RESERVED: ReadonlySet<string> = new Set([
  ...['exactly', 'equals-ignore-case', 'prefix', 'suffix', 'anything-but', 'exists', 'wildcard', 'numeric', 'cidr'],
  ...['=', '<', '<=', '>', '>=', 'regex', 'not-wildcard', 'not-equals-ignore-case'],
  ...['date-after', 'date-on-or-after', 'date-before', 'date-on-or-before', 'in-date-range'],
  ...['ip-address-in-range', 'ip-address-not-in-range'],
]);

type Fields = Map<string, readonly Test[]>;
type Reader = { readonly tokens: Tokens; written: number };

/** @throws patternFault */
export function parsePattern(text: string): readonly Alternative[] {
  if (!isJson(text)) throw patternFault(syntaxFault(text));
  const tokens = tokensOf(text);
  if (tokens.next() !== '{') tokens.refuse('Filter is not an object');
  return objectOf({ tokens, written: 0 }, '', [new Map()], false);
}

/** What nests too deeply for JSON.parse is refused by the other parser, too. */
function syntaxFault(text: string): string {
  const parsed = parseJson(text);
  return parsed.ok ? 'It is not valid JSON' : parsed.message;
}

/** @param before what has to hold already @returns with what an object adds */
function objectOf(reader: Reader, path: string, before: readonly Fields[], withinOr: boolean): readonly Fields[] {
  const { tokens } = reader;
  let alternatives = before;
  let empty = true;
  while (tokens.next() !== '}') {
    empty = false;
    const name = tokens.text();
    if (name === OR) {
      alternatives = eitherOf(reader, path, alternatives);
      continue;
    }
    if (withinOr && RESERVED.has(name)) {
      tokens.refuse(`${name} is Ruler reserved fieldName which cannot be used inside ${OR}.`);
    }
    const kind = tokens.next();
    if (kind === '{') alternatives = objectOf(reader, `${path}${name}.`, alternatives, withinOr);
    else if (kind === '[') put(reader, alternatives, path + name);
    else tokens.refuse(`"${name}" must be an object or an array`);
  }
  if (empty) tokens.refuse('Empty objects are not allowed');
  return alternatives;
}

function put(reader: Reader, alternatives: readonly Fields[], path: string): void {
  const tests = testsOf(reader.tokens);
  bounded(reader, alternatives.length);
  for (const fields of alternatives) fields.set(path, tests);
}

function testsOf(tokens: Tokens): readonly Test[] {
  const tests: Test[] = [];
  for (let kind = tokens.next(); kind !== ']'; kind = tokens.next()) tests.push(elementOf(tokens, kind));
  return tests.length > 0 ? tests : tokens.refuse('Empty arrays are not allowed');
}

function eitherOf(reader: Reader, path: string, before: readonly Fields[]): readonly Fields[] {
  const { tokens } = reader;
  if (tokens.next() !== '[') tokens.refuse(`It must be an Array followed with ${OR}.`);
  const alternatives: Fields[] = [];
  let parts = 0;
  for (let kind = tokens.next(); kind !== ']'; kind = tokens.next()) {
    parts += 1;
    if (kind !== '{') tokens.refuse(`Only JSON object is allowed in array of ${OR} relationship.`);
    for (const fields of before) bounded(reader, fields.size);
    const own = before.map((fields) => new Map(fields));
    alternatives.push(...objectOf(reader, path, own, true));
    if (alternatives.length > MOST_ALTERNATIVES) throw patternFault(TOO_COMPLEX);
  }
  if (parts < 2) tokens.refuse(`There must have at least 2 Objects in ${OR} relationship.`);
  return alternatives;
}

/** @throws patternFault */
function bounded(reader: Reader, writes: number): void {
  reader.written += writes;
  if (reader.written > MOST_WRITTEN) throw patternFault(TOO_COMPLEX);
}
