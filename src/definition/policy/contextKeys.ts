/** Which condition keys policies look at: in their conditions, and in their variables. */
import type { Policy, Statement } from './types.ts';
import { variablesIn } from './variables.ts';

/** As the documents first write them, each key once, without regard to case. */
export function contextKeysOf(policies: readonly Policy[]): string[] {
  return distinct(policies.flatMap(({ version, statements }) => statements.flatMap((one) => keysOf(one, version))));
}

/** The keys that one statement looks at. */
export function keysOf({ resources, conditions }: Statement, version: Policy['version'] = '2012-10-17'): string[] {
  const values = [...(resources?.of ?? []), ...conditions.flatMap((test) => test.values)];
  const variables = version === '2008-10-17' ? [] : values.flatMap(variablesIn);
  return distinct([...conditions.map(({ key }) => key), ...variables]);
}

export function distinct(keys: readonly string[]): string[] {
  const seen = new Map<string, string>();
  for (const key of keys) if (!seen.has(key.toLowerCase())) seen.set(key.toLowerCase(), key);
  return [...seen.values()];
}
