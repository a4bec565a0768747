/** ListObjectsV2 and ListObjects; versions are in versions.test.ts. */
import {
  CreateBucketCommand,
  ListObjectsCommand,
  type ListObjectsCommandInput,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  ListObjectVersionsCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refused, type S3Bench, s3Bench } from '../../support/s3.ts';

let bench: S3Bench;
let Bucket: string;
beforeAll(async () => {
  bench = await s3Bench();
});
afterAll(() => bench.close());

const fill = async (keys: readonly string[]) => {
  Bucket = await bench.bucket();
  await Promise.all(keys.map((key) => bench.put(Bucket, key, 'x')));
};
const v2 = (more: Partial<ListObjectsV2CommandInput> = {}) =>
  bench.s3.send(new ListObjectsV2Command({ Bucket, ...more }));
const v1 = (more: Partial<ListObjectsCommandInput> = {}) => bench.s3.send(new ListObjectsCommand({ Bucket, ...more }));

type Page = { Contents?: { Key?: string }[]; CommonPrefixes?: { Prefix?: string }[] };
/** Keys and common prefixes of a page. */
const shown = ({ Contents = [], CommonPrefixes = [] }: Page) => [
  Contents.map(({ Key }) => Key),
  CommonPrefixes.map(({ Prefix }) => Prefix),
];

const KEYS = ['asdf', 'boo/bar', 'boo/baz/xyzzy', 'cquux/thud', 'cquux/bla', 'foo'];

type Query = { Prefix?: string; Delimiter?: string };
const QUERIES: [Query, string[], string[]][] = [
  [{}, ['asdf', 'boo/bar', 'boo/baz/xyzzy', 'cquux/bla', 'cquux/thud', 'foo'], []],
  [{ Delimiter: '/' }, ['asdf', 'foo'], ['boo/', 'cquux/']],
  [{ Delimiter: '/', Prefix: 'boo' }, [], ['boo/']],
  [{ Delimiter: '/', Prefix: 'boo/' }, ['boo/bar'], ['boo/baz/']],
  [{ Delimiter: '/', Prefix: 'boo/baz' }, [], ['boo/baz/']],
  [{ Delimiter: '/', Prefix: '/' }, [], []],
  [{ Delimiter: '', Prefix: 'boo' }, ['boo/bar', 'boo/baz/xyzzy'], []],
  [{ Delimiter: 'a' }, ['cquux/thud', 'foo'], ['a', 'boo/ba', 'cquux/bla']],
  [{ Delimiter: 'oo' }, ['asdf', 'cquux/bla', 'cquux/thud'], ['boo', 'foo']],
  [{ Delimiter: '%' }, ['asdf', 'boo/bar', 'boo/baz/xyzzy', 'cquux/bla', 'cquux/thud', 'foo'], []],
  [{ Delimiter: ' ' }, ['asdf', 'boo/bar', 'boo/baz/xyzzy', 'cquux/bla', 'cquux/thud', 'foo'], []],
  [{ Prefix: 'foo' }, ['foo'], []],
  [{ Prefix: 'fooo' }, [], []],
  [{ Prefix: 'boo/baz/xyzzy' }, ['boo/baz/xyzzy'], []],
  [{ Prefix: '' }, ['asdf', 'boo/bar', 'boo/baz/xyzzy', 'cquux/bla', 'cquux/thud', 'foo'], []],
  [{ Prefix: '\n' }, [], []],
];

