/** A scope for the tests of this folder. */
import type { Compiled } from '../compiled.ts';
import { isStatesError, type StatesFailure } from '../failure.ts';
import type { Json, JsonObject, Scope } from '../scope.ts';

export type Given = { context?: JsonObject; variables?: Readonly<Record<string, Json>> };

/** Its random bytes count up from 0. */
export function scopeOf(input: Json, { context = {}, variables = {} }: Given = {}): Scope {
  let next = 0;
  return {
    input,
    context: () => context,
    variables: { get: (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined) },
    now: 0,
    random: (bytes) => {
      for (const at of bytes.keys()) {
        bytes[at] = next % 256;
        next += 1;
      }
    },
  };
}

/** What it gives, or how it fails; problems of compiling come back as `problems`. */
export function outcome(
  compiled: Compiled,
  input: Json,
  given?: Given,
): { value: Json } | { failure: StatesFailure } | { problems: readonly string[] } {
  if (!compiled.ok) return { problems: compiled.problems.map(({ at, message }) => `${at}: ${message}`) };
  try {
    return { value: compiled.evaluate(scopeOf(input, given)) };
  } catch (error) {
    if (isStatesError(error)) return { failure: error.failure };
    throw error;
  }
}
