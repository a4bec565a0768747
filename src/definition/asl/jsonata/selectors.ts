/** The selectors `*`, all members of the context item, and `**`, everything in it. */
import { flattenInto } from './data.ts';
import { checkNesting, spend } from './limits.ts';
import { freshList, isDict, isList, isOuterWrapper, type List, type Run, sequence, type Value } from './values.ts';

/**
 * The values of all members. As soon as one of them is a list the result is a list itself, not a sequence: a single item in it
 * stays a list.
 */
export function wildcard(input: Value, run: Run): Value {
  const value = isOuterWrapper(input) && input.length > 0 ? input[0] : input;
  if (!isList(value) && !isDict(value)) return sequence();
  const parts: List = isList(value) ? value : Object.values(value);
  spend(run, 1 + parts.length);
  const found = parts.some(isList) ? freshList() : sequence();
  for (const part of parts) flattenInto(found, part, run);
  return found;
}

/** The value itself and everything in it, lists excepted. */
export function descendants(input: Value, run: Run): Value {
  if (input === undefined) return undefined;
  const found = sequence();
  collect(input, found, run, 0);
  return found.length === 1 ? found[0] : found;
}

function collect(value: Value, found: List, run: Run, depth: number): void {
  checkNesting(depth);
  spend(run, 1);
  if (!isList(value)) found.push(value);
  if (isList(value)) for (const item of value) collect(item, found, run, depth + 1);
  else if (isDict(value)) for (const name of Object.keys(value)) collect(value[name], found, run, depth + 1);
}
