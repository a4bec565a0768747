/** A graph of states, and each state by its type. */
import type { Branch, QueryLanguage, State, States, StateType } from '../types.ts';
import { readChoice } from './choice.ts';
import { words } from './diagnostics.ts';
import { checkFields, type FieldTable, STATE_FIELDS, STATE_TYPES } from './fields.ts';
import { checkGraph } from './graph.ts';
import { readMap, readParallel } from './nested.ts';
import { readFail, readPass, readSucceed, readWait } from './simple.ts';
import {
  below,
  type Edge,
  has,
  inside,
  isObject,
  member,
  readObject,
  readText,
  requireFields,
  type Site,
} from './site.ts';
import { readTask } from './task.ts';

const NAME_LIMIT = 80;
/** Of graphs within graphs. */
const MAX_DEPTH = 50;

/** Those whose work gives something that is not their input. */
const WITH_RESULT: ReadonlySet<StateType> = new Set(['Task', 'Parallel', 'Map']);

type ReadState = (site: Site, name: string) => State;

const READERS: Readonly<Record<StateType, ReadState>> = {
  Choice: readChoice,
  Fail: readFail,
  Map: (site, name) => readMap(site, name, readBranch),
  Parallel: (site, name) => readParallel(site, name, readBranch),
  Pass: readPass,
  Succeed: readSucceed,
  Task: readTask,
  Wait: readWait,
};

export function readBranch(site: Site, fields: FieldTable): Branch {
  checkFields(site, fields);
  requireFields(site, ['StartAt', 'States']);
  readText(site, 'Comment');
  const startAt = readText(site, 'StartAt') ?? '';
  const listed = readObject(site, 'States');
  const states = new Map<string, State>();
  if (listed === undefined) return { startAt, states };
  if (site.depth > MAX_DEPTH) {
    site.report.error('The states are too deeply nested', site.at, 'TOO_DEEPLY_NESTED');
    return { startAt, states };
  }
  if (site.machine.checked) return { startAt, states: readLater(listed) };
  const edges = new Map<string, Edge[]>();
  for (const name of Object.keys(listed.fields)) {
    const leads: Edge[] = [];
    edges.set(name, leads);
    const state = readNamed({ ...listed, edges: leads }, name);
    if (state) states.set(name, state);
  }
  if (edges.size === 0) site.report.error(words.empty, listed.at);
  checkGraph(site, { startAt, states, edges });
  return { startAt, states };
}

/** Each state when it is first asked for. */
function readLater(listed: Site): States {
  const read = new Map<string, State | undefined>();
  const get = (name: string) => {
    if (!read.has(name)) read.set(name, has(listed, name) ? readNamed({ ...listed, edges: [] }, name) : undefined);
    return read.get(name);
  };
  return {
    get,
    *values() {
      for (const name of Object.keys(listed.fields)) {
        const state = get(name);
        if (state) yield state;
      }
    },
  };
}

function readNamed(listed: Site, name: string): State | undefined {
  const at = below(listed, name);
  const { report, stateNames } = listed.machine;
  if (name === '') report.error('State name must not be empty', at, 'INVALID_STATE_NAME');
  if (name.length > NAME_LIMIT) report.error(words.tooLong('State', name, NAME_LIMIT), at, 'INVALID_STATE_NAME');
  if (stateNames.has(name)) report.error(`Duplicate State name: ${name}`, at, 'DUPLICATE_STATE_NAME');
  stateNames.add(name);
  const value = member(listed, name);
  if (!isObject(value)) {
    report.error(words.type('Object'), at);
    return undefined;
  }
  const references = new Map<string, string>();
  listed.machine.references.set(name, references);
  listed.scope.referred.push(references);
  return readState({ ...inside(listed, value, at), state: at, references, depth: listed.depth + 1 }, name);
}

export function readState(bare: Site, name: string): State | undefined {
  requireFields(bare, ['Type']);
  const type = readText(bare, 'Type');
  const known = STATE_TYPES.find((candidate) => candidate === type);
  if (known === undefined) {
    if (type === undefined) return undefined;
    const message = `The field 'Type' should have one of these values: [${STATE_TYPES.join(', ')}]`;
    bare.report.error(message, below(bare, 'Type'));
    return undefined;
  }
  readText(bare, 'Comment');
  const site: Site = { ...bare, language: readStateLanguage(bare), hasResult: WITH_RESULT.has(known) };
  checkFields(site, STATE_FIELDS[known]);
  return READERS[known](site, name);
}

const LANGUAGES = ['JSONPath', 'JSONata'];

/** Whatever is written and is not JSONPath is read as JSONata, as AWS does; that it is no language is reported besides. */
export function readLanguage(site: Site, otherwise: QueryLanguage): QueryLanguage {
  if (!has(site, 'QueryLanguage')) return otherwise;
  const text = readText(site, 'QueryLanguage');
  if (text !== undefined && !LANGUAGES.includes(text)) {
    site.report.error(words.oneOf(LANGUAGES), below(site, 'QueryLanguage'));
  }
  return text === 'JSONPath' ? 'JSONPath' : 'JSONata';
}

function readStateLanguage(site: Site): QueryLanguage {
  const language = readLanguage(site, site.machine.language);
  if (language === 'JSONPath' && site.machine.language === 'JSONata') {
    site.report.error("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", site.at);
  }
  return language;
}
