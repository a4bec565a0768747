/**
 * The audit trail: one row for each management event, chained by hashes, written in the transaction of the event itself.
 *
 * A1. hash(n) = SHA-256(hash(n−1) + record(n)): no row can be changed, taken out or put between without breaking every
 *     later one. `verifyAudit` finds the first that does not fit.
 */
import { hash } from 'node:crypto';
import type { Migrations } from './migrations.ts';
import type { Sql } from './sql.ts';

export const auditMigrations: Migrations = {
  owner: 'audit',
  steps: [
    `CREATE TABLE audit (
       seq INTEGER PRIMARY KEY,
       at INTEGER NOT NULL,
       record TEXT NOT NULL,
       hash TEXT NOT NULL
     ) STRICT;`,
  ],
};

export type AuditRow = { seq: number; at: number; record: string; hash: string };

export type AuditTrail = {
  /** Inside a transaction. `at` in milliseconds since the epoch; the record must be JSON. */
  append(at: number, record: object): void;
  /** The newest events first. */
  newest(most: number): AuditRow[];
  /** The newest events of a principal first, among the newest LOOKED_AT of all. */
  newestOf(principal: string, most: number): AuditRow[];
  /** The sequence number of the first row that breaks the chain; undefined when the trail is whole. */
  verify(): number | undefined;
};

/** The trail has no index of who did what: so many rows are looked through in some 3 ms. */
const LOOKED_AT = 3_000;
const BEGINNING = '0'.repeat(64);

export function auditTrail(sql: Sql): AuditTrail {
  const insert = sql.change<Omit<AuditRow, 'seq'>>('INSERT INTO audit (at, record, hash) VALUES ($at, $record, $hash)');
  const newest = sql.all<{ most: number }, AuditRow>('SELECT * FROM audit ORDER BY seq DESC LIMIT $most');
  const newestOf = sql.all<{ principal: string; looked: number; most: number }, AuditRow>(
    `SELECT * FROM audit WHERE seq > (SELECT max(seq) FROM audit) - $looked AND instr(record, $principal) > 0
     ORDER BY seq DESC LIMIT $most`,
  );
  const rows = sql.each<Record<string, never>, AuditRow>('SELECT * FROM audit ORDER BY seq');
  return {
    append(at, record) {
      const text = JSON.stringify(record);
      insert({ at, record: text, hash: link(newest({ most: 1 })[0]?.hash ?? BEGINNING, text) });
    },
    newest: (most) => newest({ most }),
    newestOf: (principal, most) =>
      newestOf({ principal: `"principal":${JSON.stringify(principal)}`, looked: LOOKED_AT, most }),
    verify() {
      let previous = BEGINNING;
      for (const { seq, record, hash: stored } of rows({})) {
        if (link(previous, record) !== stored) return seq;
        previous = stored;
      }
      return undefined;
    },
  };
}

function link(previous: string, record: string): string {
  return hash('sha256', previous + record, 'hex');
}
