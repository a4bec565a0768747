import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isStatesError } from '../../../definition/asl/failure.ts';
import { itemInput } from './item.ts';
import { type Reading, stateItems } from './reader.ts';
import { all, bucketPorts, itemsOf, reading, valuesOf } from './testing.ts';

const failure = (cause: unknown) => ({ failure: { error: 'States.ItemReaderFailed', cause } });

describe('MaxItems', () => {
  const take = (maxItems?: number) =>
    valuesOf(
      reading({ inputType: 'JSON' }, maxItems === undefined ? {} : { maxItems }),
      bucketPorts({ data: '[1,2,3]' }),
    );

  it.each([
    [undefined, 3],
    [0, 3],
    [1, 1],
    [3, 3],
    [100_000_001, 3],
  ])('of %s gives %i of three', async (limit, count) => {
    expect(await take(limit)).toHaveLength(count);
  });

  it('below zero is refused as AWS refuses it', async () => {
    await expect(take(-1)).rejects.toMatchObject(failure('field MaxItems must be positive'));
  });
});

describe('a listing', () => {
  const bucket = { 'a/': '', 'a/1.csv': 'h\n1\n2\n', 'a/2.csv': 'h\n3\n', 'b/3.csv': 'h\n4\n' };
  const listing = (reader: Partial<Reading['reader']>, given: object = {}) => ({
    ...reading(reader, {}, 'listObjectsV2'),
    arguments: { Bucket: 'b', ...given },
  });

  it('gives an item for each object, over all of its pages', async () => {
    const ports = bucketPorts(bucket);
    const items = await itemsOf(listing({}), ports);
    expect(items.map(({ index, value }) => [index, (value as { Key: string }).Key])).toEqual(
      Object.keys(bucket).map((key, index) => [index, key]),
    );
    expect(items[1]).toEqual({
      index: 1,
      value: { Etag: '"a/1.csv"', LastModified: 1_700_000_000, Key: 'a/1.csv', Size: 6, StorageClass: 'STANDARD' },
      source: 'S3://b',
    });
    expect(ports.opened).toEqual([]);
  });

  it('flattened gives the items of all objects below its prefix', async () => {
    const flat = { inputType: 'CSV', csvHeaderLocation: 'FIRST_ROW', transformation: 'LOAD_AND_FLATTEN' } as const;
    const items = await itemsOf(listing(flat, { Prefix: 'a/' }), bucketPorts(bucket));
    expect(items).toEqual([
      { index: 0, value: { h: '1' }, source: 'S3://b/a/1.csv' },
      { index: 1, value: { h: '2' }, source: 'S3://b/a/1.csv' },
      { index: 2, value: { h: '3' }, source: 'S3://b/a/2.csv' },
    ]);
  });
});

describe('a manifest', () => {
  const inventory = {
    sourceBucket: 'source',
    destinationBucket: 'arn:aws:s3:::b',
    fileFormat: 'CSV',
    fileSchema: 'Bucket, Key, Size',
    files: [{ key: 'one.csv.gz', size: 1, MD5checksum: 'x' }, { key: 'two.csv.gz' }],
  };
  const inventoryOf = (changed: object) => {
    const files = { 'one.csv.gz': gzipSync('"s","k1","3"\n"s","k2","4"\n'), 'two.csv.gz': gzipSync('"s","k3","5"\n') };
    return bucketPorts({ data: JSON.stringify({ ...inventory, ...changed }), ...files });
  };

  it('of an S3 inventory leads to compressed files', async () => {
    const wanted = [
      { index: 0, value: { Bucket: 's', Key: 'k1', Size: '3' }, source: 'S3://b/one.csv.gz' },
      { index: 1, value: { Bucket: 's', Key: 'k2', Size: '4' }, source: 'S3://b/one.csv.gz' },
      { index: 2, value: { Bucket: 's', Key: 'k3', Size: '5' }, source: 'S3://b/two.csv.gz' },
    ];
    expect(await itemsOf(reading({ inputType: 'MANIFEST' }), inventoryOf({}))).toEqual(wanted);
    expect(await itemsOf(reading({ manifestType: 'S3_INVENTORY' }), inventoryOf({}))).toEqual(wanted);
  });

  it.each<[object, string]>([
    [{ fileFormat: 'ORC' }, 'The S3 inventory has files of the format "ORC"; only CSV can be read.'],
    [{ fileSchema: 1 }, 'The manifest of the S3 inventory has no fileSchema.'],
    [{ files: null }, 'The manifest of the S3 inventory has no files.'],
    [{ files: [null] }, 'The manifest of the S3 inventory has no key for one of its files.'],
    [{ destinationBucket: undefined }, 'The manifest of the S3 inventory has no destinationBucket.'],
    [{ padding: 'x'.repeat(1_048_576) }, 'The manifest is larger than 1048576 bytes.'],
  ])('of an S3 inventory with %j is refused', async (changed, cause) => {
    await expect(itemsOf(reading({ inputType: 'MANIFEST' }), inventoryOf(changed))).rejects.toMatchObject(
      failure(cause),
    );
  });

  it.each([
    ['no JSON', '{'],
    ['a list', '[]'],
  ])('that is %s is refused', async (_, data) => {
    await expect(itemsOf(reading({ inputType: 'MANIFEST' }), bucketPorts({ data }))).rejects.toMatchObject(
      failure(expect.stringMatching(/^The manifest of the S3 inventory/)),
    );
  });

  it('of Athena leads to files of the given type, in its order', async () => {
    const ports = bucketPorts({ data: 's3://b/two,2\ns3://b/one\n', one: '{"n":1}\n', 'two,2': '{"n":2}\n{"n":3}\n' });
    expect(await itemsOf(reading({ inputType: 'JSONL', manifestType: 'ATHENA_DATA' }), ports)).toEqual([
      { index: 0, value: { n: 2 }, source: 'S3://b/two,2' },
      { index: 1, value: { n: 3 }, source: 'S3://b/two,2' },
      { index: 2, value: { n: 1 }, source: 'S3://b/one' },
    ]);
  });

  it('of Athena with a line that is no URI is refused', async () => {
    const ports = bucketPorts({ data: 'http://b/one\n' });
    await expect(itemsOf(reading({ inputType: 'CSV', manifestType: 'ATHENA_DATA' }), ports)).rejects.toMatchObject(
      failure('The Athena manifest has a line that is no URI of an S3 object: http://b/one'),
    );
  });
});

