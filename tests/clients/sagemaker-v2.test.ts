/** The SageMaker Python SDK, version 2, against a running server: scripts as its users write them, unchanged. */
import { SageMaker } from '@aws-sdk/client-sagemaker';
import { expect, it } from 'vitest';
import { realSdk, type SagemakerSdk } from '../support/sagemakerSdk.ts';

let sdk: SagemakerSdk;

realSdk('v2', (made) => {
  sdk = made;
});

/** What a script printed, without what the SDK prints of its configuration. */
async function printed(script: string): Promise<string[]> {
  return (await sdk.run(script)).split('\n').filter((line) => line !== '' && !line.startsWith('sagemaker.config INFO'));
}

it('prepares, trains, evaluates and registers in a pipeline, reuses what is cached, runs a part, and fails at the gate', {
  timeout: 300_000,
}, async () => {
  const lines = await printed('v2_pipeline.py');
  expect(lines).toEqual([
    'upserted arn:aws:sagemaker:us-east-1:000000000000:pipeline/shellfishpipeline',
    'described Active',
    'first Succeeded',
    'step Prepare Succeeded',
    'step Train Succeeded',
    'step Evaluate Succeeded',
    'step Gate Succeeded',
    'step Register-RegisterModel Succeeded',
    "parameters [('MseThreshold', '8.5')]",
    'named first',
    "hits ['Evaluate', 'Prepare', 'Train']",
    'selected Succeeded',
    "taken over ['Prepare', 'Train']",
    'strict WaiterError',
    'strict Failed',
    "reason The model's error is above 0.001",
    'stopped Stopped',
    "executions ['Stopped', 'Failed', 'Succeeded', 'Succeeded', 'Succeeded']",
    'package 2 PendingManualApproval',
    'metrics application/json',
    'approved 1',
    'deleted shellfishpipeline',
  ]);
  const sagemaker = new SageMaker(sdk.server.client);
  const { ModelPackageSummaryList: packages } = await sagemaker.listModelPackages({
    ModelPackageGroupName: 'shellfish-rings',
    ModelApprovalStatus: 'Approved',
  });
  expect(packages).toHaveLength(1);
});

it('scores with the new model in a pipeline, and lets the scores decide', { timeout: 300_000 }, async () => {
  expect(await printed('v2_batch.py')).toEqual([
    'ended Succeeded',
    'step Prepare Succeeded',
    'step Train Succeeded',
    'step Make-CreateModel Succeeded',
    'step Score Succeeded',
    'step Compare Succeeded',
    'step Gate Succeeded',
    'step Register-RegisterModel Succeeded',
    'scored Completed $[0,-1]',
    'rows 60 [1]',
    'problem WaiterError',
    'ended Failed',
    "reused ['Prepare', 'Train']",
    'refused The scores are too far off.',
  ]);
});

it('runs single jobs, shows their logs, and brings files', { timeout: 300_000 }, async () => {
  const lines = await printed('v2_jobs.py');
  expect(lines).toEqual(
    expect.arrayContaining([
      'role arn:aws:iam::000000000000:role/DataScientist',
      'bucket sagemaker-us-east-1-000000000000',
      'uploaded s3://sagemaker-us-east-1-000000000000/jobs/data/shellfish.csv',
      "downloaded ['back/shellfish.csv']",
      "listed ['s3://sagemaker-us-east-1-000000000000/jobs/notes/note.txt'] a note",
      'train: 210 rows', // of the processing job's log
      'processing Completed',
      'built-in Completed',
      "metrics ['train:rmse']",
      'scored 45 [2]',
      'ridge ridge-of-shellfish 0.5',
      `settings {"alpha": 0.5, "hosts": ["algo-1"], "job": "ridge-of-shellfish"}`,
      'boost Completed',
      'attached train.py True',
    ]),
  );
  const text = lines.join('\n');
  expect(text).toMatch(/^\[4\]\ttrain-rmse:\d\.\d+$/m); // the built-in algorithm's log
  expect(text).toMatch(/^training r2: 0\.\d{4};$/m); // the script's log
  expect(text).toMatch(
    /^model s3:\/\/sagemaker-us-east-1-000000000000\/sagemaker-xgboost-[\d-]+\/output\/model\.tar\.gz$/m,
  );
  expect(text).toMatch(/broken Failed AlgorithmError: .*exit code: 1.*model\.tar\.gz/);
});
