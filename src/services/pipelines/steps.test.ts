import { describe, expect, it } from 'vitest';
import { refusal } from '../../../tests/support/operations.ts';
import { pipelineLanguage } from '../../engine/pipelines/language.ts';
import { stepPage } from './steps.ts';

const QUERY = { operation: 'ListPipelineExecutionSteps', arn: 'arn' };

/** Three jobs that begin together, two of which have failed, and one that began after the other. */
function execution() {
  const job = (Name: string, DependsOn: string[] = []) => ({ Name, Type: 'Processing', DependsOn, Arguments: {} });
  const state = pipelineLanguage.begin({
    executionArn: 'arn',
    executionId: 'abcdefghijkl',
    pipelineArn: 'arn',
    pipelineName: 'p',
    roleArn: 'role',
    region: 'us-east-1',
    definition: JSON.stringify({ Version: '2020-12-01', Steps: [job('A'), job('B'), job('C'), job('D', ['A'])] }),
    parameters: {},
    reused: {},
    leftOut: [],
    reusedFrom: undefined,
    maxParallel: undefined,
  });
  let now = 1000;
  const tell = (event: Parameters<typeof pipelineLanguage.apply>[1]) => {
    now += 1000;
    pipelineLanguage.apply(state, event, now);
  };
  tell({ kind: 'started' });
  for (const step of ['A', 'D']) tell({ kind: 'step-succeeded', step, start: 1, result: { describe: {} } });
  for (const step of ['B', 'C']) tell({ kind: 'step-failed', step, start: 1, failure: { reason: 'it broke' } });
  const page = (NextToken?: string, SortOrder: 'Ascending' | 'Descending' = 'Ascending', MaxResults = 2) => {
    const { items, next } = stepPage(state, { SortOrder, NextToken, MaxResults }, QUERY);
    return { names: items.map(({ StepName }) => StepName), next };
  };
  return { tell, page };
}

describe('pages of an execution’s steps', () => {
  it('hold the steps that have begun, those that began together in the plan’s order', () => {
    const { page } = execution();
    expect(page(undefined, 'Ascending', 9)).toEqual({ names: ['A', 'B', 'C', 'D'], next: undefined });
    expect(page(undefined, 'Descending', 9)).toEqual({ names: ['D', 'C', 'B', 'A'], next: undefined });
  });

  it('do not begin again when the last step given waits again', () => {
    const { page, tell } = execution();
    const first = page(undefined, 'Ascending', 3);
    expect(first.names).toEqual(['A', 'B', 'C']);
    tell({ kind: 'retry-requested', maxParallel: 1 });
    expect(page(undefined, 'Ascending', 9).names).toEqual(['A', 'B', 'D']);
    expect(page(first.next, 'Ascending', 3).names).toEqual(['D']);
  });

  it('go on with their own tokens only', async () => {
    const { page } = execution();
    const { next } = page();
    expect(await refusal(Promise.resolve().then(() => page(next, 'Descending')))).toMatch(/^ValidationException/);
  });
});
