/**
 * AWS's patterns are Java's, and are matched against the whole value. Compiled here once, on first use; one that
 * JavaScript cannot express is undefined, and generated/README.md names it.
 */

/** Java's POSIX classes, as they read inside and outside of brackets. */
const POSIX: Readonly<Record<string, string>> = {
  Alnum: 'a-zA-Z0-9',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Lower: 'a-z',
  Upper: 'A-Z',
  Punct: '!-\\/:-@\\[-`{-~',
  Space: '\\s',
  ASCII: '\\u0000-\\u007f',
};

/**
 * `.*` around a group that may repeat takes exponential time to refuse a value, and there is next to none to refuse: these
 * say "any text of several lines".
 */
const ANY_TEXT: ReadonlySet<string> = new Set(['.*(?:[ \\r\\n\\t].*)*', '.*(?:[ \\r\\n\\t].*)*.*']);

const compiled = new Map<string, RegExp | undefined>();

/** The expression that matches what AWS's pattern matches, whole; undefined when JavaScript has none. */
export function patternOf(source: string): RegExp | undefined {
  if (!compiled.has(source)) compiled.set(source, ANY_TEXT.has(source) ? /^[\s\S]*$/ : compile(source));
  return compiled.get(source);
}

function compile(source: string): RegExp | undefined {
  const insensitive = source.startsWith('(?i)');
  const pattern = (insensitive ? source.slice(4) : source)
    // Java lets an anchor repeat.
    .replace(/\$\{\d+,\d+\}/g, '$$')
    .replace(/\\p\{(\w+)\}/g, (whole, name: string, at: number, all: string) => {
      const set = POSIX[name];
      if (set === undefined) return whole;
      return insideBrackets(all, at) ? set : `[${set}]`;
    });
  const flags = insensitive ? 'i' : '';
  // Without `u`, `\p{L}` would quietly mean something else; with it, needless escapes are errors.
  if (pattern.includes('\\p{')) return attempt(withoutNeedlessEscapes(pattern), `${flags}u`);
  return attempt(pattern, `${flags}u`) ?? attempt(pattern, flags);
}

function attempt(pattern: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${pattern})$`, flags);
  } catch {
    return undefined;
  }
}

/** Whether the place is between `[` and `]`. */
function insideBrackets(pattern: string, at: number): boolean {
  let inside = false;
  for (let index = 0; index < at; index++) {
    if (pattern[index] === '\\') index++;
    else if (pattern[index] === '[') inside = true;
    else if (pattern[index] === ']') inside = false;
  }
  return inside;
}

function withoutNeedlessEscapes(pattern: string): string {
  return pattern.replace(/\\([^A-Za-z0-9^$\\.*+?()[\]{}|/-])/g, '$1');
}
