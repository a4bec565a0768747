/** The end of a schedule, by a request, with its group, or after its last occurrence. */
import type { Parts } from './context.ts';
import type { ScheduleRow } from './store.ts';

/** What still waits to be tried again for it is given up with it. */
export function removeSchedule({ db, occurrences, deliveries }: Parts, { id }: Pick<ScheduleRow, 'id'>): void {
  db.removeSchedule({ id });
  occurrences.remove(String(id));
  deliveries.removeLane(String(id));
}
