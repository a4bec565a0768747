import {
  CopyObjectCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusal, refused, type S3Bench, s3Bench } from '../../support/s3.ts';

let bench: S3Bench;
beforeAll(async () => {
  bench = await s3Bench();
});
afterAll(() => bench.close());

const versioning = (Bucket: string, Status: 'Enabled' | 'Suspended', more = {}) =>
  bench.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status, ...more } }));
const remove = (Bucket: string, Key: string, VersionId?: string) =>
  bench.s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));

/** Every version and marker as `key version latest`, in S3's order, with bodies' sizes; pages are put together. */
async function history(Bucket: string, more = {}): Promise<string[]> {
  const found: string[] = [];
  let marker: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
  for (;;) {
    const page = await bench.s3.send(new ListObjectVersionsCommand({ Bucket, ...marker, ...more }));
    const line = (kind: string) => (one: { Key?: string; VersionId?: string; IsLatest?: boolean }) => ({
      text: `${one.Key} ${one.VersionId}${one.IsLatest ? ' latest' : ''}${kind}`,
    });
    found.push(
      ...(page.Versions ?? []).map(line('')).map(({ text }) => text),
      ...(page.DeleteMarkers ?? []).map(line(' marker')).map(({ text }) => text),
    );
    if (!page.IsTruncated) return found;
    marker = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker || undefined };
  }
}

