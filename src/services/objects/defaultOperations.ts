/**
 * Settings of S3 that Telar does not have. Asked for them, it answers as S3 does where nobody has set them, since tools
 * read all of a bucket's settings; setting them is refused by name, except to what they are anyway.
 */
import { type Access, type Operations, reads, writes } from '../../protocol/service.ts';
import { s3Errors } from './errors.ts';
import type { Address, Objects } from './objects.ts';
import { type Output, onBucket, onObject, type S3Sdk } from './wire.ts';

type Configurations = 'Analytics' | 'IntelligentTiering' | 'Inventory' | 'Metrics';
type ConfigurationNames =
  | `GetBucket${Configurations}Configuration`
  | `DeleteBucket${Configurations}Configuration`
  | `ListBucket${Configurations}Configurations`;
type EmptyNames = 'GetBucketAccelerateConfiguration' | 'GetBucketLogging' | 'GetBucketRequestPayment';
type MissingNames = 'GetBucketReplication' | 'GetBucketWebsite' | 'GetObjectLockConfiguration';
type RemovalNames = 'DeleteBucketReplication' | 'DeleteBucketWebsite';
type PutNames = 'PutBucketLogging' | 'PutBucketRequestPayment';
type LockNames = 'GetObjectLegalHold' | 'GetObjectRetention' | 'PutObjectLegalHold' | 'PutObjectRetention';
type Names = ConfigurationNames | EmptyNames | MissingNames | RemovalNames | PutNames | LockNames;

type BucketInput = Address;

export function defaultOperations(objects: Objects): Operations<S3Sdk, Names> {
  const on = (action: string) => (input: BucketInput) => onBucket(action, input.Bucket);
  /** Reads a bucket's setting that nobody can have set. */
  const always = <O>(action: string, answer: O) =>
    reads<BucketInput, O>(on(action), (input) => {
      objects.bucket(input);
      return answer;
    });
  const missing = (action: string, kind: Parameters<typeof s3Errors.notSet>[0]) =>
    reads<BucketInput, never>(on(action), (input) => {
      throw s3Errors.notSet(kind, objects.bucket(input).name);
    });
  /** Removes what is not there: done. */
  const nothing = (action: string) =>
    writes<BucketInput, object>(on(action), (input) => {
      objects.bucket(input);
      return {};
    });
  const locked = (action: string) =>
    reads<Address, never>(
      (input): Access[] => onObject(action, input),
      (input) => {
        objects.get(input);
        throw s3Errors.noObjectLock();
      },
      'data',
    );

  return {
    GetBucketAccelerateConfiguration: always('GetAccelerateConfiguration', {}),
    GetBucketLogging: always('GetBucketLogging', {}),
    GetBucketRequestPayment: always<Output<'GetBucketRequestPayment'>>('GetBucketRequestPayment', {
      Payer: 'BucketOwner',
    }),
    GetBucketReplication: missing('GetReplicationConfiguration', 'replication'),
    GetBucketWebsite: missing('GetBucketWebsite', 'website'),
    GetObjectLockConfiguration: missing('GetBucketObjectLockConfiguration', 'objectLock'),
    DeleteBucketReplication: nothing('PutReplicationConfiguration'),
    DeleteBucketWebsite: nothing('DeleteBucketWebsite'),

    GetBucketAnalyticsConfiguration: missing('GetAnalyticsConfiguration', 'configuration'),
    GetBucketIntelligentTieringConfiguration: missing('GetIntelligentTieringConfiguration', 'configuration'),
    GetBucketInventoryConfiguration: missing('GetInventoryConfiguration', 'configuration'),
    GetBucketMetricsConfiguration: missing('GetMetricsConfiguration', 'configuration'),
    DeleteBucketAnalyticsConfiguration: missing('PutAnalyticsConfiguration', 'configuration'),
    DeleteBucketIntelligentTieringConfiguration: missing('PutIntelligentTieringConfiguration', 'configuration'),
    DeleteBucketInventoryConfiguration: missing('PutInventoryConfiguration', 'configuration'),
    DeleteBucketMetricsConfiguration: missing('PutMetricsConfiguration', 'configuration'),
    ListBucketAnalyticsConfigurations: always('GetAnalyticsConfiguration', { IsTruncated: false }),
    ListBucketIntelligentTieringConfigurations: always('GetIntelligentTieringConfiguration', { IsTruncated: false }),
    ListBucketInventoryConfigurations: always('GetInventoryConfiguration', { IsTruncated: false }),
    ListBucketMetricsConfigurations: always('GetMetricsConfiguration', { IsTruncated: false }),

    PutBucketLogging: writes(on('PutBucketLogging'), (input) => {
      objects.bucket(input);
      if (input.BucketLoggingStatus?.LoggingEnabled) throw s3Errors.notImplemented('server access logging');
      return {};
    }),
    PutBucketRequestPayment: writes(on('PutBucketRequestPayment'), (input) => {
      objects.bucket(input);
      const payer = input.RequestPaymentConfiguration?.Payer;
      if (payer === 'Requester') throw s3Errors.notImplemented('Payer: Requester');
      if (payer !== 'BucketOwner') throw s3Errors.malformedXml();
      return {};
    }),

    GetObjectLegalHold: locked('GetObjectLegalHold'),
    GetObjectRetention: locked('GetObjectRetention'),
    PutObjectLegalHold: locked('PutObjectLegalHold'),
    PutObjectRetention: locked('PutObjectRetention'),
  };
}
