import { expect, it } from 'vitest';
import type { Scope } from './resolve.ts';
import { resolveInPart } from './resolveInPart.ts';
import type { Expression } from './types.ts';

const scope: Scope = {
  parameter: (name) => (name === 'Bucket' ? 'b' : undefined),
  execution: { PipelineExecutionId: 'e1' },
  step: () => undefined,
  document: () => undefined,
};

it('replaces what has a value, at any depth, and leaves the rest as it is written', () => {
  const later: Expression = { Get: 'Steps.Train.ModelArtifacts.S3ModelArtifacts' };
  const given: Expression = {
    Uri: {
      'Std:Join': { On: '/', Values: ['s3:/', { Get: 'Parameters.Bucket' }, { Get: 'Execution.PipelineExecutionId' }] },
    },
    Model: later,
    Deep: [{ Join: { 'Std:Join': { Values: [later] } } }, { Get: 'Parameters.Unknown' }, 7, null],
  };
  expect(resolveInPart(given, scope)).toEqual({
    ...{ Uri: 's3://b/e1', Model: later },
    Deep: [{ Join: { 'Std:Join': { Values: [later] } } }, { Get: 'Parameters.Unknown' }, 7, null],
  });
});
