/**
 * Policy variables: `${aws:username}` in resources and in the values of string and ARN conditions, with a default
 * (`${aws:PrincipalTag/team, 'none'}`), and the characters that would mean something else (`${*}`, `${?}`, `${$}`).
 *
 * R1. What a variable stands for is text: a star in a user's name or tag is no wildcard.
 * R2. A variable without a value, or with several, matches nothing ("Variables with no value" in the IAM user guide).
 * R3. Documents of version 2008-10-17 know no variables: there they are text.
 */
import { type Glob, globOf, literalUnits, matchesUnits, unitsOf } from './wildcards.ts';

/** The condition keys of a request: the values of a key, in lower case; undefined when the request lacks it. */
export type Context = (key: string) => readonly string[] | undefined;

type Variable = { key: string; otherwise: string | undefined };
/** `wild` text holds wildcards, `text` none. */
type Piece = { wild: string } | { text: string } | Variable;

/** Whether a text matches a value as a policy writes it. */
export type Matcher = (text: string, context: Context) => boolean;

const VARIABLE = /\$\{([^{}]*)\}/g;
const WITH_DEFAULT = /^([^,]*?)\s*,\s*'([^']*)'\s*$/;

function piecesOf(value: string, variables: boolean): Piece[] {
  if (!variables) return [{ wild: value }];
  const pieces: Piece[] = [];
  let from = 0;
  for (const found of value.matchAll(VARIABLE)) {
    if (found.index > from) pieces.push({ wild: value.slice(from, found.index) });
    pieces.push(variableOf(found[1]!));
    from = found.index + found[0].length;
  }
  if (from < value.length) pieces.push({ wild: value.slice(from) });
  return pieces;
}

function variableOf(inside: string): Piece {
  if (['*', '?', '$'].includes(inside)) return { text: inside };
  const [, key, otherwise] = WITH_DEFAULT.exec(inside) ?? [undefined, inside, undefined];
  return { key: key!.trim().toLowerCase(), otherwise };
}

function valueIn({ key, otherwise }: Variable, context: Context): string | undefined {
  const values = context(key);
  if (values === undefined || values.length === 0) return otherwise;
  return values.length === 1 ? values[0] : undefined;
}

const isVariable = (piece: Piece): piece is Variable => 'key' in piece;

/** The text that the pieces make, their wildcards taken as they are; undefined when a variable has no value. */
function textOf(pieces: readonly Piece[], context: Context): string | undefined {
  let text = '';
  for (const piece of pieces) {
    const part = isVariable(piece) ? valueIn(piece, context) : 'wild' in piece ? piece.wild : piece.text;
    if (part === undefined) return undefined;
    text += part;
  }
  return text;
}

function unitsOfPieces(pieces: readonly Piece[], context: Context): number[] | undefined {
  const units: number[] = [];
  for (const piece of pieces) {
    if ('wild' in piece) units.push(...unitsOf(piece.wild));
    else {
      const text = isVariable(piece) ? valueIn(piece, context) : piece.text;
      if (text === undefined) return undefined;
      units.push(...literalUnits(text));
    }
  }
  return units;
}

const NOTHING: Context = () => undefined;

/** Compares a text with a value in which `*` and `?` are characters like others. */
export function textMatcher(value: string, variables: boolean, fold: (text: string) => string = same): Matcher {
  const pieces = piecesOf(value, variables);
  if (!pieces.some(isVariable)) {
    const wanted = fold(textOf(pieces, NOTHING)!);
    return (text) => fold(text) === wanted;
  }
  return (text, context) => {
    const wanted = textOf(pieces, context);
    return wanted !== undefined && fold(text) === fold(wanted);
  };
}

const same = (text: string) => text;

/** Compares a text with a value in which `*` and `?` are wildcards. */
export function patternMatcher(value: string, variables: boolean): Matcher {
  return matcherOf(piecesOf(value, variables));
}

function matcherOf(pieces: readonly Piece[]): Matcher {
  if (!pieces.some(isVariable)) {
    const glob: Glob = globOf(unitsOfPieces(pieces, NOTHING)!);
    return (text) => glob(text);
  }
  return (text, context) => {
    const units = unitsOfPieces(pieces, context);
    return units !== undefined && matchesUnits(units, text);
  };
}

const ARN_PARTS = 6;

/** The parts of an ARN, the resource whole; of what is no ARN, fewer. @example partsOf('arn:aws:s3:::b/k:1') // ['arn', 'aws', 's3', '', '', 'b/k:1'] */
export function partsOf(arn: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let count = 1; count < ARN_PARTS; count += 1) {
    const colon = arn.indexOf(':', from);
    if (colon < 0) break;
    parts.push(arn.slice(from, colon));
    from = colon + 1;
  }
  parts.push(arn.slice(from));
  return parts;
}

/** Whether an ARN, given as its parts, is one that a policy names. A wildcard does not reach beyond its part. */
export type ArnMatcher = (parts: readonly string[], context: Context) => boolean;

export function arnMatcher(value: string, variables: boolean): ArnMatcher {
  if (value === '*') return () => true;
  const matchers = arnPieces(value, variables).map(matcherOf);
  return (parts, context) =>
    parts.length === matchers.length && matchers.every((matcher, index) => matcher(parts[index]!, context));
}

/** The pieces of each part of an ARN. The colon inside a variable parts nothing. */
function arnPieces(value: string, variables: boolean): Piece[][] {
  const parts: Piece[][] = [[]];
  for (const piece of piecesOf(value, variables)) {
    if (!('wild' in piece)) {
      parts.at(-1)!.push(piece);
      continue;
    }
    const room = ARN_PARTS - parts.length;
    const colons = piece.wild.split(':');
    const texts = [...colons.slice(0, room), ...(colons.length > room ? [colons.slice(room).join(':')] : [])];
    texts.forEach((wild, index) => {
      if (index > 0) parts.push([]);
      if (wild !== '') parts.at(-1)!.push({ wild });
    });
  }
  return parts;
}

/** The condition keys that a value refers to, as it writes them. */
export function variablesIn(value: string): string[] {
  return [...value.matchAll(VARIABLE)].flatMap(([, inside]) => {
    if (['*', '?', '$'].includes(inside!)) return [];
    return [(WITH_DEFAULT.exec(inside!)?.[1] ?? inside!).trim()];
  });
}
