/**
 * What is kept of answers is asked for again when it has changed: short lists and single answers as a whole, long lists in parts.
 *
 * R1. Of a long list MOST_PAGES pages are asked for at a time, and not more often than EVERY_MS: whatever happens, and however many
 *     pages were loaded, it costs the server what a list of three pages does.
 * R2. First comes the list's first page, where what is new stands; then the pages that hold a row that an event names. If an event may
 *     be about a row that is in none (it has come into the middle of the list, or nobody knows what has changed), all others follow
 *     in turn.
 * R3. A page that somebody waits for goes first: while TanStack Query loads one, or all, no answer is merged, and it is asked for again.
 * R4. A list that nobody looks at is left alone. Whoever comes back to it sees it as it was, and it is renewed in turn.
 */
import type { Query, QueryClient } from '@tanstack/react-query';
import type { SeenEvent } from '../../../src/services/telar/api.ts';
import { call } from './call.ts';
import { holding, isLong, MOST_PAGES, type Pages, spliced } from './pages.ts';
import { type Rows, rowsOf } from './rows.ts';
import type { Refusal } from './session.ts';
import { isStale } from './stale.ts';
import type { ApiName } from './types.ts';

const EVERY_MS = 400;
/** A server that is away. */
const AGAIN_MS = 3000;

/** The members with which pages are asked for: what a query in pages carries with it. */
export type Tokens = { token: string; next: string };

/** The page of an answer that a token asks for; the first by undefined. */
export function askPage(
  key: readonly unknown[],
  { token }: Tokens,
  param: unknown,
  signal?: AbortSignal,
): Promise<unknown> {
  const [, api, operation, input] = key as [string, ApiName, never, object];
  return call(api, operation, (param === undefined ? input : { ...input, [token]: param }) as never, signal);
}

type Long = { query: Query; rows: Rows; tokens: Tokens };

/** A list in pages that is too long to be asked for as a whole, and can be in parts. */
function longOf(query: Query): Long | undefined {
  const tokens = query.meta?.['tokens'] as Tokens | undefined;
  const rows = tokens && isLong(query.state.data) ? rowsOf(String(query.queryKey[2])) : undefined;
  return tokens && rows && { query, tokens, rows };
}

export const isLongList = (query: Query): boolean => longOf(query) !== undefined;

type Waiting = {
  /** Tokens of pages to ask for again, in their turn. */
  params: Set<unknown>;
  /** Named by events, and not found in any page: unless the first page has them now, they may be anywhere. */
  sought: Set<string>;
};

export type Renewal = {
  /** What events change. Resolves once that was asked for again, of long lists the first pages. */
  after(events: readonly SeenEvent[]): Promise<void>;
  /** All that a query is of which this holds: nobody knows what has changed. */
  all(holds?: (query: Query) => boolean): Promise<void>;
};

const renewals = new WeakMap<QueryClient, Renewal>();

/** The one of a client. */
export function renewalOf(client: QueryClient): Renewal {
  const renewal = renewals.get(client) ?? createRenewal(client);
  renewals.set(client, renewal);
  return renewal;
}

