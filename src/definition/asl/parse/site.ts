/**
 * Where a rule stands: one object of the definition, and what reads its fields.
 *
 * S1. A reader that meets a wrong value reports it, at the field, and answers undefined: the rules after it go on, so that all that
 *     is wrong is reported at once. A machine with any error is thrown away, whatever was read of it.
 */

import type { Problem } from '../compiled.ts';
import type { Json, JsonObject } from '../scope.ts';
import type { MachineType, QueryLanguage, TaskResource } from '../types.ts';
import { type Report, words } from './diagnostics.ts';
import type { VariableScope } from './variables.ts';

/** What is the same for a whole definition. */
export type Compilation = {
  readonly report: Report;
  /** The machine's own: that of every state that names none. */
  readonly language: QueryLanguage;
  /** It was found right before: states are read when they are asked for. */
  readonly checked: boolean;
  readonly supports: ((resource: TaskResource) => string | undefined) | undefined;
  readonly unsupportedFields:
    | ((
        resource: Extract<TaskResource, { kind: 'integration' }>,
        template: Json,
        language: QueryLanguage,
      ) => readonly Problem[])
    | undefined;
  /** Of the whole machine: names must be unique in it. */
  readonly stateNames: Set<string>;
  readonly labels: Set<string>;
  /** By state. */
  readonly references: Map<string, Map<string, string>>;
  /** The outermost scopes: the machine's own, and one for each distributed map. */
  readonly scopes: VariableScope[];
};

/** A transition that is written, with the place of its text. */
export type Edge = { readonly to: string; readonly at: string };

export type Site = {
  readonly fields: JsonObject;
  /** '' for the definition itself. */
  readonly at: string;
  readonly language: QueryLanguage;
  readonly report: Report;
  readonly machine: Compilation;
  /** Of what the state is part: a distributed map's processor may be of another type than the machine. */
  readonly type: MachineType;
  /** The place of the state at hand; '' outside of states. */
  readonly state: string;
  /** The variables that the state at hand refers to, each with the place of its first mention; undefined outside of states. */
  readonly references: Map<string, string> | undefined;
  /** Where the state at hand leads; what is read is added. */
  readonly edges: Edge[];
  /** Of the graph that it is part of. */
  readonly scope: VariableScope;
  /** Whether the state at hand gives a result of its own: Task, Parallel and Map. */
  readonly hasResult: boolean;
  /** How many graphs it stands in. */
  readonly depth: number;
};

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const has = (site: Site, name: string): boolean => Object.hasOwn(site.fields, name);

/** The member; undefined when there is none, whatever Object.prototype has. */
export const member = (site: Site, name: string): Json | undefined => (has(site, name) ? site.fields[name] : undefined);

export const below = (site: Site, name: string): string => `${site.at}/${name}`;

/** The field as AWS's events name it, from the state on: `Output`, `Choices[0]/Condition`, `ItemReader/Arguments`. */
export const fieldName = (site: Site, name: string): string => below(site, name).slice(site.state.length + 1);

/** The site of an object that is a part of this one. */
export const inside = (site: Site, fields: JsonObject, at: string): Site => ({ ...site, fields, at });

type Kind<T extends Json> = { readonly name: string; readonly is: (value: Json) => value is T };

const STRING: Kind<string> = { name: 'String', is: (value) => typeof value === 'string' };
const BOOLEAN: Kind<boolean> = { name: 'Boolean', is: (value) => typeof value === 'boolean' };
const OBJECT: Kind<JsonObject> = { name: 'Object', is: isObject };
const ARRAY: Kind<Json[]> = { name: 'Array', is: (value) => Array.isArray(value) };
const INTEGER: Kind<number> = { name: 'Integer', is: (value): value is number => Number.isSafeInteger(value) };
const NUMBER: Kind<number> = { name: 'Float', is: (value) => typeof value === 'number' };

function read<T extends Json>(site: Site, name: string, kind: Kind<T>): T | undefined {
  const value = member(site, name);
  if (value === undefined) return undefined;
  if (kind.is(value)) return value;
  site.report.error(words.type(kind.name), below(site, name));
  return undefined;
}

export const readText = (site: Site, name: string): string | undefined => read(site, name, STRING);
export const readBoolean = (site: Site, name: string): boolean | undefined => read(site, name, BOOLEAN);

/** The name of a state to go to. */
export function readTarget(site: Site, name: string): string | undefined {
  const to = readText(site, name);
  if (to !== undefined) site.edges.push({ to, at: below(site, name) });
  return to;
}

export function readObject(site: Site, name: string): Site | undefined {
  const value = read(site, name, OBJECT);
  return value && inside(site, value, below(site, name));
}

/** A list of objects, each with its place; what is no object is reported. */
export function readObjects(site: Site, name: string): Site[] | undefined {
  return read(site, name, ARRAY)?.flatMap((value, index) => {
    const at = `${below(site, name)}[${index}]`;
    if (isObject(value)) return [inside(site, value, at)];
    site.report.error(words.type(OBJECT.name), at);
    return [];
  });
}

export function readTexts(site: Site, name: string): string[] | undefined {
  return read(site, name, ARRAY)?.flatMap((value, index) => {
    if (typeof value === 'string') return [value];
    site.report.error(words.type(STRING.name), `${below(site, name)}[${index}]`);
    return [];
  });
}

/** `checkedByReader`: a value that an execution computes is not held against the bounds here, but where it is used. */
export type Range = {
  readonly kind: 'integer' | 'float';
  readonly min: number;
  readonly max?: number;
  readonly checkedByReader?: true;
};

const written = (value: number, range: Range): string =>
  range.kind === 'float' && Number.isInteger(value) ? value.toFixed(1) : String(value);

export function readNumber(site: Site, name: string, range: Range): number | undefined {
  const value = read(site, name, range.kind === 'integer' ? INTEGER : NUMBER);
  if (value === undefined) return undefined;
  if (value < range.min) site.report.error(words.minimum(written(range.min, range)), below(site, name));
  else if (range.max !== undefined && value > range.max) {
    site.report.error(words.maximum(written(range.max, range)), below(site, name));
  }
  return value;
}

export function readOneOf<T extends string>(site: Site, name: string, values: readonly T[]): T | undefined {
  const value = readText(site, name);
  const found = values.find((candidate) => candidate === value);
  if (value !== undefined && found === undefined) site.report.error(words.oneOf(values), below(site, name));
  return found;
}

/** All that are missing are named in one diagnostic, at the object. */
export function requireFields(site: Site, names: readonly string[]): void {
  const missing = names.filter((name) => !has(site, name));
  if (missing.length > 0) site.report.error(words.required(missing), site.at);
}

/** At most one of them. Answers how many there are. */
export function allowOne(site: Site, names: readonly string[]): number {
  const count = names.filter((name) => has(site, name)).length;
  if (count > 1) site.report.error(words.onlyOne(names), site.at);
  return count;
}

/** Exactly one of them. */
export function requireOne(site: Site, names: readonly string[]): void {
  if (allowOne(site, names) === 0) site.report.error(words.exactlyOne(names), site.at);
}