describe.each([
  ['ListObjectsV2', v2],
  ['ListObjects', v1],
] as const)('%s', (_name, list) => {
  describe('shows', () => {
    beforeAll(() => fill(KEYS));
    it.each(QUERIES)('%j', async (query, keys, prefixes) => {
      expect(shown(await list(query))).toEqual([keys, prefixes]);
    });
    it.each(QUERIES)('%j, a page of one at a time', async (query, keys, prefixes) => {
      const found: (string | undefined)[] = [];
      let after: string | undefined;
      let token: string | undefined;
      for (;;) {
        const more = list === v2 ? { ContinuationToken: token } : { Marker: after };
        const page = (await list({ ...query, MaxKeys: 1, ...more })) as Page & {
          IsTruncated?: boolean;
          NextMarker?: string;
          NextContinuationToken?: string;
        };
        const [pageKeys = [], pagePrefixes = []] = shown(page);
        found.push(...pageKeys, ...pagePrefixes);
        if (!page.IsTruncated) break;
        after = page.NextMarker ?? found.at(-1);
        token = page.NextContinuationToken;
      }
      expect(found).toEqual([...keys, ...prefixes].toSorted());
    });
    it('nothing with no keys allowed, and is at its end then', async () => {
      const page = await list({ MaxKeys: 0 });
      expect([...shown(page), page.IsTruncated, page.MaxKeys]).toEqual([[], [], false, 0]);
    });
    it.each([-1, 2 ** 31])('no page of %i', async (MaxKeys) => {
      expect(await refused(list({ MaxKeys }))).toBe('InvalidArgument 400');
    });
    it('1,000 keys at most, whatever is asked for', async () => {
      expect((await list({ MaxKeys: 5000 })).MaxKeys).toBe(1000);
    });
    it('what it was asked for', async () => {
      const page = await list({ Prefix: 'boo', Delimiter: '/' });
      expect(page).toMatchObject({ Name: Bucket, Prefix: 'boo', Delimiter: '/', MaxKeys: 1000, IsTruncated: false });
    });
    it('of each object what a list shows', async () => {
      const { ETag } = await bench.put(Bucket, 'foo', 'content', { StorageClass: 'STANDARD_IA' });
      const object = (await list({ Prefix: 'foo' })).Contents?.[0];
      expect(object).toMatchObject({ ETag, Size: 7, StorageClass: 'STANDARD_IA', ChecksumAlgorithm: ['CRC32'] });
      expect(object?.LastModified).toBeInstanceOf(Date);
    });
    it('keys encoded, where asked to', async () => {
      await bench.put(Bucket, 'z ñ/+&<"', 'x');
      const page = await list({ Prefix: 'z ', EncodingType: 'url' });
      expect([page.Contents?.[0]?.Key, page.Prefix, page.EncodingType]).toEqual(['z+%C3%B1/%2B%26%3C%22', 'z+', 'url']);
      expect((await list({ Prefix: 'z ' })).Contents?.[0]?.Key).toBe('z ñ/+&<"');
      expect(await refused(list({ EncodingType: 'base64' as never }))).toBe('InvalidArgument 400');
    });
    it('no attributes that it does not know, and says so', async () => {
      expect(await refused(list({ OptionalObjectAttributes: ['RestoreStatus'] }))).toBe('NotImplemented 501');
    });
  });

  it('refuses a bucket that is not there, or another’s', async () => {
    expect(await refused(list({ Bucket: 'none' }))).toBe('NoSuchBucket 404');
    expect(await refused(list({ ExpectedBucketOwner: '999999999999' }))).toBe('AccessDenied 403');
  });
});

