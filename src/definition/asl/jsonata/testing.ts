/** For tests: an expression over a document of its own, as the library evaluates it and AWS does not; and scopes. */
import jsonata from 'jsonata';
import type { Json, JsonObject, Scope } from '../scope.ts';
import { compileTree } from './compile.ts';
import { isJsonataFailure } from './failure.ts';
import { finish, UNSUPPORTED } from './finish.ts';
import { emptyFrame } from './frames.ts';
import { newBudget } from './limits.ts';
import { referencesOf } from './references.ts';
import { parseExpression } from './syntax.ts';
import { fromJson, type List, outerWrapper } from './values.ts';

/** A value; nothing; a function; or a failure by its code, or by its words where it has none. */
export type Outcome = { value: Json } | { nothing: true } | { unsupported: true } | { code: string };

export const scopeOf = (input: Json, variables: JsonObject = {}): Scope => ({
  input,
  context: () => ({ Execution: { Name: 'test' } }),
  variables: { get: (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined) },
  now: Date.UTC(2026, 10, 27, 10, 20, 30, 456),
  random: (bytes) => bytes.fill(7),
});

/** This evaluator. */
export function evaluated(source: string, document: Json | undefined, variables: JsonObject = {}): Outcome {
  const parsed = parseExpression(source);
  if (!parsed.ok) return { code: parsed.message };
  const code = compileTree(parsed.tree, referencesOf(parsed.tree).bound);
  const root = fromJson(document);
  const run = { ...newBudget(), scope: scopeOf(null, variables), root, tail: undefined };
  try {
    const input = Array.isArray(document) ? outerWrapper(root as List) : root;
    const value = code(input, emptyFrame(run, undefined));
    if (value === undefined) return { nothing: true };
    const result = finish(value, run);
    return result === UNSUPPORTED ? { unsupported: true } : { value: result };
  } catch (error) {
    if (isJsonataFailure(error)) return { code: error.code ?? error.message };
    throw error;
  }
}

/** The library. What JSON cannot say is what this evaluator makes of it. */
export async function byLibrary(
  source: string,
  document: Json | undefined,
  variables: JsonObject = {},
): Promise<Outcome> {
  let holdsFunction = false;
  try {
    const value: unknown = await jsonata(source).evaluate(frozen(document), frozen(variables));
    if (value === undefined) return { nothing: true };
    const text = JSON.stringify(value, (_name, part: unknown) => {
      if (isFunction(part)) {
        holdsFunction = true;
        return null;
      }
      return typeof part === 'number' && !Number.isFinite(part) ? String(part) : part;
    });
    return holdsFunction || text === undefined ? { unsupported: true } : { value: JSON.parse(text) as Json };
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string };
    return { code: code?.startsWith('S') ? (message ?? code) : (code ?? String(message)) };
  }
}

/** So that whoever changes a document is caught. The library puts `undefined` into an empty list that an object constructor is given: from a document it cannot be taken. */
export function frozen<T>(value: T): T {
  return JSON.parse(JSON.stringify(value ?? null), (_name, part: unknown) => Object.freeze(part)) as T;
}

const isFunction = (value: unknown): boolean =>
  typeof value === 'function' ||
  (typeof value === 'object' && value !== null && ('_jsonata_lambda' in value || '_jsonata_function' in value));
