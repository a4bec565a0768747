/** What the policy parser's parts share: reporting a problem, and reading the JSON shapes that policies are made of. */

/** Receives each problem as it is found. */
export type Report = (path: string, message: string) => void;

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A string or a non-empty list of strings, as a list; reports anything else. */
export function strings(value: unknown, path: string, report: Report): readonly string[] | undefined {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length > 0 && list.every((item): item is string => typeof item === 'string')) return list;
  report(path, 'Syntax errors in policy. A string or a list of at least one string is expected');
  return undefined;
}

/** Reports every member of `object` that is not in `known`. */
export function onlyMembers(object: object, known: readonly string[], path: string, report: Report): void {
  for (const member of Object.keys(object)) {
    if (!known.includes(member)) report(`${path}.${member}`, `Syntax errors in policy. Unknown field ${member}`);
  }
}
