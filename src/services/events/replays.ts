/**
 * Replays: an archive's events of some time, sent to its bus again, in their order.
 *
 * R1. A replay goes on where it was when the server is killed: each of its steps is one transaction, with the deliveries that it makes
 *     and the step after it.
 */
import type { Deliverer } from '../../engine/deliveries.ts';
import { pageOf } from '../../protocol/pages.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import type { Parts, Sdk } from './context.ts';
import { eventErrors } from './errors.ts';
import type { BusEvent } from './event.ts';
import { CANCELLABLE, DEFAULT_PAGE, type ReplayState } from './legal.ts';
import { archiveArn, busArn, nameIn, type Place, replayArn, ruleIn } from './names.ts';
import type { Router } from './router.ts';
import type { ReplayRow } from './store.ts';

/** What a replay does next: events of its archive after this one. */
export type ReplayStep = { region: string; name: string; from: number; after: number };

type ReplayParts = Parts & { router: Router; addStep(lane: string, step: ReplayStep): void };

/** Events in one step. */
const STEP = 50;
/** Older than any event's id. */
const FIRST = -1;

const laneOf = ({ region, name }: Pick<ReplayRow, 'region' | 'name'>) => `${region}/${name}`;

export function startReplay(
  parts: ReplayParts,
  input: InputOf<Sdk, 'StartReplay'>,
  call: Call,
): OutputOf<Sdk, 'StartReplay'> {
  const { region } = call;
  const name = input.ReplayName!;
  const archiveName = nameIn(call, input.EventSourceArn!, 'archive');
  const archive = archiveName === undefined ? undefined : parts.db.archive({ region, name: archiveName });
  if (!archive) throw eventErrors.replaySource(input.EventSourceArn!);
  if (parts.db.replay({ region, name })) throw eventErrors.replayExists(name);
  const begins = input.EventStartTime!.getTime();
  const ends = input.EventEndTime!.getTime();
  if (begins >= ends) throw eventErrors.replayTimes();
  const filters = requireDestination(parts, archive.bus, input.Destination!, call);
  const row: ReplayRow = {
    ...{ region, name, archive: archive.id, archive_name: archive.name, bus: archive.bus },
    ...{ description: input.Description ?? null, filters, state: 'STARTING', reason: null, begins, ends },
    ...{ last_replayed: null, started_at: call.now, ended_at: null },
  };
  parts.db.insertReplay(row);
  parts.addStep(laneOf(row), { region, name, from: begins, after: FIRST });
  return { ReplayArn: replayArn(call, name), State: 'STARTING', ReplayStartTime: new Date(call.now) };
}

/** @returns the rules that may hear it, as JSON */
function requireDestination(
  parts: Parts,
  bus: string,
  { Arn, FilterArns = [] }: NonNullable<InputOf<Sdk, 'StartReplay'>['Destination']>,
  call: Call,
): string | null {
  if (nameIn(call, Arn!, 'event-bus') !== bus) throw eventErrors.replayDestination();
  for (const arn of FilterArns) {
    const rule = ruleIn(call, arn);
    const there = rule?.bus === bus && parts.db.rule({ region: call.region, ...rule });
    if (!there) throw eventErrors.replayFilter(arn);
  }
  return FilterArns.length === 0 ? null : JSON.stringify(FilterArns);
}

