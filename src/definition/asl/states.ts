/**
 * A definition that was checked, as people look at it: its states by their names, those of branches and iterations too. Nothing is
 * compiled, and no text is refused.
 */
import type { Json, JsonObject } from './scope.ts';

export type DefinedState = {
  state: JsonObject;
  /** The Parallel or Map that it stands in. */
  within: string | undefined;
};

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object, whatever the text is: an empty one where it is none. */
export function parsedDefinition(text: string): JsonObject {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** The states of a definition by name, each before those inside of it. */
export function statesOf(definition: string): Map<string, DefinedState> {
  const found = new Map<string, DefinedState>();
  const walk = (branch: Json | undefined, within: string | undefined): void => {
    const states = isObject(branch) ? branch['States'] : undefined;
    if (!isObject(states)) return;
    for (const [name, state] of Object.entries(states)) {
      if (!isObject(state)) continue;
      found.set(name, { state, within });
      const { Branches, ItemProcessor, Iterator: iterator } = state;
      for (const inner of [...(Array.isArray(Branches) ? Branches : []), ItemProcessor, iterator]) walk(inner, name);
    }
  };
  walk(parsedDefinition(definition), undefined);
  return found;
}
