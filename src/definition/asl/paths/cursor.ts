/**
 * A place in a text that is being parsed, and how parsers of this folder refuse: they throw a syntax error, which never leaves
 * `attempt`.
 */

export type Cursor = { readonly text: string; at: number };

type SyntaxFailure = Error & { readonly syntax: true };

/** @throws always: what is wrong with the text, as a sentence without its end */
export function refuse(reason: string): never {
  throw Object.assign(new Error(reason), { syntax: true } as const);
}

/** What `read` gives, or why the text is refused. */
export function attempt<T>(read: () => T): { ok: true; value: T } | { ok: false; reason: string } {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    if (isSyntaxFailure(error)) return { ok: false, reason: error.message };
    throw error;
  }
}

function isSyntaxFailure(error: unknown): error is SyntaxFailure {
  return error instanceof Error && 'syntax' in error;
}

export function atEnd(cursor: Cursor): boolean {
  return cursor.at >= cursor.text.length;
}

/** The character here; `''` at the end. */
export function peek(cursor: Cursor): string {
  return cursor.text.charAt(cursor.at);
}

/** Steps over `words` if the text goes on with them. */
export function take(cursor: Cursor, words: string): boolean {
  if (!cursor.text.startsWith(words, cursor.at)) return false;
  cursor.at += words.length;
  return true;
}

export function expect(cursor: Cursor, words: string): void {
  if (!take(cursor, words)) refuse(`Expected '${words}' at position ${cursor.at}`);
}

export function skipBlanks(cursor: Cursor): void {
  while (/^[ \t\r\n]$/.test(peek(cursor))) cursor.at += 1;
}

/** Steps over what `pattern` (sticky) matches here, and gives it. */
export function takeMatch(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text)?.[0];
  if (found !== undefined) cursor.at += found.length;
  return found;
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/**
 * A quoted text of JSONPath, the cursor being on its quote. Escapes are Java's: `\n`, `\u00e9`; any other character after a
 * backslash stands for itself.
 */
export function readQuoted(cursor: Cursor): string {
  const quote = peek(cursor);
  cursor.at += 1;
  let text = '';
  for (;;) {
    const character = peek(cursor);
    if (character === '') refuse(`Expected ${quote} before the end`);
    cursor.at += 1;
    if (character === quote) return text;
    text += character === '\\' ? readEscape(cursor) : character;
  }
}

function readEscape(cursor: Cursor): string {
  const escaped = peek(cursor);
  if (escaped === '') refuse('Expected a character after \\');
  cursor.at += 1;
  if (escaped !== 'u') return ESCAPES[escaped] ?? escaped;
  const digits = takeMatch(cursor, /[0-9a-fA-F]{4}/y) ?? refuse(`Expected four digits at position ${cursor.at}`);
  return String.fromCharCode(Number.parseInt(digits, 16));
}
