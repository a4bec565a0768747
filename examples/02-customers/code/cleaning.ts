/**
 * Cleaning: raw files in; clean transactions, what was set aside with its reason, and a report out.
 *
 * K1. Nothing is lost: every row of the raw files is in `transactions/` or in `quarantine.csv`, and the report's counts
 *     say so: rows = clean + the sum of the reasons.
 * K2. A delivery that cannot be what it should be (no header, another header, compressed) is refused whole, by name, before
 *     anything is written: one bad row is data, a wrong file is a mistake.
 * K3. The report is written last: where it lies, the rest is whole.
 */
import { createReadStream, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as sql from './cleaningSql.ts';
import { HEADER, NO_LINE, REASONS, type Reason } from './cleaningSql.ts';
import { type Bounds, type Duck, withDuck } from './duck.ts';

export type Cleaning = Bounds & {
  /** Raw CSV files: one delivery. */
  files: readonly string[];
  /** Where the results go; made if it is missing. */
  output: string;
  /** A day, `2026-07-01`: what is dated later, or on it, cannot be true. */
  asOf: string;
};

export type CleaningReport = {
  asOf: string;
  files: string[];
  rows: number;
  clean: number;
  quarantined: number;
  reasons: Record<Reason, number>;
};

/** What a delivery can be refused for. */
export class DeliveryRefused extends Error {}

export const CLEAN_FOLDER = 'transactions';
export const QUARANTINE_FILE = 'quarantine.csv';
export const REPORT_FILE = 'cleaning.json';

export async function clean({ files, output, asOf, ...bounds }: Cleaning): Promise<CleaningReport> {
  mustBeDay(asOf);
  if (files.length === 0) throw new DeliveryRefused('There are no files to clean: give at least one .csv file.');
  for (const file of files) await mustBeTransactions(file);
  const ordered = [...files].sort();
  rmSync(join(output, CLEAN_FOLDER), { recursive: true, force: true });
  mkdirSync(join(output, CLEAN_FOLDER), { recursive: true });
  const report = await withDuck(bounds, async (duck) => {
    for (const statement of [...sql.MACROS, ...sql.TABLES]) await duck.run(statement);
    const parts: string[] = [];
    for (const file of ordered) parts.push(...(await cleanFile(duck, file, parts, { output, asOf })));
    await duck.run(sql.writeQuarantine(join(output, QUARANTINE_FILE)));
    return await count(duck, parts);
  });
  const whole: CleaningReport = { asOf, files: ordered.map((file) => basename(file)), ...report };
  await writeFile(join(output, REPORT_FILE), `${JSON.stringify(whole, null, 2)}\n`);
  return whole;
}

/** The .csv files of a folder, by name. */
export function csvFiles(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.csv'));
  return names.sort().map((name) => join(folder, name));
}

/** One file: its clean part, where it has clean rows. */
async function cleanFile(duck: Duck, file: string, earlier: readonly string[], to: { output: string; asOf: string }) {
  const part = join(to.output, CLEAN_FOLDER, `${basename(file, '.csv')}.parquet`);
  const run = async (...statements: string[]) => {
    for (const statement of statements) await duck.run(statement);
  };
  await run(sql.judge(file, to.asOf), ...sql.SIGNS);
  const [met] = await duck.rows<{ rows: number }>(sql.MET);
  await run(sql.repeated(met!.rows > 0 ? earlier : []), sql.writeClean(part), ...sql.putAside(basename(file)));
  return existsSync(part) ? [part] : [];
}

async function count(duck: Duck, parts: readonly string[]) {
  const found = await duck.rows<{ reason: Reason; rows: number }>(sql.COUNTS);
  const [good] = parts.length > 0 ? await duck.rows<{ rows: number }>(sql.cleanCount(parts)) : [];
  const clean = good?.rows ?? 0;
  const reasons = Object.fromEntries(REASONS.map((reason) => [reason, 0])) as Record<Reason, number>;
  for (const { reason, rows } of found) reasons[reason] = rows;
  const quarantined = Object.values(reasons).reduce((sum, rows) => sum + rows, 0);
  return { rows: clean + quarantined, clean, quarantined, reasons };
}

function mustBeDay(asOf: string): void {
  const day = new Date(`${asOf}T00:00:00Z`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(asOf) || Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== asOf)
    throw new RangeError(`'${asOf}' is no day: write it as 2026-07-01.`);
}

async function mustBeTransactions(file: string): Promise<void> {
  const name = basename(file);
  // DuckDB takes *, ? and [ for patterns.
  if (!/^[\w.-]+$/.test(name))
    throw new DeliveryRefused(`The file name '${name}' may hold letters, digits and _ . - only: rename the file.`);
  const head = await firstBytes(file);
  if (head.length === 0) throw new DeliveryRefused(`${name} is empty: not even a header. Deliver it again.`);
  if (head[0] === 0x1f && head[1] === 0x8b)
    throw new DeliveryRefused(
      `${name} is compressed with gzip: deliver plain CSV, since what it unpacks to is not bounded.`,
    );
  const header = head
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/, 1)[0];
  if (header !== HEADER)
    throw new DeliveryRefused(`The header of ${name} is '${header?.slice(0, 200)}', and must be '${HEADER}'.`);
  await mustHaveLines(file);
}

/** From the end of one line to the last one within NO_LINE bytes of it, and so on: little is read of a file of short lines. */
async function mustHaveLines(file: string): Promise<void> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    for (let at = 0; size - at > NO_LINE; ) {
      const end = await lastEnd(handle, at, at + NO_LINE + 1);
      if (end < 0)
        throw new DeliveryRefused(
          `${basename(file)} has a line of more than ${NO_LINE} bytes, at byte ${at}: it is no CSV of transactions.`,
        );
      at = end + 1;
    }
  } finally {
    await handle.close();
  }
}

/** Where the last line ends of those that end in these bytes; -1 where none does. */
async function lastEnd(handle: FileHandle, from: number, to: number): Promise<number> {
  const piece = Buffer.alloc(4096);
  for (let until = to; until > from; until -= piece.length) {
    const start = Math.max(from, until - piece.length);
    const { bytesRead } = await handle.read(piece, 0, until - start, start);
    const read = piece.subarray(0, bytesRead);
    const last = Math.max(read.lastIndexOf(10), read.lastIndexOf(13));
    if (last >= 0) return start + last;
  }
  return -1;
}

async function firstBytes(file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(file, { end: HEADER.length + 4 })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
