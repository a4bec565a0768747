/**
 * ItemBatcher: items in groups, each the input of one execution.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
 *
 * B1. The batches hold all items, in their order, none twice; each is as full as its limits allow.
 * B2. So they depend on nothing but the items and the limits: batching that begins again at the first item of a batch gives the same
 *     batches from there on.
 * B3. No batch is larger than what an execution takes, whether MaxInputBytesPerBatch is given or not.
 */
import { statesError } from '../../../definition/asl/failure.ts';
import type { Json, JsonObject } from '../../../definition/asl/scope.ts';
import { MAX_ITEM_BYTES, type Pages } from './item.ts';

export type BatchLimits = {
  readonly maxItemsPerBatch?: number;
  readonly maxInputBytesPerBatch?: number;
  /** Said in every batch; absent: nothing is. */
  readonly batchInput?: Json;
};

export type Batch = {
  readonly value: JsonObject;
  /** `value`, as JSON. */
  readonly text: string;
  /** The index of its first item among those that were given, and how many it holds. */
  readonly first: number;
  readonly count: number;
};

/** @param items as ItemSelector makes them @throws StatesError for an item that fits in no batch, and for limits out of range */
export async function* batches(items: Pages<Json>, limits: BatchLimits): Pages<Batch> {
  const maxItems = positive('MaxItemsPerBatch', limits.maxItemsPerBatch ?? Number.POSITIVE_INFINITY);
  const maxBytes = Math.min(
    positive('MaxInputBytesPerBatch', limits.maxInputBytesPerBatch ?? MAX_ITEM_BYTES),
    MAX_ITEM_BYTES,
  );
  const { batchInput } = limits;
  const head = batchInput === undefined ? '{"Items":[' : `{"BatchInput":${JSON.stringify(batchInput)},"Items":[`;
  const empty = Buffer.byteLength(head) + 2;
  let values: Json[] = [];
  let texts: string[] = [];
  let size = empty;
  let first = 0;

  function close(): Batch {
    const value: JsonObject = batchInput === undefined ? { Items: values } : { BatchInput: batchInput, Items: values };
    const batch = { value, text: `${head}${texts.join(',')}]}`, first, count: values.length };
    first += values.length;
    values = [];
    texts = [];
    size = empty;
    return batch;
  }

  for await (const page of items) {
    const closed: Batch[] = [];
    for (const item of page) {
      const text = JSON.stringify(item);
      const bytes = Buffer.byteLength(text);
      const comma = values.length > 0 ? 1 : 0;
      if (values.length > 0 && (values.length >= maxItems || size + comma + bytes > maxBytes)) closed.push(close());
      if (empty + bytes > maxBytes) throw fitsNowhere(first, bytes, maxBytes);
      size += (values.length > 0 ? 1 : 0) + bytes;
      values.push(item);
      texts.push(text);
    }
    if (closed.length > 0) yield closed;
  }
  if (values.length > 0) yield [close()];
}

const fitsNowhere = (index: number, bytes: number, limit: number) =>
  statesError(
    'States.DataLimitExceeded',
    `The item at index ${index} has ${bytes} bytes, and no batch of at most ${limit} bytes can hold it.`,
  );

function positive(field: string, value: number): number {
  if (!(value > 0)) throw statesError('States.Runtime', `${field} must be positive.`);
  return value;
}
