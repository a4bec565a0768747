/**
 * The function that makes features when a delivery has been cleaned: `…/cleaning/cleaning.json` is written last. The same `engineer`
 * as the pipeline's job.
 *
 * L2. When all is there the run's folder itself is written, an empty object `…/run_id=…/`, and only the first time: its event starts
 *     the training, and its key is all that the training needs to know. A function that is tried again trains nothing twice.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CleaningReport } from '../cleaning.ts';
import { engineer, FEATURES_REPORT } from '../features.ts';
import { download, markOnce, type ObjectCreated, readJson, upload } from './objects.ts';

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
    await markOnce(bucket.name, `${run}/`);
    console.log(
      `${run}: ${report.train.customers} customers to train, ${report.validation.customers} to validate with`,
    );
    return { run, ...report };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
