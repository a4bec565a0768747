import { describe, expect, it } from 'vitest';
import { cacheAttributes, cacheKey } from '../../definition/pipeline/cacheKey.ts';
import type { ProcessingStep } from '../../definition/pipeline/types.ts';
import type { CacheVerdict } from '../../engine/pipelines/state.ts';
import { type CacheEntry, lookUp } from './cache.ts';
import type { JobLineage } from './ports.ts';
import type { CacheRow } from './store.ts';

const DAY = 86_400_000;
const NOW = 100 * DAY;
const step: ProcessingStep = {
  Name: 'prepare',
  Type: 'Processing',
  Arguments: {},
  CacheConfig: { Enabled: true, ExpireAfter: 'P30D' },
};
const given = (image: string, input = 's3://b/in') => ({
  AppSpecification: { ImageUri: image, ContainerArguments: ['--a', '1'] },
  ProcessingInputs: [{ InputName: 'x', S3Input: { S3Uri: input } }],
  RoleArn: 'not part of the key',
});
const lineage: JobLineage = {
  reads: [{ bucket: 'b', key: 'in', version: '1' }],
  prefixes: [{ uri: 's3://b/in', fingerprint: 'f1' }],
  outputs: [{ bucket: 'b', key: 'out', version: '5' }],
};

function row(image: string, endedAt: number, execution = 'arn:first'): CacheRow {
  const attributes = cacheAttributes(step, given(image));
  const entry: CacheEntry = { attributes, result: { describe: { from: execution } }, metadata: {}, lineage };
  const key = cacheKey(attributes);
  return { pipeline: 'p', step: 'prepare', key, execution, ended_at: endedAt, entry: JSON.stringify(entry) };
}

/** A cache with these rows, over a store in which each object has a version and each prefix a fingerprint. */
function cache(rows: CacheRow[], now: { versions?: Record<string, string>; fingerprint?: string } = {}) {
  const newestFirst = [...rows].sort((a, b) => b.ended_at - a.ended_at);
  const versions = now.versions ?? { in: '1', out: '5' };
  return {
    trackObjects: true,
    db: {
      cacheEntries: ({ since, limit }: { since: number; limit: number }) =>
        newestFirst.filter(({ ended_at }) => ended_at >= since).slice(0, limit),
      cacheEntriesOfKey: ({ key, since, limit }: { key: string; since: number; limit: number }) =>
        newestFirst.filter((each) => each.key === key && each.ended_at >= since).slice(0, limit),
    },
    ports: {
      currentVersion: (_bucket: string, key: string) => versions[key],
      prefixFingerprint: () => now.fingerprint ?? 'f1',
    },
  };
}

const missed = (verdict: CacheVerdict) => {
  expect(verdict.verdict).toBe('miss');
  return verdict as Extract<CacheVerdict, { verdict: 'miss' }>;
};

describe('the step cache', () => {
  it('is off for a step that does not ask for it', () => {
    const { CacheConfig: _, ...plain } = step;
    expect(lookUp(cache([row('i', NOW)]), 'p', plain, given('i'), NOW)).toEqual({
      verdict: { verdict: 'off' },
      hit: undefined,
    });
  });

  it('takes over the newest run with the same attributes, whatever else differs', () => {
    const rows = [row('i', NOW - 2 * DAY, 'arn:older'), row('i', NOW - DAY, 'arn:newer')];
    const { hit, verdict } = lookUp(cache(rows), 'p', step, { ...given('i'), RoleArn: 'other' }, NOW);
    expect([hit?.source, verdict.verdict]).toEqual(['arn:newer', 'hit']);
    expect(hit?.entry.result).toEqual({ describe: { from: 'arn:newer' } });
  });

  it('names the very member that differs from the newest run', () => {
    const { verdict } = lookUp(cache([row('i', NOW)]), 'p', step, given('j', 's3://b/other'), NOW);
    expect(missed(verdict).changes).toEqual([
      { input: 'AppSpecification.ImageUri', before: 'i', after: 'j' },
      { input: 'ProcessingInputs[0].S3Input.S3Uri', before: 's3://b/in', after: 's3://b/other' },
    ]);
  });

  it('misses when an object that was read was written anew, and says which (H2)', () => {
    const changed = cache([row('i', NOW)], { versions: { in: '2', out: '5' }, fingerprint: 'f2' });
    const { verdict } = lookUp(changed, 'p', step, given('i'), NOW);
    expect(missed(verdict).changes.map(({ input }) => input)).toEqual(['read s3://b/in', 'objects under s3://b/in']);
  });

  it('misses when an output has gone', () => {
    const { verdict } = lookUp(cache([row('i', NOW)], { versions: { in: '1' } }), 'p', step, given('i'), NOW);
    expect(missed(verdict).changes).toEqual([{ input: 'output s3://b/out', before: 'version 5', after: '(deleted)' }]);
  });

  it('compares URIs alone when told to do as AWS does', () => {
    const looking = { ...cache([row('i', NOW)], { versions: {}, fingerprint: 'f9' }), trackObjects: false };
    expect(lookUp(looking, 'p', step, given('i'), NOW).verdict.verdict).toBe('hit');
  });

  it('lets an entry expire, and says so', () => {
    const { verdict } = lookUp(cache([row('i', NOW - 31 * DAY)]), 'p', step, given('i'), NOW);
    expect(missed(verdict).reason).toContain('older than ExpireAfter (P30D)');
  });

  it('says when there is nothing to compare with', () => {
    const verdict = missed(lookUp(cache([]), 'p', step, given('i'), NOW).verdict);
    expect([verdict.reason, verdict.changes]).toEqual([
      'No earlier run of this step has succeeded in this pipeline.',
      [],
    ]);
  });
});
