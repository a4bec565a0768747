/**
 * What has become of each state of an execution: its visits, those in a Map's items and those of a loop, told as one. Pure.
 *
 * S1. A state that runs anywhere runs. Otherwise its last visit speaks for it; in a Map, a failed item does.
 */
import { inMap, type StateStatus, type Visit } from '../../../../src/definition/asl/history/fold.ts';

export type StateSummary = {
  name: string;
  type: string;
  status: StateStatus;
  /** As entered. */
  visits: Visit[];
  counts: Record<StateStatus, number>;
  /** Of the visits that have ended, together, in milliseconds. */
  took: number;
  retries: number;
  /** In a Map: its visits are of many items. */
  ofItems: boolean;
};

export function summariesOf(visits: readonly Visit[]): Map<string, StateSummary> {
  const summaries = new Map<string, StateSummary>();
  for (const visit of visits) {
    const { name, type, status, startedAt, endedAt, retries } = visit;
    const known = summaries.get(name) ?? begin(name, type, inMap(visit));
    summaries.set(name, known);
    known.visits.push(visit);
    known.counts[status] += 1;
    known.retries += retries;
    if (endedAt !== undefined) known.took += endedAt - startedAt;
  }
  for (const summary of summaries.values()) summary.status = statusOf(summary);
  return summaries;
}

function begin(name: string, type: string, ofItems: boolean): StateSummary {
  const counts = { Running: 0, Succeeded: 0, Caught: 0, Failed: 0, Aborted: 0 };
  return { name, type, status: 'Running', visits: [], counts, took: 0, retries: 0, ofItems };
}

/** The worse first. */
const OF_ITEMS: readonly StateStatus[] = ['Failed', 'Aborted', 'Caught', 'Succeeded'];

function statusOf({ counts, visits, ofItems }: StateSummary): StateStatus {
  if (counts.Running > 0) return 'Running';
  if (!ofItems) return visits.at(-1)!.status;
  return OF_ITEMS.find((status) => counts[status] > 0) ?? 'Succeeded';
}

/** The visit that is looked at when no other is named: one that failed, else the last. */
export function tellingVisit({ visits }: StateSummary): Visit | undefined {
  return visits.findLast(({ status }) => status === 'Failed') ?? visits.at(-1);
}

/** More of them would make a list that nobody reads. */
const OFFERED = 200;

/** The visits to choose among, as entered: those that failed first of all, then the newest, and the one that is shown. */
export function offeredVisits({ visits }: StateSummary, shown: Visit): Visit[] {
  if (visits.length <= OFFERED) return visits;
  const failed = visits.filter(({ status }) => status === 'Failed').slice(0, OFFERED);
  const offered = new Set([shown, ...failed, ...visits.slice(-(OFFERED - failed.length) || visits.length)]);
  return visits.filter((visit) => offered.has(visit));
}

/** Where it stands: `Each, item 3`. */
export function placeWords(visit: Visit): string {
  const { parent, item, number } = visit;
  const within = parent && (item === undefined ? parent.name : `${parent.name}, item ${item}`);
  return [`Visit ${number}`, within].filter(Boolean).join(', in ');
}

/**
 * The innermost states that have failed: of a Parallel, what stands in it says more. The first of each name.
 */
export function failedStates(summaries: ReadonlyMap<string, StateSummary>): { name: string; visit: Visit }[] {
  const failed = [...summaries.values()].flatMap(({ name, visits }) => {
    const visit = visits.find(({ status }) => status === 'Failed');
    return visit ? [{ name, visit }] : [];
  });
  const around = new Set(failed.map(({ visit }) => visit.parent?.name));
  return failed.filter(({ name }) => !around.has(name));
}
