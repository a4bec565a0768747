/**
 * A machine's execution as people look at it: every visit to a state, and its states in the order in which they were first entered,
 * each with what has become of it. Folded from the history that AWS answers, event by event, and from nothing else: whoever follows
 * an execution gives the new events alone.
 *
 * V1. An event belongs to the visit that its previousEventId leads to: history interleaves what runs at once.
 * V2. What runs inside of a Map is counted there and not listed among the states, however many items there are; its visits are kept.
 * V3. A state that is entered again is the same line; it counts its visits and shows the last.
 */
import { beganBy, detailsOf, type EventDetails, type HistoryEvent, timeOf } from './events.ts';
import { type Attempt, closeAttempt, takeWork } from './work.ts';

export type StateStatus = 'Running' | 'Succeeded' | 'Caught' | 'Failed' | 'Aborted';

export type Items = { total: number; started: number; succeeded: number; failed: number; aborted: number };

export type StateView = {
  name: string;
  type: string;
  /** How many Parallels it stands in. */
  depth: number;
  status: StateStatus;
  visits: number;
  /** Of the last visit, in milliseconds since the epoch. */
  startedAt: number;
  endedAt: number | undefined;
  /** How often the work was tried again, in the last visit. */
  retries: number;
  /** Why the last visit failed at last, also where a catcher or a retrier took it. */
  error: string | undefined;
  cause: string | undefined;
  /** Of a Map. */
  items: Items | undefined;
  /** ARNs of the jobs and executions that its tasks have begun, the newest last. */
  began: readonly string[];
};

/** What has come, for those who look on. */
export type Happening =
  | {
      event: 'state';
      state: string;
      type: string;
      status: StateStatus;
      visit: number;
      seconds?: number;
      error?: string;
      cause?: string;
    }
  | { event: 'task'; state: string; status: string; arns?: readonly string[]; error?: string; cause?: string }
  | ({ event: 'items'; state: string } & Items);

/** One passage through a state. It is changed in place while it is under way. */
export type Visit = Omit<StateView, 'depth' | 'visits'> & {
  /** Of the event that entered it. */
  id: number;
  /** Of the Parallel or Map that it stands in. */
  parent: Visit | undefined;
  /** Which visit to the state it is, from 1. */
  number: number;
  /** In a Map: the index of its item. */
  item: number | undefined;
  input: string | undefined;
  output: string | undefined;
  attempts: Attempt[];
  /** Of a distributed Map. */
  mapRunArn: string | undefined;
  /** Open visits inside of it. */
  inside: Set<Visit>;
  /** Whether its work has failed and is not tried again yet. */
  failing: boolean;
  /** The execution ended with it: a redrive opens it again. */
  cut: boolean;
};

export type Fold = {
  /** Takes the next events, in the order of their ids. */
  take(events: readonly HistoryEvent[]): Happening[];
  states(): StateView[];
  /** All of them, as entered. */
  visits(): readonly Visit[];
  /** The id of the last event taken. */
  last(): number;
};

const ENTERED = /^(\w+)StateEntered$/;
const EXITED = /^\w+StateExited$/;
const ENDED = /^Execution(Succeeded|Failed|TimedOut|Aborted)$/;
const GROUP = /^(?:Map|Parallel)State(Started|Succeeded|Failed|Aborted)$/;
const ITERATION = /^MapIteration(Started|Succeeded|Failed|Aborted)$/;
const MAP_RUN = /^MapRun/;
const WORK = /^(?:Task|Activity|LambdaFunction)(\w+)$/;

