/** Regular expressions of JSONata: compiled once, run by a machine of our own, which the evaluation's budget bounds. */
import type { Pattern } from '../values.ts';
import { execute } from './machine.ts';
import { programOf } from './program.ts';
import { parseRegex } from './syntax.ts';

/** @throws UnsupportedRegex for modifiers such as `(?i:…)`, and for repetitions that multiply beyond reason */
export function compileRegex(regex: RegExp): Pattern {
  const program = programOf(parseRegex(regex), regex.ignoreCase, regex.multiline);
  return { source: regex.source, exec: (text, from, run) => execute(program, text, from, run) };
}
