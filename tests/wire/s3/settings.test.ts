/** What is set on buckets and objects besides access (access.test.ts) and CORS (cors.test.ts). */
import * as sdk from '@aws-sdk/client-s3';
import {
  DeleteBucketEncryptionCommand,
  DeleteBucketLifecycleCommand,
  DeleteBucketTaggingCommand,
  DeleteObjectTaggingCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketTaggingCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  type LifecycleRule,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketTaggingCommand,
  PutObjectTaggingCommand,
  type Tag,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusals } from '../../../src/services/objects/refusals.ts';
import { refusal, refused, type S3Bench, s3Bench } from '../../support/s3.ts';

let bench: S3Bench;
let Bucket: string;
beforeAll(async () => {
  bench = await s3Bench();
  Bucket = await bench.bucket();
  await bench.put(Bucket, 'k');
});
afterAll(() => bench.close());

const tags = (count: number): Tag[] => Array.from({ length: count }, (_, n) => ({ Key: `k${n}`, Value: `v${n}` }));
const BAD_TAGS: [string, Tag[], string][] = [
  ['a key twice', [...tags(1), ...tags(1)], 'InvalidTag 400'],
  ['an empty key', [{ Key: '', Value: 'v' }], 'InvalidTag 400'],
  ['a key of 129 characters', [{ Key: 'k'.repeat(129), Value: 'v' }], 'InvalidTag 400'],
  ['a value of 257 characters', [{ Key: 'k', Value: 'v'.repeat(257) }], 'InvalidTag 400'],
  ['a key of AWS’s own', [{ Key: 'aws:k', Value: 'v' }], 'InvalidTag 400'],
  ['a character that tags may not have', [{ Key: 'k', Value: '<v>' }], 'InvalidTag 400'],
];

describe('tags of an object', () => {
  const at = { Key: 'k' };
  const put = (TagSet: Tag[]) => bench.s3.send(new PutObjectTaggingCommand({ Bucket, ...at, Tagging: { TagSet } }));
  const get = async () => (await bench.s3.send(new GetObjectTaggingCommand({ Bucket, ...at }))).TagSet;

  it('are none, are set, are replaced, and are taken away', async () => {
    expect(await get()).toEqual([]);
    await put(tags(3));
    expect(await get()).toEqual(tags(3));
    expect((await bench.head(Bucket, 'k'))['TagCount']).toBe(3);
    await put([{ Key: 'only', Value: '' }]);
    expect(await get()).toEqual([{ Key: 'only', Value: '' }]);
    await bench.s3.send(new DeleteObjectTaggingCommand({ Bucket, ...at }));
    expect(await get()).toEqual([]);
    expect((await bench.head(Bucket, 'k'))['TagCount']).toBeUndefined();
  });
  it('may be 10, of any script, and as long as that', async () => {
    const most = [...tags(8), { Key: 'ñ'.repeat(128), Value: '値'.repeat(256) }, { Key: 'a b_.:/=+-@', Value: 'ok' }];
    await put(most);
    expect(await get()).toEqual(most);
    expect(await refused(put(tags(11)))).toBe('BadRequest 400');
    expect(await get()).toEqual(most);
  });
  it.each(BAD_TAGS)('may not be %s', async (_what, bad, code) => {
    expect(await refused(put(bad))).toBe(code);
  });
  it('neither touch its bytes nor its time', async () => {
    const { ETag, LastModified } = await bench.s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
    await put(tags(1));
    expect(await bench.s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).toMatchObject({ ETag, LastModified });
  });
  it('come with a put, and go with the next', async () => {
    await bench.put(Bucket, 'k', 'x', { Tagging: 'a=1&b%20c=d%2Be' });
    expect(await get()).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b c', Value: 'd+e' },
    ]);
    await bench.put(Bucket, 'k', 'x');
    expect(await get()).toEqual([]);
    expect(await refused(bench.put(Bucket, 'k', 'x', { Tagging: 'a=1&a=2' }))).toBe('InvalidTag 400');
  });
  it('of an object that is not there are NoSuchKey', async () => {
    expect(await refused(bench.s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'none' })))).toBe('NoSuchKey 404');
  });
});

