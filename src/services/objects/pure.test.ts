import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkBucketName, regionOfNew } from './buckets.ts';
import { failedReadCondition, namesEtag } from './conditions.ts';
import { parseCopySource } from './copyOperations.ts';
import { compareKeys, successor, urlEncodeKey } from './keys.ts';
import { commonPrefixOf, firstAfter, listPage } from './listing.ts';
import { copyRangeOf, partRangeOf, rangeOf } from './ranges.ts';
import { parseTags } from './tags.ts';

const code = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('bucket names', () => {
  it.each(['abc', 'my.bucket-1', '0ab', 'a'.repeat(63), 'sagemaker-us-east-1-123456789012'])('takes %s', (name) => {
    expect(code(() => checkBucketName(name))).toBe('none');
  });
  it.each([
    ...['', 'ab', 'a'.repeat(64), 'Upper', 'under_score', '-ab', 'ab-', '.ab', 'a..b', '192.168.1.1', 'xn--abc', 'a/b'],
    ...['abc-s3alias', 'sthree-a', 'abc--x-s3', 'console', '..', 'a\u0000b'],
  ])('refuses %j', (name) => {
    expect(code(() => checkBucketName(name))).toBe('InvalidBucketName');
  });
});

describe('the region of a new bucket', () => {
  it.each([
    ['us-east-1', undefined, 'us-east-1'],
    ['us-east-1', 'EU', 'eu-west-1'],
    ['us-east-1', 'us-west-2', 'us-west-2'],
    ['eu-west-1', 'eu-west-1', 'eu-west-1'],
  ])('at %s with constraint %s is %s', (endpoint, constraint, region) => {
    expect(regionOfNew(endpoint, constraint)).toBe(region);
  });
  it.each([
    ['us-east-1', 'us-east-1', 'InvalidLocationConstraint'],
    ['eu-west-1', undefined, 'IllegalLocationConstraintException'],
    ['eu-west-1', 'us-west-2', 'IllegalLocationConstraintException'],
  ])('at %s with constraint %s is refused', (endpoint, constraint, expected) => {
    expect(code(() => regionOfNew(endpoint, constraint))).toBe(expected);
  });
});

describe('ranges', () => {
  it.each([
    ['bytes=0-4', { first: 0, last: 4 }],
    ['bytes=5-', { first: 5, last: 9 }],
    ['bytes=-3', { first: 7, last: 9 }],
    ['bytes=-30', { first: 0, last: 9 }],
    ['bytes=0-100', { first: 0, last: 9 }],
    ['bytes=4-2', undefined],
    ['bytes=0-1,3-4', undefined],
    ['bytes=-', undefined],
    ['lines=0-1', undefined],
    [undefined, undefined],
  ])('of ten bytes, %s', (header, range) => {
    expect(rangeOf(header, 10)).toEqual(range);
  });
  it.each(['bytes=10-', 'bytes=10-12', 'bytes=-0'])('%s lies outside ten bytes', (header) => {
    expect(code(() => rangeOf(header, 10))).toBe('InvalidRange');
  });
  it('of an empty object are never satisfiable', () => {
    for (const header of ['bytes=0-', 'bytes=0-0', 'bytes=-1'])
      expect(code(() => rangeOf(header, 0))).toBe('InvalidRange');
  });
  it('of a part follow the parts before it', () => {
    expect(partRangeOf(2, [5, 7, 1])).toEqual({ first: 5, last: 11 });
    expect(partRangeOf(1, [0])).toBeUndefined();
    expect(code(() => partRangeOf(4, [5, 7, 1]))).toBe('InvalidPartNumber');
  });
  it('of a copied part must lie inside its source', () => {
    expect(copyRangeOf('bytes=0-9', 10)).toEqual({ first: 0, last: 9 });
    for (const header of ['bytes=0-10', 'bytes=5-', 'bytes=-5', 'bytes=6-5']) {
      expect(code(() => copyRangeOf(header, 10))).toBe('InvalidArgument');
    }
  });
});

describe('conditions', () => {
  const object = { etag: 'abc', modifiedAt: Date.UTC(2026, 0, 1, 0, 0, 10, 900) };
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
  const none = { ifMatch: undefined, ifNoneMatch: undefined, ifModifiedSince: undefined, ifUnmodifiedSince: undefined };
  it.each([
    [{ ifMatch: '"abc"' }, undefined],
    [{ ifMatch: 'abc' }, undefined],
    [{ ifMatch: '*' }, undefined],
    [{ ifMatch: '"x", "abc"' }, undefined],
    [{ ifMatch: '"x"' }, 'If-Match'],
    [{ ifNoneMatch: '"x"' }, undefined],
    [{ ifNoneMatch: 'W/"abc"' }, 'If-None-Match'],
    [{ ifModifiedSince: at(9) }, undefined],
    [{ ifModifiedSince: at(10) }, 'If-Modified-Since'],
    [{ ifUnmodifiedSince: at(10) }, undefined],
    [{ ifUnmodifiedSince: at(9) }, 'If-Unmodified-Since'],
    [{ ifMatch: '"abc"', ifUnmodifiedSince: at(9) }, undefined],
    [{ ifNoneMatch: '"x"', ifModifiedSince: at(11) }, undefined],
  ])('%j', (conditions, failed) => {
    expect(failedReadCondition({ ...none, ...conditions }, object)).toBe(failed);
  });
  it('an entity tag is never taken for a part of another', () => {
    expect(namesEtag('"abcd"', 'abc')).toBe(false);
  });
});

