/** Where two records differ, field by field, down to their leaves. Pure. */

/** `path` is as one would write it in a program: `spec.inputs[0].uri`. A side that lacks the field is undefined. */
export type Difference = { path: string; left: unknown; right: unknown; same: boolean };

const isTree = (value: unknown): value is Record<string, unknown> | unknown[] =>
  typeof value === 'object' && value !== null && !(value instanceof Date) && Object.keys(value).length > 0;

const step = (path: string, key: string, list: boolean) => {
  if (list) return `${path}[${key}]`;
  if (!/^[\w-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
};

function alike(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  // Only empty trees and dates come here; `[]` and `{}` are not the same.
  return Array.isArray(left) === Array.isArray(right) && JSON.stringify(left) === JSON.stringify(right);
}

/** All leaves of both, in the order of the left, then what only the right has. */
export function differences(left: unknown, right: unknown): Difference[] {
  const found: Difference[] = [];
  // A list of what is left to do, not recursion: a value may be nested deeper than the stack is high.
  const open: { path: string; left: unknown; right: unknown }[] = [{ path: '', left, right }];
  for (let at = open.pop(); at; at = open.pop()) {
    const { path, left: a, right: b } = at;
    const [treeA, treeB] = [isTree(a), isTree(b)];
    if ((treeA && (treeB || b === undefined)) || (treeB && a === undefined)) {
      const list = Array.isArray(a ?? b);
      if (treeA && treeB && Array.isArray(a) !== Array.isArray(b)) {
        found.push({ path, left: a, right: b, same: false });
        continue;
      }
      const keys = [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])];
      for (const key of keys.reverse()) {
        open.push({ path: step(path, key, list), left: member(a, key), right: member(b, key) });
      }
    } else found.push({ path, left: a, right: b, same: alike(a, b) });
  }
  return found;
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
