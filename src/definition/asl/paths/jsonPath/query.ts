/** A JSONPath, ready to be asked: what it finds in a scope, and, when that is nothing, why in Jayway's words (on Jackson's nodes, as AWS runs it). */
import type { Json, Scope } from '../../scope.ts';
import { attempt } from '../cursor.ts';
import { directSteps, directWalk } from './direct.ts';
import { beginEffort, spendOn } from './effort.ts';
import { parsePath } from './parse.ts';
import { compileSelect } from './select.ts';
import { type Path, type Root, variablesOf } from './syntax.ts';
import { isObject, itemOf, jsonOf, memberOf } from './values.ts';

/** `beyond`: the path goes to an item that its list does not have, which AWS takes for null. `step`: the one that led nowhere. */
export type Absence = { readonly beyond: boolean; readonly detail: string; readonly step: string | number };

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
  const find = (scope: Scope) => {
    const effort = beginEffort(scope, text);
    const found = select(effort);
    spendOn(effort, found);
    return found;
  };
  const explain = () => ({ beyond: false, detail: `No results for path: ${text}`, step: text });
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
    const absent = (detail: string, beyond = false): Absence => ({ beyond, detail, step });
    if (typeof step === 'number') {
      if (!Array.isArray(here)) return absent(notAList(step, here, path));
      path += `[${step}]`;
      here = itemOf(here, step);
      if (here === undefined) return absent(`No results for path: ${path}`, last);
    } else {
      if (!isObject(here)) return absent(notAnObject(step, here, path));
      path += `['${step}']`;
      here = memberOf(here, step);
      if (here === undefined) return absent(`${last ? 'No results for path:' : 'Missing property in path'} ${path}`);
    }
  }
  return { beyond: false, detail: `No results for path: ${path}`, step: '$' };
}

function notAList(index: number, value: Json | undefined, path: string): string {
  if (value === undefined) return `The path ${path} is null`;
  return `Filter: [${index}] can only be applied to arrays. Current context is: ${jsonOf(value)}`;
}

function notAnObject(name: string, value: Json | undefined, path: string): string {
  const found = value === undefined ? 'null' : `com.fasterxml.jackson.databind.node.${nodeOf(value)}`;
  return (
    `Expected to find an object with property ['${name}'] in path ${path} but found '${found}'. ` +
    "This is not a json object according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider'."
  );
}

function nodeOf(value: Json): string {
  if (value === null) return 'NullNode';
  if (typeof value === 'string') return 'TextNode';
  if (typeof value === 'boolean') return 'BooleanNode';
  if (typeof value === 'number') return Number.isInteger(value) ? 'IntNode' : 'DoubleNode';
  return 'ArrayNode';
}
