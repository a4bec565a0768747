import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, memoryStore, perform, testWorld } from '../../../tests/support/operations.ts';
import { systemRandom } from '../../base/random.ts';
import { isAwsError } from '../../protocol/errors.ts';
import { migrations } from './index.ts';
import { compareKeys } from './keys.ts';
import { body, contentOf, objectsOver, type TestObjects, testFolder } from './testing.ts';
import { versionIdOf, versionIn } from './versionIds.ts';

type Version = { id: string; content: string | undefined };
/** Of each key its versions, the newest first; a marker has no content. */
type Model = { versioning: 'Enabled' | 'Suspended' | undefined; keys: Map<string, Version[]> };

const key = fc.constantFrom('a', 'a/b', 'b');
type Step =
  | { do: 'put' | 'delete' | 'get'; key: string }
  | { do: 'delete version' | 'get version'; key: string; which: number }
  | { do: 'versioning'; state: 'Enabled' | 'Suspended' }
  | { do: 'list' }
  | { do: 'list versions'; limit: number }
  | { do: 'collect' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('put' as const), key }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('delete' as const, 'get' as const), key }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('delete version' as const, 'get version' as const),
      ...{ key, which: fc.nat(4) },
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('versioning' as const),
      state: fc.constantFrom('Enabled' as const, 'Suspended' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('list versions' as const), limit: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('list' as const, 'collect' as const) }) },
);

/** What S3's documentation says that happens; `given` is the id that the store gave. */
function apply(model: Model, key: string, given: string, content: string | undefined): void {
  const versions = model.keys.get(key) ?? [];
  const kept = model.versioning === undefined ? [] : versions;
  // The version null is one: what is written under it takes its place.
  const rest = model.versioning === 'Suspended' ? kept.filter(({ id }) => id !== 'null') : kept;
  model.keys.set(key, content === undefined && model.versioning === undefined ? [] : [{ id: given, content }, ...rest]);
}

const listed = (model: Model): string[] =>
  [...model.keys].flatMap(([key, versions]) => (versions[0]?.content === undefined ? [] : [key])).sort(compareKeys);

/** Versions, and markers: S3 lists them apart. */
function history(model: Model): [string[], string[]] {
  const all = [...model.keys]
    .sort(([a], [b]) => compareKeys(a, b))
    .flatMap(([key, versions]) => versions.map((version, index) => ({ key, ...version, latest: index === 0 })));
  const line = ({ key, id, latest, content }: (typeof all)[number]) => `${key} ${id} ${latest} ${content ?? ''}`;
  const isMarker = ({ content }: Version) => content === undefined;
  return [all.filter((one) => !isMarker(one)).map(line), all.filter(isMarker).map(line)];
}

async function agree(steps: readonly Step[]): Promise<void> {
  const folder = testFolder();
  const world = testWorld();
  const store = memoryStore([migrations], world);
  const s3 = objectsOver(folder, store, world, ACCOUNT);
  const model: Model = { versioning: undefined, keys: new Map() };
  try {
    await perform(store, s3.operations.CreateBucket, { Bucket: 'data' });
    let written = 0;
    for (const one of steps) {
      written += 1;
      await follow(one, model, s3, store, `content ${written}`);
    }
    expect(await storedHistory(s3, store, 1000)).toEqual(history(model));
  } finally {
    await store.close();
    folder.remove();
  }
}

type Store = ReturnType<typeof memoryStore>;

