/**
 * How the names of an API's model read in a state machine. `aws-sdk` tasks use those of the AWS SDK for Java 2, optimised ones those
 * of the SDK for Java 1; both begin with a capital, which the names of some models do not.
 *
 * https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */

/** Whose names a task's arguments and results have. */
export type Naming = 'sdk' | 'optimized';

/**
 * A member's name in arguments and results.
 *
 * @example memberName('sdk', 'SSEKMSKeyId') // 'SsekmsKeyId'
 * @example memberName('optimized', 'executionArn') // 'ExecutionArn'
 */
export function memberName(naming: Naming, name: string): string {
  return capitalized(naming === 'sdk' ? methodName(name) : name);
}

/**
 * The SDK's method for an operation, and its accessor for a member: the capitals with which the name begins become small, save the
 * one that begins the next word.
 *
 * @example methodName('ListBuckets') // 'listBuckets'
 * @example methodName('ETag') // 'eTag'
 * @example methodName('ACL') // 'acl'
 */
export function methodName(name: string): string {
  let end = 1;
  while (isCapital(name[end]) && !isSmall(name[end + 1])) end++;
  return name.slice(0, end).toLowerCase() + name.slice(end);
}

/**
 * The SDK's class for an error of the model.
 *
 * @example exceptionName('NoSuchBucket') // 'NoSuchBucketException'
 */
export function exceptionName(shape: string): string {
  const base = capitalized(shape);
  if (base.endsWith('Fault')) return `${base.slice(0, -'Fault'.length)}Exception`;
  return base.endsWith('Exception') ? base : `${base}Exception`;
}

const capitalized = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
const isCapital = (letter: string | undefined) => letter !== undefined && letter >= 'A' && letter <= 'Z';
const isSmall = (letter: string | undefined) => letter !== undefined && letter >= 'a' && letter <= 'z';