describe('ListObjectsV2', () => {
  beforeAll(() => fill(['bar', 'baz', 'foo', 'quxx']));
  it.each([
    ['bar', ['baz', 'foo', 'quxx']],
    ['blah', ['foo', 'quxx']],
    ['', ['bar', 'baz', 'foo', 'quxx']],
    ['\n', ['bar', 'baz', 'foo', 'quxx']],
    ['zzz', []],
  ])('starts after %j, be it a key or not', async (StartAfter, keys) => {
    expect(shown(await v2({ StartAfter }))[0]).toEqual(keys);
  });
  it('goes on by its token, whatever the start was', async () => {
    const first = await v2({ StartAfter: 'bar', MaxKeys: 1 });
    const second = await v2({ StartAfter: 'bar', ContinuationToken: first.NextContinuationToken });
    expect([...shown(first)[0]!, ...shown(second)[0]!]).toEqual(['baz', 'foo', 'quxx']);
    expect(second.ContinuationToken).toBe(first.NextContinuationToken);
  });
  it('refuses a token of another list, and one that is none', async () => {
    const { NextContinuationToken } = await v2({ MaxKeys: 1 });
    expect(await refused(v2({ ContinuationToken: NextContinuationToken, Prefix: 'b' }))).toBe('InvalidArgument 400');
    expect(await refused(v2({ ContinuationToken: 'x' }))).toBe('InvalidArgument 400');
    expect(await refused(v2({ ContinuationToken: '' }))).toBe('InvalidArgument 400');
  });
  it('counts keys and prefixes together', async () => {
    expect((await v2({ Delimiter: 'a' })).KeyCount).toBe(3);
    expect((await v2({ MaxKeys: 3 })).KeyCount).toBe(3);
  });
  it('names owners only to whoever asks', async () => {
    expect((await v2()).Contents?.[0]?.Owner).toBeUndefined();
    expect((await v2({ FetchOwner: true })).Contents?.[0]?.Owner?.ID).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('ListObjects', () => {
  beforeAll(() => fill(['bar', 'baz', 'foo', 'quxx', 'dir/1', 'dir/2']));
  it.each([
    ['bar', ['baz', 'dir/1', 'dir/2', 'foo', 'quxx']],
    ['c', ['dir/1', 'dir/2', 'foo', 'quxx']],
    ['zzz', []],
    ['', ['bar', 'baz', 'dir/1', 'dir/2', 'foo', 'quxx']],
  ])('goes on after the marker %j', async (Marker, keys) => {
    const page = await v1({ Marker });
    expect([shown(page)[0], page.Marker]).toEqual([keys, Marker]);
  });
  it('names the next marker only where a delimiter is given', async () => {
    expect((await v1({ MaxKeys: 1 })).NextMarker).toBeUndefined();
    expect((await v1({ MaxKeys: 3, Delimiter: '/' })).NextMarker).toBe('dir/');
    expect(shown(await v1({ Delimiter: '/', Marker: 'dir/' }))).toEqual([['foo', 'quxx'], []]);
  });
  it('names owners', async () => {
    expect((await v1()).Contents?.[0]?.Owner?.ID).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('keys', () => {
  it('are listed by their bytes', async () => {
    const keys = ['a', 'a/', 'a/b', 'a0', 'Z', 'é', '\u{1f9f6}', '\uffee', '~'];
    await fill(keys);
    expect(shown(await v2())[0]).toEqual(keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  });
  it('that end or begin with a slash, or hold several, are keys like others', async () => {
    await fill(['/', '//', '/a', 'a/', 'a//b']);
    expect(shown(await v2({ Delimiter: '/' }))).toEqual([[], ['/', 'a/']]);
    expect(shown(await v2({ Delimiter: '/', Prefix: 'a/' }))).toEqual([['a/'], ['a//']]);
    expect(shown(await v2({ Delimiter: '/', Prefix: '/' }))).toEqual([['/', '/a'], ['//']]);
  });
});

/** What S3 lists, written down as plainly as can be. */
function model(keys: readonly string[], { prefix, delimiter }: { prefix: string; delimiter: string | undefined }) {
  const sorted = keys
    .filter((key) => key.startsWith(prefix))
    .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const items: string[] = [];
  for (const key of sorted) {
    const at = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    const item = at < 0 ? key : key.slice(0, at + delimiter!.length);
    if (items.at(-1) !== item) items.push(item);
  }
  return items;
}

describe('any keys', () => {
  const piece = fc.constantFrom('a', 'b', '/', 'é', '\u{1f9f6}', '\uffee', ' ', '+', '%', '&', '~');
  const text = (maxLength: number) => fc.array(piece, { minLength: 1, maxLength }).map((pieces) => pieces.join(''));
  it('are listed as the model lists them: all three lists, any page, encoded or not', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(text(6), { maxLength: 12 }),
        fc.record({
          ...{ prefix: fc.oneof(fc.constant(''), text(2)), limit: fc.integer({ min: 1, max: 4 }), url: fc.boolean() },
          delimiter: fc.constantFrom(undefined, '/', 'a', 'é', '/a'),
        }),
        async (keys, { prefix, delimiter, limit, url }) => {
          run += 1;
          Bucket = `random-${run}`;
          await bench.s3.send(new CreateBucketCommand({ Bucket }));
          await Promise.all(keys.map((key) => bench.put(Bucket, key, 'x')));
          const query = {
            Prefix: prefix,
            Delimiter: delimiter,
            MaxKeys: limit,
            ...(url ? { EncodingType: 'url' as const } : {}),
          };
          const plain = (item: string | undefined) =>
            url ? decodeURIComponent((item ?? '').replaceAll('+', ' ')) : (item ?? '');
          const expected = model(keys, { prefix, delimiter });
          const collect = async (next: (state: string | undefined) => Promise<[Page, string | undefined]>) => {
            const found: string[] = [];
            let state: string | undefined;
            do {
              const [page, following] = await next(state);
              const [pageKeys = [], prefixes = []] = shown(page);
              found.push(...[...pageKeys, ...prefixes].map(plain));
              state = following;
            } while (state !== undefined);
            return found.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
          };
          const second = await collect(async (ContinuationToken) => {
            const page = await v2({ ...query, ContinuationToken });
            return [page, page.NextContinuationToken];
          });
          const first = await collect(async (Marker) => {
            const page = await v1({ ...query, Marker });
            const [pageKeys = []] = shown(page);
            return [page, page.IsTruncated ? plain(page.NextMarker ?? pageKeys.at(-1)) : undefined];
          });
          const versions = await collect(async (KeyMarker) => {
            const page = await bench.s3.send(new ListObjectVersionsCommand({ Bucket, ...query, KeyMarker }));
            const contents = { Contents: page.Versions ?? [], CommonPrefixes: page.CommonPrefixes ?? [] };
            return [contents, page.IsTruncated ? plain(page.NextKeyMarker) : undefined];
          });
          expect([second, first, versions]).toEqual([expected, expected, expected]);
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);
});
