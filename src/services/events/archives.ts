/**
 * Archives: copies of a bus's events, kept for some days or for good.
 *
 * A1. What an archive tells of its size is what it holds. What is past its retention goes in small steps, the oldest first.
 */
import type { Cancel } from '../../base/clock.ts';
import { pageOf } from '../../protocol/pages.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import { findBus } from './bus.ts';
import type { Parts, Sdk } from './context.ts';
import { eventErrors } from './errors.ts';
import { DEFAULT_PAGE } from './legal.ts';
import { archiveArn, busArn, nameIn, type Place } from './names.ts';
import type { Router } from './router.ts';
import { requirePattern } from './rules.ts';
import type { ArchiveRow } from './store.ts';

export type Forgetting = {
  /** Inside a transaction: there is an archive that forgets. */
  noticed(): void;
  start(): void;
  stop(): void;
};

type ArchiveParts = Parts & { router: Router; forgetting: Pick<Forgetting, 'noticed'> };

const DAY = 86_400_000;
/** How often archives forget, in milliseconds; and how many events at a time. */
const FORGET_EVERY = 600_000;
const AT_A_TIME = 200;

function requireArchive({ db }: Pick<Parts, 'db'>, { region }: Place, name: string): ArchiveRow {
  const archive = db.archive({ region, name });
  if (!archive) throw eventErrors.noArchive(name);
  return archive;
}

export function createArchive(
  parts: ArchiveParts,
  input: InputOf<Sdk, 'CreateArchive'>,
  call: Call,
): OutputOf<Sdk, 'CreateArchive'> {
  const { region } = call;
  const name = input.ArchiveName!;
  const bus = nameIn(call, input.EventSourceArn!, 'event-bus');
  if (bus === undefined || !findBus(parts, call, bus)) throw eventErrors.archiveSource(input.EventSourceArn!);
  if (input.KmsKeyIdentifier) throw eventErrors.encryption();
  if (parts.db.archive({ region, name })) throw eventErrors.archiveExists(name);
  if (input.EventPattern) requirePattern(input.EventPattern);
  parts.db.insertArchive({
    ...{ region, name, bus, pattern: input.EventPattern || null, description: input.Description ?? null },
    ...{ retention: input.RetentionDays ?? 0, events: 0, bytes: 0, created_at: call.now },
  });
  parts.router.changed(region, bus);
  if (input.RetentionDays) parts.forgetting.noticed();
  return { ArchiveArn: archiveArn(call, name), State: 'ENABLED', CreationTime: new Date(call.now) };
}

export function updateArchive(
  parts: ArchiveParts,
  input: InputOf<Sdk, 'UpdateArchive'>,
  call: Call,
): OutputOf<Sdk, 'UpdateArchive'> {
  const archive = requireArchive(parts, call, input.ArchiveName!);
  if (input.KmsKeyIdentifier) throw eventErrors.encryption();
  if (input.EventPattern) requirePattern(input.EventPattern);
  parts.db.updateArchive({
    id: archive.id,
    pattern: input.EventPattern === undefined ? archive.pattern : input.EventPattern || null,
    description: input.Description ?? archive.description,
    retention: input.RetentionDays ?? archive.retention,
  });
  parts.router.changed(archive.region, archive.bus);
  if (input.RetentionDays) parts.forgetting.noticed();
  const { name, created_at } = archive;
  return { ArchiveArn: archiveArn(call, name), State: 'ENABLED', CreationTime: new Date(created_at) };
}

/** Its events go with it. */
export function deleteArchive(parts: ArchiveParts, name: string, call: Call): void {
  const { id, region, bus } = requireArchive(parts, call, name);
  parts.db.removeArchive({ id });
  parts.router.changed(region, bus);
}

export function describeArchive(parts: Parts, name: string, call: Call): OutputOf<Sdk, 'DescribeArchive'> {
  const archive = requireArchive(parts, call, name);
  return {
    ArchiveArn: archiveArn(call, name),
    ...summary(archive, call),
    ...(archive.description !== null && { Description: archive.description }),
    ...(archive.pattern !== null && { EventPattern: archive.pattern }),
  };
}

const summary = (archive: ArchiveRow, place: Place) => ({
  ArchiveName: archive.name,
  EventSourceArn: busArn(place, archive.bus),
  State: 'ENABLED' as const,
  RetentionDays: archive.retention,
  SizeBytes: archive.bytes,
  EventCount: archive.events,
  CreationTime: new Date(archive.created_at),
});

export function listArchives(
  parts: Parts,
  { NamePrefix: prefix = '', EventSourceArn, State, NextToken, Limit }: InputOf<Sdk, 'ListArchives'>,
  call: Call,
): OutputOf<Sdk, 'ListArchives'> {
  const { region } = call;
  const query = { operation: 'ListArchives', region, prefix, EventSourceArn, State };
  const bus = EventSourceArn === undefined ? null : (nameIn(call, EventSourceArn, 'event-bus') ?? '');
  const none = State !== undefined && State !== 'ENABLED';
  const { items, next } = pageOf<ArchiveRow>(
    { query, token: NextToken, limit: Limit || DEFAULT_PAGE },
    (position, limit) =>
      none ? [] : parts.db.archives({ region, bus, prefix, after: String(position?.[0] ?? ''), limit }),
    ({ name }) => [name],
    eventErrors.token,
  );
  return {
    Archives: items.map((archive) => summary(archive, call)),
    ...(next !== undefined && { NextToken: next }),
  };
}

/** Forgets what is past its retention, now and then, for as long as there is an archive that forgets. */
export function createForgetting({ db, store, world }: Parts): Forgetting {
  let cancel: Cancel | undefined;
  let running = false;

  /** Resolves with whether there may be more, or undefined when no archive forgets. */
  const forget = (): Promise<boolean | undefined> =>
    store.transact(() => {
      const archives = db.archivesThatForget({});
      if (archives.length === 0) return undefined;
      return archives.filter((archive) => forgetSome(db, archive, world.clock.now())).length > 0;
    });

  function run(): void {
    cancel = undefined;
    forget().then(
      (more) => more !== undefined && arm(more ? 0 : FORGET_EVERY),
      (error: Error) => {
        world.log('error', 'events.archive-not-cleared', { message: error.message });
        arm(FORGET_EVERY);
      },
    );
  }

  function arm(wait: number): void {
    if (running) cancel ??= world.clock.at(world.clock.now() + wait, run);
  }

  return {
    noticed: () => store.whenDurable(() => arm(FORGET_EVERY)),
    start() {
      running = true;
      if (db.archivesThatForget({}).length > 0) arm(0);
    },
    stop() {
      running = false;
      cancel?.();
    },
  };
}

/** Whether there may be more. */
function forgetSome(db: Parts['db'], { id, retention }: ArchiveRow, now: number): boolean {
  const old = db.archivedBefore({ archive: id, before: now - retention * DAY, limit: AT_A_TIME });
  for (const { id: event } of old) db.removeArchived({ id: event });
  const bytes = old.reduce((sum, one) => sum + one.bytes, 0);
  if (old.length > 0) db.countArchived({ id, events: -old.length, bytes: -bytes });
  return old.length === AT_A_TIME;
}