describe('the state of versioning', () => {
  it('of a new bucket is none at all', async () => {
    const Bucket = await bench.bucket();
    const answer = await bench.s3.send(new GetBucketVersioningCommand({ Bucket }));
    expect([answer.Status, answer.MFADelete]).toEqual([undefined, undefined]);
  });
  it.each(['Enabled', 'Suspended'] as const)('can be %s, again and again', async (status) => {
    const Bucket = await bench.bucket();
    await versioning(Bucket, status);
    await versioning(Bucket, status);
    expect((await bench.s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe(status);
  });
  it('is refused to be anything else', async () => {
    const Bucket = await bench.bucket();
    expect(await refused(versioning(Bucket, undefined as never))).toBe('IllegalVersioningConfigurationException 400');
    expect(await refused(versioning('none', 'Enabled'))).toBe('NoSuchBucket 404');
  });
  it('refuses MFA delete by name', async () => {
    const Bucket = await bench.bucket();
    expect(await refused(versioning(Bucket, 'Enabled', { MFADelete: 'Enabled' }))).toBe('NotImplemented 501');
  });
});

describe('a bucket that was never versioned', () => {
  it('tells of no version ids, and has one version of each key, of id null', async () => {
    const Bucket = await bench.bucket();
    expect((await bench.put(Bucket, 'k', 'one')).VersionId).toBeUndefined();
    await bench.put(Bucket, 'k', 'two');
    expect((await bench.head(Bucket, 'k'))['VersionId']).toBeUndefined();
    expect(await history(Bucket)).toEqual(['k null latest']);
    expect(await bench.read(Bucket, 'k', { VersionId: 'null' })).toBe('two');
    const gone = await remove(Bucket, 'k');
    expect([gone.DeleteMarker, gone.VersionId]).toEqual([undefined, undefined]);
    expect(await history(Bucket)).toEqual([]);
  });
});

describe('a versioned bucket', () => {
  it('keeps every version, each readable by its id, the newest without', async () => {
    const Bucket = await bench.bucket({ versioned: true });
    const ids: string[] = [];
    for (const content of ['one', 'two', 'three']) ids.push((await bench.put(Bucket, 'k', content)).VersionId!);
    expect(new Set(ids).size).toBe(3);
    const contents = await Promise.all(ids.map((VersionId) => bench.read(Bucket, 'k', { VersionId })));
    expect(contents).toEqual(['one', 'two', 'three']);
    expect(await bench.read(Bucket, 'k')).toBe('three');
    expect((await bench.head(Bucket, 'k'))['VersionId']).toBe(ids[2]);
    expect(await history(Bucket)).toEqual([`k ${ids[2]} latest`, `k ${ids[1]}`, `k ${ids[0]}`]);
  });

  it('gives ids of 32 characters', async () => {
    const Bucket = await bench.bucket({ versioned: true });
    const { VersionId } = await bench.put(Bucket, 'k');
    expect(VersionId).toMatch(/^[A-Za-z0-9._-]{32}$/);
  });

  it('lists current objects only, and each key once', async () => {
    const Bucket = await bench.bucket({ versioned: true });
    for (const key of ['a', 'a', 'b', 'b', 'c']) await bench.put(Bucket, key);
    await remove(Bucket, 'b');
    const { Contents } = await bench.s3.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents?.map(({ Key }) => Key)).toEqual(['a', 'c']);
  });

  it('hides a deleted key behind a marker', async () => {
    const Bucket = await bench.bucket({ versioned: true });
    const { VersionId: first } = await bench.put(Bucket, 'k', 'one');
    const { VersionId: marker, DeleteMarker } = await remove(Bucket, 'k');
    expect(DeleteMarker).toBe(true);
    expect(await refused(bench.read(Bucket, 'k'))).toBe('NoSuchKey 404');
    expect(await bench.read(Bucket, 'k', { VersionId: first })).toBe('one');
    expect(await history(Bucket)).toEqual([`k ${first}`, `k ${marker} latest marker`]);
  });

  it('says in headers that a marker is what hides a key', async () => {
    const Bucket = await bench.bucket({ versioned: true });
    await bench.put(Bucket, 'k');
    const { VersionId } = await remove(Bucket, 'k');
    const error = await bench.s3.send(new HeadObjectCommand({ Bucket, Key: 'k' })).catch((each: unknown) => each);
    const { headers } = (error as { $response: { headers: Record<string, string> } }).$response;
    expect([headers['x-amz-delete-marker'], headers['x-amz-version-id']]).toEqual(['true', VersionId]);
  });

  it.each(['GetObject', 'HeadObject'])('answers 405 when %s names a marker', async (operation) => {
    const Bucket = await bench.bucket({ versioned: true });
    const { VersionId } = await remove(Bucket, 'k');
    const Command = operation === 'GetObject' ? GetObjectCommand : HeadObjectCommand;
    const error = await bench.s3.send(new Command({ Bucket, Key: 'k', VersionId })).catch((each: unknown) => each);
    const { headers, statusCode } = (error as { $response: { headers: Record<string, string>; statusCode: number } })
      .$response;
    expect([statusCode, headers['allow'], headers['x-amz-delete-marker']]).toEqual([405, 'DELETE', 'true']);
    expect(headers['last-modified']).toBeDefined();
  });

  it('makes a marker even where there was nothing', async () => {
    const Bucket = await bench.bucket({ versioned: true });
    const { VersionId } = await remove(Bucket, 'never');
    expect(await history(Bucket)).toEqual([`never ${VersionId} latest marker`]);
  });

  it('piles up markers, one for each deletion', async () => {
    const Bucket = await bench.bucket({ versioned: true });
    const first = await remove(Bucket, 'k');
    const second = await remove(Bucket, 'k');
    expect(await history(Bucket)).toEqual([`k ${second.VersionId} latest marker`, `k ${first.VersionId} marker`]);
  });

  it('brings an object back when its marker is deleted', async () => {
    const Bucket = await bench.bucket({ versioned: true });
    const { VersionId: first } = await bench.put(Bucket, 'k', 'one');
    const { VersionId: marker } = await remove(Bucket, 'k');
    const answer = await remove(Bucket, 'k', marker);
    expect([answer.DeleteMarker, answer.VersionId]).toEqual([true, marker]);
    expect(await bench.read(Bucket, 'k')).toBe('one');
    expect(await history(Bucket)).toEqual([`k ${first} latest`]);
  });

  it('goes back to the version before when the latest is deleted by its id', async () => {
    const Bucket = await bench.bucket({ versioned: true });
    const { VersionId: one } = await bench.put(Bucket, 'k', 'one');
    const { VersionId: two } = await bench.put(Bucket, 'k', 'two');
    const answer = await remove(Bucket, 'k', two);
    expect([answer.DeleteMarker, answer.VersionId]).toEqual([undefined, two]);
    expect(await bench.read(Bucket, 'k')).toBe('one');
    expect(await history(Bucket)).toEqual([`k ${one} latest`]);
    await remove(Bucket, 'k', one);
    expect(await history(Bucket)).toEqual([]);
  });

  it('goes back to a marker when what was put over it is deleted by its id', async () => {
    const Bucket = await bench.bucket({ versioned: true });
    const { VersionId: one } = await bench.put(Bucket, 'k', 'one');
    const { VersionId: marker } = await remove(Bucket, 'k');
    const { VersionId: two } = await bench.put(Bucket, 'k', 'two');
    await remove(Bucket, 'k', two);
    expect(await refused(bench.read(Bucket, 'k'))).toBe('NoSuchKey 404');
    expect(await history(Bucket)).toEqual([`k ${one}`, `k ${marker} latest marker`]);
  });

  it('leaves the latest alone when an older version is deleted', async () => {
    const Bucket = await bench.bucket({ versioned: true });
    const { VersionId: one } = await bench.put(Bucket, 'k', 'one');
    const { VersionId: two } = await bench.put(Bucket, 'k', 'two');
    await remove(Bucket, 'k', one);
    expect(await history(Bucket)).toEqual([`k ${two} latest`]);
    expect(await refused(bench.read(Bucket, 'k', { VersionId: one }))).toBe('NoSuchVersion 404');
  });

  it('takes the deletion of a version that is not there', async () => {
    const Bucket = await bench.bucket({ versioned: true });
    const { VersionId } = await bench.put(Bucket, 'k', 'one');
    await remove(Bucket, 'k', VersionId);
    expect((await remove(Bucket, 'k', VersionId)).VersionId).toBe(VersionId);
  });

  it.each([
    ['short', 'InvalidArgument 400'],
    ['x'.repeat(33), 'InvalidArgument 400'],
    ['A'.repeat(32), 'NoSuchVersion 404'],
    ['9'.repeat(32), 'NoSuchVersion 404'],
    ['null', 'NoSuchVersion 404'],
  ])('refuses to read the version %s', async (VersionId, code) => {
    const Bucket = await bench.bucket({ versioned: true });
    await bench.put(Bucket, 'k');
    expect(await refused(bench.read(Bucket, 'k', { VersionId }))).toBe(code);
  });

  it('never reads a version under another key', async () => {
    const Bucket = await bench.bucket({ versioned: true });
    const { VersionId } = await bench.put(Bucket, 'a');
    await bench.put(Bucket, 'b');
    expect(await refused(bench.read(Bucket, 'b', { VersionId }))).toBe('NoSuchVersion 404');
    await remove(Bucket, 'b', VersionId);
    expect(await bench.read(Bucket, 'b')).toBe('b');
  });

  it('is not deleted while versions or markers are left', async () => {
    const Bucket = await bench.bucket({ versioned: true });
    const { VersionId } = await remove(Bucket, 'k');
    expect(await refused(bench.s3.send(new DeleteBucketCommand({ Bucket })))).toBe('BucketNotEmpty 409');
    await remove(Bucket, 'k', VersionId);
    await bench.s3.send(new DeleteBucketCommand({ Bucket }));
  });

  it('deletes many at once: markers for keys, versions for good', async () => {
    const Bucket = await bench.bucket({ versioned: true });
    const { VersionId } = await bench.put(Bucket, 'a');
    await bench.put(Bucket, 'b');
    const { Deleted } = await bench.s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a', VersionId }, { Key: 'b' }] } }),
    );
    expect(Deleted?.[0]).toEqual({ Key: 'a', VersionId });
    expect(Deleted?.[1]).toMatchObject({ Key: 'b', DeleteMarker: true });
    const marker = Deleted?.[1]?.DeleteMarkerVersionId;
    const again = await bench.s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'b', VersionId: marker }] } }),
    );
    expect(again.Deleted).toEqual([{ Key: 'b', VersionId: marker, DeleteMarker: true, DeleteMarkerVersionId: marker }]);
    expect(await bench.read(Bucket, 'b')).toBe('b');
  });

  it('keeps tags by version', async () => {
    const Bucket = await bench.bucket({ versioned: true });
    const { VersionId: one } = await bench.put(Bucket, 'k', 'one', { Tagging: 'n=1' });
    const { VersionId: two } = await bench.put(Bucket, 'k', 'two', { Tagging: 'n=2' });
    const tagged = await bench.s3.send(
      new PutObjectTaggingCommand({
        Bucket,
        Key: 'k',
        VersionId: one,
        Tagging: { TagSet: [{ Key: 'n', Value: '3' }] },
      }),
    );
    expect(tagged.VersionId).toBe(one);
    const read = async (VersionId?: string) =>
      (await bench.s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'k', VersionId }))).TagSet?.[0]?.Value;
    expect([await read(one), await read(two), await read()]).toEqual(['3', '2', '2']);
  });

  it('copies an older version over the latest, to bring it back', async () => {
    const Bucket = await bench.bucket({ versioned: true });
    const { VersionId: one } = await bench.put(Bucket, 'k', 'one');
    await bench.put(Bucket, 'k', 'two');
    const copied = await bench.s3.send(
      new CopyObjectCommand({ Bucket, Key: 'k', CopySource: `${Bucket}/k?versionId=${one}` }),
    );
    expect(copied.CopySourceVersionId).toBe(one);
    expect(copied.VersionId).toMatch(/^.{32}$/);
    expect(await bench.read(Bucket, 'k')).toBe('one');
    expect((await history(Bucket)).length).toBe(3);
  });

  it('goes back to what was there before versioning, the version null', async () => {
    const Bucket = await bench.bucket();
    await bench.put(Bucket, 'k', 'before');
    await versioning(Bucket, 'Enabled');
    await bench.put(Bucket, 'k', 'after');
    const copied = await bench.s3.send(
      new CopyObjectCommand({ Bucket, Key: 'k', CopySource: `${Bucket}/k?versionId=null` }),
    );
    expect(copied.CopySourceVersionId).toBe('null');
    expect(await bench.read(Bucket, 'k')).toBe('before');
  });

  it('refuses to copy a marker', async () => {
    const Bucket = await bench.bucket({ versioned: true });
    await bench.put(Bucket, 'k');
    const { VersionId } = await remove(Bucket, 'k');
    const copy = (source: string) => bench.s3.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource: source }));
    expect(await refused(copy(`${Bucket}/k`))).toBe('NoSuchKey 404');
    expect((await refusal(copy(`${Bucket}/k?versionId=${VersionId}`))).message).toMatch(/may not specifically refer/);
  });
});

