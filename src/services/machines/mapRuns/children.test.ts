import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../definition/asl/scope.ts';
import { all, bucketPorts } from '../items/testing.ts';
import { type Child, childrenOf, type Surroundings } from './children.ts';
import { childMachine, childNames } from './names.ts';
import type { MapRunRow } from './store.ts';

const ARN = 'arn:aws:states:us-east-1:111111111111:mapRun:titanic/Rows:c6a1d3a0-0000-4000-8000-000000000000';

/** What lies around a map run of items, without ItemSelector. */
function around(items: Json[], batch: number | undefined): Surroundings {
  const batcher = batch === undefined ? {} : { batcher: { maxItemsPerBatch: batch } };
  const plan = { input: items, items, maxConcurrency: 0, ...batcher };
  const map = { type: 'Map', name: 'Map' };
  return { thread: { state: map, mapRun: { plan } }, map, plan } as unknown as Surroundings;
}

const childrenFrom = (items: Json[], batch: number | undefined, next_item: number): Promise<Child[]> =>
  all(childrenOf(around(items, batch), { arn: ARN, next_item } as MapRunRow, bucketPorts({})));

describe('the executions of a map run', () => {
  it('are the same when they are begun again behind any of them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue({ maxDepth: 1 }), { maxLength: 200 }),
        fc.option(fc.integer({ min: 1, max: 70 }), { nil: undefined }),
        fc.nat(),
        async (values, batch, chosen) => {
          const items = values as Json[];
          const whole = await childrenFrom(items, batch, 0);
          expect(whole.reduce((sum, { count }) => sum + count, 0)).toBe(items.length);
          const at = whole.length === 0 ? 0 : chosen % whole.length;
          expect(await childrenFrom(items, batch, whole[at]?.first ?? 0)).toEqual(whole.slice(at));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('have names that follow from the map run and the first item', () => {
    expect(childNames(ARN, 7)).toEqual(childNames(ARN, 7));
    expect(childNames(ARN, 7).name).not.toBe(childNames(ARN, 8).name);
    expect(childNames(ARN, 7).arn).toMatch(
      /^arn:aws:states:us-east-1:111111111111:execution:titanic\/Rows:[0-9a-f-]{36}$/,
    );
    expect(childMachine(ARN)).toEqual({
      arn: 'arn:aws:states:us-east-1:111111111111:stateMachine:titanic/Rows',
      name: 'titanic/Rows',
    });
  });
});
