/** The operations on buckets: made, found, listed, located, deleted. What a bucket cannot be here it is refused to be made as. */
import { createHash } from 'node:crypto';
import { decodeToken, encodeToken } from '../../protocol/pages.ts';
import { type Operations, reads, writes } from '../../protocol/service.ts';
import { checkBucketName, locationOf, mayBeMadeAgain, regionOfNew } from './buckets.ts';
import { s3Errors } from './errors.ts';
import type { Objects } from './objects.ts';
import type { Settings } from './settings.ts';
import type { ObjectsStore } from './store.ts';
import { tagsOf } from './tags.ts';
import { bySecond, type Input, type Output, onBucket, type S3Sdk } from './wire.ts';

type Names = 'CreateBucket' | 'HeadBucket' | 'ListBuckets' | 'DeleteBucket' | 'GetBucketLocation';

/** The canonical user that S3 names as owner: 64 hexadecimal digits, the same for an account each time. */
export function ownerOf(account: string): { ID: string } {
  return { ID: createHash('sha256').update(`telar:${account}`).digest('hex') };
}

const bucketArn = (name: string) => `arn:aws:s3:::${name}`;

export function bucketOperations(objects: Objects, rows: ObjectsStore, settings: Settings): Operations<S3Sdk, Names> {
  return {
    CreateBucket: writes(
      (input) => onBucket('CreateBucket', input.Bucket),
      (input, call) => {
        const name = input.Bucket ?? '';
        checkBucketName(name);
        refuseAtCreation(input);
        const region = regionOfNew(call.region, input.CreateBucketConfiguration?.LocationConstraint);
        const existing = rows.bucket({ name });
        if (existing && !mayBeMadeAgain(existing, call.region)) throw s3Errors.bucketAlreadyOwnedByYou(name);
        if (!existing) {
          rows.addBucket({ name, region, createdAt: call.now });
          const tags = input.CreateBucketConfiguration?.Tags;
          if (tags && tags.length > 0) settings.set(name, 'tagging', tagsOf(tags, 'bucket'));
        }
        const Location = region === 'us-east-1' ? `/${name}` : `http://${name}.s3.amazonaws.com/`;
        return { Location, BucketArn: bucketArn(name) };
      },
    ),

    HeadBucket: reads(
      (input) => onBucket('ListBucket', input.Bucket),
      (input) => {
        const { name, region } = objects.bucket(input);
        return { BucketRegion: region, BucketArn: bucketArn(name), AccessPointAlias: false };
      },
    ),

    ListBuckets: reads(
      () => onBucket('ListAllMyBuckets', '*'),
      (input, call) => listBuckets(rows, input, call.account),
    ),

    DeleteBucket: writes(
      (input) => onBucket('DeleteBucket', input.Bucket),
      (input) => {
        const { name } = objects.bucket(input);
        for (const _ of rows.entries(name, '', undefined)) throw s3Errors.bucketNotEmpty(name);
        if (rows.hasHistory(name)) throw s3Errors.bucketNotEmpty(name, 'You must delete all versions in the bucket.');
        objects.letGo(rows.filesOfBucketParts({ bucket: name }));
        rows.removeUploadsOf({ bucket: name });
        rows.removeBucket({ name });
        settings.forget(name);
        return {};
      },
    ),

    GetBucketLocation: reads(
      (input) => onBucket('GetBucketLocation', input.Bucket),
      (input) => {
        const location = locationOf(objects.bucket(input));
        return location === undefined
          ? {}
          : { LocationConstraint: location as Output<'GetBucketLocation'>['LocationConstraint'] };
      },
    ),
  };
}

/** Makes no bucket that would lack what it was asked to have. */
function refuseAtCreation(input: Input<'CreateBucket'>): void {
  if (input.ACL !== undefined && input.ACL !== 'private') throw s3Errors.notImplemented(`x-amz-acl: ${input.ACL}`);
  const grants = [input.GrantFullControl, input.GrantRead, input.GrantReadACP, input.GrantWrite, input.GrantWriteACP];
  if (grants.some((grant) => grant !== undefined)) throw s3Errors.notImplemented('x-amz-grant-*');
  if (input.ObjectLockEnabledForBucket) throw s3Errors.notImplemented('x-amz-bucket-object-lock-enabled');
  if (input.ObjectOwnership !== undefined && input.ObjectOwnership !== 'BucketOwnerEnforced') {
    throw s3Errors.notImplemented(`x-amz-object-ownership: ${input.ObjectOwnership}`);
  }
  const { Location, Bucket } = input.CreateBucketConfiguration ?? {};
  if (Location || Bucket) throw s3Errors.notImplemented('directory buckets');
}

const MOST_BUCKETS = 10_000;

function listBuckets(rows: ObjectsStore, input: Input<'ListBuckets'>, account: string): Output<'ListBuckets'> {
  const { ContinuationToken: token, Prefix: start = '', BucketRegion: region, MaxBuckets = MOST_BUCKETS } = input;
  if (MaxBuckets < 1 || MaxBuckets > MOST_BUCKETS) {
    throw s3Errors.invalidArgument('max-buckets must be between 1 and 10000', 'max-buckets', String(MaxBuckets));
  }
  const query = { operation: 'ListBuckets', start, region };
  const position = token === undefined ? [''] : decodeToken(query, token);
  if (!position) {
    throw s3Errors.invalidArgument('The continuation token provided is incorrect', 'continuation-token', token ?? '');
  }
  const found = rows.buckets({ after: String(position[0]), start, region: region ?? null, limit: MaxBuckets + 1 });
  const page = found.slice(0, MaxBuckets);
  // As on S3, the region shows only in answers to requests that ask for something.
  const asked = [input.MaxBuckets, input.Prefix, input.BucketRegion, token].some((value) => value !== undefined);
  const output: Output<'ListBuckets'> = {
    Owner: ownerOf(account),
    Buckets: page.map(({ name, createdAt, region }) => ({
      ...{ Name: name, CreationDate: bySecond(createdAt), BucketArn: bucketArn(name) },
      ...(asked ? { BucketRegion: region } : {}),
    })),
  };
  if (found.length > MaxBuckets) output.ContinuationToken = encodeToken(query, [page.at(-1)!.name]);
  if (input.Prefix !== undefined) output.Prefix = input.Prefix;
  return output;
}
