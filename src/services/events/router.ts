/**
 * Who listens to what: the rules and archives of each event bus, ready in memory.
 *
 * R1. What is in memory is what the store holds: it is forgotten with every change, and when that is undone.
 * R2. An event and what it sets going commit together: a delivery for each target of each rule that matches, a copy for each archive.
 * R3. Whether anybody could listen is known without asking the store: events that nobody hears are not even made.
 */
import { compilePattern, indexPatterns, type PatternIndex } from '../../definition/patterns/index.ts';
import type { Deliveries } from '../../engine/deliveries.ts';
import type { Parts } from './context.ts';
import type { BusEvent } from './event.ts';
import { MOST_TARGETS } from './legal.ts';

type Listener = { kind: 'rule' | 'archive'; id: number };
type Bus = { index: PatternIndex<Listener>; could: Map<string, boolean> };

/** What waits to be sent: of which target of which rule. */
export type Sending = {
  rule: number;
  target: string;
  event: BusEvent;
  /** It came over another bus: it goes to no third one. */
  forwarded?: true;
};

export type Router = {
  /** Whether any rule or archive of a bus could match an event of this source and type. */
  couldHear(region: string, bus: string, source: string, detailType: string): boolean;
  /** Inside a transaction, as what follows. @param only the ids of the rules that may hear it */
  publish(bus: string, event: BusEvent, more?: { only?: ReadonlySet<number> | undefined; forwarded?: true }): void;
  /** To all targets of a rule, whether its pattern matches or not. */
  toTargets(rule: number, event: BusEvent, forwarded?: true): void;
  /** The rules or archives of a bus have changed. */
  changed(region: string, bus: string): void;
};

/** Kinds of events that are remembered of a bus. */
const MOST_REMEMBERED = 1000;

export const laneOf = (rule: number, target: string): string => `${rule}/${target}`;

export function createRouter(
  { db, store }: Pick<Parts, 'db' | 'store'>,
  deliveries: () => Pick<Deliveries<Sending>, 'add'>,
): Router {
  const buses = new Map<string, Bus>();

  function busOf(region: string, name: string): Bus {
    const key = `${region}/${name}`;
    const known = buses.get(key);
    if (known) return known;
    const bus = { index: indexPatterns(listeners(region, name)), could: new Map<string, boolean>() };
    buses.set(key, bus);
    return bus;
  }

  function* listeners(region: string, bus: string) {
    for (const { id, pattern, state } of db.rulesOfBus({ region, bus })) {
      if (pattern !== null && state !== 'DISABLED')
        yield [{ kind: 'rule', id } as Listener, alternatives(pattern)] as const;
    }
    for (const { id, pattern } of db.archivesOfBus({ region, bus })) {
      yield [{ kind: 'archive', id } as Listener, pattern === null ? [new Map()] : alternatives(pattern)] as const;
    }
  }

  function archive(id: number, event: BusEvent): void {
    const text = JSON.stringify(event);
    const bytes = Buffer.byteLength(text);
    db.insertArchived({ archive: id, at: Date.parse(event.time), bytes, event: text });
    db.countArchived({ id, events: 1, bytes });
  }

  function toTargets(rule: number, event: BusEvent, forwarded?: true): void {
    for (const { id } of db.targets({ rule, after: '', limit: MOST_TARGETS })) {
      deliveries().add(laneOf(rule, id), { rule, target: id, event, ...(forwarded && { forwarded }) });
    }
  }

  return {
    couldHear(region, name, source, detailType) {
      const bus = busOf(region, name);
      const key = `${source}\n${detailType}`;
      const known = bus.could.get(key);
      if (known !== undefined) return known;
      const could = bus.index.couldMatch({ source, 'detail-type': detailType });
      if (bus.could.size >= MOST_REMEMBERED) bus.could.clear();
      bus.could.set(key, could);
      return could;
    },
    publish(bus, event, { only, forwarded } = {}) {
      for (const { kind, id } of busOf(event.region, bus).index.matching(event)) {
        if (kind === 'rule' && (!only || only.has(id))) toTargets(id, event, forwarded);
        if (kind === 'archive' && event['replay-name'] === undefined) archive(id, event);
      }
    },
    toTargets,
    changed(region, bus) {
      const forget = () => void buses.delete(`${region}/${bus}`);
      forget();
      store.whenUndone(forget);
    },
  };
}

/** What was stored compiled when it was put. */
function alternatives(pattern: string) {
  const compiled = compilePattern(pattern);
  return compiled.ok ? compiled.pattern.alternatives : [];
}