describe('a bucket whose versioning is suspended', () => {
  it('keeps what was there before under the id null', async () => {
    const Bucket = await bench.bucket();
    await bench.put(Bucket, 'k', 'before');
    await versioning(Bucket, 'Enabled');
    const { VersionId } = await bench.put(Bucket, 'k', 'during');
    expect(await bench.read(Bucket, 'k', { VersionId: 'null' })).toBe('before');
    expect(await history(Bucket)).toEqual([`k ${VersionId} latest`, 'k null']);
  });

  it('writes the version null, in place of the one before, whichever is the latest', async () => {
    const Bucket = await bench.bucket({ versioned: true });
    const { VersionId: kept } = await bench.put(Bucket, 'k', 'kept');
    await versioning(Bucket, 'Suspended');
    expect((await bench.put(Bucket, 'k', 'null one')).VersionId).toBe('null');
    await bench.put(Bucket, 'k', 'null two');
    expect(await history(Bucket)).toEqual(['k null latest', `k ${kept}`]);
    expect(await bench.read(Bucket, 'k')).toBe('null two');
    await versioning(Bucket, 'Enabled');
    const { VersionId: newest } = await bench.put(Bucket, 'k', 'newest');
    await versioning(Bucket, 'Suspended');
    await bench.put(Bucket, 'k', 'null three');
    expect(await history(Bucket)).toEqual(['k null latest', `k ${newest}`, `k ${kept}`]);
  });

  it('deletes with a marker of the id null, which takes the place of the version null', async () => {
    const Bucket = await bench.bucket({ versioned: true });
    const { VersionId: kept } = await bench.put(Bucket, 'k', 'kept');
    await versioning(Bucket, 'Suspended');
    await bench.put(Bucket, 'k', 'null');
    const answer = await remove(Bucket, 'k');
    expect([answer.DeleteMarker, answer.VersionId]).toEqual([true, 'null']);
    await remove(Bucket, 'k');
    expect(await history(Bucket)).toEqual([`k ${kept}`, 'k null latest marker']);
    await remove(Bucket, 'k', 'null');
    expect(await bench.read(Bucket, 'k')).toBe('kept');
  });

  it('deletes the version null by its id and finds the one before', async () => {
    const Bucket = await bench.bucket({ versioned: true });
    await bench.put(Bucket, 'k', 'kept');
    await versioning(Bucket, 'Suspended');
    await bench.put(Bucket, 'k', 'null');
    await remove(Bucket, 'k', 'null');
    expect(await bench.read(Bucket, 'k')).toBe('kept');
  });
});

