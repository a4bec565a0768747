import { expect, it } from 'vitest';
import { exceptionName, memberName, methodName } from './names.ts';

it.each([
  ['ListBuckets', 'listBuckets'],
  ['ListMFADevices', 'listMFADevices'],
  ['ETag', 'eTag'],
  ['ACL', 'acl'],
  ['SSEKMSKeyId', 'ssekmsKeyId'],
  ['MD5OfMessageBody', 'md5OfMessageBody'],
  ['DBInstanceIdentifier', 'dbInstanceIdentifier'],
  ['executionArn', 'executionArn'],
])('the SDK for Java 2 calls %s %s', (name, expected) => expect(methodName(name)).toBe(expected));

it.each([
  ['sdk', 'executionArn', 'ExecutionArn'],
  ['sdk', 'ETag', 'ETag'],
  ['sdk', 'ChecksumCRC32', 'ChecksumCRC32'],
  ['sdk', 'SSEKMSKeyId', 'SsekmsKeyId'],
  ['optimized', 'MD5OfMessageBody', 'MD5OfMessageBody'],
  ['optimized', 'startDate', 'StartDate'],
] as const)('%s integrations call the member %s %s', (naming, name, expected) =>
  expect(memberName(naming, name)).toBe(expected),
);

it.each([
  ['NoSuchBucket', 'NoSuchBucketException'],
  ['NoSuchEntityException', 'NoSuchEntityException'],
  ['DBInstanceNotFoundFault', 'DBInstanceNotFoundException'],
  ['SageMaker', 'SageMakerException'],
])('the error %s is the class %s', (shape, expected) => expect(exceptionName(shape)).toBe(expected));
