/**
 * CloudWatch Logs' filter pattern language: terms, JSON, and fields separated by blanks, each with regular expressions.
 *
 * P1. A pattern is refused by name (InvalidParameterException) when it is compiled; matching never throws.
 * P2. Matching takes time in proportion to the event, whatever the pattern: nothing in it goes back.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
import { parseDelimited } from './delimited.ts';
import { parseJsonPattern } from './jsonPattern.ts';
import type { FilterPattern } from './pattern.ts';
import { parseTerms } from './terms.ts';

export type { FilterPattern } from './pattern.ts';

/** @example compilePattern('{ $.level = "ERROR" }').matches('{"level":"ERROR"}') // true */
export function compilePattern(text: string): FilterPattern {
  const trimmed = text.trim();
  if (trimmed.startsWith('{')) return parseJsonPattern(trimmed);
  if (trimmed.startsWith('[')) return parseDelimited(trimmed);
  return parseTerms(trimmed);
}
