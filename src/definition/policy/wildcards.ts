/** Wildcards in policy elements: `*` stands for any characters, none included, and `?` for exactly one. */

/**
 * Whether `text` matches `pattern`. Takes time in the product of the lengths at worst, whatever the pattern: no
 * catastrophic case, as patterns come from users.
 *
 * @example matches('arn:aws:s3:::bucket/*', 'arn:aws:s3:::bucket/a/b') === true
 */
export function matches(pattern: string, text: string): boolean {
  let at = 0;
  let from = 0;
  /** Where to go on when the present attempt fails: the last star, and the first character after what it has swallowed. */
  let star = -1;
  let swallowed = 0;
  while (from < text.length) {
    if (at < pattern.length && pattern[at] === '*') {
      star = at;
      swallowed = from;
      at += 1;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[from])) {
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
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}

/** Actions are compared without regard to case. @example matchesAction('s3:Get*', 'S3:getobject') === true */
export function matchesAction(pattern: string, action: string): boolean {
  return matches(pattern.toLowerCase(), action.toLowerCase());
}
