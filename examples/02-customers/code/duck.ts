/**
 * DuckDB, opened for one piece of work and closed after it.
 *
 * D1. It is bounded: memory, threads, and a folder of its own for what does not fit, which is gone afterwards.
 * D2. It loads no extensions and reads no files but those that the SQL of this folder names.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

export type Bounds = {
  /** @default '2GB' */
  memory?: string;
  /** @default one for each core */
  threads?: number;
};

export type Value = string | number | bigint | boolean | null;
export type Duck = {
  /** Runs statements that answer nothing. */
  run(sql: string): Promise<void>;
  /** Runs a query; what it answers must be small. */
  rows<Row extends { [column: string]: Value }>(sql: string): Promise<Row[]>;
};

export async function withDuck<T>(bounds: Bounds, work: (duck: Duck) => Promise<T>): Promise<T> {
  const spill = mkdtempSync(join(tmpdir(), 'duck-'));
  try {
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: bounds.memory ?? '2GB',
      threads: String(bounds.threads ?? availableParallelism()),
      temp_directory: spill,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const connection = await instance.connect();
    try {
      return await work({
        run: async (sql) => void (await connection.run(sql)),
        rows: async <Row>(sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJS() as Row[],
      });
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  } finally {
    rmSync(spill, { recursive: true, force: true });
  }
}

/** A text as SQL writes it. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
