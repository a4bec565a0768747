/** A regular expression in an expression is a function: of a text, giving its first match and a function for the next. */
import { failure } from '../failure.ts';
import { matchValue } from '../functions/matchers.ts';
import type { RegexNode } from '../syntax.ts';
import type { Callable, Code, Pattern, Run, Value } from '../values.ts';
import { compileRegex } from './regex.ts';
import { unsupportedRegex } from './syntax.ts';

export function compilePattern(node: RegexNode): Code {
  // The parser copies what stands before `?:` and `??` by way of JSON, which regular expressions do not survive.
  if (!(node.value instanceof RegExp))
    throw unsupportedRegex('A regular expression cannot stand before ?: or ??. Bind its result to a variable first');
  const pattern = compileRegex(node.value);
  const callable: Callable = Object.assign(
    (args: readonly Value[], _context: Value, run: Run) => matchAt(pattern, args[0], args[1], run),
    { arity: 2, pattern },
  );
  return () => callable;
}

function matchAt(pattern: Pattern, text: Value, from: Value, run: Run): Value {
  if (typeof text !== 'string') return undefined;
  const found = pattern.exec(text, typeof from === 'number' ? from : 0, run);
  if (!found) return undefined;
  const next = (): Value => {
    if (found.end >= text.length) return undefined;
    const following = pattern.exec(text, found.end, run);
    if (following && following.end === following.start) throw failure('D1004', { value: pattern.source });
    return matchAt(pattern, text, found.end, run);
  };
  return Object.assign(matchValue(text, found), { next: Object.assign(next, { arity: 0 }) });
}
