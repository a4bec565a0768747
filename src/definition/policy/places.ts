/** Where the statements of a policy document stand in its text, for those who point at them. */

/** Both count from 1. */
export type Place = { line: number; column: number };
export type Span = { start: Place; end: Place };

/**
 * The place of each statement, in order, of a document that was parsed before.
 *
 * @example statementSpans('{"Statement":{}}') // [{ start: { line: 1, column: 14 }, end: { line: 1, column: 16 } }]
 */
export function statementSpans(text: string): Span[] {
  const from = statementValue(text);
  if (from === undefined) return [];
  if (text[from] === '{') return [spanOf(text, from)];
  const spans: Span[] = [];
  for (let at = from + 1; at < text.length && text[at] !== ']'; at += 1) {
    if (text[at] !== '{') continue;
    spans.push(spanOf(text, at));
    at = endOf(text, at) - 1;
  }
  return spans;
}

/** Where the value of the document's own member `Statement` begins. */
function statementValue(text: string): number | undefined {
  let at = text.indexOf('{') + 1;
  while (at < text.length) {
    const character = text[at];
    if (character === '"') {
      const end = endOf(text, at);
      const name = text.slice(at + 1, end - 1);
      at = skip(text, end, /[\s:]/);
      if (name === 'Statement') return at;
      at = endOf(text, at);
    } else at += 1;
  }
  return undefined;
}

/** The index after the JSON value that begins at `from`. */
function endOf(text: string, from: number): number {
  if (text[from] === '"') {
    let at = from + 1;
    while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    return at + 1;
  }
  if (text[from] !== '{' && text[from] !== '[') return skip(text, from, /[^,}\]\s]/);
  let depth = 0;
  for (let at = from; at < text.length; ) {
    const character = text[at]!;
    if (character === '"') at = endOf(text, at);
    else {
      if ('{['.includes(character)) depth += 1;
      if ('}]'.includes(character)) depth -= 1;
      at += 1;
      if (depth === 0) return at;
    }
  }
  return text.length;
}

function skip(text: string, from: number, what: RegExp): number {
  let at = from;
  while (at < text.length && what.test(text[at]!)) at += 1;
  return at;
}

const spanOf = (text: string, from: number): Span => ({
  start: placeOf(text, from),
  end: placeOf(text, endOf(text, from)),
});

function placeOf(text: string, index: number): Place {
  const before = text.slice(0, index);
  return { line: before.split('\n').length, column: index - before.lastIndexOf('\n') };
}
