/**
 * The fields of JSONata states.
 *
 * J1. `$states` has its input and the context in every field; its result where a state has worked, its error where a catcher has
 *     caught. A field that names what is not there is refused.
 */
import { compileJsonata, compileJsonataTemplate, compileTypedJsonata, isJsonata } from '../jsonata/index.ts';
import type { Evaluate, Json } from '../scope.ts';
import { below, fieldName, isObject, member, type Site } from './site.ts';
import { take } from './take.ts';

export const isJsonataText = (value: Json | undefined): value is string =>
  typeof value === 'string' && isJsonata(value);

/** What a field gives: one of its texts, or any JSON in which such texts stand. */
export function readJsonata(site: Site, name: string): Evaluate | undefined {
  const value = member(site, name);
  if (value === undefined) return undefined;
  const compiled = compileJsonataTemplate(value, fieldName(site, name));
  visitTexts(value, below(site, name), (text, at) => {
    if (text.startsWith('{%') && !isJsonata(text)) site.report.error(UNCLOSED, at);
  });
  if (compiled.ok) checkStates(site, name, value, compiled.states ?? []);
  return take(site, name, compiled);
}

const UNCLOSED = 'JSONata string must start with {% and end with %}';

type Kind = 'array' | 'boolean' | 'number' | 'string';

/** A text that must give a value of one kind. */
export function readTypedJsonata<T extends Json>(site: Site, name: string, kind: Kind): Evaluate<T> | undefined {
  const text = member(site, name) as string;
  const compiled = compileTypedJsonata(text, fieldName(site, name), kind);
  if (compiled.ok) checkStates(site, name, text, compiled.states ?? []);
  return take(site, name, compiled) as Evaluate<T> | undefined;
}

/** J1. */
function checkStates(site: Site, name: string, value: Json, named: readonly string[]): void {
  const there = statesOf(site, name);
  const missing = named.filter((field) => !there.includes(field));
  if (missing.length === 0) return;
  visitTexts(value, below(site, name), (text, at) => {
    const compiled = isJsonata(text) ? compileJsonata(text, name) : undefined;
    for (const field of missing) {
      if (!compiled?.ok || !compiled.states?.includes(field)) continue;
      site.report.error(`Field '$states.${field}' does not exist.`, at, 'UNSUPPORTED_JSONATA_EXPRESSION');
    }
  });
}

function statesOf(site: Site, name: string): string[] {
  const shapes = name === 'Output' || name === 'Assign';
  if (shapes && fieldName(site, name).startsWith('Catch[')) return ['input', 'context', 'errorOutput'];
  if (shapes && site.hasResult && site.at === site.state) return ['input', 'context', 'result'];
  return ['input', 'context'];
}

function visitTexts(value: Json, at: string, visit: (text: string, at: string) => void): void {
  if (typeof value === 'string') visit(value, at);
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) visitTexts(item, `${at}[${index}]`, visit);
  else if (isObject(value)) for (const [name, item] of Object.entries(value)) visitTexts(item, `${at}/${name}`, visit);
}
