/** Looking into JSON. Own members only: `__proto__` and `length` name nothing unless the document says so. */
import type { Json, JsonObject } from '../../scope.ts';

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

/**
 * Whether nothing but an object's own member can be meant by a name: it is inherited by no object or list, and is no index. Such
 * a member may be read as it is, which is several times as fast as asking first whether it is the object's own.
 */
export function isPlainName(name: string): boolean {
  return !(name in Object.prototype) && !(name in Array.prototype) && !/^\d/.test(name);
}

/** Negative indices count from the end. */
export function itemOf(value: Json | undefined, index: number): Json | undefined {
  return Array.isArray(value) ? value[index < 0 ? value.length + index : index] : undefined;
}

/** What a list or object holds; nothing for any other value. */
export function childrenOf(value: Json): readonly Json[] {
  if (typeof value !== 'object' || value === null) return [];
  return Array.isArray(value) ? value : Object.values(value);
}

/** Whether two values are the same JSON, members in any order; `visit` is called for each pair of lists or objects. */
export function sameJson(left: Json, right: Json, visit: (items: number) => void): boolean {
  if (left === right) return true;
  const lefts: Json[] = [left];
  const rights: Json[] = [right];
  for (let a = lefts.pop(); a !== undefined; a = lefts.pop()) {
    const b = rights.pop();
    if (a === b) continue;
    if (Array.isArray(a) && Array.isArray(b)) {
      if (a.length !== b.length) return false;
      for (const item of a) lefts.push(item);
      for (const item of b) rights.push(item);
      visit(a.length);
    } else if (isObject(a) && isObject(b)) {
      const names = Object.keys(a);
      if (names.length !== Object.keys(b).length || !names.every((name) => Object.hasOwn(b, name))) return false;
      for (const name of names) {
        lefts.push(a[name] ?? null);
        rights.push(b[name] ?? null);
      }
      visit(names.length);
    } else {
      return false;
    }
  }
  return true;
}

/**
 * What a value comes to when it is written out: one for each value in it and for each 16 characters of its texts. A value that is
 * shared counts wherever it stands, so that a small document can hold a large value; counting ends above `most`.
 */
export function weightOf(value: Json, most: number): number {
  const waiting: Json[] = [value];
  let weight = typeof value === 'string' ? value.length >> 4 : 0;
  for (let here = waiting.pop(); here !== undefined && weight <= most; here = waiting.pop()) {
    weight += 1;
    for (const child of childrenOf(here)) {
      // What holds nothing more need not wait.
      if (typeof child === 'object' && child !== null) waiting.push(child);
      else weight += typeof child === 'string' ? 1 + (child.length >> 4) : 1;
    }
  }
  return weight;
}

/** Compact JSON; a value too deep to be written is said to be that. */
export function jsonOf(value: Json): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '(a value that is nested too deeply to be shown)';
  }
}
