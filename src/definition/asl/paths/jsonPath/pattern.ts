/**
 * The regular expressions of `=~`. They come from definitions, so they are run by an engine whose time is linear in the text,
 * RE2's; it has no look-around and no back references. It is loaded when the first one is met.
 */
import { createRequire } from 'node:module';
import { refuse } from '../cursor.ts';

/** Whether the whole text matches. */
export type Matches = (text: string) => boolean;

const load = createRequire(import.meta.url);

export function compilePattern(source: string, ignoreCase: boolean): Matches {
  const { RE2JS } = load('re2js') as typeof import('re2js');
  try {
    const pattern = RE2JS.compile(source, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    return (text) => pattern.matches(text);
  } catch (error) {
    return refuse(`The pattern /${source}/ is not supported: ${error instanceof Error ? error.message : error}`);
  }
}
