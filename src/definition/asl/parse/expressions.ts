/** The fields that hold expressions, read in the query language of their state: paths, payload templates, assignments. */
import { compilePath, compileReferencePath, compileTemplate } from '../paths/index.ts';
import type { Evaluate, JsonObject } from '../scope.ts';
import type { Assign, ReferencePath } from '../types.ts';
import { words } from './diagnostics.ts';
import { isJsonataText, readJsonata } from './jsonata.ts';
import { below, isObject, member, readObject, readText, type Site } from './site.ts';
import { take } from './take.ts';
import { assign } from './variables.ts';
import { warnOfPaths } from './warnings.ts';

/** A JSONPath, or null. */
export function readPath(site: Site, name: string): Evaluate | null | undefined {
  if (member(site, name) === null) return null;
  return readRequiredPath(site, name);
}

export function readRequiredPath(site: Site, name: string): Evaluate | undefined {
  const text = readText(site, name);
  if (text === undefined) return undefined;
  return take(site, name, compilePath(text, name));
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
  return take(site, name, compileTemplate(value, name));
}

/** A payload template in the language of the site. */
export const readTemplate = (site: Site, name: string): Evaluate | undefined =>
  site.language === 'JSONPath' ? readPathTemplate(site, name) : readJsonata(site, name);

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
