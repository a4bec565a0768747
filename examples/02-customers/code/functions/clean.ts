/**
 * The function that cleans a delivery when its manifest arrives: `raw/<delivery>/manifest.json` is written last, so that all
 * files are there. The same `clean` as the pipeline's job.
 *
 * L1. What the manifest names is there, or nothing is cleaned: half a delivery looks like a whole one.
 * L2. The run's id comes from the event: when the event is delivered again, the same objects are written again.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { clean, REPORT_FILE } from '../cleaning.ts';
import { download, type ObjectCreated, readJson, upload } from './objects.ts';

type Part = { file: string };
type Manifest = { asOf: string; parts?: readonly Part[] };

export async function handler({ id, detail }: ObjectCreated) {
  const { bucket, object } = detail;
  const delivery = object.key.slice(0, object.key.lastIndexOf('/') + 1);
  const { asOf, parts = [] } = (await readJson(bucket.name, object.key)) as Manifest;
  const folder = mkdtempSync(join(tmpdir(), 'clean-'));
  try {
    const files = await download(bucket.name, delivery, '.csv', join(folder, 'raw'));
    requireParts(delivery, parts, files);
    const report = await clean({ files, output: join(folder, 'clean'), asOf, memory: '700MB' });
    const prefix = `clean/run_date=${asOf}/run_id=event-${id}/cleaning`;
    await upload(bucket.name, prefix, join(folder, 'clean'), REPORT_FILE);
    console.log(`${delivery}: ${report.rows} rows, ${report.clean} clean, ${report.quarantined} in quarantine`);
    return { prefix, ...report };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** L1. */
function requireParts(delivery: string, parts: readonly Part[], files: readonly string[]): void {
  const there = new Set(files.map((file) => basename(file)));
  const missing = parts.filter(({ file }) => !there.has(file)).map(({ file }) => file);
  if (missing.length > 0)
    throw new Error(
      `${delivery} lacks ${missing.join(', ')}, which its manifest names. Send what is missing, and then the manifest again.`,
    );
}
