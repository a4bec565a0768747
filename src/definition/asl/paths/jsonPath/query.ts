/** A JSONPath, ready to be asked: what it finds in a scope, and, when that is nothing, why in Jayway's words. */
import type { Json, Scope } from '../../scope.ts';
import { attempt } from '../cursor.ts';
import { directSteps, directWalk } from './direct.ts';
import { beginEffort } from './effort.ts';
import { parsePath } from './parse.ts';
import { compileSelect } from './select.ts';
import { type Path, type Root, variablesOf } from './syntax.ts';
import { isObject, itemOf, memberOf } from './values.ts';

/** `beyond`: the path goes to an item after the last of a list. */
export type Absence = { readonly beyond: boolean; readonly detail: string };

export type Query = {
  readonly text: string;
  readonly root: Root;
  /** The steps, when there are but names and indices. */
  readonly direct?: readonly (string | number)[];
  /** Undefined where the path leads nowhere. */
  readonly find: (scope: Scope) => Json | undefined;
  /** The document that the path is applied to; undefined for a variable that is not there. */
  readonly document: (scope: Scope) => Json | undefined;
  /** Why `find` has found nothing. */
  readonly explain: (scope: Scope) => Absence;
  readonly variables: readonly string[];
};

export function compileQuery(text: string): { ok: true; query: Query } | { ok: false; reason: string } {
  const parsed = parsePath(text);
  if (!parsed.ok) return parsed;
  const compiled = attempt(() => queryOf(text, parsed.value));
  return compiled.ok ? { ok: true, query: compiled.value } : compiled;
}

function queryOf(text: string, path: Path): Query {
  const { root } = path;
  const document = documentAt(root);
  const variables = variablesOf(path);
  const direct = directSteps(path);
  if (direct) {
    const walk = directWalk(direct);
    const explain = (scope: Scope) => explainDirect(direct, document(scope));
    return { text, root, direct, find: (scope) => walk(document(scope)), document, explain, variables };
  }
  const select = compileSelect(path);
  const find = (scope: Scope) => select(beginEffort(scope, text));
  const explain = () => ({ beyond: false, detail: `No results for path: ${text}` });
  return { text, root, find, document, explain, variables };
}

function documentAt(root: Root): (scope: Scope) => Json | undefined {
  if (root.kind === 'context') return (scope) => scope.context();
  if (root.kind === 'variable') return ({ variables }) => variables.get(root.name);
  return (scope) => scope.input;
}

function explainDirect(steps: readonly (string | number)[], document: Json | undefined): Absence {
  let here = document;
  let path = '$';
  for (const [position, step] of steps.entries()) {
    const last = position === steps.length - 1;
    if (typeof step === 'number') {
      if (!Array.isArray(here)) return { beyond: false, detail: notAList(step, here, path) };
      path += `[${step}]`;
      const item = itemOf(here, step);
      if (item === undefined) return { beyond: last, detail: `No results for path: ${path}` };
      here = item;
    } else {
      if (!isObject(here)) return { beyond: false, detail: notAnObject(step, here, path) };
      path += `['${step}']`;
      const member = memberOf(here, step);
      const detail = last ? `No results for path: ${path}` : `Missing property in path ${path}`;
      if (member === undefined) return { beyond: false, detail };
      here = member;
    }
  }
  return { beyond: false, detail: `No results for path: ${path}` };
}

function notAList(index: number, value: Json | undefined, path: string): string {
  if (value === null || value === undefined) return `The path ${path} is null`;
  return `Filter: [${index}] can only be applied to arrays. Current context is: ${JSON.stringify(value)}`;
}

function notAnObject(name: string, value: Json | undefined, path: string): string {
  return (
    `Expected to find an object with property ['${name}'] in path ${path} but found '${javaType(value)}'. ` +
    "This is not a json object according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JacksonJsonProvider'."
  );
}

function javaType(value: Json | undefined): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return 'java.lang.String';
  if (typeof value === 'boolean') return 'java.lang.Boolean';
  if (typeof value === 'number') return Number.isInteger(value) ? 'java.lang.Integer' : 'java.lang.Double';
  return 'java.util.ArrayList';
}
