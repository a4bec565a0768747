/** The Processing job MakeFeatures: clean transactions in, the tables to train and to validate with out. */
import { join } from 'node:path';
import { CLEAN_FOLDER } from './cleaning.ts';
import { engineer } from './features.ts';
import { inputFolder, job, jobArguments, outputFolder } from './job.ts';

await job(async () => {
  const { 'run-date': asOf, 'horizon-days': horizon } = jobArguments(['run-date', 'horizon-days']);
  const transactions = join(inputFolder('clean'), CLEAN_FOLDER);
  const report = await engineer({ transactions, output: outputFolder(), asOf, horizonDays: Number(horizon) });
  const { cutOff, horizonDays, train, validation } = report;
  console.log(`known before ${cutOff}, judged by the ${horizonDays} days from it on`);
  console.log(`train: ${train.customers} customers, ${train.buyAgain} buy again`);
  console.log(`validation: ${validation.customers} customers, ${validation.buyAgain} buy again`);
});