describe('keys', () => {
  const key = fc.string({ unit: 'binary', maxLength: 6 });
  it('compare by their UTF-8 bytes', () => {
    expect(['\u{10000}', '\uffff', 'z', 'é', 'a'].sort(compareKeys)).toEqual(['a', 'z', 'é', '\uffff', '\u{10000}']);
  });
  it('a successor is greater than all that begins with the prefix, and not greater than all else that is', () => {
    fc.assert(
      fc.property(key, key, key, (prefix, rest, other) => {
        const next = successor(prefix);
        if (next === undefined) return;
        expect(compareKeys(prefix + rest, next)).toBeLessThan(0);
        if (compareKeys(other, prefix) > 0 && !other.startsWith(prefix)) {
          expect(compareKeys(other, next)).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
  it('has no successor beyond the last character', () => {
    expect(successor('')).toBeUndefined();
    expect(successor('\u{10ffff}')).toBeUndefined();
    expect(successor('a\u{10ffff}')).toBe('b');
    expect(successor('\ud7ff')).toBe('\ue000');
  });
  it('are encoded in lists as a form would, slashes left', () => {
    expect(urlEncodeKey("a b+c/d(1)!*'~é\u0001.png")).toBe('a+b%2Bc/d%281%29%21*%27%7E%C3%A9%01.png');
  });
  it('once encoded are read back by clients that decode a form', () => {
    fc.assert(
      fc.property(key, (text) => {
        expect(decodeURIComponent(urlEncodeKey(text).replaceAll('+', ' '))).toBe(text);
      }),
    );
  });
});

describe('lists', () => {
  /** Small alphabets, so that prefixes and delimiters meet. */
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '\uffff', '\u{10000}'), maxLength: 5 });
  const some = fc.uniqueArray(
    text.filter((each) => each !== ''),
    { maxLength: 30 },
  );

  /** What a list is, said in the plainest way. */
  function expected(keys: string[], prefix: string, delimiter: string | undefined): string[] {
    const shown = keys
      .filter((key) => key.startsWith(prefix))
      .map((key) => commonPrefixOf(key, prefix, delimiter) ?? key)
      .sort(compareKeys);
    return [...new Set(shown)];
  }

  it('show, page after page, every key or common prefix once and in order, with a seek for each prefix', () => {
    const delimiters = fc.constantFrom(undefined, '/', 'a', '//');
    fc.assert(
      fc.property(some, text, delimiters, fc.integer({ min: 1, max: 4 }), (keys, prefix, delimiter, limit) => {
        const sorted = keys.toSorted(compareKeys);
        let read = 0;
        const between = (from: string, below: string | undefined) =>
          sorted.filter(
            (each) => compareKeys(each, from) >= 0 && (below === undefined || compareKeys(each, below) < 0),
          );
        const source = {
          *entries(from: string, below: string | undefined) {
            for (const key of between(from, below)) {
              read += 1;
              yield { key };
            }
          },
          first: (from: string, below: string | undefined) => between(from, below)[0],
        };
        const shown: string[] = [];
        let from = firstAfter(undefined, { prefix, delimiter });
        while (from !== undefined) {
          read = 0;
          const page = listPage(source, { prefix, delimiter, from, limit });
          expect(read).toBeLessThanOrEqual(limit + 1);
          const both = [...page.entries.map((entry) => entry.key), ...page.prefixes].sort(compareKeys);
          expect(both.length).toBeLessThanOrEqual(limit);
          if (page.next) expect(both.at(-1)).toBe(page.next.key);
          shown.push(...both);
          from = page.next && firstAfter(page.next.key, { prefix, delimiter });
        }
        expect(shown).toEqual(expected(sorted, prefix, delimiter));
      }),
      { numRuns: 500 },
    );
  });

  it('of no keys at all are not truncated', () => {
    const page = listPage(
      { entries: () => [{ key: 'a' }], first: () => 'a' },
      { prefix: '', delimiter: undefined, from: '', limit: 0 },
    );
    expect(page).toEqual({ entries: [], prefixes: [], next: undefined });
  });
});

describe('small grammars', () => {
  it('tags', () => {
    expect(parseTags('a=1&b=x%20y&c=')).toEqual([
      { key: 'a', value: '1' },
      { key: 'b', value: 'x y' },
      { key: 'c', value: '' },
    ]);
    for (const bad of ['a=1&a=2', '=1', `${'k'.repeat(129)}=1`, `a=${'v'.repeat(257)}`, 'a=%3C', 'aws:x=1']) {
      expect(code(() => parseTags(bad))).toBe('InvalidTag');
    }
    expect(code(() => parseTags('abcdefghijk'.split('').join('=1&')))).toBe('BadRequest');
  });
  it('copy sources', () => {
    expect(parseCopySource('/b/k%20k/%2e%2e')).toEqual({ Bucket: 'b', Key: 'k k/..', VersionId: undefined });
    expect(parseCopySource('b/k?versionId=null')).toEqual({ Bucket: 'b', Key: 'k', VersionId: 'null' });
    expect(parseCopySource('b/100%')).toEqual({ Bucket: 'b', Key: '100%', VersionId: undefined });
    for (const bad of [undefined, '', 'b', 'b/', '/', 'arn:aws:s3:us-west-2:1:accesspoint/a/object/k']) {
      expect(code(() => parseCopySource(bad))).toBe('InvalidArgument');
    }
  });
});
