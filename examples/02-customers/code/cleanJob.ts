/** The Processing job CleanTransactions: raw files in, what `clean` makes of them out. */
import { clean, csvFiles } from './cleaning.ts';
import { inputFolder, job, jobArguments, outputFolder } from './job.ts';

await job(async () => {
  const { 'run-date': asOf } = jobArguments(['run-date']);
  const report = await clean({ files: csvFiles(inputFolder('raw')), output: outputFolder('clean'), asOf });
  console.log(`${report.rows} rows: ${report.clean} clean, ${report.quarantined} in quarantine`);
  for (const [reason, rows] of Object.entries(report.reasons)) if (rows > 0) console.log(`  ${reason} ${rows}`);
});
