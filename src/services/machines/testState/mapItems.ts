/** The items of a Map that is tested: of its input, or of the data that its reader is said to have read. */
import type { World } from '../../../base/world.ts';
import type { Json, JsonObject } from '../../../definition/asl/scope.ts';
import type { ItemReader, MapState } from '../../../definition/asl/types.ts';
import { evaluate } from '../../../engine/machines/flow.ts';
import type { MapItem } from '../../../engine/machines/state.ts';
import { itemsOf } from '../../../engine/machines/states/groups.ts';
import { readItems } from '../items/reader.ts';
import { showPart, type Test } from './test.ts';

export type MapParts = { readonly world: Pick<World, 'clock'> };

/** Undefined when they are in a data set that is not given. */
export async function itemsFor(
  parts: MapParts,
  test: Test,
  map: MapState,
  input: Json,
): Promise<readonly MapItem[] | undefined> {
  const { asked, state, thread } = test;
  const reader = map.distributed?.itemReader;
  if (reader) {
    evaluate(state, thread, reader.arguments, input);
    const data = asked.configuration.mapItemReaderData;
    const maxItems = reader.maxItems && evaluate(state, thread, reader.maxItems, input);
    return data === undefined ? undefined : showPointed(test, reader, await readData(parts, reader, maxItems, data));
  }
  const entries = map.distributed && entriesOf(map.items ? evaluate(state, thread, map.items, input) : input);
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