describe('the list of versions', () => {
  let Bucket: string;
  beforeAll(async () => {
    Bucket = await bench.bucket({ versioned: true });
    for (const key of ['a/1', 'a/2', 'b', 'c/1', 'd']) for (const n of [1, 2, 3]) await bench.put(Bucket, key, `${n}`);
    await remove(Bucket, 'b');
    await remove(Bucket, 'd');
  });

  it.each([1, 2, 3, 4, 5, 7, 16, 17, 18])('is the same in pages of %i', async (MaxKeys) => {
    const all = await history(Bucket);
    expect(all).toHaveLength(17);
    expect((await history(Bucket, { MaxKeys })).toSorted()).toEqual(all.toSorted());
  });

  it('rolls keys up at a delimiter', async () => {
    const page = await bench.s3.send(new ListObjectVersionsCommand({ Bucket, Delimiter: '/' }));
    expect(page.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['a/', 'c/']);
    expect(new Set(page.Versions?.map(({ Key }) => Key))).toEqual(new Set(['b', 'd']));
  });

  it('keeps to a prefix', async () => {
    const page = await bench.s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'a/' }));
    expect(page.Versions?.map(({ Key }) => Key)).toEqual(['a/1', 'a/1', 'a/1', 'a/2', 'a/2', 'a/2']);
    expect(page.Versions?.map(({ IsLatest }) => IsLatest)).toEqual([true, false, false, true, false, false]);
  });

  it('goes on behind a key, and behind a version of a key', async () => {
    const after = await bench.s3.send(new ListObjectVersionsCommand({ Bucket, KeyMarker: 'b' }));
    expect(new Set(after.Versions?.map(({ Key }) => Key))).toEqual(new Set(['c/1', 'd']));
    const { Versions } = await bench.s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'a/1' }));
    const { Versions: rest } = await bench.s3.send(
      new ListObjectVersionsCommand({
        ...{ Bucket, Prefix: 'a/1', KeyMarker: 'a/1', VersionIdMarker: Versions![0]!.VersionId },
      }),
    );
    expect(rest?.map(({ VersionId }) => VersionId)).toEqual(Versions!.slice(1).map(({ VersionId }) => VersionId));
    expect(rest?.map(({ IsLatest }) => IsLatest)).toEqual([false, false]);
  });

  it('is refused a version marker without a key marker', async () => {
    const list = bench.s3.send(new ListObjectVersionsCommand({ Bucket, VersionIdMarker: 'null' }));
    expect(await refused(list)).toBe('InvalidArgument 400');
  });

  it('encodes keys where it is asked to', async () => {
    const named = await bench.bucket({ versioned: true });
    await bench.put(named, 'a b/ñ+');
    const page = await bench.s3.send(new ListObjectVersionsCommand({ Bucket: named, EncodingType: 'url' }));
    expect(page.Versions?.[0]?.Key).toBe('a+b/%C3%B1%2B');
  });
});