function createRenewal(client: QueryClient): Renewal {
  const waiting = new Map<string, Waiting>();
  const cache = client.getQueryCache();

  function renew(holds: (query: Query) => boolean, mark: (long: Long) => void): Promise<void> {
    const queries = cache.findAll({ predicate: (query) => !query.meta?.['fixed'] && holds(query) });
    const short = new Set(queries.filter((query) => !isLongList(query)));
    const rounds = queries
      .filter((query) => query.isActive())
      .flatMap((query) => {
        const long = longOf(query);
        if (!long) return [];
        const began = waiting.has(query.queryHash);
        mark(long);
        return began ? [] : [round(query.queryHash)];
      });
    const whole = client.invalidateQueries({ predicate: (query) => short.has(query) });
    return Promise.all([whole, ...rounds]).then(() => {});
  }

  const waitingOf = (query: Query): Waiting => {
    const known = waiting.get(query.queryHash) ?? { params: new Set(), sought: new Set() };
    waiting.set(query.queryHash, known);
    return known;
  };

  function markAll({ query }: Long): void {
    for (const param of (query.state.data as Pages).pageParams) waitingOf(query).params.add(param);
  }

  function markNamed({ query, rows }: Long, arns: readonly string[]): void {
    const { params, sought } = waitingOf(query);
    const data = query.state.data as Pages;
    const { params: holders, missing } = placesOf(arns, data, rows);
    for (const param of [data.pageParams[0], ...holders]) params.add(param);
    for (const arn of missing) sought.add(arn);
  }

  /** Asks for the pages whose turn it is, and goes on later with those that are left. */
  async function round(hash: string): Promise<void> {
    let rest: number | undefined;
    for (let asked = 0; asked < MOST_PAGES && rest === undefined; asked += 1) {
      const query = cache.get(hash);
      const left = waiting.get(hash);
      const long = query?.isActive() ? longOf(query) : undefined;
      if (!long || !left || left.params.size === 0) {
        waiting.delete(hash);
        return;
      }
      rest = await renewOne(long, left);
    }
    if (waiting.has(hash)) setTimeout(() => void round(hash), rest ?? EVERY_MS);
  }

  /** @returns for how many milliseconds the others must wait; undefined where they need not */
  async function renewOne(long: Long, left: Waiting): Promise<number | undefined> {
    const { query, rows, tokens } = long;
    if (query.state.fetchStatus !== 'idle') return EVERY_MS;
    const [first] = (query.state.data as Pages).pageParams;
    const [param] = left.params.has(first) ? [first] : left.params;
    left.params.delete(param);
    const asked = await askPage(query.queryKey, tokens, param).then(
      (answer) => ({ answer }),
      ({ status = 0 }: Partial<Refusal>) => (status > 0 && status < 500 ? 'refused' : 'away'),
    );
    if (asked === 'refused') {
      // All of the list, asked for, tells what is wrong, or that nothing is any more.
      waiting.delete(query.queryHash);
      void client.invalidateQueries({ queryKey: query.queryKey, exact: true });
      return undefined;
    }
    if (asked === 'away' || query.state.fetchStatus !== 'idle') {
      left.params.add(param);
      return asked === 'away' ? AGAIN_MS : EVERY_MS;
    }
    const found = spliced(query.state.data as Pages, param, asked.answer, rows, tokens.next);
    if (!found) return undefined;
    client.setQueryData(query.queryKey, found.data);
    for (const doubtful of found.doubtful) left.params.add(doubtful);
    if (param === first) seek(long, left);
    return undefined;
  }

  /** What events named and the first page does not have, either: where it may be in this list, it may be on any page. */
  function seek(long: Long, { params, sought }: Waiting): void {
    const data = long.query.state.data as Pages;
    const [row] = long.rows.of(data.pages[0]);
    const maybe = [...sought].filter((arn) => mayBe(arn, row?.key));
    sought.clear();
    if (placesOf(maybe, data, long.rows).missing.length === 0) return;
    markAll(long);
    params.delete(data.pageParams[0]);
  }

  return {
    after: (events) =>
      renew(
        (query) =>
          // A long one that cannot be asked for in parts waits for somebody who asks for it.
          (isLongList(query) || !isLong(query.state.data)) && events.some((event) => isStale(query.queryKey, event)),
        (long) => {
          const own = events.filter((event) => isStale(long.query.queryKey, event));
          const arns = new Set(own.flatMap(({ Resources }) => Resources));
          if (own.some(({ Resources }) => Resources.length === 0)) markAll(long);
          markNamed(long, [...arns]);
        },
      ),
    all: (holds = () => true) => renew(holds, markAll),
  };
}

/** Tokens of the pages that hold rows of these ARNs; and those ARNs that no page has a row of. */
function placesOf(arns: readonly string[], data: Pages, rows: Rows): { params: unknown[]; missing: string[] } {
  const { params, found } = holding(data, rows, new Set(arns.flatMap(namesOf)));
  return { params, missing: arns.filter((arn) => !namesOf(arn).some((name) => found.has(name))) };
}

/** What rows may be known by that are about an ARN: it, or the name in it. */
const namesOf = (arn: string): string[] => [
  arn,
  arn.slice(arn.lastIndexOf('/') + 1),
  arn.slice(arn.lastIndexOf(':') + 1),
];

/** @example kindOf('arn:aws:states:us-east-1:0:execution:m:e') // 'states:execution' */
function kindOf(arn: string): string {
  const [, , service = '', , , ...rest] = arn.split(':');
  return `${service}:${/^[^:/]*/.exec(rest.join(':'))?.[0]}`;
}

/** Rows that are known by an ARN are of one kind. */
const mayBe = (arn: string, key = ''): boolean => !key.startsWith('arn:') || kindOf(arn) === kindOf(key);
