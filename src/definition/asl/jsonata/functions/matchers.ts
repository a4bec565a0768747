/** `$contains`, `$match`, `$replace`, `$split`: by a text, a regular expression, or a function that finds matches. */
import { apply } from '../apply.ts';
import { failure } from '../failure.ts';
import { checkText, spend, spendItems, spendText } from '../limits.ts';
import {
  type Callable,
  type Dict,
  freshDict,
  freshList,
  isCallable,
  isDict,
  isList,
  type Run,
  sequence,
  type Value,
} from '../values.ts';
import type { Implementation } from './implementation.ts';

export const MATCHERS: Readonly<Record<string, Implementation>> = {
  contains: ([text, token], { run }) => contains(text as string | undefined, token, run),
  match: ([text, matcher, limit], { run }) =>
    match(text as string | undefined, matcher as Callable, limit as Limit, run),
  replace: ([text, pattern, replacement, limit], { run }) =>
    text === undefined ? undefined : replace(text as string, pattern, replacement, limit as Limit, run),
  split: ([text, separator, limit], { run }) =>
    text === undefined ? undefined : split(text as string, separator, limit as Limit, run),
};

type Limit = number | undefined;

/** A match as these functions see it, wherever it comes from. `value` is what a replacement function is given. */
type Found = { readonly start: number; readonly end: number; readonly text: string; readonly value: Dict };

/** All matches, one after the other. */
function* matchesOf(matcher: Value, text: string, run: Run): Generator<Found> {
  if (isCallable(matcher) && matcher.pattern) {
    for (let [from, first] = [0, true]; ; first = false) {
      const found = matcher.pattern.exec(text, from, run);
      if (!found) return;
      if (found.end === found.start && !first) throw failure('D1004', { value: matcher.pattern.source });
      const value = matchValue(text, found);
      yield { start: found.start, end: found.end, text: value['match'] as string, value };
      if (found.end >= text.length) return;
      from = found.end;
    }
  }
  let next: Value = matcher;
  for (let args: Value[] = [text]; ; args = []) {
    const value = apply(next, args, null, run);
    if (value === undefined || value === null) return;
    if (!isMatch(value)) throw failure('T1010');
    const [start, end, whole] = [value['start'], value['end'], value['match']];
    yield { start: Number(start), end: Number(end), text: typeof whole === 'string' ? whole : '', value };
    next = value['next'];
  }
}

const isMatch = (value: Value): value is Dict =>
  isDict(value) &&
  (typeof value['start'] === 'number' ||
    typeof value['end'] === 'number' ||
    isList(value['groups']) ||
    isCallable(value['next']));

export function matchValue(
  text: string,
  found: { readonly start: number; readonly end: number; readonly groups: readonly (string | undefined)[] },
): Dict {
  return Object.assign(freshDict(), {
    match: text.slice(found.start, found.end),
    start: found.start,
    end: found.end,
    groups: freshList([...found.groups]),
  });
}

function contains(text: string | undefined, token: Value, run: Run): Value {
  if (text === undefined || token === undefined) return undefined;
  spendText(run, text.length);
  if (typeof token === 'string') return text.includes(token);
  for (const _found of matchesOf(token, text, run)) return true;
  return false;
}

function match(text: string | undefined, matcher: Callable, limit: Limit, run: Run): Value {
  if (text === undefined) return undefined;
  if (limit !== undefined && limit < 0) throw failure('D3040', { value: limit, index: 3 });
  const found = sequence();
  if (limit === 0) return found;
  for (const { start, text: whole, value } of matchesOf(matcher, text, run)) {
    spend(run, 1);
    found.push(Object.assign(freshDict(), { match: whole, index: start, groups: value['groups'] }));
    if (limit !== undefined && found.length >= limit) break;
  }
  return found;
}

function replace(text: string, pattern: Value, replacement: Value, limit: Limit, run: Run): Value {
  if (pattern === '') throw failure('D3010', { value: pattern, index: 2 });
  if (limit !== undefined && limit < 0) throw failure('D3011', { value: limit, index: 4 });
  if (limit === 0) return text;
  if (typeof pattern === 'string') return replaceText(text, pattern, replacement, limit, run);
  const parts: string[] = [];
  let [at, count, length] = [0, 0, 0];
  for (const found of matchesOf(pattern, text, run)) {
    const instead =
      typeof replacement === 'string' ? expand(replacement, found, run) : apply(replacement, [found.value], null, run);
    if (typeof instead !== 'string') throw failure('D3012', { value: instead });
    parts.push(text.slice(at, found.start), instead);
    length += found.start - at + instead.length;
    checkText(length);
    spend(run, 1 + instead.length / 64);
    at = found.start + found.text.length;
    count += 1;
    if (limit !== undefined && count >= limit) break;
  }
  return parts.join('') + text.slice(at);
}

/** A text put in the place of a text stands as it is: `$1` means nothing in it. */
function replaceText(text: string, pattern: string, replacement: Value, limit: Limit, run: Run): string {
  const instead = String(replacement);
  const parts: string[] = [];
  spendText(run, text.length);
  let [at, length] = [0, text.length];
  for (let next = text.indexOf(pattern); next >= 0; next = text.indexOf(pattern, at)) {
    if (limit !== undefined && parts.length >= limit) break;
    length += instead.length - pattern.length;
    checkText(Math.max(length, instead.length));
    spend(run, 1 + instead.length / 64);
    parts.push(text.slice(at, next) + instead);
    at = next + pattern.length;
  }
  return parts.join('') + text.slice(at);
}

/** `$0` is the match, `$1` a group, `$$` a dollar sign. As many digits are read as the groups have, if that names one. */
function expand(replacement: string, { text, value }: Found, run: Run): string {
  const groups = isList(value['groups']) ? value['groups'] : [];
  const digits = groups.length === 0 ? 1 : Math.floor(Math.log10(groups.length)) + 1;
  let [expanded, at] = ['', 0];
  for (let dollar = replacement.indexOf('$'); dollar >= 0; dollar = replacement.indexOf('$', at)) {
    expanded += replacement.slice(at, dollar);
    at = dollar + 1;
    const next = replacement.charAt(at);
    if (next === '$' || next === '0') {
      expanded += next === '$' ? '$' : text;
      at += 1;
    } else {
      let index = Number.parseInt(replacement.slice(at, at + digits), 10);
      if (digits > 1 && index > groups.length) index = Number.parseInt(replacement.slice(at, at + digits - 1), 10);
      if (Number.isNaN(index)) expanded += '$';
      else {
        const group = groups[index - 1];
        if (group !== undefined) expanded += String(group);
        at += String(index).length;
      }
    }
    checkText(expanded.length);
    spend(run, 1);
  }
  return expanded + replacement.slice(at);
}

function split(text: string, separator: Value, limit: Limit, run: Run): Value {
  if (limit !== undefined && limit < 0) throw failure('D3020', { value: limit, index: 3 });
  spendText(run, text.length);
  const parts = freshList();
  if (limit === 0) return parts;
  if (typeof separator === 'string') {
    if (separator === '') spendItems(run, text.length);
    for (const part of text.split(separator, limit)) parts.push(part);
    spend(run, parts.length);
    return parts;
  }
  let at = 0;
  for (const { start, end } of matchesOf(separator, text, run)) {
    spend(run, 1);
    parts.push(text.slice(at, start));
    at = end;
    if (limit !== undefined && parts.length >= limit) return parts;
  }
  parts.push(text.slice(at));
  return parts;
}
