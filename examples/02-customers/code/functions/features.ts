/**
 * The function that makes features when a delivery has been cleaned: `…/cleaning/cleaning.json` is written last. The same `engineer`
 * as the pipeline's job.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CleaningReport } from '../cleaning.ts';
import { engineer, FEATURES_REPORT } from '../features.ts';
import { download, type ObjectCreated, readJson, upload } from './objects.ts';

export async function handler({ detail }: ObjectCreated) {
  const { bucket, object } = detail;
  const { asOf } = (await readJson(bucket.name, object.key)) as CleaningReport;
  const run = object.key.replace(/\/cleaning\/cleaning\.json$/, '');
  const horizonDays = Number(process.env['HORIZON_DAYS'] ?? 90);
  const folder = mkdtempSync(join(tmpdir(), 'features-'));
  try {
    const transactions = join(folder, 'transactions');
    await download(bucket.name, `${run}/cleaning/transactions/`, '.parquet', transactions);
    const output = join(folder, 'output');
    const report = await engineer({ transactions, output, asOf, horizonDays, memory: '700MB' });
    await upload(bucket.name, run, output, FEATURES_REPORT);
    console.log(
      `${run}: ${report.train.customers} customers to train, ${report.validation.customers} to validate with`,
    );
    return { run, ...report };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
