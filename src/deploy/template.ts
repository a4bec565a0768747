/**
 * A pipeline's definition as a Terraform template that is JSON itself: editors, diffs and jq read it, and `templatefile` sets
 * the places in.
 *
 * D1. Nothing but the places is evaluated: `${` and `%{` of the definition's own texts are written `\u0024{` and `\u0025{`,
 *     which is the same to JSON and nothing to a template.
 */
import { inTemplate } from './hcl.ts';
import type { Place, Places } from './places.ts';

/** @param variable a place's name in the template */
export function definitionTemplate(
  definition: string,
  split: Places['split'],
  variable: (place: Place) => string,
): string {
  const text = JSON.stringify(JSON.parse(definition), null, 2);
  const inert = text.replace(/\$(?=\{)/g, '\\u0024').replace(/%(?=\{)/g, '\\u0025');
  // A place has no character that JSON escapes: in the document's text it reads as in the text that holds it.
  const parts = split(inert);
  const written = parts.map((part, index) =>
    typeof part === 'string' ? inTemplate(part, typeof parts[index + 1] === 'object') : `\${${variable(part)}}`,
  );
  return `${written.join('')}\n`;
}
