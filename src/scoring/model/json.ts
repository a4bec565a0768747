/** A parsed document, from JSON or UBJSON alike, and reading its members with errors that name them. */
import { badModel } from '../errors.ts';

export type Json = null | boolean | number | string | Json[] | Float32Array | Float64Array | Map<string, Json>;

/** @throws ScoringError */
export function parseJson(bytes: Uint8Array): Json {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return JSON.parse(text, (_key, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : value,
    ) as Json;
  } catch (error) {
    throw badModel(`The model is no proper JSON: ${(error as Error).message}`);
  }
}

/** A member of an object by its path, `undefined` where there is none. */
export function member(json: Json | undefined, ...path: string[]): Json | undefined {
  let found = json;
  for (const name of path) found = found instanceof Map ? found.get(name) : undefined;
  return found;
}

function missing(path: readonly string[], what: string): Error {
  return badModel(`The model has no ${what} at ${path.join('.')}. It is no XGBoost model, or a broken one.`);
}

export function textAt(json: Json | undefined, ...path: string[]): string {
  const found = member(json, ...path);
  if (typeof found === 'string') return found;
  throw missing(path, 'text');
}

/** XGBoost writes most of its parameters as texts. */
export function integerAt(json: Json | undefined, ...path: string[]): number {
  const found = member(json, ...path);
  const number = typeof found === 'string' && found.trim() !== '' ? Number(found) : found;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
  throw missing(path, 'whole number');
}

/** Arrays of numbers; booleans count as 0 and 1, as older versions wrote some. */
export function numbersAt(json: Json | undefined, ...path: string[]): ArrayLike<number> {
  const found = member(json, ...path);
  if (found instanceof Float32Array || found instanceof Float64Array) return found;
  if (!Array.isArray(found)) throw missing(path, 'array of numbers');
  const numbers = found.map((value) => (typeof value === 'boolean' ? Number(value) : value));
  if (numbers.every((value) => typeof value === 'number')) return numbers;
  throw missing(path, 'array of numbers');
}

export function listAt(json: Json | undefined, ...path: string[]): readonly Json[] {
  const found = member(json, ...path);
  if (Array.isArray(found)) return found;
  throw missing(path, 'array');
}
