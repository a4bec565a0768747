/**
 * The errors that every service shares, worded as AWS words them. Each service keeps a table of its own, made with `awsError` (its
 * errors.ts).
 */

import { type AwsError, awsError, type Violation } from './awsError.ts';

export { type AwsError, awsError, isAwsError, type Violation } from './awsError.ts';

/** What S3 has names of its own for. */
const S3_NAMES: readonly (readonly [RegExp, string, string])[] = [
  [/at '[\w.]*locationConstraint'/, 'InvalidLocationConstraint', 'The specified location-constraint is not valid'],
  [/at 'storageClass'/, 'InvalidStorageClass', 'The storage class you specified is not valid'],
  [/at '[\w.]*tagSet[\w.]*key'/i, 'InvalidTag', 'The TagKey you have provided is invalid'],
];

/** @param violations those at a path, as in `'a.b'`, are of the request's document */
function invalidS3Request(violations: readonly Violation[]): AwsError {
  const detail = violations.join('; ');
  const own = S3_NAMES.find(([pattern]) => violations.some((one) => pattern.test(one)));
  if (own) return awsError(own[1], own[2]);
  if (!violations.some((one) => /at '[^']*\./.test(one))) return awsError('InvalidArgument', detail);
  return awsError(
    'MalformedXML',
    `The XML you provided was not well-formed or did not validate against our published schema: ${detail}`,
  );
}

/** What an API says of how it words violations (api.ts). */
type Worded = { protocol: string; validationCode?: string; violated?(violations: readonly Violation[]): AwsError };

export const commonErrors = {
  /** The Query services name it without `Exception`, others in their own way; S3 has names for what is wrong in a document, and elsewhere. */
  validation: (violations: readonly Violation[], api?: Worded) => {
    if (api?.violated) return api.violated(violations);
    if (api?.protocol === 'rest-xml') return invalidS3Request(violations);
    return awsError(
      api?.validationCode ?? (api?.protocol === 'query' ? 'ValidationError' : 'ValidationException'),
      `${violations.length} validation error${violations.length === 1 ? '' : 's'} detected: ${violations.join('; ')}`,
    );
  },
  malformed: (what: string) => awsError('SerializationException', what),
  notImplemented: (api: string, operation: string) =>
    awsError(
      'NotImplemented',
      `Telar does not implement ${api}:${operation} yet. See docs/support.md for what it serves.`,
      501,
    ),
  /** An operation that is left out on purpose, and why. */
  refusedOperation: (api: string, operation: string, reason: string) =>
    awsError('NotImplemented', `Telar does not implement ${api}:${operation}: ${reason}`, 501),
  unknownOperation: (api: string, operation: string) =>
    awsError('UnknownOperationException', `${api} has no operation named '${operation}'.`, 404),
  /** Of an API that once spoke the Query protocol. */
  oldClient: (api: string) =>
    awsError(
      'InvalidAction',
      `This client speaks the Query protocol, which Telar does not serve for ${api}. Clients since November 2023 speak JSON: boto3 1.28.82, the AWS CLI 1.29.82, the SDKs for JavaScript 3.447.0 and Java 2.21.19, or newer.`,
    ),
  unknownService: (hint: string) =>
    awsError('UnknownOperationException', `This request names no AWS service that Telar serves (${hint}).`, 404),
  accessDenied: (principal: string, action: string, resource: string, reason: string) =>
    awsError(
      'AccessDeniedException',
      `User: ${principal} is not authorized to perform: ${action} on resource: ${resource} ${reason}`,
      403,
    ),
  requestTooLarge: (limit: number, code = 'RequestEntityTooLarge') =>
    awsError(code, `The request body is longer than the ${limit} bytes allowed for this operation.`, 413),
  fullDisk: () =>
    awsError(
      'DiskFull',
      "No space left on device: the disk of Telar's data folder is full, and nothing of this request was kept. Free some space, then try again.",
      507,
    ),
  internal: (requestId: string) =>
    awsError(
      'InternalFailure',
      `Telar failed while it handled request ${requestId}. Its log names the cause under this id.`,
      500,
    ),
} as const;
