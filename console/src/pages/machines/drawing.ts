/** A machine's outline, and what has become of its states, as the nodes and edges of a graph, and as the rows of a timeline. Pure. */
import { inMap, type Visit } from '../../../../src/definition/asl/history/fold.ts';
import type { Outline, OutlineState } from '../../../../src/definition/asl/outline.ts';
import { duration } from '../../parts/format.ts';
import type { GraphEdge, GraphNode } from '../../parts/graph/graph.tsx';
import type { TimelineRow } from '../../parts/timeline.tsx';
import type { StateSummary } from './fold.ts';

/** A rule that is longer is told in full beside the graph. */
const LABEL = 32;

const cut = (text: string): string => (text.length > LABEL ? `${text.slice(0, LABEL - 1).trimEnd()}…` : text);

export function edgesOf({ edges }: Outline): GraphEdge[] {
  return edges.map(({ from, to, kind, label }) => ({
    ...{ from, to, aside: kind === 'catch' },
    ...(label !== '' && { label: cut(label) }),
  }));
}

/** @param summaries of an execution; without them it is the definition alone */
export function nodesOf({ states, startAt }: Outline, summaries?: ReadonlyMap<string, StateSummary>): GraphNode[] {
  return states.map((state) => {
    const summary = summaries?.get(state.name);
    const { name, type, within } = state;
    return {
      ...{ id: name, label: name, kind: type, parent: within, status: summary?.status },
      detail: summary ? ranWords(state, summary) : definedWords(state, startAt),
    };
  });
}

function definedWords({ name, type, does, ends }: OutlineState, startAt: string | undefined): string {
  return [type, does, name === startAt && 'starts here', ends && 'ends'].filter(Boolean).join(' · ');
}

const INSTANT = /^(Choice|Pass|Succeed|Fail)$/;

function ranWords({ type }: OutlineState, { status, counts, visits, took, retries, ofItems }: StateSummary): string {
  const last = visits.at(-1);
  const all = visits.length;
  const words = [status === 'Caught' ? `Caught ${last?.error ?? 'an error'}` : status];
  if (status !== 'Running' && !INSTANT.test(type) && all === 1) words.push(duration(took));
  if (ofItems) words.push(`${counts.Succeeded + counts.Caught} of ${all}`);
  else if (all > 1) words.push(`${all} visits`);
  if (retries > 0) words.push(retries === 1 ? '1 retry' : `${retries} retries`);
  if (last?.items) words.push(`${last.items.succeeded} of ${last.items.total} items`);
  return words.join(' · ');
}

/** A row for each state outside of Maps, in the order of the first visit; a bar for each attempt of its work, or for each visit. */
export function timelineOf(visits: readonly Visit[]): TimelineRow[] {
  const rows = new Map<string, { id: string; label: string; bars: TimelineRow['bars'][number][] }>();
  for (const visit of visits) {
    if (inMap(visit)) continue;
    const { name } = visit;
    const row = rows.get(name) ?? {
      id: `state-${visit.id}`,
      label: `${'\u2003'.repeat(depthOf(visit))}${name}`,
      bars: [],
    };
    rows.set(name, row);
    row.bars.push(...barsOf(visit));
  }
  return [...rows.values()];
}

function barsOf({ number, startedAt, endedAt, status, attempts }: Visit): TimelineRow['bars'][number][] {
  if (attempts.length < 2) return [{ from: startedAt, to: endedAt, status, title: `Visit ${number}` }];
  return attempts.map((attempt, index) => ({
    ...{ from: attempt.scheduledAt, to: attempt.endedAt, title: `Visit ${number}, attempt ${index + 1}` },
    status: attempt.status === 'Waiting' ? 'Running' : attempt.status,
  }));
}

function depthOf({ parent }: Visit): number {
  return parent ? 1 + depthOf(parent) : 0;
}
