/**
 * Map and Parallel, whose iterations and branches do not run: the mock says what they come to. Of a Map everything around them is
 * looked at: its items, each item's input, batches, and how many failures it tolerates.
 *
 * https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html
 */
import type { World } from '../../../base/world.ts';
import type { Json, JsonObject } from '../../../definition/asl/scope.ts';
import type { Distributed, ItemReader, MapState, ParallelState } from '../../../definition/asl/types.ts';
import { argumentsOf, effectiveInput, evaluate } from '../../../engine/machines/flow.ts';
import type { MapItem } from '../../../engine/machines/state.ts';
import { itemsOf } from '../../../engine/machines/states/groups.ts';
import { batches } from '../items/batches.ts';
import { itemInput } from '../items/item.ts';
import { readItems } from '../items/reader.ts';
import { isExceeded, TOLERANCE_EXCEEDED, type Tolerance, tolerance } from '../items/tolerance.ts';
import { testErrors } from './errors.ts';
import { leavingShown, left, shownInput, type Worked } from './steps.ts';
import { showPart, type Test } from './test.ts';

type MapParts = { readonly world: Pick<World, 'clock'> };

/** AWS tells nothing of a Parallel's input. @throws StatesError */
export function workParallel(test: Test, parallel: ParallelState): Worked {
  const { state, thread } = test;
  argumentsOf(state, thread, effectiveInput(state, thread));
  return mocked(test, parallel.next);
}

/** @throws StatesError; ValidationException for more failures than there are iterations */
export async function workMap(parts: MapParts, test: Test, map: MapState): Promise<Worked> {
  const { asked, state, thread, inspection } = test;
  const input = shownInput(test);
  const items = await itemsFor(parts, test, map, input);
  inspection.maxConcurrency = evaluate(state, thread, map.maxConcurrency, input);
  const tolerated = toleranceOf(test, map.distributed, input);
  const iterations = items && (await iterationsOf(test, map, items, input));
  const failures = asked.configuration.mapIterationFailureCount ?? 0;
  if (iterations !== undefined && failures > iterations) throw testErrors.tooManyFailures();
  // Without a threshold AWS's test lets failures pass, which an execution would not.
  const bounded = tolerated.count !== undefined || tolerated.percentage !== undefined;
  if (asked.mock?.kind === 'result' && bounded && isExceeded(tolerated, failures, items?.length)) {
    return { kind: 'failed', failure: TOLERANCE_EXCEEDED };
  }
  return mocked(test, map.next);
}

function mocked(test: Test, next: string | undefined): Worked {
  const { mock } = test.asked;
  // Neither is tested without one (requireRunnable).
  if (mock?.kind !== 'result') return { kind: 'failed', failure: mock?.failure ?? {} };
  return left(leavingShown(test, mock.value), next);
}

/** Undefined when they are in a data set that is not given. */
async function itemsFor(
  parts: MapParts,
  test: Test,
  map: MapState,
  input: Json,
): Promise<readonly MapItem[] | undefined> {
  const { asked, state, thread } = test;
  const reader = map.distributed?.itemReader;
  if (reader) {
    const data = asked.configuration.mapItemReaderData;
    const maxItems = reader.maxItems && evaluate(state, thread, reader.maxItems, input);
    return data === undefined ? undefined : showPointed(test, reader, await readData(parts, reader, maxItems, data));
  }
  const entries = map.distributed && map.items && entriesOf(evaluate(state, thread, map.items, input));
  const items = entries ?? itemsOf(state, thread, map, input);
  if (map.flow.language === 'JSONPath')
    showPart(test, 'afterItemsPath', entries ? objectOf(entries) : (items as Json[]));
  return entries ?? items.map((value, index) => ({ index, value: value as Json }));
}

/** An object's entries are a distributed map's items. */
function entriesOf(value: Json): MapItem[] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.entries(value).map(([key, member], index) => ({ index, key, value: member }));
}

