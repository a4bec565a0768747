/** Walks over JSON: members at a path, every member, and where two documents differ. */
import type { Json, JsonObject } from './cases.ts';

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member and where it stands, so that it can be replaced. */
export type Member = { of: JsonObject; name: string; value: Json };

/** Every member, a parent before its children; children of what `visit` answers `true` for are left out. */
export function eachMember(value: Json | undefined, visit: (member: Member) => boolean | undefined): void {
  if (Array.isArray(value)) for (const item of value) eachMember(item, visit);
  if (!isObject(value)) return;
  for (const name of Object.keys(value)) {
    if (visit({ of: value, name, value: value[name]! }) !== true) eachMember(value[name], visit);
  }
}

/** The values at a path of names and indexes: `$`, `$.a.b`, `$.a[0].b`; undefined where there is none. */
export function valueAt(document: Json | undefined, path: string): Json | undefined {
  let value: Json | undefined = document;
  for (const [, name, index] of path.matchAll(/\.([^.[\]]+)|\[(\d+)\]/g)) {
    if (index !== undefined) value = Array.isArray(value) ? value[Number(index)] : undefined;
    else value = isObject(value) ? value[name!] : undefined;
  }
  return value;
}

/** The members that a path with `.` (child) and `..` (descendant) leads to. */
export function membersAt(document: Json, path: string): Member[] {
  let found: { value: Json; member?: Member }[] = [{ value: document }];
  for (const [, step, name = ''] of path.slice(1).matchAll(/(\.\.?)([^.]+)/g)) {
    const next: { value: Json; member: Member }[] = [];
    const take = (value: Json | undefined) => {
      if (isObject(value) && name in value)
        next.push({ value: value[name]!, member: { of: value, name, value: value[name]! } });
    };
    for (const { value } of found) {
      take(value);
      if (step === '..') eachDescendant(value, take);
    }
    found = next;
  }
  return found.flatMap(({ member }) => (member ? [member] : []));
}

function eachDescendant(value: Json, visit: (value: Json) => void): void {
  const children = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  for (const child of children) {
    visit(child);
    eachDescendant(child, visit);
  }
}

export type Difference = { path: string; expected: Json | undefined; actual: Json | undefined };

const MOST_DIFFERENCES = 20;

/** Where two documents differ; a member that is missing in one is undefined there. */
export function differences(expected: Json | undefined, actual: Json | undefined, path = '$'): Difference[] {
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const shorter = Math.min(expected.length, actual.length);
    const length =
      expected.length === actual.length
        ? []
        : [{ path: `${path}.length`, expected: expected.length, actual: actual.length }];
    const items = expected.slice(0, shorter).flatMap((item, at) => differences(item, actual[at], `${path}[${at}]`));
    return [...length, ...items].slice(0, MOST_DIFFERENCES);
  }
  if (isObject(expected) && isObject(actual)) {
    const names = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
    return names
      .flatMap((name) => differences(expected[name], actual[name], `${path}.${name}`))
      .slice(0, MOST_DIFFERENCES);
  }
  return expected === actual ? [] : [{ path, expected, actual }];
}
