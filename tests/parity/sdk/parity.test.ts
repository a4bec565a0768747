/** What src/sdk writes equals what the SageMaker Python SDK wrote for the same pipelines (generate.py). */
import { expect, test } from 'vitest';
import titanic from '../../../examples/01-titanic/telar.config.ts';
import { pipelineDefinition, projectDocuments } from '../../../src/sdk/index.ts';
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

test('the fixtures say who wrote them', () => {
  for (const { writtenBy } of [titanicFixture, kitchenSinkFixture]) {
    expect(writtenBy.sagemaker).toMatch(/^2\.\d+\.\d+$/);
    expect(writtenBy.date).toMatch(/^\d{4}-\d\d-\d\d$/);
  }
});
