/**
 * Cleaning: raw files in; clean transactions, what was set aside with its reason, and a report out.
 *
 * K1. Nothing is lost: every row of the raw files is in `transactions/` or in `quarantine.csv`, and the report's counts
 *     say so: rows = clean + the sum of the reasons.
 * K2. A delivery that cannot be what it should be (no header, another header, compressed) is refused whole, by name, before
 *     anything is written: one bad row is data, a wrong file is a mistake.
 * K3. The report is written last: where it lies, the rest is whole.
 */
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
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

/** One file: its clean parts, at most two. What is in between lies in a folder that is gone afterwards. */
async function cleanFile(duck: Duck, file: string, earlier: readonly string[], to: { output: string; asOf: string }) {
  const name = basename(file);
  const between = mkdtempSync(join(to.output, '.between-'));
  const found = (fate: string) => parquetFiles(join(between, 'sorted', `fate=${fate}`));
  const run = async (...statements: string[]) => {
    for (const statement of statements) await duck.run(statement);
  };
  const parts: string[] = [];
  const part = (kind: string) => {
    parts.push(join(to.output, CLEAN_FOLDER, `${basename(file, '.csv')}${kind}.parquet`));
    return parts.at(-1)!;
  };
  try {
    await run(...sql.signs(file), sql.sortOut(file, to.asOf, join(between, 'sorted')));
    const [met] = await duck.rows<{ rows: number }>(sql.MET);
    for (const [index, whole] of found('clean').entries()) renameSync(whole, part(index === 0 ? '' : `-${index}`));
    const repeated = found('repeated');
    if (repeated.length > 0) {
      await run(sql.repeated(repeated, met!.rows > 0 ? earlier : []), sql.asideDuplicates(name));
      await run(sql.writeFirst(part('-first')));
    }
    if (found('aside').length > 0) await run(sql.asideBad(name, found('aside')));
    await run(...sql.asideUnreadable(name));
    return parts;
  } finally {
    rmSync(between, { recursive: true, force: true });
  }
}

function parquetFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.parquet'))
    .sort()
    .map((name) => join(folder, name));
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

/** Looks for ends of lines where its pieces meet only: a line inside of a piece is short enough. */
async function mustHaveLines(file: string): Promise<void> {
  let [length, at] = [0, 0];
  for await (const piece of createReadStream(file, { highWaterMark: NO_LINE / 4 }) as AsyncIterable<Buffer>) {
    const first = firstEnd(piece);
    if (length + (first < 0 ? piece.length : first) > NO_LINE)
      throw new DeliveryRefused(
        `${basename(file)} has a line of more than ${NO_LINE} bytes, before byte ${at + piece.length}: it is no CSV of transactions.`,
      );
    length =
      first < 0 ? length + piece.length : piece.length - 1 - Math.max(piece.lastIndexOf(10), piece.lastIndexOf(13));
    at += piece.length;
  }
}

function firstEnd(piece: Buffer): number {
  const feed = piece.indexOf(10);
  const carriage = piece.subarray(0, feed < 0 ? piece.length : feed).indexOf(13);
  return carriage < 0 ? feed : carriage;
}

async function firstBytes(file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(file, { end: HEADER.length + 4 })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