describe('a reading', () => {
  it('that begins again goes on as if it had not stopped', async () => {
    const list = fc.array(fc.jsonValue({ maxDepth: 1 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(list, fc.nat(14), fc.nat(14), async (values, from, maxItems) => {
        const data = JSON.stringify(values);
        const whole = await itemsOf(reading({ inputType: 'JSON' }, { maxItems }), bucketPorts({ data }));
        const rest = await itemsOf(reading({ inputType: 'JSON' }, { maxItems, from }), bucketPorts({ data }, 7));
        expect(rest).toEqual(whole.slice(from));
      }),
      { numRuns: 100 },
    );
  });

  it.each<[string, Reading, string]>([
    [
      'of an object that is not there',
      { ...reading({ inputType: 'JSON' }), arguments: { Bucket: 'b', Key: 'none' } },
      'The specified key does not exist.',
    ],
    [
      'without Key',
      { ...reading({ inputType: 'JSON' }), arguments: { Bucket: 'b' } },
      'The ItemReader has no parameter Key.',
    ],
    [
      'of a number',
      { ...reading({ inputType: 'JSON' }), arguments: { Bucket: 'b', Key: 5 } },
      'The parameter Key of the ItemReader must be a text.',
    ],
    [
      'with more',
      { ...reading({ inputType: 'JSON' }), arguments: { Bucket: 'b', Key: 'k', Range: 'x' } },
      'The parameter Range of the ItemReader is not supported.',
    ],
    ['of no type', reading({}), 'The InputType (none) cannot be read here.'],
    [
      'by another operation',
      reading({ inputType: 'JSON' }, {}, 'headObject'),
      'The resource arn:aws:states:::s3:headObject cannot be read from.',
    ],
  ])('%s is refused', async (_, wanted, cause) => {
    await expect(itemsOf(wanted, bucketPorts({ data: '[]' }))).rejects.toMatchObject(failure(cause));
  });

  it('keeps the error that the role has earned', async () => {
    const denied = Object.assign(new Error('x'), { failure: { error: 'States.Permissions', cause: 'x' } });
    const ports = { ...bucketPorts({}), open: () => Promise.reject(denied) };
    await expect(itemsOf(reading({ inputType: 'JSON' }), ports)).rejects.toSatisfy(isStatesError);
    await expect(itemsOf(reading({ inputType: 'JSON' }), ports)).rejects.toBe(denied);
  });
});

describe('items of the state', () => {
  const pages = async function* (data: Parameters<typeof stateItems>[0], from?: number) {
    yield* stateItems(data, from);
  };

  it('are the elements of a list, from the wanted one on', async () => {
    const items = await all(
      pages(
        Array.from({ length: 2500 }, (_, n) => n),
        999,
      ),
    );
    expect(items).toHaveLength(1501);
    expect(items.every(({ index, value }) => index === value)).toBe(true);
    expect(items[0]).toEqual({ index: 999, value: 999, source: 'STATE_DATA' });
  });

  it('are the entries of an object, of which an execution gets both sides', async () => {
    const items = await all(pages({ a: 1, b: { c: 2 } }, 1));
    expect(items).toEqual([{ index: 1, key: 'b', value: { c: 2 }, source: 'STATE_DATA' }]);
    expect(items.map(itemInput)).toEqual([{ Key: 'b', Value: { c: 2 } }]);
    expect(itemInput({ value: 5 })).toBe(5);
  });
});
