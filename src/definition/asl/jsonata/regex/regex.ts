/** Regular expressions. */
import type { Pattern } from '../values.ts';

export function compileRegex(regex: RegExp): Pattern {
  return {
    source: regex.source,
    exec: (text, from) => {
      regex.lastIndex = from;
      const found = regex.exec(text);
      return found ? { start: found.index, end: found.index + found[0].length, groups: found.slice(1) } : undefined;
    },
  };
}
