/**
 * Feature engineering: clean transactions in; the training and the validation table out.
 *
 * E1. The report is written last: where it lies, the rest is whole.
 * E2. A table with nobody in it, or in which everybody does the same, is refused: a model of it would say nothing.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bounds, withDuck } from './duck.ts';
import { COUNTS, customers, FEATURE_NAMES, invoices, macros, writeFeatures, writeSide } from './featuresSql.ts';

export type Engineering = Bounds & {
  /** The folder of clean transactions: Parquet files. */
  transactions: string;
  output: string;
  /** The day after the last one of the data. */
  asOf: string;
  /** How many days count as "again". They end with the data; before them lies the cut-off. */
  horizonDays: number;
};

export type Side = { customers: number; buyAgain: number };
export type FeaturesReport = {
  cutOff: string;
  horizonDays: number;
  features: string[];
  train: Side;
  validation: Side;
};

/** Data of which no model can be made. */
export class NothingToLearn extends Error {}

export const FEATURES_FILE = 'features/features.parquet';
export const FEATURES_REPORT = 'features/features.json';

export async function engineer(options: Engineering): Promise<FeaturesReport> {
  const { transactions, output, asOf, horizonDays, ...bounds } = options;
  const cutOff = daysBefore(asOf, horizonDays);
  if (!readdirSync(transactions).some((name) => name.endsWith('.parquet')))
    throw new NothingToLearn(`There are no transactions in ${transactions}: deliver some that are clean.`);
  const { train, validation } = await withDuck(bounds, async (duck) => {
    for (const sql of [...macros(cutOff), invoices(transactions), customers(horizonDays)]) await duck.run(sql);
    const counted = await duck.rows<Side & { validates: boolean }>(COUNTS);
    const sides = { train: sideOf(counted, false), validation: sideOf(counted, true) };
    for (const folder of ['features', 'train', 'validation']) mkdirSync(join(output, folder), { recursive: true });
    await duck.run(writeFeatures(join(output, FEATURES_FILE)));
    await duck.run(writeSide(join(output, 'train/train.csv'), false));
    await duck.run(writeSide(join(output, 'validation/validation.csv'), true));
    return sides;
  });
  const report: FeaturesReport = { cutOff, horizonDays, features: FEATURE_NAMES, train, validation };
  await writeFile(join(output, FEATURES_REPORT), `${JSON.stringify(report, null, 2)}\n`);
  return report;
}

function sideOf(counted: readonly (Side & { validates: boolean })[], validates: boolean): Side {
  const { customers, buyAgain } = counted.find((side) => side.validates === validates) ?? { customers: 0, buyAgain: 0 };
  const name = validates ? 'validation' : 'training';
  if (buyAgain === 0 || buyAgain === customers)
    throw new NothingToLearn(
      `Of ${customers} ${name} customers ${buyAgain} bought again: a model needs some who did and some who did not. Deliver more transactions, or another horizon.`,
    );
  return { customers, buyAgain };
}

function daysBefore(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() - days);
  return at.toISOString().slice(0, 10);
}
