/** Where the states of one graph lead. */
import type { JsonObject } from '../scope.ts';
import type { Branch, State } from '../types.ts';
import { below, has, isObject, type Site } from './site.ts';

type Edge = { readonly to: string; readonly at: string };

/** Every transition that is written, with the place of its text. */
function edgesOf(state: State, at: string): Edge[] {
  const edges: Edge[] = [];
  if ('next' in state && state.next !== undefined) edges.push({ to: state.next, at: `${at}/Next` });
  if (state.type === 'Choice') {
    for (const [index, { next }] of state.choices.entries())
      edges.push({ to: next, at: `${at}/Choices[${index}]/Next` });
    if (state.default !== undefined) edges.push({ to: state.default, at: `${at}/Default` });
  }
  if ('catch' in state) {
    for (const [index, { next }] of state.catch.entries()) edges.push({ to: next, at: `${at}/Catch[${index}]/Next` });
  }
  return edges;
}

const isTerminal = (state: State): boolean =>
  state.type === 'Succeed' || state.type === 'Fail' || (state.type !== 'Choice' && state.next === undefined);

/** The names of the states that are there: some may be too broken to be read, and are states for all that. */
export function checkGraph(site: Site, branch: Branch, names: ReadonlySet<string>): void {
  const states = below(site, 'States');
  const seen = new Set<string>();
  const missing = (to: string, at: string, field: string) =>
    site.report.error(`Missing '${field}' target: ${to}`, at, 'MISSING_TRANSITION_TARGET');
  const waiting: string[] = [];
  const reach = (to: string) => {
    if (seen.has(to)) return;
    seen.add(to);
    waiting.push(to);
  };

  for (const [name, state] of branch.states) {
    for (const { to, at } of edgesOf(state, `${states}/${name}`)) {
      // '' is what a field reads as that is missing or no text: reported already.
      if (!names.has(to) && to !== '') missing(to, at, 'Next');
    }
  }
  if (!has(site, 'StartAt') || typeof site.fields['StartAt'] !== 'string') return;
  if (!names.has(branch.startAt)) return missing(branch.startAt, below(site, 'StartAt'), 'StartAt');
  // A state that could not be read may lead anywhere.
  const unread = [...names].some((name) => !branch.states.has(name));
  reach(branch.startAt);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const state = branch.states.get(name);
    if (state) for (const { to } of edgesOf(state, '')) reach(to);
  }
  for (const name of names) {
    if (seen.has(name) || unread) continue;
    site.report.error(`State "${name}" is not reachable.`, `${states}/${name}`, 'MISSING_TRANSITION_TARGET');
  }
}

/** A machine that could never end. A state that could not be read may be the one that ends it; so may one that also says Next. */
export function checkTerminal(site: Site, branch: Branch, names: ReadonlySet<string>): void {
  if (names.size === 0 || names.size > branch.states.size || [...branch.states.values()].some(isTerminal)) return;
  const written = Object.values(site.fields['States'] as JsonObject);
  if (written.some((state) => isObject(state) && state['End'] === true)) return;
  site.report.error('Workflow has no terminal state', undefined, 'MISSING_END_STATE');
}