async function follow(one: Step, model: Model, s3: TestObjects, store: Store, content: string): Promise<void> {
  const { operations } = s3;
  const at = (Key: string) => ({ Bucket: 'data', Key });
  const read = async (input: object) =>
    (
      await contentOf((await perform(store, operations.GetObject, { Bucket: 'data', Key: '', ...input })).Body)
    ).toString();
  switch (one.do) {
    case 'put': {
      const { VersionId } = await perform(store, operations.PutObject, {
        ...at(one.key),
        Body: body(content) as never,
      });
      expect(VersionId === undefined).toBe(model.versioning === undefined);
      return apply(model, one.key, VersionId ?? 'null', content);
    }
    case 'delete': {
      const { VersionId } = await perform(store, operations.DeleteObject, at(one.key));
      return apply(model, one.key, VersionId ?? 'null', undefined);
    }
    case 'get': {
      const expected = model.keys.get(one.key)?.[0]?.content ?? 'NoSuchKey';
      return expect(await read(at(one.key)).catch(codeOf)).toBe(expected);
    }
    case 'get version': {
      const version = model.keys.get(one.key)?.[one.which];
      if (!version) return;
      const expected = version.content ?? 'MethodNotAllowed';
      return expect(await read({ ...at(one.key), VersionId: version.id }).catch(codeOf)).toBe(expected);
    }
    case 'delete version': {
      const versions = model.keys.get(one.key) ?? [];
      const version = versions[one.which];
      if (!version) return;
      await perform(store, operations.DeleteObject, { ...at(one.key), VersionId: version.id });
      return void model.keys.set(
        one.key,
        versions.filter((each) => each !== version),
      );
    }
    case 'versioning': {
      const VersioningConfiguration = { Status: one.state };
      await perform(store, operations.PutBucketVersioning, { Bucket: 'data', VersioningConfiguration });
      model.versioning = one.state;
      return;
    }
    case 'list': {
      const { Contents = [] } = await perform(store, operations.ListObjectsV2, { Bucket: 'data' });
      return expect(Contents.map(({ Key }) => Key)).toEqual(listed(model));
    }
    case 'list versions':
      return expect(await storedHistory(s3, store, one.limit)).toEqual(history(model));
    case 'collect':
      await s3.collectGarbage({
        dryRun: false,
        before: Number.MAX_SAFE_INTEGER,
        after: 0,
        budget: 1e9,
        keeps: () => false,
      });
  }
}

/** All versions and all markers, page after page, with the contents of the former. */
async function storedHistory(s3: TestObjects, store: Store, MaxKeys: number): Promise<[string[], string[]]> {
  const versions: string[] = [];
  const markers: string[] = [];
  let marker: { KeyMarker?: string; VersionIdMarker?: string } = {};
  for (;;) {
    const page = await perform(store, s3.operations.ListObjectVersions, { Bucket: 'data', MaxKeys, ...marker });
    for (const { Key, VersionId, IsLatest } of page.Versions ?? []) {
      const { Body } = await perform(store, s3.operations.GetObject, { Bucket: 'data', Key, VersionId });
      versions.push(`${Key} ${VersionId} ${IsLatest} ${await contentOf(Body)}`);
    }
    for (const { Key, VersionId, IsLatest } of page.DeleteMarkers ?? [])
      markers.push(`${Key} ${VersionId} ${IsLatest} `);
    if (!page.IsTruncated) return [versions, markers];
    marker = { KeyMarker: page.NextKeyMarker!, VersionIdMarker: page.NextVersionIdMarker! };
  }
}

function codeOf(error: unknown): string {
  if (isAwsError(error)) return error.code;
  throw error;
}

describe('versions', () => {
  it('are what the documentation says, whatever is done in whatever order', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 30 }), agree), { numRuns: 150 });
  }, 120_000);

  it('have ids that lead back to them', () => {
    fc.assert(
      fc.property(fc.nat(Number.MAX_SAFE_INTEGER), (version) => {
        const id = versionIdOf(version, systemRandom);
        expect(id).toMatch(/^[A-Za-z0-9]{32}$/);
        expect(versionIn(id)).toBe(version);
      }),
    );
    expect(versionIn('null')).toBeUndefined();
    expect(versionIn('9'.repeat(32))).toBeUndefined();
    expect(versionIdOf(7, systemRandom)).not.toBe(versionIdOf(7, systemRandom));
  });
});
