/**
 * Which customers of a shop buy again? Transactions cleaned and made into features on DuckDB, in TypeScript; XGBoost; a gate; the
 * registry. As one pipeline (pipelines.ts), or set going by a delivery that arrives (arrivals.ts).
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { codeBundle, defineProject, uploadFile } from 'telar';
import { arrivals } from './arrivals.ts';
import { bucket, build, buyAgain, DELIVERY, duckdb, role, training } from './pipelines.ts';

/** What the generator made; manifest.json last, which says that the delivery is complete. */
function delivery() {
  const folder = process.env['CUSTOMERS_DATA'] ?? join(import.meta.dirname, 'data/raw');
  if (!existsSync(folder)) throw new Error('There is no data yet: make some with `node data/generate.ts`.');
  const files = readdirSync(folder).filter((name) => name.endsWith('.csv'));
  return [...files.sort(), 'manifest.json'].map((name) =>
    uploadFile({ file: join(folder, name), key: `raw/${DELIVERY}/${name}` }),
  );
}

export default defineProject({
  name: 'customers',
  bucket,
  bucketEvents: true,
  roles: [role, ...arrivals.roles],
  modelPackageGroups: [buyAgain],
  pipelines: [build, training],
  functions: arrivals.functions,
  topics: arrivals.topics,
  rules: arrivals.rules,
  data: [duckdb, ...delivery()],
  code: codeBundle({
    folder: 'code',
    include: [
      'package.json',
      ...['cleanJob.ts', 'cleaning.ts', 'cleaningSql.ts', 'duck.ts', 'job.ts'],
      ...['featuresJob.ts', 'features.ts', 'featuresSql.ts'],
      ...['evaluateJob.ts', 'evaluation.ts'],
    ],
  }),
});
