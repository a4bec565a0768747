/** Where the states of one graph lead. */
import type { JsonObject } from '../scope.ts';
import type { State } from '../types.ts';
import { below, type Edge, has, isObject, type Site } from './site.ts';

/** A graph as it is written: `edges` by the names of all states, of those too that are too broken to be read. */
export type Graph = {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
  readonly edges: ReadonlyMap<string, readonly Edge[]>;
};

export function checkGraph(site: Site, graph: Graph): void {
  const missing = (field: string, { to, at }: Edge) =>
    site.report.error(`Missing '${field}' target: ${to}`, at, 'MISSING_TRANSITION_TARGET');
  for (const edge of [...graph.edges.values()].flat()) if (!graph.edges.has(edge.to)) missing('Next', edge);
  if (typeof site.fields['StartAt'] === 'string' && has(site, 'StartAt')) {
    if (graph.edges.has(graph.startAt)) checkReachable(site, graph);
    else missing('StartAt', { to: graph.startAt, at: below(site, 'StartAt') });
  }
  checkTerminal(site, graph);
}

/** Not where there is a state that could not be read: it may lead anywhere. */
function checkReachable(site: Site, { startAt, states, edges }: Graph): void {
  if (states.size < edges.size) return;
  const seen = new Set([startAt]);
  // A set is walked through in the order in which it grows.
  for (const name of seen) for (const { to } of edges.get(name) ?? []) seen.add(to);
  for (const name of edges.keys()) {
    if (seen.has(name)) continue;
    const at = `${below(site, 'States')}/${name}`;
    site.report.error(`State "${name}" is not reachable.`, at, 'MISSING_TRANSITION_TARGET');
  }
}

const isTerminal = (state: State): boolean =>
  state.type === 'Succeed' || state.type === 'Fail' || (state.type !== 'Choice' && state.next === undefined);

/** A graph that could never end. A state that could not be read may be the one that ends it; so may one that also says Next. */
function checkTerminal(site: Site, { states, edges }: Graph): void {
  if (edges.size === 0 || states.size < edges.size || [...states.values()].some(isTerminal)) return;
  const written = Object.values(site.fields['States'] as JsonObject);
  if (written.some((state) => isObject(state) && state['End'] === true)) return;
  site.report.error('Workflow has no terminal state', site.at || undefined, 'MISSING_END_STATE');
}
