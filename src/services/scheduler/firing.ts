/**
 * What happens when a schedule falls due.
 *
 * F1. An occurrence, and the invocation that comes of it, commit together.
 * F2. In a flexible time window the invocation has a place drawn at random, which is its own from then on.
 * F3. Of occurrences that were missed the last one runs late, or none does, as its group says; the log and the schedule's row tell.
 */
import { catchUp } from '../../definition/schedules/missed.ts';
import type { Occurrence } from '../../engine/occurrences.ts';
import type { Invocation, Parts, Target } from './context.ts';
import { missedPolicy } from './groups.ts';
import { scheduleArn } from './names.ts';
import { scheduledTime } from './payload.ts';
import type { MissedOutcome, ScheduleRow } from './store.ts';
import { expressionOf, spanOf } from './timing.ts';

const MINUTE = 60_000;

/** Inside a transaction: the occurrence of a schedule. Answers when it next occurs. */
export function fire(parts: Parts, { key, at, now }: Occurrence): number | undefined {
  const row = parts.db.scheduleOfId({ id: Number(key) });
  if (row?.state !== 'ENABLED') return undefined;
  const window = (row.window_minutes ?? 0) * MINUTE;
  const caught = catchUp(expressionOf(row), at, now, spanOf(row), window);
  const skipped = caught.missed && missedPolicy(parts, row.region, row.group_name) === 'skip';
  if (caught.missed) tell(parts, row, at, caught.at, skipped ? 'skipped' : 'ran-late');
  // The last one is on time, and those before it are gone.
  else if (caught.passedOver !== undefined) tell(parts, row, at, caught.passedOver, 'skipped');
  if (!skipped) {
    const due = window === 0 ? caught.at : caught.at + Math.floor(fraction(parts) * window);
    const invocation = invocationOf(parts, row, { at: caught.at, due, last: caught.next === undefined });
    parts.deliveries.add(key, invocation, due);
  }
  return caught.next;
}

function invocationOf(
  { account }: Parts,
  { id, region, group_name, name, target }: ScheduleRow,
  times: Pick<Invocation, 'at' | 'due' | 'last'>,
): Invocation {
  const arn = scheduleArn({ account, region }, group_name, name);
  return { schedule: id, arn, name, region, account, ...times, target: JSON.parse(target) as Target };
}

/** Occurrences that nobody was there for, from the first to the last of them, and what becomes of the last. */
function tell(
  { db, world, account }: Parts,
  row: ScheduleRow,
  first: number,
  last: number,
  outcome: MissedOutcome,
): void {
  world.log('warn', 'scheduler.missed', {
    schedule: scheduleArn({ account, region: row.region }, row.group_name, row.name),
    ...{ from: scheduledTime(first), to: scheduledTime(last), outcome },
  });
  db.setMissed({ id: row.id, missed_at: last, missed_outcome: outcome });
}

/** From 0, below 1. */
function fraction({ world }: Pick<Parts, 'world'>): number {
  const bytes = new Uint32Array(1);
  world.random.fill(new Uint8Array(bytes.buffer));
  return bytes[0]! / 2 ** 32;
}
