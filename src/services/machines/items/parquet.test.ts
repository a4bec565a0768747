import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parquetItems } from './parquet.ts';
import { all, bucketPorts, itemsOf, reading, storedObject, valuesOf } from './testing.ts';

/** Made by tests/machines/makeParquet.py, with pyarrow. */
const FILES = new URL('../../../../tests/machines/parquet/', import.meta.url);
const file = (name: string) => readFileSync(new URL(`${name}.parquet`, FILES));

const values = (data: Uint8Array, rest = {}) =>
  valuesOf(reading({ inputType: 'PARQUET' }, rest), bucketPorts({ data }, 100));

const NAMES = [
  { id: 1, name: 'a' },
  { id: 2, name: 'ñ' },
  { id: null, name: null },
  { id: 4, name: '日本' },
];

describe('items of a Parquet file', () => {
  it('are its rows, of whatever types', async () => {
    const [first, second, third, fourth] = await values(file('types'));
    expect(first).toEqual({
      ...{ id: 1, small: 1, name: 'a', score: 0.5, ok: true, day: '2024-02-29', at: '2024-01-02T03:04:05.678Z' },
      ...{ price: 1.25, raw: 'text', tags: ['x', null], floats: [1.5, 2.5] },
      ...{ place: { city: 'Lima', at: { lat: -12, lon: null } }, kinds: { k: 1, l: 2 }, rows: [{ n: 1 }, { n: 2 }] },
    });
    expect(second).toMatchObject({ score: null, day: null, raw: '/wA=', tags: [], place: null, kinds: {}, rows: null });
    expect(third).toMatchObject({
      day: '1969-12-31',
      price: -3.5,
      tags: null,
      place: { city: null, at: null },
      rows: [],
    });
    expect(fourth).toMatchObject({ at: '1970-01-01T00:00:00.000Z', price: 0, raw: '', kinds: { m: null } });
  });

  it.each([['none'], ['snappy'], ['gzip'], ['zstd'], ['brotli']])('compressed by %s', async (codec) => {
    expect(await values(file(codec))).toEqual(NAMES);
  });

  it('compressed by what cannot be read are refused by its name', async () => {
    await expect(values(file('lz4'))).rejects.toMatchObject({
      failure: {
        error: 'States.ItemReaderFailed',
        cause: 'The Parquet file cannot be read: parquet unsupported compression codec: LZ4_RAW.',
      },
    });
  });

  it('begin where they are wanted, and end so', async () => {
    const items = await itemsOf(
      reading({ inputType: 'PARQUET' }, { from: 299, maxItems: 302 }),
      bucketPorts({ data: file('groups') }),
    );
    expect(items).toEqual([299, 300, 301].map((n) => ({ index: n, value: { n }, source: 'S3://b/data' })));
  });

  it('are read no further than row groups are wanted', async () => {
    const data = file('groups');
    const starts: number[] = [];
    const watched = {
      size: data.length,
      bytes: (from = 0, to = data.length) => {
        starts.push(from);
        return storedObject(data).bytes(from, to);
      },
    };
    expect(await all(parquetItems(watched, 900, bucketPorts({})))).toHaveLength(100);
    // The footer, and one column of the last group.
    expect(starts.filter((start) => start < data.length / 2 && start > 0)).toEqual([]);
  });
});

describe('a Parquet file that is hostile', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a text', Buffer.from('{"a":1}\n'.repeat(10))],
    ['half a file', file('types').subarray(0, 1000)],
    ['a footer beyond the file', Buffer.from('PAR1\xff\xff\x00\x00PAR1', 'latin1')],
    ['a footer beyond the limit', Buffer.from('PAR1\xff\xff\xff\x7fPAR1', 'latin1')],
  ])('of %s is refused', async (_, data) => {
    await expect(values(data)).rejects.toMatchObject({
      failure: { error: 'States.ItemReaderFailed', cause: expect.stringMatching(/^The Parquet file cannot be read: /) },
    });
  });

  it('with any byte changed is read or refused', async () => {
    const whole = file('snappy');
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const data = Buffer.from(whole);
        data[at]! ^= change;
        const outcome = await values(data).catch((error: unknown) => error);
        if (!Array.isArray(outcome)) expect(outcome).toMatchObject({ failure: { error: 'States.ItemReaderFailed' } });
      }),
      { numRuns: 15 },
    );
  });

  it('whose bytes do not come fails the reading', async () => {
    const short = { size: 1000, bytes: () => storedObject(Buffer.alloc(3)).bytes() };
    await expect(all(parquetItems(short, 0, bucketPorts({})))).rejects.toThrow(/the object ended too early/);
  });

  it('is left when the Map has ended', async () => {
    const ending = new AbortController();
    const never = {
      size: 1000,
      bytes: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }),
    };
    const reached = all(parquetItems(never, 0, { ...bucketPorts({}), signal: ending.signal }));
    setTimeout(() => ending.abort(new Error('ended')), 20);
    await expect(reached).rejects.toThrow('ended');
  });
});
