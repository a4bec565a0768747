/**
 * Writes Terraform's language, as `terraform fmt` would: values, blocks, and files of them.
 *
 * H1. What comes out is what `terraform fmt` leaves alone: two spaces a level; in lines that follow each other directly, the
 *     `=` of those whose value ends on the line stand in one column.
 * H2. A text says itself and nothing else: quotes, `${`, `%{`, control characters are escaped; only a template's expressions
 *     are evaluated.
 * H3. Text that Terraform would not give back is refused: it changes all text to Unicode's normal form C, and cannot hold
 *     half a surrogate pair.
 */

/** Written as it is. @example expression('var.bucket') */
export type Expression = { readonly kind: 'expression'; readonly text: string };
/** A text with expressions in it. */
type Template = { readonly kind: 'template'; readonly parts: readonly (string | Expression)[] };
/** An object: its members in the order given. */
type Members = { readonly kind: 'object'; readonly members: Attributes };
type Call = { readonly kind: 'call'; readonly name: string; readonly given: readonly Value[] };
export type Value = string | number | boolean | null | Expression | Template | Members | Call | readonly Value[];
/** A member that is undefined is left out. */
export type Attributes = { readonly [name: string]: Value | undefined };

export type Block = {
  readonly kind: 'block';
  readonly type: string;
  readonly labels: readonly string[];
  readonly attributes: Attributes;
  readonly blocks: readonly Block[];
  /** Stands before it, line by line. */
  readonly comment?: string;
};

/** Texts that hold none of these mean the same in quotes. Line separators and byte order marks are escaped to be seen. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be escaped.
const ESCAPED = /["\\\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/g;
const NAMED: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
/** Names that begin another kind of expression where a member may stand. */
const KEYWORDS = /^(for|if|in|true|false|null)$/;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const WIDTH = 100;

export function expression(text: string): Expression {
  return { kind: 'expression', text };
}

/** A text with expressions in it; one that is an expression alone is written without quotes. */
export function template(parts: readonly (string | Expression)[]): Value {
  const [only, ...others] = parts;
  if (others.length === 0) return only ?? '';
  return { kind: 'template', parts };
}

export function object(members: Attributes): Value {
  return { kind: 'object', members };
}

export function call(name: string, ...given: readonly Value[]): Value {
  return { kind: 'call', name, given };
}

/** @example block('variable', ['bucket'], { type: expression('string') }) */
export function block(
  type: string,
  labels: readonly string[],
  attributes: Attributes,
  rest: { blocks?: readonly Block[]; comment?: string } = {},
): Block {
  return {
    kind: 'block',
    type,
    labels,
    attributes,
    blocks: rest.blocks ?? [],
    ...(rest.comment && { comment: rest.comment }),
  };
}

/** JSON as a value, each text of it by `text`. */
export function fromJson(json: unknown, text: (value: string) => Value): Value {
  if (typeof json === 'string') return text(json);
  if (Array.isArray(json)) return json.map((item) => fromJson(item, text));
  if (typeof json !== 'object' || json === null) return json as number | boolean | null;
  return object(Object.fromEntries(Object.entries(json).map(([name, item]) => [name, fromJson(item, text)])));
}

/** A file: comments first, blocks with a line between them, a newline at its end. */
export function hclFile(comment: string, blocks: readonly Block[]): string {
  return [
    `${commentLines(comment).join('\n')}\n`,
    ...blocks.map((each) => `${blockLines(each, '').join('\n')}\n`),
  ].join('\n');
}

/** A text in quotes. @throws when Terraform could not give it back (H3) */
export function quoted(text: string): string {
  return `"${inQuotes(text)}"`;
}

/** What is wrong with a text for Terraform; undefined when nothing is (H3). */
export function textProblem(text: string): string | undefined {
  if (!text.isWellFormed()) return 'holds half a surrogate pair, which no file can';
  if (text.normalize('NFC') !== text) {
    return 'is not in Unicode normal form C, and Terraform would change it: write its accented letters as one character each';
  }
  return undefined;
}

