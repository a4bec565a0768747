/** Looking into JSON. Own members only: `__proto__` and `length` name nothing unless the document says so. */
import type { Json, JsonObject } from '../../scope.ts';

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? value[name] : undefined;
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

/** Whether two values are the same JSON, members in any order; `visit` is called for each pair that is looked at. */
export function sameJson(left: Json, right: Json, visit: () => void): boolean {
  const pairs: [Json, Json][] = [[left, right]];
  for (let pair = pairs.pop(); pair; pair = pairs.pop()) {
    visit();
    const [a, b] = pair;
    if (a === b) continue;
    if (Array.isArray(a) && Array.isArray(b)) {
      if (a.length !== b.length) return false;
      for (const [position, item] of a.entries()) pairs.push([item, b[position] ?? null]);
    } else if (isObject(a) && isObject(b)) {
      const names = Object.keys(a);
      if (names.length !== Object.keys(b).length) return false;
      for (const name of names) {
        const other = memberOf(b, name);
        if (other === undefined) return false;
        pairs.push([a[name] ?? null, other]);
      }
    } else {
      return false;
    }
  }
  return true;
}