const objectOf = (entries: readonly MapItem[]): JsonObject =>
  Object.fromEntries(entries.map(({ key, value }) => [key!, value]));

/** The text read as the object of S3 that it stands for; for a listing, as the list of its entries. */
async function readData(
  { world }: MapParts,
  reader: ItemReader,
  maxItems: number | undefined,
  data: string,
): Promise<MapItem[]> {
  const bytes = Buffer.from(data);
  const resource = {
    kind: 'integration',
    arn: reader.resource.arn,
    sdk: false,
    service: 's3',
    action: 'getObject',
  } as const;
  const one: ItemReader = { ...reader, resource: { ...resource, pattern: 'request-response' } };
  const listed = reader.inputType === undefined;
  const ports = {
    clock: world.clock,
    open: async () => ({
      size: bytes.length,
      async *bytes(from = 0, to = bytes.length) {
        yield bytes.subarray(from, to);
      },
    }),
    list: async () => ({ objects: [] }),
  };
  const reading = {
    reader: listed ? { ...one, inputType: 'JSON' as const } : one,
    arguments: { Bucket: 'mapItemReaderData', Key: 'mapItemReaderData' },
    ...(maxItems === undefined ? undefined : { maxItems }),
  };
  const items: MapItem[] = [];
  for await (const page of readItems(reading, ports)) {
    for (const { index, value, key } of page)
      items.push({ index, value, ...(key === undefined ? undefined : { key }) });
  }
  return items;
}

function showPointed({ inspection }: Test, reader: ItemReader, items: MapItem[]): MapItem[] {
  if (reader.itemsPointer) {
    const keyed = items.some(({ key }) => key !== undefined);
    inspection.afterItemsPointer = JSON.stringify(keyed ? objectOf(items) : items.map(({ value }) => value));
  }
  return items;
}

function toleranceOf(
  { state, thread, inspection }: Test,
  distributed: Distributed | undefined,
  input: Json,
): Tolerance {
  const { toleratedFailureCount, toleratedFailurePercentage } = distributed ?? {};
  const given: { count?: number; percentage?: number } = {};
  if (toleratedFailureCount) {
    given.count = evaluate(state, thread, toleratedFailureCount, input);
    inspection.toleratedFailureCount = given.count;
  }
  if (toleratedFailurePercentage) {
    given.percentage = evaluate(state, thread, toleratedFailurePercentage, input);
    inspection.toleratedFailurePercentage = given.percentage;
  }
  return tolerance(given);
}

/** How many iterations there are; of batched items, those of each batch are one. */
async function iterationsOf(test: Test, map: MapState, items: readonly MapItem[], input: Json): Promise<number> {
  const { state, thread, inspection } = test;
  const { itemSelector, distributed } = map;
  const inputs = itemSelector
    ? items.map((item) => evaluate(state, thread, itemSelector, input, { item }))
    : items.map(itemInput);
  if (itemSelector) inspection.afterItemSelector = JSON.stringify(inputs);
  const batcher = distributed?.itemBatcher;
  if (!batcher) return items.length;
  const of = <T extends Json>(field: Parameters<typeof evaluate<T>>[2] | undefined) =>
    field && evaluate<T>(state, thread, field, input);
  const limits = {
    batchInput: of(batcher.batchInput),
    maxItemsPerBatch: of<number>(batcher.maxItemsPerBatch),
    maxInputBytesPerBatch: of<number>(batcher.maxInputBytesPerBatch),
  };
  const texts: string[] = [];
  for await (const page of batches(inOnePage(inputs), withoutAbsent(limits)))
    for (const { text } of page) texts.push(text);
  inspection.afterItemBatcher = `[${texts.join(',')}]`;
  return texts.length;
}

async function* inOnePage(inputs: readonly Json[]) {
  yield inputs;
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
function withoutAbsent<T extends object>(given: T): Present<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Present<T>;
}
