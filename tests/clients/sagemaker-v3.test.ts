/** The SageMaker Python SDK, version 3, against a running server: scripts as its users write them, unchanged. */
import { expect, it } from 'vitest';
import { realSdk, type SagemakerSdk } from '../support/sagemakerSdk.ts';

let sdk: SagemakerSdk;

realSdk('v3', (made) => {
  sdk = made;
});

const printed = async (script: string) => (await sdk.run(script)).split('\n').filter(Boolean);

it('prepares, trains, evaluates and registers in a pipeline, and fails at the gate', { timeout: 300_000 }, async () => {
  expect(await printed('v3_pipeline.py')).toEqual([
    'upserted arn:aws:sagemaker:us-east-1:000000000000:pipeline/shellfishpipelinev3',
    'described Active',
    'first Succeeded',
    'step Prepare Succeeded',
    'step Train Succeeded',
    'step Evaluate Succeeded',
    'step Gate Succeeded',
    'step Register Succeeded',
    'strict WaiterError',
    'strict Failed',
    'package 1 PendingManualApproval',
    'deleted shellfishpipelinev3',
  ]);
});

it('trains by a script and by a command, with its own drivers, and processes', { timeout: 300_000 }, async () => {
  const lines = await printed('v3_jobs.py');
  expect(lines).toEqual(
    expect.arrayContaining([
      'trained Completed Completed',
      expect.stringMatching(
        /^model s3:\/\/sagemaker-us-east-1-000000000000\/ridge\/ridge-\d+\/output\/model\.tar\.gz$/,
      ),
      'commanded Completed',
      'train: 210 rows', // of the processing job's log
      'processed Completed',
    ]),
  );
});
