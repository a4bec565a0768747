/**
 * A definition that was checked, as a graph: its states, which stands in which, and where each may lead and why.
 *
 * O1. States come in the order in which they are reached from where their branch starts; those of a Parallel or Map after it.
 * O2. Of two states there is one edge at most: what leads along it is told together.
 */
import { ruleWords } from './ruleWords.ts';
import type { Json, JsonObject } from './scope.ts';
import { isObject, parsedDefinition } from './states.ts';

export type OutlineState = {
  name: string;
  type: string;
  /** The Parallel or Map that it stands in. */
  within: string | undefined;
  /** Of a Task: `lambda:invoke`, `sagemaker:createTrainingJob.sync`. Of a Map: `distributed`. */
  does: string | undefined;
  ends: boolean;
};

export type OutlineEdge = { from: string; to: string; kind: 'next' | 'choice' | 'default' | 'catch'; label: string };
export type Outline = { startAt: string | undefined; states: OutlineState[]; edges: OutlineEdge[] };

export function outlineOf(definition: string): Outline {
  const root = parsedDefinition(definition);
  const outline: Outline = { startAt: textOf(root['StartAt']), states: [], edges: [] };
  takeBranch(root, undefined, outline);
  return outline;
}

function takeBranch(branch: JsonObject, within: string | undefined, outline: Outline): void {
  const states = branch['States'];
  if (!isObject(states)) return;
  for (const name of reached(states, textOf(branch['StartAt']))) {
    const state = states[name];
    if (!isObject(state)) continue;
    outline.states.push({
      ...{ name, type: textOf(state['Type']) ?? '', within, does: doesOf(state) },
      ends: state['Next'] === undefined && state['Type'] !== 'Choice',
    });
    outline.edges.push(...edgesOf(name, state));
    for (const inner of innerOf(state)) takeBranch(inner, name, outline);
  }
}

/** The graphs that a Parallel or a Map holds. */
function innerOf({ Branches, ItemProcessor, Iterator: iterator }: JsonObject): JsonObject[] {
  return [...(Array.isArray(Branches) ? Branches : []), ItemProcessor, iterator].filter(isObject);
}

function reached(states: JsonObject, startAt: string | undefined): string[] {
  const order = new Set(startAt !== undefined && Object.hasOwn(states, startAt) ? [startAt] : []);
  // A set hands out what is added to it meanwhile.
  for (const name of order) {
    const state = states[name];
    for (const { to } of isObject(state) ? edgesOf(name, state) : []) if (Object.hasOwn(states, to)) order.add(to);
  }
  return [...order, ...Object.keys(states).filter((name) => !order.has(name))];
}

function edgesOf(from: string, state: JsonObject): OutlineEdge[] {
  const edges = new Map<string, OutlineEdge>();
  const add = (to: Json | undefined, kind: OutlineEdge['kind'], label: string): void => {
    if (typeof to !== 'string') return;
    const known = edges.get(to);
    if (!known) edges.set(to, { from, to, kind, label });
    else known.label = [known.label, label].filter(Boolean).join(', ');
  };
  add(state['Next'], 'next', '');
  for (const rule of listOf(state['Choices'])) add(rule['Next'], 'choice', ruleWords(rule));
  add(state['Default'], 'default', 'otherwise');
  for (const catcher of listOf(state['Catch'])) add(catcher['Next'], 'catch', `catch ${errorsOf(catcher)}`);
  return [...edges.values()];
}

function errorsOf({ ErrorEquals }: JsonObject): string {
  const names = (Array.isArray(ErrorEquals) ? ErrorEquals : []).map(String);
  return names.includes('States.ALL') ? 'any error' : names.join(', ');
}

function doesOf({ Type, Resource, ItemProcessor }: JsonObject): string | undefined {
  if (Type === 'Map') {
    const config = isObject(ItemProcessor) ? ItemProcessor['ProcessorConfig'] : undefined;
    return isObject(config) && config['Mode'] === 'DISTRIBUTED' ? 'distributed' : undefined;
  }
  const resource = textOf(Resource);
  if (resource === undefined) return undefined;
  return (
    /^arn:[^:]+:states:[^:]*:\d*:(?:aws-sdk:)?([^:]+:[^:]+)$/.exec(resource)?.[1] ??
    resource.split(':').slice(5).join(' ')
  );
}

const textOf = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
const listOf = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);
