/** JSON as it is written in a form. Pure. */
import { isJson } from '../../../../src/base/json.ts';

/** On lines of its own; what is no JSON stays as it is. */
export const indented = (text: string): string => (isJson(text) ? JSON.stringify(JSON.parse(text), null, 2) : text);

/** On one line. */
export const compact = (text: string): string => (isJson(text) ? JSON.stringify(JSON.parse(text)) : text);

/** The value of a JSON text; the text itself where it is none. */
export function parsed(text: string | undefined): unknown {
  return text !== undefined && isJson(text) ? JSON.parse(text) : text;
}
