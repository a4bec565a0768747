/**
 * The customers' cleaning and features as a process: `node etl.ts FOLDER OUTPUT AS_OF HORIZON_DAYS` does the work and prints its
 * seconds, imports not counted, and the most memory that the process had, as peers/etl.py does.
 */
import { join } from 'node:path';
import { clean, csvFiles } from '../../examples/02-customers/code/cleaning.ts';
import { engineer } from '../../examples/02-customers/code/features.ts';

const [folder, output, asOf, horizonDays] = process.argv.slice(2) as [string, string, string, string];
const started = performance.now();
await clean({ files: csvFiles(folder), output, asOf });
const cleaned = performance.now();
await engineer({ transactions: join(output, 'transactions'), output, asOf, horizonDays: Number(horizonDays) });
const ended = performance.now();
const { user, system } = process.cpuUsage();
process.stdout.write(
  JSON.stringify({
    seconds: (ended - started) / 1000,
    cleaning: (cleaned - started) / 1000,
    features: (ended - cleaned) / 1000,
    cpuSeconds: (user + system) / 1e6,
    megabytes: process.resourceUsage().maxRSS / 1024,
  }),
);
