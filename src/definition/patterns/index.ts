/**
 * EventBridge's event patterns, which are SNS's filter policies and the filters of event sources, too.
 *
 * @example
 * const compiled = compilePattern('{"source": ["aws.s3"]}');
 * compiled.ok && compiled.pattern.matches({ source: 'aws.s3' });
 */

import { isPatternFault } from './fault.ts';
import { createVocabulary, heldIn } from './fields.ts';
import { demandsOf, matches } from './match.ts';
import { parsePattern } from './parse.ts';
import type { Alternative } from './types.ts';

export { indexPatterns, type PatternIndex } from './rules.ts';

export type Pattern = {
  readonly alternatives: readonly Alternative[];
  /** @param event a JSON value, as JSON.parse makes it */
  matches(event: unknown): boolean;
};

/** `reason` is in AWS's words, with the place where it matters: what stands behind `Event pattern is not valid. Reason: `. */
export type Compiled =
  | { readonly ok: true; readonly pattern: Pattern }
  | { readonly ok: false; readonly reason: string };

export function compilePattern(text: string): Compiled {
  try {
    return { ok: true, pattern: patternOf(parsePattern(text)) };
  } catch (error) {
    if (!isPatternFault(error)) throw error;
    return { ok: false, reason: error.message };
  }
}

function patternOf(alternatives: readonly Alternative[]): Pattern {
  const vocabulary = createVocabulary();
  const demands = alternatives.map((one) => demandsOf(vocabulary, one));
  return {
    alternatives,
    matches(event) {
      const held = heldIn(vocabulary, event);
      return demands.some((one) => matches(one, held));
    },
  };
}
