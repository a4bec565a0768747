/** Wildcards in policy elements: `*` stands for any characters, none included, and `?` for exactly one. */

/** A pattern taken apart: the code of each character, or a wildcard. */
export type Units = readonly number[];
export const STAR = -1;
const ANY = -2;

/** Whether a text matches a pattern that was made ready before. */
export type Glob = (text: string) => boolean;

/** @example unitsOf('a*') // [97, STAR] */
export function unitsOf(pattern: string): number[] {
  return Array.from({ length: pattern.length }, (_, at) => {
    const code = pattern.charCodeAt(at);
    return code === 42 ? STAR : code === 63 ? ANY : code;
  });
}

/** A text as a pattern that matches it alone, whatever it holds. */
export function literalUnits(text: string): number[] {
  return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
}

/**
 * Whether `text` matches. Takes time in the product of the lengths at worst, whatever the pattern: no catastrophic case,
 * as patterns come from users.
 */
export function matchesUnits(units: Units, text: string): boolean {
  let at = 0;
  let from = 0;
  /** Where to go on when the present attempt fails: the last star, and the first character after what it has swallowed. */
  let star = -1;
  let swallowed = 0;
  while (from < text.length) {
    const unit = units[at];
    if (unit === STAR) {
      star = at;
      swallowed = from;
      at += 1;
    } else if (unit !== undefined && (unit === ANY || unit === text.charCodeAt(from))) {
      at += 1;
      from += 1;
    } else if (star >= 0) {
      swallowed += 1;
      from = swallowed;
      at = star + 1;
    } else {
      return false;
    }
  }
  while (units[at] === STAR) at += 1;
  return at === units.length;
}

/** Makes a pattern ready; the common ones (a text, a beginning, everything) without a search. */
export function globOf(units: Units): Glob {
  const wild = units.findIndex((unit) => unit < 0);
  if (wild < 0) {
    const whole = String.fromCharCode(...units);
    return (text) => text === whole;
  }
  if (wild === units.length - 1 && units[wild] === STAR) {
    const beginning = String.fromCharCode(...units.slice(0, wild));
    return beginning === '' ? () => true : (text) => text.startsWith(beginning);
  }
  return (text) => matchesUnits(units, text);
}

/** @example matches('arn:aws:s3:::bucket/*', 'arn:aws:s3:::bucket/a/b') === true */
export function matches(pattern: string, text: string): boolean {
  return globOf(unitsOf(pattern))(text);
}

/** Whether any of many patterns matches: the plain ones among them by one look-up. */
export function anyGlob(patterns: readonly string[]): Glob {
  const plain = new Set(patterns.filter((pattern) => !/[*?]/.test(pattern)));
  const wild = patterns.filter((pattern) => !plain.has(pattern)).map((pattern) => globOf(unitsOf(pattern)));
  return (text) => plain.has(text) || wild.some((glob) => glob(text));
}

/** Actions are compared without regard to case. @example anyAction(['s3:Get*'])('s3:getobject') === true */
export function anyAction(patterns: readonly string[]): (lowerCaseAction: string) => boolean {
  return anyGlob(patterns.map((pattern) => pattern.toLowerCase()));
}
