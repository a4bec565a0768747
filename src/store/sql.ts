/**
 * Typed statements over node:sqlite. A service keeps all its SQL in its store.ts as a record of named statements.
 *
 * Q1. Every statement that changes data goes through `change`, `changed` or `insert`, so that the committer knows whether a
 *     group has anything to make durable.
 * Q2. Parameters have names here and places in SQLite, which looks a name up in every call: that is a third of a small
 *     statement's time.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

export type SqlValue = null | number | bigint | string | Uint8Array;
export type Parameters = Readonly<Record<string, SqlValue>>;

export type Sql = {
  /** A statement that changes rows; answers how many. */
  change<P extends Parameters>(text: string): (parameters: P) => number;
  /** A statement that inserts one row into a rowid table; answers its rowid. */
  insert<P extends Parameters>(text: string): (parameters: P) => number;
  /** A statement that changes rows and answers them: one with RETURNING. In no particular order. */
  changed<P extends Parameters, R>(text: string): (parameters: P) => R[];
  one<P extends Parameters, R>(text: string): (parameters: P) => R | undefined;
  all<P extends Parameters, R>(text: string): (parameters: P) => R[];
  /** Rows one by one; the caller must finish or leave the loop before it changes the same table. */
  each<P extends Parameters, R>(text: string): (parameters: P) => IterableIterator<R>;
};

/** Of a statement: strings, which may hold a `$` of their own (JSON paths), and parameters. */
const STRING_OR_PARAMETER = /'[^']*'|\$(\w+)/g;

/** @example placed('SELECT $a, $b, $a') // { text: 'SELECT ?, ?, ?', names: ['a', 'b', 'a'] } */
export function placed(text: string): { text: string; names: readonly string[] } {
  const names: string[] = [];
  const withPlaces = text.replace(STRING_OR_PARAMETER, (whole, name: string | undefined) => {
    if (name === undefined) return whole;
    names.push(name);
    return '?';
  });
  return { text: withPlaces, names };
}

type Run<T> = (statement: StatementSync, values: SqlValue[]) => T;

/**
 * Statements are prepared on first use, so that a service may name them before its tables exist.
 *
 * @param onChange called before every statement that changes data
 */
export function sqlOver(database: DatabaseSync, onChange: () => void): Sql {
  const lazily = <T>(text: string, run: Run<T>): ((parameters: Parameters) => T) => {
    const { text: withPlaces, names } = placed(text);
    let statement: StatementSync | undefined;
    return (parameters) => {
      statement ??= database.prepare(withPlaces);
      const values: SqlValue[] = [];
      for (const name of names) values.push(given(parameters, name));
      return run(statement, values);
    };
  };
  return {
    change: (text) =>
      lazily(text, (statement, values) => {
        onChange();
        return Number(statement.run(...values).changes);
      }),
    insert: (text) =>
      lazily(text, (statement, values) => {
        onChange();
        return Number(statement.run(...values).lastInsertRowid);
      }),
    changed<P extends Parameters, R>(text: string): (parameters: P) => R[] {
      return lazily(text, (statement, values) => {
        onChange();
        return statement.all(...values) as R[];
      });
    },
    one<P extends Parameters, R>(text: string): (parameters: P) => R | undefined {
      return lazily(text, (statement, values) => statement.get(...values) as R | undefined);
    },
    all<P extends Parameters, R>(text: string): (parameters: P) => R[] {
      return lazily(text, (statement, values) => statement.all(...values) as R[]);
    },
    each<P extends Parameters, R>(text: string): (parameters: P) => IterableIterator<R> {
      return lazily(text, (statement, values) => statement.iterate(...values) as IterableIterator<R>);
    },
  };
}

function given(parameters: Parameters, name: string): SqlValue {
  const value = parameters[name];
  if (value === undefined) throw new Error(`Broken invariant (a bug in Telar): a statement misses its $${name}`);
  return value;
}
