/**
 * Lists by filters, in an order, from a position on: one statement for each set of filters and order that is asked for, so
 * that SQLite sees only the conditions that hold and can choose an index.
 *
 * K1. The text of a statement is made of the fragments that the service's store.ts gives, and of nothing that a client sent.
 * K2. A page begins after its position, which is the values of all sorting columns; the last of them is unique.
 */
import { memo } from '../base/memo.ts';
import type { Sql, SqlValue } from './sql.ts';

export type SortOrder = 'Ascending' | 'Descending';

/** What can be listed: conditions by the name of the filter that they take as a parameter, and the columns of each order. */
export type Listable = {
  /** What follows FROM; may end with conditions of its own (`things WHERE kind = 1`). */
  from: string;
  filters: Readonly<Record<string, string>>;
  sorts: Readonly<Record<string, readonly string[]>>;
};

export type KeysetQuery = {
  /** Those that are null or undefined are left out. */
  filters: Readonly<Record<string, SqlValue | undefined>>;
  sort: string;
  order: SortOrder;
  /** The sorting columns of the last row given. */
  after?: readonly (string | number)[] | undefined;
  limit: number;
};

/** Statements remembered at most: more than any service has ways to list. */
const STATEMENTS = 500;

/** @example const list = keyset<Row>(sql, { from: 'things', filters: { name: 'name = $name' }, sorts: { Time: ['at', 'id'] } }); */
export function keyset<Row>(sql: Sql, { from, filters, sorts }: Listable): (query: KeysetQuery) => Row[] {
  const statement = memo(STATEMENTS, (text) => sql.all<Record<string, SqlValue>, Row>(text));
  return (query) => {
    const asked = Object.entries(query.filters).filter(
      (entry): entry is [string, SqlValue] => entry[1] !== undefined && entry[1] !== null,
    );
    const columns = sorts[query.sort]!;
    const [sign, direction] = query.order === 'Ascending' ? ['>', 'ASC'] : ['<', 'DESC'];
    const place = columns.map((_, index) => `$key${index}`).join(', ');
    const conditions = [
      ...asked.map(([name]) => filters[name]!),
      ...(query.after ? [`(${columns.join(', ')}) ${sign} (${place})`] : []),
    ];
    const joined = from.includes(' WHERE ') ? 'AND' : 'WHERE';
    const where = conditions.length > 0 ? `${joined} ${conditions.join(' AND ')}` : '';
    const order = columns.map((column) => `${column} ${direction}`).join(', ');
    const text = `SELECT * FROM ${from} ${where} ORDER BY ${order} LIMIT $limit`;
    const position = Object.fromEntries((query.after ?? []).map((value, index) => [`key${index}`, value]));
    return statement(text)({ ...Object.fromEntries(asked), ...position, limit: query.limit });
  };
}
