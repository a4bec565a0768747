/** What src/sdk writes equals what the SageMaker Python SDK wrote for the same pipelines (generate.py). */
import { describe, expect, test } from 'vitest';
import titanic from '../../../examples/01-titanic/telar.config.ts';
import { images, pipelineDefinition, projectDocuments } from '../../../src/sdk/index.ts';
import imagesFixture from './images.json' with { type: 'json' };
import kitchenSinkFixture from './kitchen-sink.json' with { type: 'json' };
import { kitchenSink } from './kitchenSink.ts';
import titanicFixture from './titanic.json' with { type: 'json' };

test('the Titanic example is the Python SDK’s document', () => {
  const [published] = projectDocuments(titanic, titanicFixture).pipelines;
  expect(JSON.parse(published!.definition)).toStrictEqual(titanicFixture.definition);
});

test('every step type, condition and option is the Python SDK’s', () => {
  expect(pipelineDefinition(kitchenSink, kitchenSinkFixture)).toStrictEqual(kitchenSinkFixture.definition);
});

describe('image URIs are the Python SDK’s', () => {
  test.each(Object.entries(imagesFixture.uris))('in %s', (region, { scikitLearn, xgboost }) => {
    const uri = (image: ReturnType<typeof images.node>) =>
      typeof image === 'string' ? image : image({ account: '123456789012', region });
    for (const [version, expected] of entries(scikitLearn)) expect(uri(images.scikitLearn(version))).toBe(expected);
    for (const [version, expected] of entries(xgboost)) expect(uri(images.xgboost(version))).toBe(expected);
  });
});

test('the fixtures say who wrote them', () => {
  for (const { writtenBy } of [titanicFixture, kitchenSinkFixture, imagesFixture]) {
    expect(writtenBy.sagemaker).toMatch(/^2\.\d+\.\d+$/);
    expect(writtenBy.date).toMatch(/^\d{4}-\d\d-\d\d$/);
  }
});

/** Object.entries with the keys' own type. */
function entries<T extends Record<string, string>>(record: T): [keyof T, string][] {
  return Object.entries(record);
}
