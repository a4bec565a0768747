/**
 * Expressions: values that exist only while a machine runs, as typed constants that become JSONata texts.
 *
 * E1. An expression is opaque: it is read (`result.Payload.f1`), inserted (jsonata`…`, text`…`) or given where a value belongs.
 *     Pasting it into a plain template literal throws at once instead of writing `[object Object]`.
 * E2. Its type parameter is the type of the value to come, so that the compiler refuses a number where a text belongs.
 * E3. What is inserted is written as a JSONata literal or in parentheses: a text with quotes in it stays that text.
 *
 * Mirrors https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
import type { Json, JsonObject } from '../../definition/asl/scope.ts';
import type { QueryLanguage } from '../../definition/asl/types.ts';
import { mistake, must } from '../mistake.ts';
import { isReference } from '../references.ts';
import type { Context, Late } from '../scope.ts';

declare const valueType: unique symbol;

/** A value of type T that is known only while the machine runs. */
export type Expression<T> = { readonly [valueType]: T };
/** An expression whose members can be read: `result.Payload.f1`. Of unknown type (`never`), none can: see `readAs`. */
export type Readable<T> = Expression<T> & Members<T>;

type Members<T> = [T] extends [never]
  ? unknown
  : T extends string | number | boolean | Date | Uint8Array | null
    ? unknown
    : T extends readonly (infer Item)[]
      ? { readonly [Index in Digit]: Readable<Answered<Item>> }
      : { readonly [K in keyof T]-?: Readable<Answered<T[K]>> };
/** Indexes into a list; further ones are a matter for jsonata`…`. */
type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
/** A member as a machine sees it: present, and a time as the text that AWS writes. */
type Answered<T> = NonNullable<T> extends Date ? string : NonNullable<T>;

/**
 * A T as it is written in a machine: any part of it may be an expression, and any text may depend on account and region.
 * AWS's enumerations take every text to come.
 */
export type Written<T> = unknown extends T
  ? AnyWritten
  :
      | Expression<Answered<T>>
      | (T extends null | undefined
          ? T
          : T extends boolean
            ? T | Expression<boolean>
            : T extends number
              ? T | Expression<number>
              : T extends string | Date | Uint8Array
                ? (T extends string ? T : string) | Expression<string> | Late<string>
                : T extends readonly (infer Item)[]
                  ? readonly Written<Item>[]
                  : { readonly [K in keyof T]: Written<T[K]> });

/** JSON of any form, as it is written in a machine. */
export type AnyWritten = WrittenJson | Late<string>;
/** The same, where a function would be one of the result. */
export type WrittenJson =
  | null
  | string
  | number
  | boolean
  | Expression<unknown>
  | readonly AnyWritten[]
  | { readonly [member: string]: AnyWritten | undefined };
/** What a state gives on. A function is given its result. */
export type Output<R> = WrittenJson | ((result: R) => AnyWritten);

/** The members of an object, each as it is written. Unlike `Written`, it is never an expression of the whole. */
export type WrittenObject<T> = { readonly [K in keyof T]: Written<T[K]> };

/** What a written value becomes while the machine runs. */
export type Told<W> =
  W extends Expression<infer T>
    ? T
    : W extends Late<infer T>
      ? T
      : W extends readonly (infer Item)[]
        ? Told<Item>[]
        : W extends object
          ? { readonly [K in keyof W]: Told<W[K]> }
          : W;

/** What is known when a document is written: where to, of which state, in which language its machine is. */
export type Writing = Context & {
  readonly language: QueryLanguage;
  /** @example "machine 'training'" */
  readonly machine: string;
  /** What a mistake names. @example "state 'CleanData' of machine 'training'" */
  readonly subject: string;
  /** The Map whose item is this state's input. */
  readonly item?: symbol;
};

type Body = {
  /** Stands anywhere without parentheses. */
  readonly atomic: boolean;
  readonly text: (writing: Writing) => string;
  /** Of a text: what it is joined from. */
  readonly pieces?: readonly unknown[];
};

const bodies = new WeakMap<object, Body>();

/** An expression that `text` writes in JSONata. Its members are read from it. */
export function expression<T>(text: Body['text'], atomic = true, pieces?: Body['pieces']): Readable<T> {
  const body: Body = { atomic, text, ...(pieces && { pieces }) };
  const proxy = new Proxy(Object.freeze({}), {
    get: (_, key) => {
      if (key === Symbol.toPrimitive || key === 'toJSON') return refuseText;
      return typeof key === 'symbol' ? undefined : expression((writing) => memberOf(inserted(body, writing), key));
    },
  });
  bodies.set(proxy, body);
  return proxy as Readable<T>;
}

/**
 * An expression in JSONata. What is inserted becomes a literal or the expression that it is. Say the type where it matters.
 *
 * @example jsonata<boolean>`${variables.f1} >= ${0.8} and ${variables.accuracy} >= ${threshold}`
 * @see https://docs.jsonata.org
 */
export function jsonata<T = never>(strings: TemplateStringsArray, ...values: readonly unknown[]): Readable<T> {
  return expression((writing) => String.raw(strings, ...values.map((value) => literal(value, writing))).trim(), false);
}

