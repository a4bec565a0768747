/** The Processing job EvaluateModel: predictions in, `evaluation.json` out. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluate, readPredictions } from './evaluation.ts';
import { inputFolder, job, outputFolder } from './job.ts';

await job(async () => {
  const folder = inputFolder('predictions');
  const files = readdirSync(folder).filter((name) => name.endsWith('.out'));
  const evaluation = evaluate(
    files.sort().flatMap((name) => readPredictions(readFileSync(join(folder, name), 'utf8'))),
  );
  mkdirSync(outputFolder('evaluation'), { recursive: true });
  writeFileSync(join(outputFolder('evaluation'), 'evaluation.json'), `${JSON.stringify(evaluation, null, 2)}\n`);
  console.log(JSON.stringify(evaluation));
});
