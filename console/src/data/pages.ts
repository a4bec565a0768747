/**
 * A long list, page by page: one page of it is asked for again and takes its place among the others. Pure.
 *
 * AWS's lists have no way back and no word of what has changed, and their tokens name the place after a row. So the list is kept as
 * stretches, each with the token that asks for what comes from its first row on; an answer replaces what it overlaps with, by key:
 *
 * L1. A stretch ends with the token of the next. Whatever is asked for, what follows can be asked for.
 * L2. No row twice: a row of an answer is in no other stretch.
 * L3. No row vanishes that an answer does not deny: rows that new ones have pushed out of a page stand behind it, in a stretch with
 *     the answer's token, or at the head of the next one where there is room: stretches stay as many as the rows need.
 * L4. A row that stands before another that is in the answer, and is itself in none, is gone.
 * L5. A row that is as it was is the same value: what is shown of it is not drawn again.
 *
 * Elsewhere: SWR renews the first page, and all others when that has changed; RTK Query all pages, or the first and forgets the others;
 * TanStack Query all, in turn, and bounds them by `maxPages`, which needs a way back; Relay leaves it to whoever knows where a row
 * belongs. All pages are a hundred requests for one event; the first alone shows neither what ends further down nor what is gone.
 */
import { replaceEqualDeep } from '@tanstack/react-query';
import type { Row, Rows } from './rows.ts';

export type Pages = { pages: readonly unknown[]; pageParams: readonly unknown[] };

/** A list of more pages than these is not asked for again as a whole: so many requests an event may cost. */
export const MOST_PAGES = 3;

export const isLong = (data: unknown): data is Pages => pagesOf(data) > MOST_PAGES;

function pagesOf(data: unknown): number {
  const pages = (data as { pages?: unknown } | undefined)?.pages;
  return Array.isArray(pages) ? pages.length : 0;
}

/** `kept`: its answer as it came, while no row of it is gone and none has been added. */
type Stretch = { param: unknown; rows: readonly Row[]; page: unknown; kept: boolean };

export type Spliced = {
  data: Pages;
  /** Tokens of stretches with rows of which the answer does not tell whether they are still there. */
  doubtful: unknown[];
};

/**
 * @param param the token of the stretch that was asked for again
 * @param next the member of an answer with the next token
 * @returns undefined where there is no such stretch any more
 */
export function spliced(data: Pages, param: unknown, answer: unknown, rows: Rows, next: string): Spliced | undefined {
  const index = data.pageParams.indexOf(param);
  if (index < 0) return undefined;
  const all = data.pages.map(
    (page, at): Stretch => ({ param: data.pageParams[at], page, rows: rows.of(page), kept: true }),
  );
  const fresh = freshRows(all, rows.of(answer));
  const keys = new Set(fresh.map(({ key }) => key));
  const before = all.slice(0, index).map((stretch) => without(stretch, keys));
  const answered: Stretch = { param, page: answer, rows: fresh, kept: false };
  const after = (answer as Readonly<Record<string, unknown>>)[next] || undefined;
  if (after === undefined) return { data: joined([...before, answered], rows, next), doubtful: [] };

  const { rest, certain } = beyond(all.slice(index), fresh, keys);
  const [head, ...others] = rest.map((stretch) => without(stretch, keys));
  const behind = head ? closedUp({ ...head, param: after }, others, fresh.length) : [];
  return { data: joined([...before, answered, ...behind], rows, next), doubtful: certain ? [] : [after] };
}

/** What was there and is as it was stays the same value. */
function freshRows(all: readonly Stretch[], answered: readonly Row[]): Row[] {
  const known = new Map(all.flatMap(({ rows }) => rows.map(({ key, value }) => [key, value] as const)));
  return answered.map(({ key, value }) => ({ key, value: replaceEqualDeep(known.get(key), value) }));
}

function without(stretch: Stretch, keys: ReadonlySet<string>): Stretch {
  const rows = stretch.rows.filter(({ key }) => !keys.has(key));
  return rows.length === stretch.rows.length ? stretch : { ...stretch, rows, kept: false };
}

/**
 * What stands behind the answer: what came after its last row, wherever that stood. If that row is new, what came after the last one
 * that the asked stretch had, too; and if it had none of them, all of it: the answer is of new rows alone, or the old are gone.
 */
function beyond([asked, ...rest]: readonly Stretch[], fresh: readonly Row[], keys: ReadonlySet<string>) {
  const last = fresh.at(-1)?.key;
  const all = [asked!, ...rest];
  const at = all.findIndex(({ rows }) => rows.some(({ key }) => key === last));
  if (at >= 0) return { rest: [behindRow(all[at]!, (key) => key === last), ...all.slice(at + 1)], certain: true };
  return { rest: [behindRow(asked!, (key) => keys.has(key)), ...rest], certain: false };
}

function behindRow(stretch: Stretch, is: (key: string) => boolean): Stretch {
  const rows = stretch.rows.slice(stretch.rows.findLastIndex(({ key }) => is(key)) + 1);
  return { ...stretch, rows, kept: false };
}

/** Few rows join those that follow: otherwise each new row would leave a stretch of its own. */
function closedUp(head: Stretch, [second, ...others]: readonly Stretch[], size: number): Stretch[] {
  if (!second || head.rows.length + second.rows.length > size) return [head, ...(second ? [second, ...others] : [])];
  const kept = second.kept && head.rows.length === 0;
  return [{ ...second, param: head.param, rows: [...head.rows, ...second.rows], kept }, ...others];
}

/** With tokens that lead from each to the next; none is empty, but the only one. */
function joined(stretches: readonly Stretch[], rows: Rows, next: string): Pages {
  const tokenOf = (page: unknown) => (page as Readonly<Record<string, unknown>>)[next];
  const end = tokenOf(stretches.at(-1)!.page);
  const full = stretches.filter(({ rows: { length } }, index) => length > 0 || index === 0);
  return {
    pageParams: full.map(({ param }) => param),
    pages: full.map(({ page, rows: own, kept }, index) => {
      const follows = index + 1 < full.length ? full[index + 1]!.param : end;
      if (kept && tokenOf(page) === follows) return page;
      return { ...(kept ? (page as object) : (rows.with(page, own) as object)), [next]: follows };
    }),
  };
}

/** Tokens of the stretches that hold rows of these keys; and the keys that were found. */
export function holding({ pages, pageParams }: Pages, rows: Rows, keys: ReadonlySet<string>) {
  const found = new Set<string>();
  const params = pageParams.filter((_, index) => {
    const here = rows.of(pages[index]).filter(({ key }) => keys.has(key));
    for (const { key } of here) found.add(key);
    return here.length > 0;
  });
  return { params, found };
}
