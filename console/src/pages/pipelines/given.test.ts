/** What of a step's arguments is code, and what is data. */
import { expect, it } from 'vitest';
import { codeOf, dataOf } from './given.ts';

const given = {
  AlgorithmSpecification: { TrainingImage: 'image:1' },
  HyperParameters: { depth: '5' },
  InputDataConfig: [
    { ChannelName: 'train', DataSource: { S3DataSource: { S3Uri: 's3://b/train' } } },
    { ChannelName: 'validation', DataSource: { S3DataSource: { S3Uri: 's3://b/validation' } } },
  ],
  ResourceConfig: { InstanceType: 'ml.m5.large' },
};

it('code is what runs and its settings; where it runs is neither code nor data', () => {
  expect(codeOf(given)).toEqual({
    ...{ AlgorithmSpecification: { TrainingImage: 'image:1' }, HyperParameters: { depth: '5' } },
  });
});

it('inputs go by their names, so that one more does not make all others differ', () => {
  expect(dataOf(given)).toEqual({
    InputDataConfig: {
      train: { DataSource: { S3DataSource: { S3Uri: 's3://b/train' } } },
      validation: { DataSource: { S3DataSource: { S3Uri: 's3://b/validation' } } },
    },
  });
});

it.each([null, 'text', [], [{ InputName: 1 }]])('%j has neither', (none) => {
  expect([codeOf(none), dataOf(none)]).toEqual([{}, {}]);
});
