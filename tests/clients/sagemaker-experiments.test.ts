/**
 * Experiments by version 2 of the SageMaker Python SDK: a Run in a notebook, and a job that goes on with it. The SDK installs itself
 * into the job: once, into a layer, which takes minutes the first time.
 */
import { expect, it } from 'vitest';
import { realSdk, type SagemakerSdk } from '../support/sagemakerSdk.ts';

let sdk: SagemakerSdk;

realSdk('v2', (made) => {
  sdk = made;
});

it('a run logs, a job goes on with it, and both are found again', { timeout: 600_000 }, async () => {
  const lines = (await sdk.run('v2_run.py')).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'same True',
      // Of the job's log.
      'job is arn:aws:sts::000000000000:assumed-role/DataScientist/SageMaker',
      "job's role arn:aws:iam::000000000000:role/DataScientist",
      "job's bucket sagemaker-us-east-1-000000000000",
      "job's run shellfish-study in-a-job",
      'status Completed',
      "parameters [('alpha', 0.5), ('folds', 5), ('kind', 'ridge')]",
      'metric test:r2 [2, 0.75, 0.8, 0.775, 0.8]',
      'metric train:loss [12, 1, 12, 6.5, 1]',
      "inputs {'data': 's3://elsewhere/data.csv'}",
      'note a note',
      "curves ['ConfusionMatrix']",
      'series [10, 11] [2.0, 1.0]',
      "tracked 3 ['weights']",
      "tracked [('validation:loss', 3, 0.611)]",
      "runs ['by-hand', 'in-a-job']",
      "found ['shellfish-study-by-hand']",
      'table 0.5 1.0 0.775',
    ]),
  );
});