describe('tags of a bucket', () => {
  const put = (TagSet: Tag[]) => bench.s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
  const get = async () => (await bench.s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet;
  it('are set, replaced, and taken away', async () => {
    expect(await refused(get())).toBe('NoSuchTagSet 404');
    await put(tags(50));
    expect(await get()).toEqual(tags(50));
    await put(tags(2));
    expect(await get()).toEqual(tags(2));
    await bench.s3.send(new DeleteBucketTaggingCommand({ Bucket }));
    expect(await refused(get())).toBe('NoSuchTagSet 404');
  });
  it.each([...BAD_TAGS, ['more than 50', tags(51), 'BadRequest 400'] as const])(
    'may not be %s',
    async (_what, bad, code) => {
      expect(await refused(put([...bad]))).toBe(code);
    },
  );
});

describe('encryption of a bucket', () => {
  const get = async () =>
    (await bench.s3.send(new GetBucketEncryptionCommand({ Bucket }))).ServerSideEncryptionConfiguration?.Rules;
  const put = (SSEAlgorithm: string, more = {}) =>
    bench.s3.send(
      new PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: SSEAlgorithm as 'AES256' }, ...more }],
        },
      }),
    );
  it('is S3’s own by default, and may be said to be', async () => {
    const usual = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false };
    expect(await get()).toEqual([usual]);
    await put('AES256', { BucketKeyEnabled: true });
    expect(await get()).toEqual([{ ...usual, BucketKeyEnabled: true }]);
    await bench.s3.send(new DeleteBucketEncryptionCommand({ Bucket }));
    expect(await get()).toEqual([usual]);
  });
  it.each(['aws:kms', 'aws:kms:dsse'])('is refused to be %s, by name', async (algorithm) => {
    expect(await refused(put(algorithm))).toBe('NotImplemented 501');
  });
  it('is refused to be what does not exist', async () => {
    expect(await refused(put('rot13'))).toBe('MalformedXML 400');
  });
});

describe('headers that ask for what is not done', () => {
  it.each<[string, object, string]>([
    [
      'a key of the customer’s',
      { SSECustomerAlgorithm: 'AES256', SSECustomerKey: 'k'.repeat(32) },
      'NotImplemented 501',
    ],
    ['a class that does not exist', { StorageClass: 'CUPBOARD' }, 'InvalidStorageClass 400'],
    ['a public ACL', { ACL: 'public-read' }, 'AccessControlListNotSupported 400'],
    ['grants', { GrantRead: 'id=1' }, 'AccessControlListNotSupported 400'],
    [
      'object lock',
      { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: new Date('2040-01-01') },
      'InvalidRequest 400',
    ],
    ['a legal hold', { ObjectLockLegalHoldStatus: 'ON' }, 'InvalidRequest 400'],
  ])('%s', async (_what, more, code) => {
    expect(await refused(bench.put(Bucket, 'refused', 'x', more))).toBe(code);
    expect(await refused(bench.head(Bucket, 'refused'))).toBe('NotFound 404');
  });
  it.each([
    'STANDARD',
    'REDUCED_REDUNDANCY',
    'STANDARD_IA',
    'ONEZONE_IA',
    'INTELLIGENT_TIERING',
    'GLACIER_IR',
  ] as const)('the class %s is kept', async (StorageClass) => {
    await bench.put(Bucket, 'classed', 'x', { StorageClass });
    // As on S3, the standard class goes without saying.
    const expected = StorageClass === 'STANDARD' ? undefined : StorageClass;
    expect((await bench.head(Bucket, 'classed'))['StorageClass']).toBe(expected);
  });
});