/** Carries replays out, a step at a time. */
export function replayDeliverer(parts: ReplayParts): Deliverer<ReplayStep> {
  const { db, router, world, account } = parts;
  return {
    deliver({ body: { region, name, from, after } }) {
      const replay = db.replay({ region, name });
      if (!replay || !CANCELLABLE.has(replay.state)) return undefined;
      const { archive, ends } = replay;
      const events = db.archived({ archive, from, after, until: ends, limit: STEP });
      const only = replay.filters === null ? undefined : ruleIds(parts, replay);
      for (const { event } of events) {
        router.publish(replay.bus, { ...(JSON.parse(event) as BusEvent), 'replay-name': name }, { only });
      }
      const last = events.at(-1);
      const more = events.length === STEP && last !== undefined;
      const last_replayed = last?.at ?? replay.last_replayed;
      moveOn(db, replay, more ? 'RUNNING' : 'COMPLETED', last_replayed, more ? null : world.clock.now());
      if (more) parts.addStep(laneOf(replay), { region, name, from: last.at, after: last.id });
      return undefined;
    },
    failed({ body }, error) {
      const replay = db.replay(body);
      world.log('error', 'events.replay-failed', { replay: body.name, message: String(error) });
      if (replay) {
        const reason = { state: 'FAILED', reason: String(error), ended_at: world.clock.now() } as const;
        db.updateReplay({ ...body, ...reason, last_replayed: replay.last_replayed });
      }
      return undefined;
    },
  };

  function ruleIds({ db: { rule } }: Parts, { region, filters }: ReplayRow): Set<number> {
    const names = (JSON.parse(filters!) as string[]).flatMap((arn) => ruleIn({ account, region }, arn) ?? []);
    return new Set(names.flatMap((named) => rule({ region, ...named })?.id ?? []));
  }
}

function moveOn(
  db: Parts['db'],
  { region, name, reason }: ReplayRow,
  state: ReplayState,
  last_replayed: number | null,
  ended_at: number | null,
): void {
  db.updateReplay({ region, name, reason, state, last_replayed, ended_at });
}

function requireReplay({ db }: Parts, { region }: Place, name: string): ReplayRow {
  const replay = db.replay({ region, name });
  if (!replay) throw eventErrors.noReplay(name);
  return replay;
}

/** What was sent already stays sent. */
export function cancelReplay(parts: Parts, name: string, call: Call): OutputOf<Sdk, 'CancelReplay'> {
  const replay = requireReplay(parts, call, name);
  if (!CANCELLABLE.has(replay.state)) throw eventErrors.replayOver(name, replay.state);
  moveOn(parts.db, replay, 'CANCELLED', replay.last_replayed, call.now);
  return { ReplayArn: replayArn(call, name), State: 'CANCELLED' };
}

export function describeReplay(parts: Parts, name: string, call: Call): OutputOf<Sdk, 'DescribeReplay'> {
  const replay = requireReplay(parts, call, name);
  const filters = replay.filters === null ? undefined : (JSON.parse(replay.filters) as string[]);
  return {
    ReplayArn: replayArn(call, name),
    ...summary(replay, call),
    ...(replay.description !== null && { Description: replay.description }),
    Destination: { Arn: busArn(call, replay.bus), ...(filters && { FilterArns: filters }) },
    ...(replay.reason !== null && { StateReason: replay.reason }),
  };
}

const summary = (replay: ReplayRow, place: Place) => ({
  ReplayName: replay.name,
  EventSourceArn: archiveArn(place, replay.archive_name),
  State: replay.state,
  EventStartTime: new Date(replay.begins),
  EventEndTime: new Date(replay.ends),
  ...(replay.last_replayed !== null && { EventLastReplayedTime: new Date(replay.last_replayed) }),
  ReplayStartTime: new Date(replay.started_at),
  ...(replay.ended_at !== null && { ReplayEndTime: new Date(replay.ended_at) }),
});

export function listReplays(
  parts: Parts,
  { NamePrefix: prefix = '', State, EventSourceArn, NextToken, Limit }: InputOf<Sdk, 'ListReplays'>,
  call: Call,
): OutputOf<Sdk, 'ListReplays'> {
  const { region } = call;
  const archive = EventSourceArn === undefined ? null : (nameIn(call, EventSourceArn, 'archive') ?? '');
  const { items, next } = pageOf<ReplayRow>(
    {
      query: { operation: 'ListReplays', region, prefix, State, EventSourceArn },
      ...{ token: NextToken, limit: Limit || DEFAULT_PAGE },
    },
    (position, limit) =>
      parts.db.replays({ region, prefix, state: State ?? null, archive, after: String(position?.[0] ?? ''), limit }),
    ({ name }) => [name],
    eventErrors.token,
  );
  return {
    Replays: items.map((replay) => summary(replay, call)),
    ...(next !== undefined && { NextToken: next }),
  };
}