export function historyFold(): Fold {
  const visitOf = new Map<number, Visit>();
  const visits: Visit[] = [];
  /** By the event that began an iteration, its item. */
  const itemOf = new Map<number, number>();
  /** Every visit that is listed, the last of its name. */
  const listed = new Map<string, Visit>();
  const counts = new Map<string, number>();
  const open = new Set<Visit>();
  let last = 0;
  let told: Happening[] = [];
  let maps = new Set<Visit>();

  function enter(event: HistoryEvent, type: string, { name = '', input }: EventDetails): void {
    const before = visitOf.get(event.previousEventId ?? 0);
    const parent = before?.endedAt === undefined ? before : before.parent;
    const number = (counts.get(name) ?? 0) + 1;
    counts.set(name, number);
    const visit: Visit = {
      ...{ id: event.id!, item: itemOf.get(event.previousEventId ?? 0) ?? before?.item, input, output: undefined },
      ...{ attempts: [], mapRunArn: undefined },
      ...{ name, type, parent, number, status: 'Running', startedAt: timeOf(event), endedAt: undefined, retries: 0 },
      ...{
        error: undefined,
        cause: undefined,
        items: undefined,
        began: [],
        inside: new Set(),
        failing: false,
        cut: false,
      },
    };
    visitOf.set(event.id!, visit);
    visits.push(visit);
    open.add(visit);
    parent?.inside.add(visit);
    if (inMap(visit)) return;
    listed.set(name, visit);
    tellState(visit);
  }

  function close(visit: Visit, status: StateStatus, at: number): void {
    for (const inner of visit.inside) {
      if (inner.failing && visit.error === undefined) fail(visit, inner);
      close(inner, inner.failing ? 'Failed' : 'Aborted', at);
    }
    visit.inside.clear();
    visit.parent?.inside.delete(visit);
    open.delete(visit);
    visit.endedAt = at;
    closeAttempt(visit.attempts, at);
    visit.status = status === 'Succeeded' && visit.failing ? 'Caught' : status;
    if (!inMap(visit)) tellState(visit);
  }

  function fail(visit: Visit, { error, cause }: EventDetails): void {
    visit.failing = true;
    visit.error = error;
    visit.cause = cause;
  }

  function tryAgain(visit: Visit, at: number): void {
    for (const inner of [...visit.inside]) {
      if (inner.failing) fail(visit, inner);
      close(inner, inner.failing ? 'Failed' : 'Aborted', at);
    }
    if (visit.failing) visit.retries += 1;
    visit.failing = false;
  }

  function work(visit: Visit, status: string, details: EventDetails, event: HistoryEvent): void {
    if (status === 'Scheduled') tryAgain(visit, timeOf(event));
    if (/Failed$|TimedOut$/.test(status)) fail(visit, details);
    takeWork(visit.attempts, status, details, timeOf(event));
    const arns = beganBy(details).filter((arn) => !visit.began.includes(arn));
    visit.began = [...visit.began, ...arns];
    // What a Map's tasks have begun is the Map's: its logs can be asked for.
    for (let at = visit.parent; at; at = at.parent) if (at.type === 'Map') at.began = [...at.began, ...arns];
    if (inMap(visit)) return;
    const { error, cause } = details;
    told.push({
      ...{ event: 'task', state: visit.name, status: status.charAt(0).toLowerCase() + status.slice(1) },
      ...(arns.length > 0 && { arns }),
      ...(error !== undefined && { error }),
      ...(cause !== undefined && { cause }),
    });
  }

  function group(visit: Visit, what: string, details: EventDetails, at: number): void {
    if (what === 'Started') {
      tryAgain(visit, at);
      if (visit.type !== 'Map') return;
      visit.items = { total: details.length ?? 0, started: 0, succeeded: 0, failed: 0, aborted: 0 };
      maps.add(visit);
    } else {
      if (what === 'Failed') fail(visit, visit.error === undefined ? details : visit);
      if (maps.delete(visit)) tellItems(visit);
    }
  }

  function iterate(visit: Visit, what: string): void {
    if (!visit.items) return;
    visit.items[what.toLowerCase() as keyof Items] += 1;
    maps.add(visit);
  }

  /** Only its start names the run. */
  function mapRun(visit: Visit, type: string, details: EventDetails): void {
    visit.mapRunArn = details.mapRunArn ?? visit.mapRunArn;
    if (type === 'MapRunFailed') fail(visit, details);
  }

  function end(what: string, details: EventDetails, at: number): void {
    const failed = what === 'Failed';
    for (const visit of [...open]) {
      visit.cut = true;
      if (visit.parent === undefined && failed && !visit.failing) {
        const inner = [...visit.inside].find(({ failing }) => failing);
        fail(visit, inner ?? details);
      }
    }
    for (const visit of [...open].filter(({ parent }) => !parent)) close(visit, failed ? 'Failed' : 'Aborted', at);
  }

  /** A redrive goes on in what the end has cut. */
  function reopen(event: HistoryEvent): void {
    for (const visit of new Set(visitOf.values())) {
      if (!visit.cut) continue;
      Object.assign(visit, { cut: false, status: 'Running', endedAt: undefined, failing: false, retries: 0 });
      open.add(visit);
      visit.parent?.inside.add(visit);
      if (visit.parent === undefined) visitOf.set(event.id!, visit);
      if (!inMap(visit)) tellState(visit);
    }
  }

  /** The visit under way that an event is of: from the one before it outwards. */
  function ownerOf(event: HistoryEvent, fits: (visit: Visit) => boolean): Visit | undefined {
    let visit = visitOf.get(event.previousEventId ?? 0);
    while (visit && (visit.endedAt !== undefined || !fits(visit))) visit = visit.parent;
    return visit;
  }

  function takeOne(event: HistoryEvent): void {
    const type = event.type ?? '';
    const details = detailsOf(event);
    const entered = ENTERED.exec(type)?.[1];
    const ended = ENDED.exec(type)?.[1];
    if (entered) return enter(event, entered, details);
    if (ended) return end(ended, details, timeOf(event));
    if (type === 'ExecutionRedriven') return reopen(event);
    const named = EXITED.test(type) || ITERATION.test(type);
    const grouped = GROUP.test(type);
    const owner = ownerOf(event, (visit) =>
      named ? visit.name === details.name : !grouped || type.startsWith(visit.type),
    );
    if (!owner) return;
    visitOf.set(event.id!, owner);
    if (EXITED.test(type)) {
      owner.output = details.output;
      return close(owner, 'Succeeded', timeOf(event));
    }
    if (MAP_RUN.test(type)) return mapRun(owner, type, details);
    if (type === 'EvaluationFailed') return fail(owner, details);
    const iteration = ITERATION.exec(type)?.[1];
    if (iteration) {
      if (iteration === 'Started' && details.index !== undefined) itemOf.set(event.id!, details.index);
      return iterate(owner, iteration);
    }
    const groupEvent = GROUP.exec(type)?.[1];
    if (groupEvent) return group(owner, groupEvent, details, timeOf(event));
    const workEvent = WORK.exec(type)?.[1];
    if (workEvent && !/^StateAborted$/.test(workEvent)) work(owner, workEvent, details, event);
  }

  function tellItems(visit: Visit): void {
    if (visit.items && !inMap(visit)) told.push({ event: 'items', state: visit.name, ...visit.items });
  }

  function tellState({ name, type, status, number, startedAt, endedAt, error, cause }: Visit): void {
    const why = status === 'Failed' || status === 'Caught';
    told.push({
      ...{ event: 'state', state: name, type, status, visit: number },
      ...(endedAt !== undefined && { seconds: (endedAt - startedAt) / 1000 }),
      ...(why && error !== undefined && { error }),
      ...(why && cause !== undefined && { cause }),
    });
  }

  return {
    last: () => last,
    take(events) {
      told = [];
      maps = new Set();
      for (const event of events) {
        takeOne(event);
        last = event.id!;
      }
      for (const visit of maps) tellItems(visit);
      return told;
    },
    visits: () => visits,
    states: () => inOrder([...listed.values()], counts),
  };
}

/** As first entered, what stands in a Parallel directly below it. */
function inOrder(visits: readonly Visit[], counts: ReadonlyMap<string, number>): StateView[] {
  const below = (parent: string | undefined, depth: number): StateView[] =>
    visits
      .filter((visit) => visit.parent?.name === parent)
      .flatMap((visit) => [
        { ...lineOf(visit), depth, visits: counts.get(visit.name) ?? 1 },
        ...below(visit.name, depth + 1),
      ]);
  return below(undefined, 0);
}

function lineOf(visit: Visit): Omit<StateView, 'depth' | 'visits'> {
  const { name, type, status, startedAt, endedAt, retries, error, cause, items, began } = visit;
  return { name, type, status, startedAt, endedAt, retries, error, cause, items, began };
}

export function inMap({ parent }: Visit): boolean {
  return parent !== undefined && (parent.type === 'Map' || inMap(parent));
}
