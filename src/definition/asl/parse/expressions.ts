/**
 * The fields that hold expressions, read in the query language of their state: paths, payload templates, JSONata, assignments.
 *
 * E1. What an expression refers to is noted with its state, for DescribeStateMachine's variableReferences.
 * E2. An expression that does not compile is reported in AWS's words where it stands.
 */
import type { Compiled, Problem } from '../compiled.ts';
import { compileJsonataTemplate } from '../jsonata/index.ts';
import { compilePath, compileReferencePath, compileTemplate } from '../paths/index.ts';
import type { Evaluate, Json, JsonObject } from '../scope.ts';
import type { Assign, ReferencePath } from '../types.ts';
import { type DiagnosticCode, words } from './diagnostics.ts';
import { below, isObject, member, readObject, readText, type Site } from './site.ts';
import { assign } from './variables.ts';
import { warnOfPaths } from './warnings.ts';

export const isJsonataText = (value: Json | undefined): value is string =>
  typeof value === 'string' && value.startsWith('{%') && value.endsWith('%}');

/** E1, and the problems by way of `say`. */
export function take<T extends Json>(
  site: Site,
  compiled: Compiled<T>,
  say: (problem: Problem) => void,
): Evaluate<T> | undefined {
  if (!compiled.ok) {
    for (const problem of compiled.problems) say(problem);
    return undefined;
  }
  for (const name of compiled.variables) site.references?.add(name);
  return compiled.evaluate;
}

/** A JSON pointer below a field, as AWS writes places: `/a/0/b` is `/a[0]/b`. */
export const placeOf = (pointer: string): string =>
  pointer
    .replaceAll(/\/(\d+)(?=\/|$)/g, '[$1]')
    .replaceAll('~1', '/')
    .replaceAll('~0', '~');

/** A JSONPath, or null. */
export function readPath(site: Site, name: string): Evaluate | null | undefined {
  if (member(site, name) === null) return null;
  return readRequiredPath(site, name);
}

export function readRequiredPath(site: Site, name: string): Evaluate | undefined {
  const text = readText(site, name);
  if (text === undefined) return undefined;
  return take(site, compilePath(text, name), ({ message }) => site.report.error(message, below(site, name)));
}

/** ResultPath. */
export function readReferencePath(site: Site, name: string): ReferencePath | null | undefined {
  if (member(site, name) === null) return null;
  const text = readText(site, name);
  if (text === undefined) return undefined;
  const compiled = compileReferencePath(text);
  if (compiled.ok) return compiled.path;
  for (const { message } of compiled.problems) site.report.error(message, below(site, name));
  return undefined;
}

/** Parameters, ItemSelector and the like, of a state in the JSONPath language. */
function readPathTemplate(site: Site, name: string): Evaluate | undefined {
  const value = member(site, name);
  if (value === undefined) return undefined;
  warnOfPaths(value, below(site, name), site.report);
  return take(site, compileTemplate(value, name), ({ at, message }) =>
    site.report.error(message, `${below(site, name)}${placeOf(at)}`),
  );
}

const jsonataCode = (message: string): DiagnosticCode => {
  if (message.startsWith('JSONata string must')) return 'SCHEMA_VALIDATION_FAILED';
  return message.endsWith('is not supported.') ? 'UNSUPPORTED_JSONATA_EXPRESSION' : 'INVALID_JSONATA_EXPRESSION';
};

export const sayJsonata =
  (site: Site, name: string) =>
  ({ at, message }: Problem): void =>
    site.report.error(message, `${below(site, name)}${placeOf(at)}`, jsonataCode(message));

function readJsonataTemplate(site: Site, name: string): Evaluate | undefined {
  const value = member(site, name);
  if (value === undefined) return undefined;
  return take(site, compileJsonataTemplate(value, name), sayJsonata(site, name));
}

/** A payload template in the language of the site. */
export const readTemplate = (site: Site, name: string): Evaluate | undefined =>
  site.language === 'JSONPath' ? readPathTemplate(site, name) : readJsonataTemplate(site, name);

/** A template that must give an object: Parameters of readers, Credentials. JSONata may give it whole. */
export function readObjectTemplate(site: Site, name: string): Evaluate<JsonObject> | undefined {
  const value = member(site, name);
  if (!isObject(value) && !(site.language === 'JSONata' && isJsonataText(value))) {
    if (value !== undefined) site.report.error(words.type('Object'), below(site, name));
    return undefined;
  }
  return readTemplate(site, name) as Evaluate<JsonObject> | undefined;
}

export function readAssign(site: Site): Assign | undefined {
  const assigned = readObject(site, 'Assign');
  if (assigned === undefined) return undefined;
  for (const field of Object.keys(assigned.fields)) {
    const name = site.language === 'JSONPath' && field.endsWith('.$') ? field.slice(0, -2) : field;
    assign(site.scope, name, below(assigned, field), site.report);
  }
  return readTemplate(site, 'Assign') as Assign | undefined;
}