describe('a life cycle', () => {
  const put = (...Rules: object[]) =>
    bench.s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: { Rules: Rules as LifecycleRule[] },
      }),
    );
  const get = async () => (await bench.s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules;
  const RULE = { ID: 'one', Status: 'Enabled', Filter: { Prefix: 'logs/' }, Expiration: { Days: 1 } };

  it('is none, is set, and is taken away', async () => {
    expect(await refused(get())).toBe('NoSuchLifecycleConfiguration 404');
    await put(RULE);
    expect(await get()).toEqual([RULE]);
    await bench.s3.send(new DeleteBucketLifecycleCommand({ Bucket }));
    expect(await refused(get())).toBe('NoSuchLifecycleConfiguration 404');
  });
  it.each<[string, object]>([
    ['an instant', { Expiration: { Date: new Date('2040-01-01T00:00:00Z') } }],
    ['lone markers', { Expiration: { ExpiredObjectDeleteMarker: true } }],
    ['noncurrent versions', { NoncurrentVersionExpiration: { NoncurrentDays: 3, NewerNoncurrentVersions: 2 } }],
    ['uploads', { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }],
    ['transitions', { Transitions: [{ Days: 30, StorageClass: 'STANDARD_IA' }] }],
    [
      'transitions of old versions',
      { NoncurrentVersionTransitions: [{ NoncurrentDays: 30, StorageClass: 'ONEZONE_IA' }] },
    ],
    ['a tag', { Filter: { Tag: { Key: 'a', Value: 'b' } }, Expiration: { Days: 1 } }],
    ['sizes', { Filter: { ObjectSizeGreaterThan: 5 }, Expiration: { Days: 1 } }],
    [
      'several conditions',
      {
        Filter: { And: { Prefix: 'p', Tags: [{ Key: 'a', Value: 'b' }], ObjectSizeLessThan: 9 } },
        Expiration: { Days: 1 },
      },
    ],
    ['everything', { Filter: { Prefix: '' }, Expiration: { Days: 1 } }],
    ['a prefix as rules had it once', { Filter: undefined, Prefix: 'old/', Expiration: { Days: 1 } }],
    ['nothing for now', { Status: 'Disabled', Expiration: { Days: 1 } }],
  ])('of %s is answered as it was set', async (_what, more) => {
    const { Expiration: _, ...base } = RULE;
    const rule = { ...base, ...more };
    await put(rule);
    expect(await get()).toEqual([JSON.parse(JSON.stringify(rule), revived)]);
  });
  it('names rules that have no name', async () => {
    const { ID: _, ...rule } = RULE;
    await put(rule, { ...rule, Filter: { Prefix: 'other/' } });
    const ids = (await get())?.map(({ ID }) => ID);
    expect(new Set(ids).size).toBe(2);
    expect(ids?.every((id) => id && id.length > 8)).toBe(true);
  });
  it.each<[string, object[], string]>([
    ['no rules', [], 'MalformedXML 400'],
    ['no action', [{ ...RULE, Expiration: undefined }], 'InvalidRequest 400'],
    ['no filter', [{ ...RULE, Filter: undefined }], 'MalformedXML 400'],
    ['a status that is none', [{ ...RULE, Status: 'enabled' }], 'MalformedXML 400'],
    ['zero days', [{ ...RULE, Expiration: { Days: 0 } }], 'InvalidArgument 400'],
    [
      'a class that takes nothing so young',
      [{ ...RULE, Expiration: undefined, Transitions: [{ Days: 29, StorageClass: 'STANDARD_IA' }] }],
      'InvalidArgument 400',
    ],
    [
      'a class that takes no old versions so young',
      [
        {
          ...{ ...RULE, Expiration: undefined },
          NoncurrentVersionTransitions: [{ NoncurrentDays: 1, StorageClass: 'ONEZONE_IA' }],
        },
      ],
      'InvalidArgument 400',
    ],
    [
      'negative days',
      [{ ...RULE, Expiration: undefined, Transitions: [{ Days: -1, StorageClass: 'GLACIER' }] }],
      'InvalidArgument 400',
    ],
    ['days and a date', [{ ...RULE, Expiration: { Days: 1, Date: new Date('2040-01-01') } }], 'MalformedXML 400'],
    [
      'a date that is no midnight',
      [{ ...RULE, Expiration: { Date: new Date('2040-01-01T01:00:00Z') } }],
      'InvalidArgument 400',
    ],
    ['a name twice', [RULE, RULE], 'InvalidArgument 400'],
    ['a name of 256 characters', [{ ...RULE, ID: 'i'.repeat(256) }], 'InvalidArgument 400'],
    [
      'uploads by tag',
      [
        {
          ...RULE,
          ...{ Expiration: undefined, Filter: { Tag: { Key: 'a', Value: 'b' } } },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        },
      ],
      'InvalidRequest 400',
    ],
  ])('of %s is refused', async (_what, rules, code) => {
    expect(await refused(put(...rules))).toBe(code);
  });
  it('is told of with each object, with the midnight at which it expires', async () => {
    await put({ ...RULE, Filter: { Prefix: 'soon/' }, Expiration: { Days: 1 } });
    const { Expiration } = await bench.s3.send(
      new sdk.PutObjectCommand({ Bucket, Key: 'soon/k', Body: Buffer.from('x') }),
    );
    expect(Expiration).toMatch(/^expiry-date="\w{3}, \d\d \w{3} \d{4} 00:00:00 GMT", rule-id="one"$/);
    expect((await bench.head(Bucket, 'soon/k'))['Expiration']).toBe(Expiration);
    expect((await bench.head(Bucket, 'k'))['Expiration']).toBeUndefined();
  });
});

/** Dates in JSON become dates again. */
function revived(_key: string, value: unknown): unknown {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? new Date(value) : value;
}

type Command = new (input: object) => Parameters<S3Bench['s3']['send']>[0];
const send = async (name: string, input: object): Promise<object> => {
  const commands = sdk as unknown as Record<string, Command>;
  return bench.s3.send(new commands[`${name}Command`]!({ Bucket, ...input }) as never);
};

