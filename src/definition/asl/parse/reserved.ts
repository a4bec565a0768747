/**
 * Members of `$states` that are there in some fields only: its result where a state has worked, its error where a catcher has caught.
 *
 * R1. Texts and comments inside an expression are no mention.
 */
import type { Json } from '../scope.ts';
import { isObject } from './site.ts';

export type Reserved = 'result' | 'errorOutput';

const MENTION = /\$states\s*\.\s*(result|errorOutput)\b/g;

/** Those that a JSONata text mentions. */
function mentionedIn(text: string): Reserved[] {
  if (!text.includes('$states')) return [];
  return [...codeOf(text).matchAll(MENTION)].map(([, name]) => name as Reserved);
}

/** R1. What is opened and not closed reaches to the end. */
function codeOf(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const end = endOf(text, at);
    if (end === at) continue;
    parts.push(text.slice(from, at));
    at = end - 1;
    from = end;
  }
  return parts.concat(text.slice(from)).join(' ');
}

/** Where the text or the comment that begins here ends; `at` where none begins. */
function endOf(text: string, at: number): number {
  const sign = text[at];
  if (sign === '/' && text[at + 1] === '*') {
    const end = text.indexOf('*/', at + 2);
    return end < 0 ? text.length : end + 2;
  }
  if (sign !== '"' && sign !== "'") return at;
  for (let next = at + 1; next < text.length; next += 1) {
    if (text[next] === '\\') next += 1;
    else if (text[next] === sign) return next + 1;
  }
  return text.length;
}

/** Every mention of what is not `there`, with its place as a JSON pointer. */
export function misplaced(value: Json, there: Reserved | undefined, at = ''): { name: Reserved; at: string }[] {
  if (typeof value === 'string') {
    const names = new Set(value.startsWith('{%') ? mentionedIn(value) : []);
    return [...names].filter((name) => name !== there).map((name) => ({ name, at }));
  }
  if (Array.isArray(value)) return value.flatMap((inner, index) => misplaced(inner, there, `${at}[${index}]`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => misplaced(inner, there, `${at}/${name}`));
}
