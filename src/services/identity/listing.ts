/** Pages of IAM's list operations: `Marker`, `MaxItems` (100 when not given) and `IsTruncated`. */
import { type Position, pageOf, type Query } from '../../protocol/pages.ts';
import { iamErrors } from './errors.ts';

const DEFAULT_ITEMS = 100;

type Paged = { Marker?: string | undefined; MaxItems?: number | undefined };

/**
 * One page, in the order of a unique text of each item.
 *
 * @param fetch answers at most `limit` items whose text is greater than `after`
 * @throws ValidationError when the marker is not one of this query
 */
export function iamPage<T>(
  { Marker, MaxItems }: Paged,
  query: Query,
  fetch: (after: string, limit: number) => readonly T[],
  textOf: (item: T) => string,
): { items: T[]; IsTruncated: boolean; Marker?: string } {
  const { items, next } = pageOf(
    { query, token: Marker, limit: MaxItems ?? DEFAULT_ITEMS },
    (after: Position | undefined, limit) => fetch(String(after?.[0] ?? ''), limit),
    (item) => [textOf(item)],
    iamErrors.invalidMarker,
  );
  return next === undefined ? { items, IsTruncated: false } : { items, IsTruncated: true, Marker: next };
}

/** `fetch` over a short list that is at hand whole, in any order. */
export function within<T>(all: readonly T[], textOf: (item: T) => string): (after: string, limit: number) => T[] {
  const sorted = all.toSorted((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
  return (after, limit) => sorted.filter((item) => textOf(item) > after).slice(0, limit);
}
