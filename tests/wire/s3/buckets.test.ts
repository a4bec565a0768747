import {
  CreateBucketCommand,
  type CreateBucketCommandInput,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  GetBucketLocationCommand,
  GetBucketTaggingCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  type ListBucketsCommandInput,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refused, type S3Bench, s3Bench } from '../../support/s3.ts';

let bench: S3Bench;
beforeAll(async () => {
  bench = await s3Bench();
});
afterAll(() => bench.close());

const create = (Bucket: string, more: Partial<CreateBucketCommandInput> = {}, s3 = bench.s3) =>
  s3.send(new CreateBucketCommand({ Bucket, ...more }));
const location = async (Bucket: string) =>
  (await bench.s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint;

describe('a bucket’s name', () => {
  it.each(['abc', 'a'.repeat(63), 'a-b', 'a.b.c', '0ab', 'ab0', '123', 'a--b', 'xn-a'])('may be %s', async (name) => {
    const { Location } = await create(name);
    expect(Location).toBe(`/${name}`);
    await bench.s3.send(new DeleteBucketCommand({ Bucket: name }));
  });
  it.each([
    ...['ab', 'a'.repeat(64), 'Abc', 'a_b', '-ab', 'ab-', '.ab', 'ab.', 'a..b', 'a b', 'añb', '192.168.1.1'],
    ...['xn--a', 'sthree-a', 'amzn-s3-demo-a', 'a-s3alias', 'a--ol-s3', 'a.mrap', 'a--table-s3', 'console'],
  ])('is refused to be %s', async (name) => {
    expect(await refused(create(name))).toBe('InvalidBucketName 400');
  });
});

describe('creating a bucket', () => {
  it('again is nothing in the classic region, and refused elsewhere', async () => {
    await create('again');
    await create('again');
    const elsewhere = bench.client({ region: 'eu-west-1' });
    await create('again-eu', { CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }, elsewhere);
    const twice = create('again-eu', { CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }, elsewhere);
    expect(await refused(twice)).toBe('BucketAlreadyOwnedByYou 409');
  });
  it.each([
    ['us-east-1', undefined, undefined],
    ['us-east-1', 'eu-west-1', 'eu-west-1'],
    ['us-east-1', 'EU', 'eu-west-1'],
    ['eu-west-1', 'eu-west-1', 'eu-west-1'],
  ] as const)('through %s, in %s, puts it there', async (region, constraint, expected) => {
    const name = `in-${region}-${constraint?.toLowerCase()}`;
    const configuration = constraint && { CreateBucketConfiguration: { LocationConstraint: constraint } };
    await create(name, configuration ?? {}, bench.client({ region }));
    expect(await location(name)).toBe(expected);
    const head = await bench.s3.send(new HeadBucketCommand({ Bucket: name }));
    expect(head.BucketRegion).toBe(expected ?? 'us-east-1');
  });
  it.each([
    ['us-east-1', 'us-east-1', 'InvalidLocationConstraint 400'],
    ['eu-west-1', 'us-west-2', 'IllegalLocationConstraintException 400'],
  ] as const)('through %s, in %s, is refused', async (region, constraint, code) => {
    const work = create(
      'misplaced',
      { CreateBucketConfiguration: { LocationConstraint: constraint as never } },
      bench.client({ region }),
    );
    expect(await refused(work)).toBe(code);
  });
  it.each<[string, Partial<CreateBucketCommandInput>]>([
    ['a public ACL', { ACL: 'public-read' }],
    ['grants', { GrantRead: 'id=1' }],
    ['object lock', { ObjectLockEnabledForBucket: true }],
    ['owners of objects', { ObjectOwnership: 'ObjectWriter' }],
  ])('with %s is refused by name', async (_what, more) => {
    expect(await refused(create('refused', more))).toBe('NotImplemented 501');
    expect(await refused(bench.s3.send(new HeadBucketCommand({ Bucket: 'refused' })))).toBe('NotFound 404');
  });
  it.each<[string, Partial<CreateBucketCommandInput>]>([
    ['a private ACL', { ACL: 'private' }],
    ['the usual owner', { ObjectOwnership: 'BucketOwnerEnforced' }],
  ])('with %s is as without', async (_what, more) => {
    await create('usual', more);
    await bench.s3.send(new DeleteBucketCommand({ Bucket: 'usual' }));
  });
  it('with tags tags it', async () => {
    await create('tagged', { CreateBucketConfiguration: { Tags: [{ Key: 'team', Value: 'a' }] } });
    const { TagSet } = await bench.s3.send(new GetBucketTaggingCommand({ Bucket: 'tagged' }));
    expect(TagSet).toEqual([{ Key: 'team', Value: 'a' }]);
  });
});

describe('HeadBucket', () => {
  it('finds it for its owner only', async () => {
    const Bucket = await bench.bucket();
    const head = (more: object) => bench.s3.send(new HeadBucketCommand({ Bucket, ...more }));
    expect((await head({})).BucketArn).toBe(`arn:aws:s3:::${Bucket}`);
    await head({ ExpectedBucketOwner: '000000000000' });
    expect((await refused(head({ ExpectedBucketOwner: '999999999999' }))).slice(-3)).toBe('403');
  });
});

describe('deleting a bucket', () => {
  it('takes what is set on it, and uploads under way, along', async () => {
    await create('goes', { CreateBucketConfiguration: { Tags: [{ Key: 'a', Value: 'b' }] } });
    await bench.s3.send(new CreateMultipartUploadCommand({ Bucket: 'goes', Key: 'k' }));
    await bench.s3.send(new DeleteBucketCommand({ Bucket: 'goes' }));
    await create('goes');
    expect(await refused(bench.s3.send(new GetBucketTaggingCommand({ Bucket: 'goes' })))).toBe('NoSuchTagSet 404');
  });
  it('is refused while it holds an object, or is not there', async () => {
    const Bucket = await bench.bucket();
    await bench.put(Bucket, 'k');
    expect(await refused(bench.s3.send(new DeleteBucketCommand({ Bucket })))).toBe('BucketNotEmpty 409');
    expect(await refused(bench.s3.send(new DeleteBucketCommand({ Bucket: 'none' })))).toBe('NoSuchBucket 404');
  });
});

describe('ListBuckets', () => {
  const list = (more: Partial<ListBucketsCommandInput> = {}) => bench.s3.send(new ListBucketsCommand(more));
  beforeAll(async () => {
    for (const name of ['list-c', 'list-a', 'list-b', 'lists']) await create(name);
    const eu = bench.client({ region: 'eu-west-1' });
    await create('list-eu', { CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }, eu);
  });
  const names = async (more: Partial<ListBucketsCommandInput>) => (await list(more)).Buckets?.map(({ Name }) => Name);

  it('names buckets in order, by prefix and by region', async () => {
    expect(await names({ Prefix: 'list-' })).toEqual(['list-a', 'list-b', 'list-c', 'list-eu']);
    expect(await names({ Prefix: 'list-', BucketRegion: 'eu-west-1' })).toEqual(['list-eu']);
    expect(await names({ Prefix: 'nothing' })).toEqual([]);
  });
  it('comes in pages', async () => {
    const first = await list({ Prefix: 'list-', MaxBuckets: 3 });
    const rest = await list({ Prefix: 'list-', ContinuationToken: first.ContinuationToken });
    expect([first.Buckets?.length, rest.Buckets?.map(({ Name }) => Name)]).toEqual([3, ['list-eu']]);
    expect(rest.ContinuationToken).toBeUndefined();
  });
  it.each<[string, Partial<ListBucketsCommandInput>]>([
    ['a page of none', { MaxBuckets: 0 }],
    ['a page of too many', { MaxBuckets: 10_001 }],
    ['a token of another list', { ContinuationToken: 'x' }],
  ])('refuses %s', async (_what, more) => {
    expect(await refused(list(more))).toBe('InvalidArgument 400');
  });
  it('names owner, time and ARN', async () => {
    const { Buckets, Owner } = await list({ Prefix: 'list-a' });
    expect(Buckets?.[0]).toMatchObject({ BucketArn: 'arn:aws:s3:::list-a', BucketRegion: 'us-east-1' });
    expect(Buckets?.[0]?.CreationDate).toBeInstanceOf(Date);
    expect(Owner?.ID).toMatch(/^[0-9a-f]{64}$/);
  });
});
