/**
 * What each iteration of a Map that is tested would be begun with: ItemSelector's values, in batches where there are any.
 *
 * I1. Lists of them are told as long as they are no larger than a payload; what a selector makes of many items may be without bound.
 */
import { paced } from '../../../base/pace.ts';
import { statesError } from '../../../definition/asl/failure.ts';
import type { Evaluate, Json } from '../../../definition/asl/scope.ts';
import type { ItemBatcher, MapState } from '../../../definition/asl/types.ts';
import { evaluate, LARGEST_PAYLOAD } from '../../../engine/machines/flow.ts';
import type { MapItem } from '../../../engine/machines/state.ts';
import { type BatchLimits, batches } from '../items/batches.ts';
import { itemInput, type Pages } from '../items/item.ts';
import { LONGEST } from './limits.ts';
import type { MapParts } from './mapItems.ts';
import type { Test } from './test.ts';

/** How many there are; the items of each batch are one. @throws StatesError */
export async function iterationsOf(
  { world }: MapParts,
  test: Test,
  map: MapState,
  items: readonly MapItem[],
  input: Json,
): Promise<number> {
  const { inspection } = test;
  const selected = listed();
  const inputs = inputsOf(world, test, map, items, input, selected.add);
  const batcher = map.distributed?.itemBatcher;
  const batched = listed();
  let count = 0;
  if (batcher) {
    for await (const page of batches(inputs, limitsOf(test, batcher, input))) {
      count += page.length;
      for (const { text } of page) batched.add(() => text);
    }
  } else for await (const page of inputs) count += page.length;
  if (map.itemSelector) told(inspection, 'afterItemSelector', selected.text());
  if (batcher) told(inspection, 'afterItemBatcher', batched.text());
  return count;
}

async function* inputsOf(
  { clock }: MapParts['world'],
  { state, thread }: Test,
  { itemSelector }: MapState,
  items: readonly MapItem[],
  input: Json,
  add: (text: () => string) => void,
): Pages<Json> {
  const pace = paced(clock);
  const until = clock.now() + LONGEST;
  for (const item of items) {
    const value = itemSelector ? evaluate(state, thread, itemSelector, input, { item }) : itemInput(item);
    if (itemSelector) add(() => JSON.stringify(value));
    yield [value];
    await pace();
    if (clock.now() > until) throw statesError('States.Timeout', 'The items took longer than a test may take.');
  }
}

function limitsOf({ state, thread }: Test, batcher: ItemBatcher, input: Json): BatchLimits {
  const of = <T extends Json>(field: Evaluate<T>): T => evaluate(state, thread, field, input);
  const { batchInput, maxItemsPerBatch, maxInputBytesPerBatch } = batcher;
  return {
    ...(batchInput && { batchInput: of(batchInput) }),
    ...(maxItemsPerBatch && { maxItemsPerBatch: of(maxItemsPerBatch) }),
    ...(maxInputBytesPerBatch && { maxInputBytesPerBatch: of(maxInputBytesPerBatch) }),
  };
}

/** A list of JSON texts, given up when it has become too large to be told (I1). */
function listed() {
  let texts: string[] | undefined = [];
  let size = 0;
  return {
    add(text: () => string): void {
      if (!texts) return;
      const one = text();
      size += one.length + 1;
      if (size > LARGEST_PAYLOAD) texts = undefined;
      else texts.push(one);
    },
    text: () => texts && `[${texts.join(',')}]`,
  };
}

function told(
  inspection: Test['inspection'],
  member: 'afterItemSelector' | 'afterItemBatcher',
  text: string | undefined,
): void {
  if (text !== undefined) inspection[member] = text;
}
