/** Where the lineage of things begins. */
import { expect, it } from 'vitest';
import { jobComponent, placesOf } from './lineage.ts';

it('begins for an object at itself, then at the folders that it lies in, the nearest first', () => {
  expect(placesOf('s3://b/raw/2026/a.csv')).toEqual([
    ...[
      's3://b/raw/2026/a.csv',
      's3://b/raw/2026/',
      's3://b/raw/2026',
      's3://b/raw/',
      's3://b/raw',
      's3://b/',
      's3://b',
    ],
  ]);
  expect(placesOf('arn:aws:sagemaker:us-east-1:0:model-package/g/3')).toEqual([
    'arn:aws:sagemaker:us-east-1:0:model-package/g/3',
  ]);
});

it('begins for a job at its trial component', () => {
  expect(jobComponent('arn:aws:sagemaker:us-east-1:0:training-job/t')).toBe(
    'arn:aws:sagemaker:us-east-1:0:experiment-trial-component/t-aws-training-job',
  );
  expect(jobComponent('s3://b/k')).toBeUndefined();
});
