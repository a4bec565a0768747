/**
 * Pages of list operations: opaque tokens, and the one way to cut a page.
 *
 * N1. A token continues the query it came from, and no other: it carries a digest over the query and its position, so that
 *     a token of another query, another operation or a garbled one is refused.
 * N2. A token names the last item given, not a count: items made or deleted meanwhile neither repeat others nor hide them.
 */
import { createHash } from 'node:crypto';
import { type AwsError, awsError } from './errors.ts';

/** Where a page ended: the sort key of its last item, which must be unique (end it with the item's name). */
export type Position = readonly (string | number)[];

/** What a list operation was asked for, page size and token left out: `{ operation, region, …filters, sort, order }`. */
export type Query = Readonly<Record<string, unknown>>;

const DIGEST_BYTES = 12;

function digest(query: Query, position: string): Buffer {
  const members = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([members, position]))
    .digest()
    .subarray(0, DIGEST_BYTES);
}

/** An opaque token, safe in URLs, that continues `query` after `position`. */
export function encodeToken(query: Query, position: Position): string {
  const text = JSON.stringify(position);
  return Buffer.concat([digest(query, text), Buffer.from(text)]).toString('base64url');
}

/** The position of a token, or undefined when it is not a token of this query. */
export function decodeToken(query: Query, token: string): Position | undefined {
  const bytes = Buffer.from(token, 'base64url');
  const text = bytes.subarray(DIGEST_BYTES).toString();
  const genuine = bytes.length > DIGEST_BYTES && digest(query, text).equals(bytes.subarray(0, DIGEST_BYTES));
  return genuine ? (JSON.parse(text) as Position) : undefined;
}

export type PageRequest = {
  query: Query;
  token: string | undefined;
  /** Items on a page, at most. */
  limit: number;
};

export type Page<T> = { items: T[]; next: string | undefined };

/** What SageMaker's lists of named things are asked for. */
export type NamedListInput = {
  CreatedAfter?: Date | undefined;
  CreatedBefore?: Date | undefined;
  SortBy?: 'CreationTime' | 'Name' | undefined;
  SortOrder?: 'Ascending' | 'Descending' | undefined;
  NextToken?: string | undefined;
  MaxResults?: number | undefined;
};

/** SageMaker's list operations give 10 items when not asked for a number. */
export const SAGEMAKER_PAGE = 10;

const invalidToken = () =>
  awsError(
    'ValidationException',
    'The NextToken is not valid for this request. Repeat the request that gave it, unchanged, or start again without it.',
  );

/**
 * Cuts one page.
 *
 * @param fetch answers at most `limit` items after the position (from the start when undefined), in the query's order
 * @param positionOf the sort key of an item, with which `fetch` goes on after it
 * @param refusal the error for a token that is not this query's; SageMaker's by default
 * @throws `refusal` when the token is not one of this query
 * @example
 * const page = pageOf(
 *   { query: { operation: 'ListThings', region, contains }, token: input.NextToken, limit: input.MaxResults ?? 10 },
 *   (after, limit) => store.things({ region, contains, after: after?.[0] ?? '', limit }),
 *   (thing) => [thing.name],
 * );
 */
export function pageOf<T>(
  { query, token, limit }: PageRequest,
  fetch: (after: Position | undefined, limit: number) => readonly T[],
  positionOf: (item: T) => Position,
  refusal: () => AwsError = invalidToken,
): Page<T> {
  const after = token === undefined ? undefined : decodeToken(query, token);
  if (token !== undefined && !after) throw refusal();
  // One more than the page, to know whether another page follows.
  const found = fetch(after, limit + 1);
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next: found.length > limit && last !== undefined ? encodeToken(query, positionOf(last)) : undefined };
}