/**
 * A text with values in it.
 *
 * @example text`runs/run_date=${variables.runDate}/run_id=${variables.runId}/` // {% "runs/run_date=" & $runDate & … %}
 */
export function text(strings: TemplateStringsArray, ...values: readonly unknown[]): Readable<string> {
  const pieces = strings.flatMap((piece, index) => (index < values.length ? [piece, values[index]] : [piece]));
  return expression<string>((writing) => joined(textPieces(pieces, writing)), false, pieces);
}

/**
 * A value of which only you know the type.
 *
 * @example readAs<{ status: string }>(states.input).status
 */
export function readAs<T>(value: Expression<unknown>): Readable<T> {
  return value as Readable<T>;
}

/**
 * A value, or another one where there is none. A member that an answer lacks fails the state otherwise.
 *
 * @example orElse(result.FailureReason, 'no reason given')
 */
export function orElse<T>(value: Expression<T>, fallback: Written<NoInfer<T>>): Readable<T> {
  return jsonata<T>`$exists(${value}) ? ${value} : ${fallback}`;
}

type Piece = { readonly quoted: string } | { readonly code: string };

/** The pieces of a text, those of texts in it among them; what is known stands together. */
function textPieces(pieces: readonly unknown[], writing: Writing): Piece[] {
  const all = pieces.flatMap((piece): Piece[] => {
    const body = bodyOf(piece);
    if (body?.pieces) return textPieces(body.pieces, writing);
    if (body) return [{ code: inserted(body, writing) }];
    const value = plain(piece, writing, write);
    return [{ quoted: typeof value === 'string' ? value : JSON.stringify(value) }];
  });
  const merged: Piece[] = [];
  for (const piece of all) {
    const last = merged.at(-1);
    if (last && 'quoted' in last && 'quoted' in piece)
      merged[merged.length - 1] = { quoted: last.quoted + piece.quoted };
    else if (!('quoted' in piece) || piece.quoted !== '') merged.push(piece);
  }
  return merged;
}

function joined(pieces: readonly Piece[]): string {
  const parts = pieces.map((piece) => ('quoted' in piece ? JSON.stringify(piece.quoted) : piece.code));
  // A lone value becomes a text by being joined with nothing.
  return parts.length === 0 || (parts.length === 1 && 'code' in pieces[0]!)
    ? ['""', ...parts].join(' & ')
    : parts.join(' & ');
}

/** A written value as the document holds it. */
export function write(value: unknown, writing: Writing): Json {
  const body = bodyOf(value);
  if (body) return `{% ${body.text(writing)} %}`;
  return plain(value, writing, write);
}

/** An object whose absent members are left out. */
export function writeObject(value: { readonly [name: string]: unknown }, writing: Writing): JsonObject {
  return write(value, writing) as JsonObject;
}

/** A value as it stands inside of an expression. */
function literal(value: unknown, writing: Writing): string {
  const body = bodyOf(value);
  if (body) return inserted(body, writing);
  if (typeof value === 'number' && value < 0) return `(${value})`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(plain(value, writing, write));
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, writing)).join(', ')}]`;
  mustBePlain(value, writing);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}: ${literal(member, writing)}`).join(', ')}}`;
}

function plain(value: unknown, writing: Writing, inner: (value: unknown, writing: Writing) => Json): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    must(Number.isFinite(value), writing.subject, `${value} is given, which JSON cannot hold: give a finite number`);
    return value;
  }
  if (typeof value === 'function') return (value as Late<string>)({ account: writing.account, region: writing.region });
  if (Array.isArray(value)) return value.map((item) => inner(item, writing));
  mustBePlain(value, writing);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, inner(member, writing)]));
}

function mustBePlain(value: unknown, { subject }: Writing): asserts value is object {
  const isObject = typeof value === 'object' && value !== null;
  if (!isObject || ![Object.prototype, null].includes(Object.getPrototypeOf(value))) {
    const kind = isObject ? value.constructor.name : typeof value;
    throw mistake(subject, `a ${kind} is given where JSON belongs: write it as text, number, list or object`);
  }
  if (isReference(value)) {
    const text = JSON.stringify(value);
    throw mistake(subject, `${text} is a pipeline's reference, which a machine cannot read: give the value itself`);
  }
}

function inserted({ atomic, text: bodyText }: Body, writing: Writing): string {
  return atomic ? bodyText(writing) : `(${bodyText(writing)})`;
}

function bodyOf(value: unknown): Body | undefined {
  return typeof value === 'object' && value !== null ? bodies.get(value) : undefined;
}

const WORDS = new Set(['and', 'or', 'in', 'true', 'false', 'null', 'function']);

function memberOf(of: string, name: string): string {
  if (/^\d+$/.test(name)) return `${of}[${name}]`;
  if (/^[A-Za-z_]\w*$/.test(name) && !WORDS.has(name)) return `${of}.${name}`;
  must(!name.includes('`'), `the member '${name}'`, 'JSONata cannot name it, since a backquote is in it: use $lookup');
  return `${of}.\`${name}\``;
}

function refuseText(): never {
  throw mistake(
    'an expression of a state machine',
    'its value is known only while the machine runs, so it cannot be pasted into a text now. ' +
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the sentence shows what to write
      'Write text`…${value}…` or jsonata`…${value}…`, or pass the expression itself',
  );
}
