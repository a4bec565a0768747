/** What SendMessageBatch, DeleteMessageBatch and ChangeMessageVisibilityBatch have in common. */
import { isAwsError } from '../../protocol/errors.ts';
import { queueErrors } from './errors.ts';
import { MOST_AT_ONCE } from './limits.ts';

const ID = /^[\w-]{1,80}$/;

type Entry = { Id?: string | undefined };
type Failed = { Id: string; SenderFault: boolean; Code: string; Message: string };

/** @throws what is wrong with the batch as a whole */
export function checkBatch(entry: string, entries: readonly Entry[]): void {
  if (entries.length === 0) throw queueErrors.emptyBatch(entry);
  if (entries.length > MOST_AT_ONCE) throw queueErrors.tooManyEntries(MOST_AT_ONCE, entries.length);
  const seen = new Set<string>();
  for (const { Id = '' } of entries) {
    if (!ID.test(Id)) throw queueErrors.entryId();
    if (seen.has(Id)) throw queueErrors.entryTwice(Id);
    seen.add(Id);
  }
}

/** Each by itself: one that is refused keeps none of the others. What it does must throw before it changes anything. */
export function eachOfBatch<E extends Entry, R>(
  entries: readonly E[],
  work: (entry: E) => R,
): { Successful: ({ Id: string } & R)[]; Failed: Failed[] } {
  const Successful: ({ Id: string } & R)[] = [];
  const Failed: Failed[] = [];
  for (const entry of entries) {
    const Id = entry.Id!;
    try {
      Successful.push({ Id, ...work(entry) });
    } catch (error) {
      if (!isAwsError(error)) throw error;
      Failed.push({ Id, SenderFault: error.status < 500, Code: error.code, Message: error.message });
    }
  }
  return { Successful, Failed };
}
