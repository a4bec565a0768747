/**
 * ItemReader: the items of a data set in S3. https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
 *
 * R1. What is held is one slice of the data and one item, whatever the size of the data set (of Parquet: one row group).
 * R2. The same objects give the same items in the same order: reading that begins again at an item that was not reached goes on as
 *     if it had not stopped. Who calls sees to it that the objects are the same, by their versions.
 */
import type { Json, JsonObject } from '../../../definition/asl/scope.ts';
import type { ItemReader } from '../../../definition/asl/types.ts';
import { csvItems, csvLayout } from './csvItems.ts';
import { asReaderFailed, type Item, itemLimit, type Pages, type Read, readerFailed } from './item.ts';
import { jsonItems } from './jsonItems.ts';
import { jsonLines } from './jsonLines.ts';
import { athenaFiles, readInventory } from './manifests.ts';
import { parquetItems } from './parquet.ts';
import type { ListedObject, ObjectPlace, ReaderPorts } from './ports.ts';

export type Reading = {
  readonly reader: Omit<ItemReader, 'arguments' | 'maxItems'>;
  /** What the reader's `arguments` and `maxItems` give. */
  readonly arguments: JsonObject;
  readonly maxItems?: number;
  /** The index of the first item that is wanted. @default 0 */
  readonly from?: number;
};

/** The items of one object, or of one page of a listing. `first`: the index of its first, where items were left out. */
type Part = { readonly source: string; readonly items: Pages<Read>; readonly first?: number };

/** @throws StatesError, States.ItemReaderFailed for what the data set is to blame for */
export async function* readItems(reading: Reading, ports: ReaderPorts): Pages<Item> {
  try {
    yield* numbered(partsOf(reading, ports), reading.from ?? 0, itemLimit(reading.maxItems));
  } catch (error) {
    throw ports.signal?.aborted ? error : asReaderFailed(error);
  }
}

async function* numbered(parts: AsyncIterable<Part>, from: number, limit: number): Pages<Item> {
  let index = 0;
  if (from >= limit) return;
  for await (const { source, items, first } of parts) {
    index = first ?? index;
    for await (const page of items) {
      const wanted: Item[] = [];
      for (const read of page) {
        if (index >= from && index < limit) wanted.push({ index, ...read, source });
        index += 1;
      }
      if (wanted.length > 0) yield wanted;
      if (index >= limit) return;
    }
  }
}

function partsOf(reading: Reading, ports: ReaderPorts): AsyncIterable<Part> {
  const { reader } = reading;
  const { service, action } = reader.resource.kind === 'integration' ? reader.resource : { service: '', action: '' };
  if (service === 's3' && action === 'getObject') return objectParts(reading, ports);
  if (service === 's3' && action === 'listObjectsV2') return listingParts(reading, ports);
  throw readerFailed(`The resource ${reader.resource.arn} cannot be read from.`);
}

async function* objectParts(reading: Reading, ports: ReaderPorts): AsyncGenerator<Part> {
  const { reader } = reading;
  const given = textsOf(reading.arguments, ['Bucket', 'Key'], ['VersionId']);
  const place: ObjectPlace = { bucket: given['Bucket']!, key: given['Key']!, ...versionOf(given['VersionId']) };
  if (reader.manifestType === 'ATHENA_DATA') {
    for await (const file of athenaFiles(await ports.open(place), ports)) yield await dataPart(file, reader, ports);
  } else if (reader.manifestType === 'S3_INVENTORY' || reader.inputType === 'MANIFEST') {
    const { files, headers } = await readInventory(await ports.open(place), ports);
    for (const file of files)
      yield { source: uriOf(file), items: csvItems(await ports.open(file), { delimiter: ',', headers }, ports) };
  } else if (reader.inputType === 'PARQUET') {
    const first = reading.from ?? 0;
    yield { source: uriOf(place), items: parquetItems(await ports.open(place), first, ports), first };
  } else yield await dataPart(place, reader, ports);
}

async function* listingParts(reading: Reading, ports: ReaderPorts): AsyncGenerator<Part> {
  const given = textsOf(reading.arguments, ['Bucket'], ['Prefix']);
  const bucket = given['Bucket']!;
  let continued: string | undefined;
  do {
    ports.signal?.throwIfAborted();
    const { objects, next } = await ports.list(bucket, given['Prefix'], continued);
    if (reading.reader.transformation !== 'LOAD_AND_FLATTEN')
      yield { source: `S3://${bucket}`, items: inOnePage(objects.map((object) => ({ value: entryOf(object) }))) };
    // What consoles make to show a folder holds no data.
    else
      for (const { Key, Size } of objects)
        if (Size > 0 || !Key.endsWith('/')) yield await dataPart({ bucket, key: Key }, reading.reader, ports);
    continued = next;
  } while (continued !== undefined);
}

const entryOf = ({ Etag, LastModified, Key, Size, StorageClass }: ListedObject): JsonObject => ({
  Etag,
  LastModified,
  Key,
  Size,
  StorageClass,
});

async function* inOnePage(page: readonly Read[]): Pages<Read> {
  yield page;
}

async function dataPart(place: ObjectPlace, reader: Reading['reader'], ports: ReaderPorts): Promise<Part> {
  const object = await ports.open(place);
  const source = uriOf(place);
  switch (reader.inputType) {
    case 'CSV':
      return { source, items: csvItems(object, csvLayout(reader), ports) };
    case 'JSON':
      return { source, items: jsonItems(object, reader.itemsPointer, ports) };
    case 'JSONL':
      return { source, items: jsonLines(object, ports) };
    case 'PARQUET':
      return { source, items: parquetItems(object, 0, ports) };
    default:
      throw readerFailed(`The InputType ${reader.inputType ?? '(none)'} cannot be read here.`);
  }
}

const uriOf = ({ bucket, key }: ObjectPlace) => `S3://${bucket}/${key}`;

const versionOf = (versionId: string | undefined) => (versionId === undefined ? {} : { versionId });

function textsOf(given: JsonObject, required: readonly string[], optional: readonly string[]): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!required.includes(name) && !optional.includes(name))
      throw readerFailed(`The parameter ${name} of the ItemReader is not supported.`);
    if (typeof value !== 'string') throw readerFailed(`The parameter ${name} of the ItemReader must be a text.`);
    texts[name] = value;
  }
  for (const name of required)
    if (texts[name] === undefined) throw readerFailed(`The ItemReader has no parameter ${name}.`);
  return texts;
}

const STATE_PAGE = 1000;

/** The items of a distributed Map without ItemReader: what its state was given. */
export function* stateItems(data: Json[] | JsonObject, from = 0): Generator<readonly Item[]> {
  const source = 'STATE_DATA';
  if (Array.isArray(data)) {
    for (let at = from; at < data.length; at += STATE_PAGE)
      yield data.slice(at, at + STATE_PAGE).map((value, offset) => ({ index: at + offset, value, source }));
    return;
  }
  const entries = Object.entries(data);
  for (let at = from; at < entries.length; at += STATE_PAGE)
    yield entries
      .slice(at, at + STATE_PAGE)
      .map(([key, value], offset) => ({ index: at + offset, value, key, source }));
}
