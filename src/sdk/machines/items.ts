/**
 * Where a distributed Map's items come from, and where its results go.
 *
 * Mirrors https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
 */
import type { JsonObject } from '../../definition/asl/scope.ts';
import { type Writing, type Written, writeObject } from './expression.ts';

declare const itemType: unique symbol;

/** Reads items of type Item. */
export type ItemReader<Item> = {
  readonly kind: 'itemReader';
  readonly write: (writing: Writing) => JsonObject;
  readonly [itemType]?: Item;
};
export type ItemWriter = { readonly write: (writing: Writing) => JsonObject };

type S3Object = { Bucket: Written<string>; Key: Written<string>; VersionId?: Written<string> };
type Limit = {
  /** Items beyond it are not read. @default AWS's: 100,000,000 */
  maxItems?: Written<number>;
};
type CsvOptions = Limit & {
  /** The columns' names, where the first row does not hold them. */
  headers?: readonly string[];
  /** @default 'COMMA' */
  delimiter?: 'COMMA' | 'PIPE' | 'SEMICOLON' | 'SPACE' | 'TAB';
};
/** An object of S3, as listing a bucket tells of it. */
export type ListedObject = { Etag: string; Key: string; LastModified: number; Size: number; StorageClass: string };

/**
 * Readers of items from S3. Say the item's type where it is not a CSV's record of texts.
 *
 * @example itemReader.csv<{ id: string; amount: string }>({ Bucket: bucket, Key: 'raw/transactions.csv' })
 */
export const itemReader = {
  csv: <Item = { [column: string]: string }>(object: S3Object, { headers, delimiter, maxItems }: CsvOptions = {}) =>
    reader<Item>('getObject', object, {
      InputType: 'CSV',
      CSVHeaderLocation: headers ? 'GIVEN' : 'FIRST_ROW',
      CSVHeaders: headers,
      CSVDelimiter: delimiter,
      MaxItems: maxItems,
    }),
  /** A list in a file. `pointer` says where in it. @example itemReader.json<Order>(file, { pointer: '/orders' }) */
  json: <Item>(object: S3Object, { pointer, maxItems }: Limit & { pointer?: string } = {}) =>
    reader<Item>('getObject', object, { InputType: 'JSON', ItemsPointer: pointer, MaxItems: maxItems }),
  jsonLines: <Item>(object: S3Object, { maxItems }: Limit = {}) =>
    reader<Item>('getObject', object, { InputType: 'JSONL', MaxItems: maxItems }),
  parquet: <Item>(object: S3Object, { maxItems }: Limit = {}) =>
    reader<Item>('getObject', object, { InputType: 'PARQUET', MaxItems: maxItems }),
  /** The objects of a bucket under a prefix. */
  objects: (where: { Bucket: Written<string>; Prefix?: Written<string> }, { maxItems }: Limit = {}) =>
    reader<ListedObject>('listObjectsV2', where, { MaxItems: maxItems }),
} as const;

/** Writes a distributed Map's results below a prefix. @example resultWriter({ Bucket: bucket, Prefix: 'results' }) */
export function resultWriter(
  where: { Bucket: Written<string>; Prefix: Written<string> },
  options: { outputType?: 'JSON' | 'JSONL'; transformation?: 'NONE' | 'COMPACT' | 'FLATTEN' } = {},
): ItemWriter {
  const { outputType, transformation } = options;
  const config = { OutputType: outputType, Transformation: transformation };
  return {
    write: (writing) =>
      writeObject(
        {
          Resource: 'arn:aws:states:::s3:putObject',
          Arguments: where,
          WriterConfig: outputType || transformation ? config : undefined,
        },
        writing,
      ),
  };
}

export function isItemReader(value: unknown): value is ItemReader<unknown> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'itemReader';
}

function reader<Item>(
  operation: string,
  where: object,
  config: { readonly [name: string]: unknown },
): ItemReader<Item> {
  const given = Object.values(config).some((value) => value !== undefined);
  return {
    kind: 'itemReader',
    write: (writing) =>
      writeObject(
        { Resource: `arn:aws:states:::s3:${operation}`, Arguments: where, ReaderConfig: given ? config : undefined },
        writing,
      ),
  };
}
