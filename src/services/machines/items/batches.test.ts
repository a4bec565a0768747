import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../definition/asl/scope.ts';
import { type BatchLimits, batches } from './batches.ts';
import { all } from './testing.ts';

async function* pagesOf(items: readonly Json[], size: number) {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

const made = (items: readonly Json[], limits: BatchLimits, size = 3) => all(batches(pagesOf(items, size), limits));

const limits = fc.record(
  {
    maxItemsPerBatch: fc.integer({ min: 1, max: 5 }),
    maxInputBytesPerBatch: fc.integer({ min: 80, max: 200 }),
    batchInput: fc.constantFrom<Json>({ at: 'ñ' }, null, 7),
  },
  { requiredKeys: [] },
);
const items = fc.array(fc.oneof(fc.integer(), fc.string({ unit: 'grapheme', maxLength: 6 })), { maxLength: 30 });

describe('batches', () => {
  it('are what an execution gets', async () => {
    expect(await made([1, 2, 3], { maxItemsPerBatch: 2, batchInput: { a: 'é' } })).toEqual([
      {
        value: { BatchInput: { a: 'é' }, Items: [1, 2] },
        text: '{"BatchInput":{"a":"é"},"Items":[1,2]}',
        first: 0,
        count: 2,
      },
      {
        value: { BatchInput: { a: 'é' }, Items: [3] },
        text: '{"BatchInput":{"a":"é"},"Items":[3]}',
        first: 2,
        count: 1,
      },
    ]);
    expect(await made([], { maxItemsPerBatch: 2 })).toEqual([]);
  });

  it('hold all items in order, keep their limits, and are as full as they may be', async () => {
    await fc.assert(
      fc.asyncProperty(items, limits, fc.integer({ min: 1, max: 9 }), async (values, given, size) => {
        const batched = await made(values, given, size);
        expect(batched.flatMap(({ value }) => value['Items'])).toEqual(values);
        const most = given.maxItemsPerBatch ?? Number.POSITIVE_INFINITY;
        const bytes = given.maxInputBytesPerBatch ?? 262_144;
        for (const [index, { value, text, first, count }] of batched.entries()) {
          expect(JSON.parse(text)).toEqual(value);
          expect(Buffer.byteLength(text)).toBeLessThanOrEqual(bytes);
          expect(count).toBeLessThanOrEqual(most);
          const next = batched[index + 1];
          if (next === undefined) continue;
          expect(next.first).toBe(first + count);
          const more = Buffer.byteLength(text) + 1 + Buffer.byteLength(JSON.stringify(values[next.first]));
          expect(count === most || more > bytes).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('begun again at one of them are the same from there on', async () => {
    await fc.assert(
      fc.asyncProperty(items, limits, fc.nat(), async (values, given, chosen) => {
        const whole = await made(values, given);
        if (whole.length === 0) return;
        const at = chosen % whole.length;
        const again = await made(values.slice(whole[at]!.first), given, 1);
        expect(again.map(({ text }) => text)).toEqual(whole.slice(at).map(({ text }) => text));
      }),
      { numRuns: 100 },
    );
  });

  it('are never larger than what an execution takes', async () => {
    const large = 'x'.repeat(100_000);
    const batched = await made([large, large, large, large], { maxItemsPerBatch: 4 });
    expect(batched.map(({ count }) => count)).toEqual([2, 2]);
  });

  it('have no place for an item larger than their limit', async () => {
    await expect(made(['a', 'x'.repeat(50)], { maxInputBytesPerBatch: 40 })).rejects.toMatchObject({
      failure: {
        error: 'States.DataLimitExceeded',
        cause: 'The item at index 1 has 52 bytes, and no batch of at most 40 bytes can hold it.',
      },
    });
  });

  it.each([[{ maxItemsPerBatch: 0 }], [{ maxInputBytesPerBatch: -1 }], [{ maxItemsPerBatch: Number.NaN }]])(
    'of %j are refused',
    async (given) => {
      await expect(made([1], given)).rejects.toMatchObject({ failure: { error: 'States.Runtime' } });
    },
  );
});
