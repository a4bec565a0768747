/** What a distributed map reads, batches and writes. */
import type { Evaluate, JsonObject } from '../scope.ts';
import type { ItemBatcher, ItemReader, ResultWriter, TaskResource } from '../types.ts';
import { words } from './diagnostics.ts';
import { readObjectTemplate, readTemplate } from './expressions.ts';
import { checkFields, OBJECT_FIELDS } from './fields.ts';
import { readFlexibleNumber } from './numbers.ts';
import { readResourceArn } from './resources.ts';
import {
  below,
  has,
  type Range,
  readObject,
  readOneOf,
  readText,
  readTexts,
  requireFields,
  type Site,
} from './site.ts';

/** AWS was recorded to fail the reader, and not the state, for what MaxItemsPath leads to. */
const MAX_ITEMS: Range = { kind: 'integer', min: 0, max: 100_000_000, checkedByReader: true };
const MAX_BATCH: Range = { kind: 'integer', min: 0 };
const MAX_BATCH_BYTES: Range = { kind: 'integer', min: 0, max: 262_144 };
const NO_ARGUMENTS: Evaluate<JsonObject> = () => ({});
const NOWHERE: TaskResource = { kind: 'lambda', arn: '' };

/** The name, in the language of the site, of what is handed to the resource. */
const given = (site: Site): string => (site.language === 'JSONPath' ? 'Parameters' : 'Arguments');

/** One of the few that a reader or a writer knows. */
function readStorage(site: Site, actions: readonly string[]): TaskResource | undefined {
  const arn = readText(site, 'Resource');
  if (arn === undefined) return undefined;
  const reading = readResourceArn(arn);
  if (reading.ok && reading.resource.kind === 'integration') {
    const { sdk, service, action, pattern } = reading.resource;
    if (!sdk && service === 's3' && pattern === 'request-response' && actions.includes(action)) return reading.resource;
  }
  site.report.error("The field 'Resource' does not match any of the allowed values", below(site, 'Resource'));
  return undefined;
}

export function readItemReader(site: Site): ItemReader | undefined {
  const reader = readObject(site, 'ItemReader');
  if (reader === undefined) return undefined;
  checkFields(reader, OBJECT_FIELDS.itemReader);
  requireFields(reader, ['Resource', given(site)]);
  const resource = readStorage(reader, ['getObject', 'listObjectsV2']);
  const lists = resource?.kind === 'integration' && resource.action === 'listObjectsV2';
  const config = readObject(reader, 'ReaderConfig');
  if (resource && !lists) {
    if (config) requireFields(config, ['InputType']);
    else if (!has(reader, 'ReaderConfig')) requireFields(reader, ['ReaderConfig']);
  }
  return {
    resource: resource ?? NOWHERE,
    arguments: readObjectTemplate(reader, given(site)) ?? NO_ARGUMENTS,
    inputType: undefined,
    ...(config && readReaderConfig(config)),
  };
}

const INPUT_TYPES = ['CSV', 'JSON', 'JSONL', 'MANIFEST', 'PARQUET'] as const;
const DELIMITERS = ['COMMA', 'PIPE', 'SEMICOLON', 'SPACE', 'TAB'] as const;
const CSV_FIELDS = ['CSVHeaderLocation', 'CSVHeaders', 'CSVDelimiter'];

function readReaderConfig(site: Site): Omit<ItemReader, 'resource' | 'arguments'> {
  checkFields(site, OBJECT_FIELDS.readerConfig);
  const inputType = readOneOf(site, 'InputType', INPUT_TYPES);
  const transformation = readOneOf(site, 'Transformation', ['NONE', 'LOAD_AND_FLATTEN']);
  const manifestType = readOneOf(site, 'ManifestType', ['S3_INVENTORY', 'ATHENA_DATA']);
  const csvHeaderLocation = readOneOf(site, 'CSVHeaderLocation', ['FIRST_ROW', 'GIVEN']);
  const csvHeaders = readTexts(site, 'CSVHeaders');
  const csvDelimiter = readOneOf(site, 'CSVDelimiter', DELIMITERS);
  const maxItems = readFlexibleNumber(site, 'MaxItems', MAX_ITEMS);
  const itemsPointer = readText(site, 'ItemsPointer');
  if (inputType !== undefined) checkFormat(site, inputType);
  return {
    inputType,
    ...(transformation && { transformation }),
    ...(manifestType && { manifestType }),
    ...(csvHeaderLocation && { csvHeaderLocation }),
    ...(csvHeaders && { csvHeaders }),
    ...(csvDelimiter && { csvDelimiter }),
    ...(maxItems && { maxItems }),
    ...(itemsPointer !== undefined && { itemsPointer }),
  };
}

/** What belongs to some formats only. */
function checkFormat(site: Site, inputType: NonNullable<ItemReader['inputType']>): void {
  if (inputType === 'CSV') {
    if (!has(site, 'CSVHeaderLocation')) site.report.error("The field 'CSVHeaderLocation' is required", site.at);
    if (site.fields['CSVHeaderLocation'] === 'GIVEN') requireFields(site, ['CSVHeaders']);
  } else if (inputType !== 'MANIFEST') {
    for (const name of CSV_FIELDS) if (has(site, name)) site.report.error(words.notSupported(name), site.at);
  }
  if (inputType !== 'MANIFEST' && has(site, 'ManifestType'))
    site.report.error(words.notSupported('ManifestType'), site.at);
  if (inputType !== 'JSON' && has(site, 'ItemsPointer')) site.report.error(words.notSupported('ItemsPointer'), site.at);
}

export function readItemBatcher(site: Site): ItemBatcher | undefined {
  const batcher = readObject(site, 'ItemBatcher');
  if (batcher === undefined) return undefined;
  checkFields(batcher, OBJECT_FIELDS.itemBatcher);
  const limits = ['MaxItemsPerBatch', 'MaxInputBytesPerBatch'];
  if (!limits.some((name) => has(batcher, name) || has(batcher, `${name}Path`))) requireFields(batcher, limits);
  const batchInput = readTemplate(batcher, 'BatchInput');
  const maxItemsPerBatch = readFlexibleNumber(batcher, 'MaxItemsPerBatch', MAX_BATCH);
  const maxInputBytesPerBatch = readFlexibleNumber(batcher, 'MaxInputBytesPerBatch', MAX_BATCH_BYTES);
  return {
    ...(batchInput && { batchInput }),
    ...(maxItemsPerBatch && { maxItemsPerBatch }),
    ...(maxInputBytesPerBatch && { maxInputBytesPerBatch }),
  };
}

export function readResultWriter(site: Site): ResultWriter | undefined {
  const writer = readObject(site, 'ResultWriter');
  if (writer === undefined) return undefined;
  checkFields(writer, OBJECT_FIELDS.resultWriter);
  if (has(writer, 'Resource')) requireFields(writer, [given(site)]);
  else requireFields(writer, ['WriterConfig']);
  const resource = readStorage(writer, ['putObject']);
  const handed = readObjectTemplate(writer, given(site));
  const config = readObject(writer, 'WriterConfig');
  if (config) checkFields(config, OBJECT_FIELDS.writerConfig);
  return {
    ...(resource && { resource }),
    ...(handed && { arguments: handed }),
    outputType: (config && readOneOf(config, 'OutputType', ['JSON', 'JSONL'])) ?? 'JSON',
    transformation: (config && readOneOf(config, 'Transformation', ['NONE', 'COMPACT', 'FLATTEN'])) ?? 'NONE',
  };
}