describe('settings that there are none of', () => {
  it.each<[string, object, object]>([
    ['GetBucketAccelerateConfiguration', {}, {}],
    ['GetBucketLogging', {}, {}],
    ['GetBucketNotificationConfiguration', {}, {}],
    ['GetBucketRequestPayment', {}, { Payer: 'BucketOwner' }],
    ['ListBucketAnalyticsConfigurations', {}, { IsTruncated: false }],
    ['ListBucketIntelligentTieringConfigurations', {}, { IsTruncated: false }],
    ['ListBucketInventoryConfigurations', {}, { IsTruncated: false }],
    ['ListBucketMetricsConfigurations', {}, { IsTruncated: false }],
    ['DeleteBucketWebsite', {}, {}],
    ['DeleteBucketReplication', {}, {}],
    ['PutBucketLogging', { BucketLoggingStatus: {} }, {}],
    ['PutBucketNotificationConfiguration', { NotificationConfiguration: {} }, {}],
    ['PutBucketRequestPayment', { RequestPaymentConfiguration: { Payer: 'BucketOwner' } }, {}],
  ])('%s answers as where nobody has set any', async (name, input, expected) => {
    const { $metadata: _, ...answer } = (await send(name, input)) as Record<string, unknown>;
    expect(answer).toEqual(expected);
  });
  it.each<[string, object, string]>([
    ['GetBucketReplication', {}, 'ReplicationConfigurationNotFoundError 404'],
    ['GetBucketWebsite', {}, 'NoSuchWebsiteConfiguration 404'],
    ['GetObjectLockConfiguration', {}, 'ObjectLockConfigurationNotFoundError 404'],
    ['GetBucketAnalyticsConfiguration', { Id: 'i' }, 'NoSuchConfiguration 404'],
    ['GetBucketIntelligentTieringConfiguration', { Id: 'i' }, 'NoSuchConfiguration 404'],
    ['GetBucketInventoryConfiguration', { Id: 'i' }, 'NoSuchConfiguration 404'],
    ['GetBucketMetricsConfiguration', { Id: 'i' }, 'NoSuchConfiguration 404'],
    ['DeleteBucketInventoryConfiguration', { Id: 'i' }, 'NoSuchConfiguration 404'],
    ['GetObjectRetention', { Key: 'k' }, 'InvalidRequest 400'],
    ['GetObjectLegalHold', { Key: 'k' }, 'InvalidRequest 400'],
    ['PutObjectRetention', { Key: 'k', Retention: { Mode: 'GOVERNANCE' } }, 'InvalidRequest 400'],
    ['PutObjectLegalHold', { Key: 'k', LegalHold: { Status: 'ON' } }, 'InvalidRequest 400'],
    ['PutBucketRequestPayment', { RequestPaymentConfiguration: { Payer: 'Requester' } }, 'NotImplemented 501'],
    [
      'PutBucketLogging',
      { BucketLoggingStatus: { LoggingEnabled: { TargetBucket: 'b', TargetPrefix: 'p' } } },
      'NotImplemented 501',
    ],
  ])('%s of %j is refused', async (name, input, code) => {
    expect(await refused(send(name, input))).toBe(code);
  });
  it.each(['GetBucketLogging', 'GetBucketWebsite', 'GetBucketEncryption', 'GetBucketLifecycleConfiguration'])(
    '%s of a bucket that is not there is NoSuchBucket',
    async (name) => {
      expect(await refused(send(name, { Bucket: 'none' }))).toBe('NoSuchBucket 404');
    },
  );
});

describe('operations that are left out', () => {
  it.each<[keyof typeof refusals, object]>([
    ['PutBucketWebsite', { WebsiteConfiguration: { IndexDocument: { Suffix: 'i' } } }],
    ['PutObjectLockConfiguration', { ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' } }],
    [
      'SelectObjectContent',
      { Key: 'k', Expression: 'x', ExpressionType: 'SQL', InputSerialization: {}, OutputSerialization: {} },
    ],
    ['PutBucketAccelerateConfiguration', { AccelerateConfiguration: { Status: 'Enabled' } }],
    [
      'PutBucketReplication',
      {
        ReplicationConfiguration: {
          Role: 'r',
          Rules: [{ Status: 'Enabled', Filter: {}, Destination: { Bucket: 'arn:aws:s3:::b' } }],
        },
      },
    ],
    ['GetObjectTorrent', { Key: 'k' }],
    ['PutBucketMetricsConfiguration', { Id: 'i', MetricsConfiguration: { Id: 'i' } }],
    ['RenameObject', { Key: 'k', RenameSource: 'x' }],
    ['PutBucketAbac', { AbacStatus: { Status: 'Enabled' } }],
  ])('%s is refused by name, with why', async (name, input) => {
    const { code, status, message } = await refusal(send(name, input));
    expect([code, status]).toEqual(['NotImplemented', 501]);
    expect(message).toBe(`Telar does not implement s3:${name}: ${refusals[name]}`);
  });
});
