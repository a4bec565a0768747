/** Documents of the States Language that were written by hand: read, and completed with what depends on account and region. */
import type { Json, JsonObject } from '../../definition/asl/scope.ts';
import { mistake } from '../mistake.ts';
import type { Context, Late } from '../scope.ts';

/** An object, such as `import training from './training.asl.json' with { type: 'json' }` gives, or JSON text. */
export type Definition = string | { readonly StartAt: string; readonly States: object };
/** Name → what stands for `${Name}`. */
export type Substitutions = { readonly [name: string]: string | Late<string> };

export function readDefinition(machine: string, definition: Definition): JsonObject {
  const text = typeof definition === 'string' ? definition : JSON.stringify(definition);
  try {
    const value = JSON.parse(text) as Json;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    throw mistake(machine, `the definition is not JSON (${(error as Error).message}): correct the text`);
  }
  throw mistake(machine, 'the definition is not a JSON object: give one with StartAt and States');
}

/** @throws when a substitution is named nowhere in the document: it would be forgotten in silence */
export function substitute(
  machine: string,
  document: JsonObject,
  substitutions: Substitutions,
  context: Context,
): JsonObject {
  const names = Object.keys(substitutions);
  if (names.length === 0) return structuredClone(document);
  const used = new Set<string>();
  const pattern = new RegExp(`\\$\\{(${names.map((name) => RegExp.escape(name)).join('|')})\\}`, 'g');
  const texts = (text: string) =>
    text.replace(pattern, (_, name: string) => {
      used.add(name);
      const value = substitutions[name]!;
      return typeof value === 'function' ? value(context) : value;
    });
  const written = inTexts(document, texts) as JsonObject;
  const unused = names.find((name) => !used.has(name));
  if (unused === undefined) return written;
  throw mistake(machine, `substitutions gives '${unused}', but \${${unused}} stands nowhere in the definition`);
}

function inTexts(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => inTexts(item, change));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, inTexts(member, change)]));
}
