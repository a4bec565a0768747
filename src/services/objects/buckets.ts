/** What a bucket may be called, and where it may lie. */
import { s3Errors } from './errors.ts';

export type Bucket = {
  name: string;
  /** Where it was made. Every region's endpoint serves it: all of them are this server. */
  region: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** Null while it was never touched. */
  versioning: Versioning | null;
};

export type Versioning = 'Enabled' | 'Suspended';

/** What can be set on a bucket: one document of each kind. */
export type SettingKind =
  | 'tagging'
  | 'policy'
  | 'cors'
  | 'lifecycle'
  | 'encryption'
  | 'ownership'
  | 'publicAccess'
  | 'notification';

const FORM = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const ADDRESS = /^\d+\.\d+\.\d+\.\d+$/;
const RESERVED_STARTS = ['xn--', 'sthree-', 'amzn-s3-demo-'];
const RESERVED_ENDS = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3'];
/** Paths of Telar's own, which a path-style request for such a bucket could not be told from. */
const TELARS_OWN = ['console'];

/**
 * @throws InvalidBucketName
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
export function checkBucketName(name: string): void {
  const valid =
    FORM.test(name) &&
    !name.includes('..') &&
    !ADDRESS.test(name) &&
    !RESERVED_STARTS.some((start) => name.startsWith(start)) &&
    !RESERVED_ENDS.some((end) => name.endsWith(end));
  if (!valid) throw s3Errors.invalidBucketName(name, '');
  if (TELARS_OWN.includes(name)) {
    throw s3Errors.invalidBucketName(name, ` Telar serves '/${name}' itself; choose another name.`);
  }
}

const CLASSIC = 'us-east-1';

/**
 * The region of a new bucket.
 *
 * @param endpoint the region that the request is signed for
 * @param constraint the request's LocationConstraint
 * @throws IllegalLocationConstraintException, InvalidLocationConstraint
 */
export function regionOfNew(endpoint: string, constraint: string | undefined): string {
  const region = constraint === 'EU' ? 'eu-west-1' : constraint;
  if (endpoint === CLASSIC) {
    if (region === CLASSIC) throw s3Errors.invalidLocation(region);
    return region ?? CLASSIC;
  }
  if (region !== endpoint) throw s3Errors.illegalLocation(constraint ?? 'unspecified');
  return region;
}

/** What GetBucketLocation answers: nothing for the classic region. */
export function locationOf(bucket: Bucket): string | undefined {
  return bucket.region === CLASSIC ? undefined : bucket.region;
}

/** Making a bucket again is an error everywhere but in the classic region, where it is nothing. */
export function mayBeMadeAgain(bucket: Bucket, endpoint: string): boolean {
  return bucket.region === CLASSIC && endpoint === CLASSIC;
}
