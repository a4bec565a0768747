/**
 * Typed statements over node:sqlite. A service keeps all its SQL in its store.ts as a record of named statements.
 *
 * Q1. Every statement that changes data goes through `change`, so that the committer knows whether a group has anything
 *     to make durable.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

export type SqlValue = null | number | bigint | string | Uint8Array;
export type Parameters = Readonly<Record<string, SqlValue>>;

export type Sql = {
  /** A statement that changes rows; answers how many. */
  change<P extends Parameters>(text: string): (parameters: P) => number;
  /** A statement that inserts one row into a rowid table; answers its rowid. */
  insert<P extends Parameters>(text: string): (parameters: P) => number;
  one<P extends Parameters, R>(text: string): (parameters: P) => R | undefined;
  all<P extends Parameters, R>(text: string): (parameters: P) => R[];
  /** Rows one by one; the caller must finish or leave the loop before it changes the same table. */
  each<P extends Parameters, R>(text: string): (parameters: P) => IterableIterator<R>;
};

/**
 * Statements are prepared on first use, so that a service may name them before its tables exist.
 *
 * @param onChange called before every statement that changes data
 */
export function sqlOver(database: DatabaseSync, onChange: () => void): Sql {
  const lazily = (text: string): (() => StatementSync) => {
    let statement: StatementSync | undefined;
    return () => {
      statement ??= database.prepare(text);
      return statement;
    };
  };
  return {
    change(text) {
      const statement = lazily(text);
      return (parameters) => {
        onChange();
        return Number(statement().run(parameters).changes);
      };
    },
    insert(text) {
      const statement = lazily(text);
      return (parameters) => {
        onChange();
        return Number(statement().run(parameters).lastInsertRowid);
      };
    },
    one<P extends Parameters, R>(text: string) {
      const statement = lazily(text);
      return (parameters: P) => statement().get(parameters) as R | undefined;
    },
    all<P extends Parameters, R>(text: string) {
      const statement = lazily(text);
      return (parameters: P) => statement().all(parameters) as R[];
    },
    each<P extends Parameters, R>(text: string) {
      const statement = lazily(text);
      return (parameters: P) => statement().iterate(parameters) as IterableIterator<R>;
    },
  };
}