function inQuotes(text: string): string {
  const problem = textProblem(text);
  if (problem !== undefined) throw new Error(`The text ${JSON.stringify(text)} ${problem}.`);
  return text
    .replace(ESCAPED, (character) => NAMED[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(/[$%](?=\{)/g, (sign) => `${sign}${sign}`);
}

/** A dollar just before an expression would take its meaning away; written as its number it does not. */
export function inTemplate(text: string, beforeExpression: boolean): string {
  return beforeExpression ? text.replace(/\$$/, '\\u0024') : text;
}

function commentLines(comment: string): string[] {
  return comment.split('\n').map((line) => `# ${line}`.trimEnd());
}

function blockLines(written: Block, indent: string): string[] {
  const { type, labels, attributes, blocks, comment } = written;
  const head = [type, ...labels.map(quoted)].join(' ');
  const before = comment === undefined ? [] : commentLines(comment).map((line) => `${indent}${line}`);
  const inside = attributeLines(attributes, `${indent}  `);
  for (const inner of blocks) {
    if (inside.length > 0) inside.push('');
    inside.push(...blockLines(inner, `${indent}  `));
  }
  if (inside.length === 0) return [...before, `${indent}${head} {}`];
  return [...before, `${indent}${head} {`, ...inside, `${indent}}`];
}

/** `name = value` lines, aligned as H1 says. */
function attributeLines(attributes: Attributes, indent: string): string[] {
  const entries = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name: memberName(name), lines: valueLines(value, indent) }],
  );
  const lines: string[] = [];
  for (let at = 0; at < entries.length; ) {
    const { name, lines: value } = entries[at]!;
    if (value.length > 1) {
      lines.push(`${indent}${name} = ${value[0]}`, ...value.slice(1));
      at += 1;
      continue;
    }
    const end = entries.findIndex((entry, index) => index > at && entry.lines.length > 1);
    const chain = entries.slice(at, end === -1 ? undefined : end);
    const width = Math.max(...chain.map((entry) => columns(entry.name)));
    for (const entry of chain) {
      lines.push(`${indent}${entry.name}${' '.repeat(width - columns(entry.name))} = ${entry.lines[0]}`);
    }
    at += chain.length;
  }
  return lines;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** As `terraform fmt` counts: what is seen as one character is one column. */
function columns(text: string): number {
  return [...graphemes.segment(text)].length;
}

function memberName(name: string): string {
  return NAME.test(name) && !KEYWORDS.test(name) ? name : quoted(name);
}

/** The first line follows what stands before it; the others are indented, and the last closes at `indent`. */
function valueLines(value: Value, indent: string): string[] {
  if (typeof value === 'string') return [quoted(value)];
  if (typeof value !== 'object' || value === null) return [String(value)];
  if (isList(value)) return listLines(value, indent);
  if (value.kind === 'expression') return [value.text];
  if (value.kind === 'template') {
    const written = value.parts.map((part, index) =>
      typeof part !== 'string'
        ? `\${${part.text}}`
        : inTemplate(inQuotes(part), typeof value.parts[index + 1] === 'object'),
    );
    return [`"${written.join('')}"`];
  }
  if (value.kind === 'object') {
    const members = attributeLines(value.members, `${indent}  `);
    return members.length === 0 ? ['{}'] : ['{', ...members, `${indent}}`];
  }
  return callLines(value, indent);
}

function listLines(items: readonly Value[], indent: string): string[] {
  const written = items.map((item) => valueLines(item, `${indent}  `));
  const short = `[${written.map(([line]) => line).join(', ')}]`;
  if (written.every((lines) => lines.length === 1) && indent.length + short.length <= WIDTH) return [short];
  return ['[', ...written.flatMap(([first, ...rest]) => closedBy(',', [`${indent}  ${first}`, ...rest])), `${indent}]`];
}

/** Arguments share lines with the brackets around them: `f("a", {` … `})`. */
function callLines({ name, given }: Call, indent: string): string[] {
  const lines = [`${name}(`];
  for (const [index, argument] of given.entries()) {
    const [first, ...rest] = valueLines(argument, indent);
    lines[lines.length - 1] += `${index > 0 ? ', ' : ''}${first}`;
    lines.push(...rest);
  }
  return closedBy(')', lines);
}

function closedBy(end: string, lines: readonly string[]): string[] {
  return [...lines.slice(0, -1), `${lines.at(-1)}${end}`];
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
